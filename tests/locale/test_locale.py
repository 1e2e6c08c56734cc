"""English and Japanese: every text has both, and a figure never shows empty boxes."""

import ast
import re
import string
from pathlib import Path

import pytest

import train
import zeronet
from zeronet.common.errors import UserError
from zeronet.lab.comparison.inspection import PANELS
from zeronet.lab.plots import style
from zeronet.lab.race.run import race
from zeronet.landscapes import Valley
from zeronet.locale import JAPANESE, current_language, language, translate

HOUSE = Path(zeronet.__file__).parent


def said():
    """Every literal text that the code hands to translate()."""
    for path in [*HOUSE.rglob("*.py"), *(HOUSE.parent / "examples").glob("*.py"), Path(train.__file__)]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "translate"
            if called and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


SAID = {*said(), *(title for _, title, _ in PANELS)}


def fields(text):
    """What is filled in, with its format: a translation may use it more or less often, but not differently."""
    return {(name, form) for _, name, form, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("english", sorted(text for text in SAID if re.search("[a-z]{4}", text)))  # no bare formulas
def test_every_text_has_a_japanese_one(english):
    assert english in JAPANESE


@pytest.mark.parametrize("english", sorted(JAPANESE))
def test_a_translation_fills_in_what_the_english_text_does(english):
    assert fields(JAPANESE[english]) == fields(english)


def test_the_language_is_chosen_by_the_environment_and_by_the_block(monkeypatch):
    monkeypatch.delenv("ZERONET_LANG", raising=False)
    assert current_language() == "en"
    monkeypatch.setenv("ZERONET_LANG", "ja")
    assert translate("training loss") == "訓練の損失"
    with language("en"):
        assert translate("training loss") == "training loss"
    assert translate("training loss") == "訓練の損失"


def test_another_language_is_a_mistake(monkeypatch):
    monkeypatch.setenv("ZERONET_LANG", "de")
    with pytest.raises(UserError, match="one of en, ja, not 'de'"):
        current_language()


def test_tables_and_figures_are_japanese_where_that_is_wanted():
    with language("ja"):
        result = race("valley", {"手書き": "sgd"}, steps=3)
        assert "終点" in str(result.table)
    if style.japanese_font() is None:
        pytest.skip("no Japanese font")
    assert result.figure.axes[1].get_xlabel() == "更新回数"
    assert result.figure.axes[2].get_title(loc="left") == "手書き"


def test_without_a_japanese_font_figures_are_english_and_a_line_says_so(monkeypatch, capsys):
    monkeypatch.setattr(style, "japanese_font", lambda: None)
    style._complain_once.cache_clear()
    style._in_font.cache_clear()
    with language("ja"):
        result = race("valley", {"手書き": "sgd"}, steps=3)  # a missing letter would be a warning, and so an error
        race("valley", ["sgd"], steps=3)
        assert "終点" in str(result.table)  # the terminal has its own fonts
    style._in_font.cache_clear()
    assert result.figure.axes[1].get_xlabel() == "update"
    assert result.figure.axes[2].get_title(loc="left") == "???"
    assert capsys.readouterr().err.count("no Japanese font was found") == 1
    assert Valley.equation in result.figure.texts[1].get_text()
