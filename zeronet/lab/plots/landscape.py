"""A landscape seen from above, and paths on it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from zeronet.lab.plots.looks import Look
from zeronet.lab.plots.style import curve_style, draw_level, logarithmic
from zeronet.landscapes import Landscape
from zeronet.locale import translate

GRID = 241  # points per side: enough for smooth contours
LEVELS = 12  # contours of f, about
# Low ground is white, high ground pale: what is drawn on it stays legible.
GROUND = LinearSegmentedColormap.from_list("ground", ["#FFFFFF", "#DCE3EA"])
CONTOUR = "#8C8C8C"
CURVE = 0.6  # height over width of the panel of a function of x alone
Domain = tuple[tuple[float, float], tuple[float, float]]


def draw_landscape(axes: Axes, f: Any, domain: Domain | None = None) -> None:
    """Draw f from above, white where it is low, and + at its minima if it has any; set the axes' limits to the domain.

    f: a Landscape, which is a curve if it depends on x alone, or another function of two arrays; domain: ((x from, x
    to), (y from, y to)), default f.domain. Close contours mean a steep slope: they are at equal distances of f, or of
    its logarithm (contour_words).
    """
    (left, right), (low, high) = f.domain if domain is None else domain
    if getattr(f, "variables", 2) == 1:
        x = np.linspace(left, right, GRID)
        axes.plot(x, f(x, x), color=CONTOUR, linewidth=1.2, zorder=1)
        axes.set(xlim=(left, right), ylim=(low, high), xlabel="x", ylabel="f(x)")
        axes.set_box_aspect(height_over_width(f))
        return
    x, y, z = _heights(f, domain)
    levels, _ = _levels(f, z)
    between = np.clip(np.searchsorted(levels, z), 0, len(levels))  # the ground between two contours has one colour
    axes.imshow(
        between,
        cmap=GROUND,
        extent=(left, right, low, high),
        origin="lower",
        interpolation="bilinear",
        aspect="auto",
        zorder=0.5,
    )
    axes.contour(x, y, z, levels=levels, colors=CONTOUR, linewidths=0.5, linestyles="solid", zorder=1)
    for place in getattr(f, "minima", ()):
        axes.plot(*place, "+", color="black", markersize=9, markeredgewidth=1.5, zorder=4.5)
    axes.set(xlim=(left, right), ylim=(low, high), xlabel="x", ylabel="y")
    axes.set_box_aspect((high - low) / (right - left))  # true to scale: −∇f is at right angles to the contours
    axes.grid(False)


def contour_words(f: Any, domain: Domain | None = None) -> str:
    """Return what is between two contours.

    >>> from zeronet.landscapes import Rosenbrock, Valley
    >>> contour_words(Valley()), contour_words(Rosenbrock())
    ('contours at every 2.5 of f', 'contours at equal distances of log (f − f_min): each √10 times the one below')
    """
    levels, log = contour_levels(f, domain)
    if log:
        return translate("contours at equal distances of log (f − f_min): each √10 times the one below")
    return translate("contours at every {distance:g} of f", distance=levels[1] - levels[0])


def contour_levels(f: Any, domain: Domain | None = None) -> tuple[np.ndarray, bool]:
    """Return the heights of the contours, and whether they are at equal distances of log (f − f_min)."""
    return _levels(f, _heights(f, domain)[2])


def _heights(f: Any, domain: Domain | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (left, right), (low, high) = f.domain if domain is None else domain
    x, y = np.meshgrid(np.linspace(left, right, GRID), np.linspace(low, high, GRID))
    return x, y, np.asarray(f(x, y), dtype=float)


def _levels(f: Any, z: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return the heights of the contours, and whether they are at equal distances of log (f − f_min).

    They are if half of the domain lies in the lowest fifth of its heights, where else there would be hardly any.
    """
    lowest = getattr(f, "lowest", None)
    if lowest is None or np.median(z) - lowest > 0.2 * (z.max() - lowest):
        levels = MaxNLocator(LEVELS, steps=[1, 2, 2.5, 5, 10]).tick_values(z.min(), z.max())
        return levels[(levels > z.min()) & (levels < z.max())], False
    ends = 2 * np.log10([max(np.quantile(z, 0.004) - lowest, 1e-9), z.max() - lowest])
    return lowest + 10 ** (np.arange(np.ceil(ends[0]), np.ceil(ends[1])) / 2), True


def draw_path(axes: Axes, path: np.ndarray, look: Look, label: str | None = None, **style: Any) -> Any:
    """Draw a path (n, 2) in the look of its optimizer, and its start as a ring; return the line.

    An arrow points to where the path leaves the axes.
    """
    line_style = {**curve_style(look), "linewidth": 1.2, "markersize": 3.5, "markeredgewidth": 0, **style}
    (line,) = axes.plot(*path.T, label=label, **line_style)
    axes.plot(*path[0], "o", color="white", markeredgecolor="black", markersize=6, zorder=3.9)
    if way_out := _way_out(path, axes):
        tip, tail = (tuple(end) for end in way_out)
        arrow = {"arrowstyle": "-|>", "color": line.get_color(), "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", xy=tip, xytext=tail, arrowprops=arrow, zorder=line.get_zorder())
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


def draw_heights(
    axes: Axes, landscape: Landscape, heights: Mapping[str, np.ndarray], looks: Mapping[str, Look], target: float
) -> None:
    """Draw f − f_min against the update, logarithmically; f itself, linearly, if there is no minimum.

    heights: label → f after each update; target: the f − f_min that counts as arrived.
    """
    lowest = landscape.lowest
    axes.set_box_aspect(height_over_width(landscape))  # as high as the landscape beside it
    axes.set(xlabel=translate("update"), ylabel="f" if lowest is None else "f − f_min")
    for k, (label, f) in enumerate(heights.items()):
        values = f if lowest is None else np.maximum(f - lowest, 1e-300)
        every = max(1, len(values) // 15)
        axes.plot(values, **curve_style(looks[label]), markevery=(k % every, every), label=label)
    if not heights:
        return
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
    """Return the height of a landscape's domain over its width; of a curve's panel, if f depends on x alone."""
    if landscape.variables == 1:
        return CURVE
    (left, right), (low, high) = landscape.domain
    return (high - low) / (right - left)
