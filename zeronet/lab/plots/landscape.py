"""A landscape seen from above, and paths on it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from zeronet.lab.plots.style import draw_level, logarithmic, look
from zeronet.landscapes import Landscape
from zeronet.locale import translate

GRID = 241  # points per side: enough for smooth contours
# Shares of the plane that lie below the contours: as many lines at the bottom as higher up.
SHARES = (0.003, 0.01, 0.025, 0.05, 0.1, 0.17, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95)
Domain = tuple[tuple[float, float], tuple[float, float]]


def draw_landscape(axes: Axes, f: Any, domain: Domain | None = None, levels: Sequence[float] | None = None) -> None:
    """Draw contours of f, and + at its minima if it has any; set the axes' limits to the domain.

    f: a Landscape or another function of two arrays; domain: ((x from, x to), (y from, y to)), default f.domain;
    levels: heights of the contours, default such that the lines are spread evenly.
    """
    (left, right), (low, high) = f.domain if domain is None else domain
    x, y = np.meshgrid(np.linspace(left, right, GRID), np.linspace(low, high, GRID))
    z = np.asarray(f(x, y), dtype=float)
    heights = np.unique(np.quantile(z, SHARES) if levels is None else levels)
    axes.contour(x, y, z, levels=heights, colors="#9A9A9A", linewidths=0.6, linestyles="solid", zorder=1)
    for place in getattr(f, "minima", ()):
        axes.plot(*place, "+", color="black", markersize=9, markeredgewidth=1.5, zorder=4.5)
    axes.set(xlim=(left, right), ylim=(low, high), xlabel="x", ylabel="y")
    axes.set_box_aspect((high - low) / (right - left))  # true to scale: −∇f is at right angles to the contours
    axes.grid(False)


def draw_path(axes: Axes, path: np.ndarray, k: int = 0, label: str | None = None, **style: Any) -> Any:
    """Draw a path (n, 2) in the look of the k-th optimizer, and its start as a ring; return the line.

    An arrow points to where the path leaves the axes.
    """
    front = 3 + 0.01 * k
    line_style = {**look(k), "linewidth": 1.2, "markersize": 3.5, "markeredgewidth": 0, **style}
    (line,) = axes.plot(*path.T, label=label, zorder=front, **line_style)
    axes.plot(*path[0], "o", color="white", markeredgecolor="black", markersize=6, zorder=3.9)
    if way_out := _way_out(path, axes):
        tip, tail = (tuple(end) for end in way_out)
        arrow = {"arrowstyle": "-|>", "color": line.get_color(), "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", xy=tip, xytext=tail, arrowprops=arrow, zorder=front)
    return line


def farthest(path: np.ndarray, domain: Domain) -> np.ndarray | None:
    """Return the point of a path that is farthest outside the domain, or None if all are inside."""
    low, high = np.array(domain).T
    outside = np.maximum(low - path, path - high).max(axis=1)
    return path[outside.argmax()] if outside.max() > 0 else None


def _way_out(path: np.ndarray, axes: Axes) -> tuple[np.ndarray, np.ndarray] | None:
    """Return tip and tail of an arrow where the path first crosses the edge of the axes; None if it never does."""
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    outside = ((path < low) | (path > high)).any(axis=1)
    i = int(outside.argmax())
    if not outside.any() or i == 0:
        return None
    here, step = path[i - 1], path[i] - path[i - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(step > 0, (high - here) / step, np.where(step < 0, (low - here) / step, np.inf))
    tip = here + shares.min() * step
    size = (high - low) / np.linalg.norm(step / (high - low))
    return tip, tip - 0.06 * step / (high - low) * size


def draw_heights(axes: Axes, landscape: Landscape, heights: Mapping[str, np.ndarray], target: float) -> None:
    """Draw f − f_min against the step, logarithmically; f itself, linearly, if there is no minimum.

    heights: label → f after each step, in the order of their looks; target: the f − f_min that counts as arrived.
    """
    lowest = landscape.lowest
    axes.set_box_aspect(height_over_width(landscape))  # as high as the landscape beside it
    axes.set(xlabel=translate("update"), ylabel="f" if lowest is None else "f − f_min")
    for k, (label, f) in enumerate(heights.items()):
        values = f if lowest is None else np.maximum(f - lowest, 1e-300)
        every = max(1, len(values) // 15)
        style = {**look(k), "linewidth": 1.5, "markersize": 4.5, "markeredgecolor": "white", "markeredgewidth": 0.5}
        axes.plot(values, **style, markevery=(k % every, every), label=label, zorder=3 + 0.01 * k)
    first = next(iter(heights.values()))[0]
    if lowest is None:
        low = max(min(f.min() for f in heights.values()), first - 20 * max(1, abs(first)))  # some descend for ever
        high = max(f[f <= abs(first) + 20 * max(1, abs(first))].max() for f in heights.values())
        room = 0.05 * (high - low) or 1.0  # a path may stay where it begins
        axes.set_ylim(low - room, high + room)
        return
    reached = [np.maximum(f - lowest, 1e-300) for f in heights.values()]
    bottom = max(1e-9, 0.3 * min(f.min() for f in reached))
    top = 3 * min(max(f.max() for f in reached), 1e4 * max(first - lowest, target))
    logarithmic(axes, "y")
    axes.set_ylim(min(bottom, target / 3), top)
    draw_level(axes, target, f"{target:g}")


def height_over_width(landscape: Landscape) -> float:
    """Return the height of a landscape's domain over its width."""
    (left, right), (low, high) = landscape.domain
    return (high - low) / (right - left)
