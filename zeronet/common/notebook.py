"""What notebooks show: tables as HTML, of bounded length whatever they hold."""

import sys
from collections.abc import Sequence
from html import escape

MOST_ROWS, MOST_COLUMNS, LONGEST = 40, 30, 200  # of a table; characters of a cell or a note


def is_watched() -> bool:
    """Return whether somebody sees a progress bar: this process has a terminal, or runs in a notebook."""
    return "ipykernel" in sys.modules or bool(sys.stderr and sys.stderr.isatty())


def html_table(table: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> str:
    """Return a table, whose first row is its head, with notes below it.

    >>> html_table([["optimizer"], ["<SGD>"]], ["two runs"])
    '<table><tr><th>optimizer</th></tr><tr><td>&lt;SGD&gt;</td></tr></table><p>two runs</p>'
    """
    head, *rows = ([_short(cell) for cell in row[:MOST_COLUMNS]] for row in table)
    left_out = len(rows) - MOST_ROWS
    more = [f"… {left_out} more"] if left_out > 0 else []
    body = "".join(_row(row, "td") for row in rows[:MOST_ROWS])
    below = "<br>".join(map(_short, [*more, *notes[:MOST_ROWS]]))
    return f"<table>{_row(head, 'th')}{body}</table>" + (f"<p>{below}</p>" if below else "")


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _short(text: str) -> str:
    return escape(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
