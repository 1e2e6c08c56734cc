"""Every sentence of the bench has a Japanese one."""

import ast
from pathlib import Path

import pytest

import zeronet.lab.check
from zeronet.lab.check.report import MARKS, columns, curves, padded, text
from zeronet.lab.check.running import LAWS
from zeronet.locale import JAPANESE, language
from zeronet.locale.ja.bench import BENCH
from zeronet.locale.ja.hints import HINTS


def said():
    for path in Path(zeronet.lab.check.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.mark.parametrize("title", [law.title for law in LAWS])
def test_every_law_has_a_japanese_title(title):
    assert title in JAPANESE


def test_no_japanese_sentence_is_left_over():
    assert {*BENCH, *HINTS} - set(said()) == set()


@pytest.mark.parametrize("word", ["en", "ja"])
def test_the_titles_of_a_report_begin_in_one_column(word):
    laws = [{"law": k, "title": "TITLE", "verdict": k, "seen": "1", "hint": ""} for k in MARKS]
    report = {"file": "f.py", "class": "A", "settings": {"lr": 0.1}, "family": None, "laws": laws, "curves": {}}
    with language(word):
        lines = [line for line in text(report).splitlines() if "TITLE" in line]
    assert len({columns(line.partition("TITLE")[0]) for line in lines}) == 1


def test_a_curve_that_is_not_a_number_is_drawn_full():
    assert curves({"mine": [2.0, float("nan"), float("inf")]}) == ["  mine  ███  2.000 → inf"]
    assert padded("損失", 6) == "損失  "
