"""Text for terminals: widths, aligned tables, and the equation in a docstring."""

import inspect
import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest


def columns(text: str) -> int:
    """Return the width of text in a terminal, where a Japanese character takes two columns.

    >>> columns("f"), columns("損失")
    (1, 4)
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table with aligned columns.

    >>> aligned([["a", "b"], ["long", "c"]])
    ['a     b', 'long  c']
    """
    widths = [max(map(columns, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]


def folded(table: Sequence[Sequence[str]], most: int = 100) -> list[list[str]]:
    """Return a table whose aligned lines have at most this width: what is too wide goes on in rows of its own.

    The widest column is narrowed first, to its longest piece, or to 24 letters if that is longer.

    >>> aligned(folded([["SGD", "lr 0.1, eps 1e-07", "1.5"]], most=20))
    ['SGD  lr 0.1,     1.5', '     eps 1e-07']
    """
    every = [*zip(*table, strict=True)]
    widths = [max(map(columns, column)) for column in every]
    least = [min(24, max(columns(piece) for cell in column for piece in _pieces(cell))) for column in every]
    while (excess := sum(widths) + 2 * (len(widths) - 1) - most) > 0:
        wide = [k for k in range(len(widths)) if widths[k] > least[k]]
        if not wide:
            break
        widest = max(wide, key=widths.__getitem__)
        widths[widest] = max(least[widest], widths[widest] - excess)
    rows: list[list[str]] = []
    for line in table:
        cells = [_broken(cell, width) for cell, width in zip(line, widths, strict=True)]
        rows += map(list, zip_longest(*cells, fillvalue=""))
    return rows


def _pieces(cell: str) -> list[str]:
    """Return what stays together: between commas and brackets if there are any, else words."""
    pieces = re.split(r"(?<=,) | (?=\()", cell)
    return pieces if len(pieces) > 1 else cell.split() or [""]


def _broken(cell: str, width: int) -> list[str]:
    """Return the lines of a cell, each at most this wide."""
    if columns(cell) <= width:
        return [cell]
    lines = [""]
    for piece in _pieces(cell):
        if lines[-1] and columns(f"{lines[-1]} {piece}") > width:
            lines.append("")
        for letter in f" {piece}" if lines[-1] else piece:
            if columns(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def equation_of(cls: type) -> list[str]:
    """Return the lines of the equation in a class's docstring: the first indented block, if it is before any section.

    >>> from zeronet.optimizers import SGD
    >>> equation_of(SGD)
    ['w ← w − η g                  (6.1)    η = lr']
    """
    doc = inspect.getdoc(cls) if cls.__doc__ else ""
    block: list[str] = []
    for line in (doc or "").splitlines()[1:]:
        if line.startswith("    ") and line.strip():
            block.append(line)
        elif block or line.startswith("---"):
            break
    return inspect.cleandoc("\n" + "\n".join(block)).splitlines() if block else []
