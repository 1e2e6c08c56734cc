"""The comparison figure: training loss against step, test accuracy beside it, the protocol below."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from zeronet.common.errors import UserError
from zeronet.lab.comparison import words
from zeronet.lab.comparison.files import ComparisonFolder, read_comparison
from zeronet.lab.comparison.page import LOSS_WIDTH, lay_out, new_page
from zeronet.lab.plots.style import QUIET, SMALL, STROKE, drawable, house_style, logarithmic, look, shortened, wrapped
from zeronet.lab.runner.analysis import curves
from zeronet.locale import translate


def comparison_figure(folder: str | Path, ylim: float | None = None, log: bool = False) -> Figure:
    """Draw a comparison from the files in its folder: curves.csv, evaluations.csv, protocol.json.

    Left, the training loss against the step: for each optimizer the median over the seeds, smoothed, and behind it
    the range of the raw losses. Right, the test accuracy likewise, not smoothed. Below, the settings and the protocol.

    folder: where the files are. ylim: the upper end of the loss axis; default just above the first loss, and what
    lies higher is named. log: whether the loss axis is logarithmic. Raises UserError for a file that is missing or
    damaged and for an ylim that is not a positive number.

    The losses' smoothing is that of Saito, 『ゼロから作るDeep Learning』 (2016), common/util.py, with a window that
    grows with the number of steps; chapter 6 shows one run each, without range.
    """
    if ylim is not None and (isinstance(ylim, bool) or not math.isfinite(ylim) or ylim <= 0):
        raise UserError(f"ylim must be a number above 0, not {ylim!r}")
    data = read_comparison(folder)
    with house_style():
        figure, loss, accuracy = new_page(data)
        _draw_loss(loss, data, ylim, log)
        _draw_accuracy(accuracy, data)
        lay_out(figure, data)
    return figure


def _draw_loss(axes: Axes, data: ComparisonFolder, ylim: float | None, log: bool) -> None:
    guess = math.log(data.protocol["problem"]["classes"])
    runs = [run for losses in data.losses.values() for run in losses.values()]
    top = ylim or 1.1 * max([guess, *(run[0] for run in runs)])
    bottom = _lowest_on_log(runs, top) if log else 0.0
    if log:
        logarithmic(axes, "y")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if top / bottom < 100 else (1,)))
    axes.set_ylim(bottom, top)
    window, clipped = curves.smoothing_window(data.steps), []
    for k, (label, losses) in enumerate(data.losses.items()):
        if not losses:
            continue
        style, front = look(k), 3 + 0.01 * k
        median, low, high = curves.over_seeds(list(losses.values()))
        steps, low_of_bin, high_of_bin = curves.thinned_band(low, high)
        band = axes.fill_between(steps, np.maximum(low_of_bin, bottom), high_of_bin)
        band.set(facecolor=style["color"], edgecolor=style["color"], linewidth=0.35, alpha=0.22, zorder=1 + 0.01 * k)
        steps, values = curves.thinned_line(curves.smoothed(median, window))
        spacing = max(1, math.ceil(len(values) / 20 * max(1, len(median) / data.steps)))
        first = spacing * k // len(data.losses) if spacing > 1 else 0  # staggered, so that no marker hides another
        axes.plot(steps, values, **style, **STROKE, markevery=(first, spacing), label=label, zorder=front)
        for step in data.stopped(label).values():
            last = next(run[-1] for run in losses.values() if len(run) == step)
            _mark_end(axes, step - 1, min(max(last, bottom), top), style["color"])
        if high.max() > top:
            axes.plot(high.argmax(), top, "^", color=style["color"], markersize=5, clip_on=False, zorder=6)
            name = drawable(shortened(label, 60))
            clipped.append(translate("{label} reaches {loss:.3g}", label=name, loss=high.max()))
    if clipped:
        note = wrapped(" · ".join(clipped), LOSS_WIDTH - 0.6, SMALL)
        text = axes.text(0.99, 0.985, note, transform=axes.transAxes, ha="right", va="top", fontsize=SMALL, zorder=7)
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})
    _draw_level(axes, guess, translate("guessing:\nln {classes}", classes=data.protocol["problem"]["classes"]))
    axes.set(ylabel=translate("training loss (log)") if log else translate("training loss"))


def _draw_accuracy(axes: Axes, data: ComparisonFolder) -> None:
    target = data.protocol.get("target")
    late_low, late_high, ends = [], [], []
    for k, (label, evaluated) in enumerate(data.evaluations.items()):
        runs = {seed: run for seed, run in evaluated.items() if seed in data.losses[label]}
        if not runs:
            continue
        stopped = data.stopped(label)
        ended = [seed in stopped for seed in runs]
        steps, median, low, high = curves.evaluations_over_seeds(list(runs.values()), ended)
        style = look(k)
        band = axes.fill_between(steps, low, high, facecolor=style["color"], alpha=0.18, linewidth=0)
        band.set_zorder(1 + 0.01 * k)
        every = max(1, math.ceil(len(steps) / 21))
        axes.plot(steps, median, **style, **STROKE, markevery=every, label=label, zorder=3 + 0.01 * k)
        late = steps >= min(data.steps / 2, steps[-1])
        late_low.append(low[late].min())
        late_high.append(high.max())
        ends += [(runs[seed][0][-1], runs[seed][1][-1], style["color"]) for seed in runs if seed in stopped]
    limits = curves.accuracy_limits(min(late_low), max(late_high), target) if late_low else (0.0, 1.0)
    room = 0.02 * (limits[1] - limits[0])
    axes.set_ylim(limits[0], limits[1] + room)
    for step, value, colour in ends:
        _mark_end(axes, step, max(value, limits[0]), colour)
    if target is not None:
        _draw_level(axes, target, translate("target:\n{target}", target=words.number(target)))
    axes.set(ylabel=translate("validation accuracy") if data.tuned else translate("test accuracy"))


def _draw_level(axes: Axes, y: float, name: str) -> None:
    """Draw a dashed line across the panel, named in the margin, where no curve can hide the name."""
    bottom, top = axes.get_ylim()
    if bottom <= y <= top:
        axes.axhline(y, color=QUIET, linewidth=0.9, linestyle=(0, (6, 4)), zorder=2)
        axes.annotate(
            name,
            (1, y),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=QUIET,
            annotation_clip=False,
        )


def _mark_end(axes: Axes, step: float, y: float, colour: str) -> None:
    """Put an x where a run ends that did not finish, whole also at the edge of the panel."""
    axes.plot(step, y, "x", color=colour, markersize=8, markeredgewidth=2, clip_on=False, zorder=6)


def _lowest_on_log(runs: Sequence[np.ndarray], top: float) -> float:
    """Return the lower end of a logarithmic axis: just below the lowest loss, and at least a decade below the top."""
    lowest = min((run[run > 0].min() for run in runs if (run > 0).any()), default=top)
    return max(0.8 * min(lowest, top / 8), 1e-8 * top)
