"""Text for terminals: widths, aligned tables, and the equation in a docstring."""

import inspect
import unicodedata
from collections.abc import Sequence


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
