"""The first updates of an optimizer, number by number, to be checked with a pocket calculator."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from zeronet.common.text import columns, equation_of
from zeronet.landscapes import PathPoint, walk
from zeronet.locale import translate
from zeronet.optimizers import Optimizer


def explain(landscape: Callable[[Any, Any], Any], optimizer: Any, start: Any = None, updates: int = 3) -> str:
    """Return the equation of an optimizer and, below it, its first updates on a landscape.

    For each update: the gradient g, each state before and after, the effective step r if the rule has the form
    w ← w − r ⊙ g, the change Δw and the new place. A state that is the sum of all squared gradients is also written
    out as that sum. An optimizer that is not derived from Optimizer shows only g, Δw and w. The arguments are those of
    walk; updates is its steps.

    >>> from zeronet.landscapes import Valley
    >>> from zeronet.optimizers import SGD
    >>> print(explain(Valley(), SGD(lr=0.5), updates=1))
    SGD(lr=0.5)
    <BLANKLINE>
        w ← w − η g                  (6.1)    η = lr
    <BLANKLINE>
    update 1                        x              y
      g                          -0.7              4
      effective step r            0.5            0.5
      Δw                         0.35             -2
      w                         -6.65              0
    """
    points = list(walk(landscape, optimizer, start, updates))
    lines = [repr(optimizer) if isinstance(optimizer, Optimizer) else type(optimizer).__name__]
    if equation := equation_of(type(optimizer)):
        lines += ["", *(f"    {line}" for line in equation)]
    for before, after in pairwise(points):
        lines += ["", *_update(before, after, points[1 : after.step + 1])]
    if len(points) <= updates:
        lines += ["", translate("update {step} leaves for infinity", step=len(points))]
    return "\n".join(lines)


def _update(before: PathPoint, after: PathPoint, so_far: Sequence[PathPoint]) -> list[str]:
    rows: list[tuple[str, Sequence[float | str]]] = [(translate("update {step}", step=after.step), ("x", "y"))]
    rows.append(("  g", after.gradient or ()))
    for name, values in after.states.items():
        rows.append((translate("  {name} before", name=name), before.states.get(name, (0.0, 0.0))))
        rows.append((translate("  {name} after", name=name), values))
    if after.effective_steps:
        rows.append((translate("  effective step r"), after.effective_steps))
    rows += [("  Δw", tuple(np.subtract(after.w, before.w))), ("  w", after.w)]
    lines = [name + " " * (18 - columns(name)) + "".join(f"{_number(v):>15}" for v in values) for name, values in rows]
    return lines + _sums_of_squares(after, so_far)


def _sums_of_squares(after: PathPoint, so_far: Sequence[PathPoint]) -> list[str]:
    """Write out each state that is the sum of all squared gradients."""
    lines: list[str] = []
    for name, values in after.states.items():
        for axis, (letter, value) in enumerate(zip("xy", values, strict=True)):
            gradients = [point.gradient[axis] for point in so_far if point.gradient]
            total = sum(g * g for g in gradients)
            if not math.isclose(total, value, rel_tol=1e-12):
                return lines
            terms = " + ".join(f"{_number(abs(g))}²" for g in gradients)
            lines.append(f"  {name}_{letter} = {terms} = {_number(value)}")
    return lines


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.7g}"
