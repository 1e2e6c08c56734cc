"""Text for terminals: widths, aligned tables, and the equation in a docstring."""

import inspect
import re
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest


def columns(text: str) -> int:
    """Return the width of text in a terminal, where a Japanese character takes two columns.

    >>> columns("f"), columns("損失")
    (1, 4)
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def listed(names: Sequence[str], most: int) -> str:
    """Return names separated by commas, and how many more there are than these.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


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


WIDTH = 100  # columns of a table at most


def terminal_width() -> int:
    """Return the columns for a table: those of the terminal that it is printed on, if there is one that is narrower."""
    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns) if sys.stdout and sys.stdout.isatty() else WIDTH


def folded(table: Sequence[Sequence[str]], most: int | None = None) -> list[list[str]]:
    """Return a table whose aligned lines have at most this width: what is too wide goes on in rows of its own.

    most: default terminal_width().
    The widest column is narrowed first, to its longest piece; long pieces are broken if nothing else helps.

    >>> aligned(folded([["SGD", "lr 0.1, eps 1e-07", "1.5"]], most=20))
    ['SGD  lr 0.1,    1.5', '     eps 1e-07']
    """
    most = terminal_width() if most is None else most
    every = [*zip(*table, strict=True)]
    widths = [max(map(columns, column)) for column in every]
    pieces = [max(columns(piece) for cell in column for piece in _pieces(cell)) for column in every]
    for least in (24, 16, 8):  # letters that stay together
        while sum(widths) + 2 * (len(widths) - 1) > most:
            wide = [k for k, piece in enumerate(pieces) if widths[k] > min(least, piece)]
            if not wide:
                break
            widths[max(wide, key=widths.__getitem__)] -= 1
    rows: list[list[str]] = []
    for line in table:
        cells = [_broken(cell, width) for cell, width in zip(line, widths, strict=True)]
        rows += map(list, zip_longest(*cells, fillvalue=""))
    return rows


def _pieces(cell: str) -> list[str]:
    """Return what stays together: between commas and brackets if there are any, else words, and name = value."""
    pieces = re.split(r"(?<=,) | (?=\()", cell)
    return pieces if len(pieces) > 1 else re.split(r"(?<!=) (?!=)", cell)


def _broken(cell: str, width: int) -> list[str]:
    """Return the lines of a cell, each at most this wide; a piece too wide for a line is broken where it must be."""
    if columns(cell) <= width:
        return [cell]
    lines = [""]
    for piece in _pieces(cell):
        for word in [piece] if columns(piece) <= width else piece.split(" "):
            if lines[-1] and columns(f"{lines[-1]} {word}") > width:
                lines.append("")
            for letter in f" {word}" if lines[-1] else word:
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
