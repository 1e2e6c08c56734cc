"""Tables for terminals: aligned, and folded where they would be too wide."""

import pytest

from zeronet.common.text import aligned, columns, folded, terminal_width

WIDE = [
    ["optimizer", "settings", "training loss", "test accuracy", "steps to 0.9", "seconds"],
    ["Adam", "lr 0.001, beta1 0.9, beta2 0.999, eps 1e-07", "0.158 (0.148..0.160)", "0.9530 (0.9516..0.9538)",
     "not in 2000 (best 0.8628)", "27.6 (16.6..27.8)"],
]  # fmt: skip


def test_a_table_that_fits_stays_as_it_is():
    assert folded([["a", "b b"], ["c", "d, e"]]) == [["a", "b b"], ["c", "d, e"]]


@pytest.mark.parametrize("most", [100, 80, 70])
def test_a_wide_table_is_folded_and_loses_nothing(most):
    rows = folded(WIDE, most)
    assert all(columns(line) <= most for line in aligned(rows))
    for k, cell in enumerate(WIDE[1]):
        assert " ".join(row[k] for row in rows[1:] if row[k]).split() != []
        assert "".join("".join(row[k] for row in rows).split()) == "".join((WIDE[0][k] + cell).split())


def test_a_setting_stays_with_its_value():
    lines = [row[1] for row in folded(WIDE)[1:] if row[1]]
    assert all(part.strip().count(" ") == 1 for line in lines for part in line.rstrip(",").split(","))


def test_japanese_letters_and_words_without_spaces_are_cut_where_they_must_be():
    rows = folded([["手書きの最適化" * 8, "x" * 80]], 60)
    assert all(columns(line) <= 60 for line in aligned(rows))
    assert "".join(row[0] for row in rows) == "手書きの最適化" * 8


@pytest.mark.parametrize(("terminal", "columns", "width"), [(True, 60, 60), (True, 200, 100), (False, 60, 100)])
def test_a_table_is_folded_to_the_terminal_and_the_same_in_every_pipe(monkeypatch, terminal, columns, width):
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    assert terminal_width() == width
    assert max(map(len, aligned(folded([["word " * 30, "other " * 30]])))) <= width
