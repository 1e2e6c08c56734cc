"""zeronet dialects, and the page that has its tables."""

from itertools import chain
from pathlib import Path

import pytest

from zeronet.cli.dialects import main
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.dialects.table import markdown
from zeronet.locale import JAPANESE

PAGE = Path(__file__).parents[2] / "docs" / "dialects.md"


@pytest.mark.parametrize("cls", DIALECTS, ids=lambda cls: cls.__name__)
def test_the_tables_of_the_page_are_those_of_the_code(cls):
    text = PAGE.read_text(encoding="utf-8")
    assert markdown(cls) in text, f"docs/dialects.md lacks the table of {cls.__name__}: see dialects.table.markdown"


def test_the_figures_of_the_page_are_there():
    text = PAGE.read_text(encoding="utf-8")
    for name in ("dialects-rmsprop.png", "dialects-mnist.png"):
        assert f"]({name})" in text
        assert (PAGE.parent / name).exists()


@pytest.mark.drawn
def test_it_prints_the_table_and_draws_the_valley(tmp_path, capsys):
    assert main(["RMSProp", "--out", str(tmp_path / "new")]) == 0
    printed = capsys.readouterr().out
    assert "decay_rate =" in printed and "0.99" in printed
    assert "keras, optax\n    h ← ρ h + (1 − ρ) g ⊙ g\n    w ← w − η g / √(h + ε)" in printed
    assert "zeronet  (-0.153911356, 3.00515841e-17)" in printed
    assert (tmp_path / "new" / "dialects-rmsprop.png").stat().st_size > 10_000


def test_every_fact_of_a_dialect_has_japanese_words():
    facts = {
        words for each in DIALECTS.values() for dialect in each.values() for words in chain(*dialect.says.facts.items())
    }
    assert facts <= JAPANESE.keys()


def test_it_speaks_japanese(tmp_path, capsys):
    assert main(["nadam", "--lang", "ja", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "NAdam の方言: 学習率 0.3 で更新 30 回, f = x²/20 + y²" in printed
    assert "先読みの β₁" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["yogurt"], "has no dialects: sgd, momentum"), (["adam", "--lr=-1"], "lr must be positive and finite, not -1")],
)
def test_mistakes_end_in_one_line(arguments, words, tmp_path, capsys):
    assert main([*arguments, "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
