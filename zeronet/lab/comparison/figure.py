"""The figure of a comparison: training loss and test accuracy against the step, the protocol below."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter

from zeronet.common.errors import UserError
from zeronet.lab.comparison.files import ComparisonFolder, read_comparison, steps_per_epoch
from zeronet.lab.comparison.words import footer, legend_entries, seeds_named, unfinished
from zeronet.lab.plots.page import SPACE, new_page
from zeronet.lab.plots.style import (
    QUIET,
    SMALL,
    add_note,
    band_style,
    curve_style,
    draw_level,
    drawable,
    house_style,
    logarithmic,
    look,
    mark_end,
    wrapped,
)
from zeronet.lab.runner.analysis import curves
from zeronet.locale import translate

# The panels in inches, from left to right and from top to bottom.
WIDTH, LEFT, LOSS_WIDTH, GAP, ACCURACY_WIDTH = 11.0, 0.6, 5.45, 1.35, 2.95
TITLE_HEIGHT, PANEL_HEIGHT, TICKS_HEIGHT = 0.98, 3.6, 0.5
HEIGHT = TITLE_HEIGHT + PANEL_HEIGHT + TICKS_HEIGHT
X_MARGIN = 0.012  # of the steps, so that the first and last markers are whole


def comparison_figure(folder: str | Path, ylim: float | None = None, log: bool = False) -> Figure:
    """Draw a comparison from the files in its folder: curves.csv, evaluations.csv, protocol.json.

    Left, the training loss against the step: the median over the seeds, smoothed, and behind it the range of the raw
    losses. Right, the test accuracy in the same way, not smoothed. Below, the settings and the protocol.

    ylim: the upper end of the loss axis, default just above the first loss; what lies higher is named. log: whether the
    loss axis is logarithmic. UserError if a file is missing or damaged, or ylim is not a positive number.

    The losses' smoothing is that of Saito, 『ゼロから作るDeep Learning』 (2016), common/util.py, with a window that
    grows with the number of steps; chapter 6 shows one run each, without range.
    """
    if ylim is not None and (isinstance(ylim, bool) or not math.isfinite(ylim) or ylim <= 0):
        raise UserError(f"ylim must be a number above 0, not {ylim!r}")
    data = read_comparison(folder)
    with house_style():
        entries = legend_entries(data.protocol, unfinished(data))
        figure = new_page(WIDTH, HEIGHT, entries, footer(data.protocol, _how_compared(data)))
        figure.set_layout_engine(None)
        accuracy_title = translate("Validation accuracy") if data.tuned else translate("Test accuracy")
        loss = _new_panel(figure, data, LEFT, LOSS_WIDTH, translate("Training loss"), _about_loss(data))
        left = LEFT + LOSS_WIDTH + GAP
        accuracy = _new_panel(figure, data, left, ACCURACY_WIDTH, accuracy_title, _about_accuracy(data))
        _draw_loss(loss, data, ylim, log)
        _draw_accuracy(accuracy, data)
    return figure


def _new_panel(figure: Figure, data: ComparisonFolder, left: float, width: float, title: str, about: str) -> Axes:
    """Return the axes of a panel against steps and epochs, with its title above."""
    height = figure.get_figheight()
    bottom = height - TITLE_HEIGHT - PANEL_HEIGHT
    axes = figure.add_axes((left / WIDTH, bottom / height, width / WIDTH, PANEL_HEIGHT / height))
    x, top = left / WIDTH, 1 - SPACE / height
    figure.text(x, top, title, fontsize=10.5, fontweight="bold", va="top")
    about = wrapped(about, width + 0.5, SMALL)
    figure.text(x, top - 0.21 / height, about, fontsize=SMALL, color=QUIET, va="top")
    axes.set_xlim(-X_MARGIN * data.steps, (1 + X_MARGIN) * data.steps)
    axes.set_xlabel(translate("step (the book's iteration)"))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    per_epoch = steps_per_epoch(data.protocol)
    epochs = axes.secondary_xaxis(
        "top", functions=(lambda step: np.divide(step, per_epoch), lambda epoch: np.multiply(epoch, per_epoch))
    )
    epochs.xaxis.set_major_locator(MaxNLocator(5))
    epochs.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    epochs.set_xlabel(translate("epoch"), color=QUIET, fontsize=8, labelpad=3)
    epochs.tick_params(labelsize=7.5, labelcolor=QUIET)
    return axes


def _how_compared(data: ComparisonFolder) -> str:
    """Return how the optimizers were compared, and which data the losses and accuracies are of."""
    targets = [str(about.get("target")) for about in data.protocol["optimizers"]]
    tuning = translate("settings as given, not tuned")
    if data.tuned:
        tuning = translate("learning rates tuned with equal budgets")
    elif len(set(targets)) == len(targets):
        tuning = translate("one learning rate each, not tuned")
    accuracy = translate("Test accuracy: on {n:,} images", n=data.protocol["problem"]["test"])
    if data.tuned:
        images = data.protocol["split"]["validation"]
        accuracy = translate("Validation accuracy: on {n:,} images of the training set", n=images)
    return translate(
        "Every optimizer of a seed starts from the same weights and sees the same batches; {tuning}. Training loss: "
        "of each batch, before its update. {accuracy}.",
        tuning=tuning,
        accuracy=accuracy,
    )


def _about_loss(data: ComparisonFolder) -> str:
    window = curves.smoothing_window(data.steps)
    smoothing = translate("smoothed (Kaiser window of {window} steps, β = 2, narrower at the start)", window=window)
    if len(data.protocol["seeds"]) == 1:
        seed = seeds_named(data.protocol["seeds"])
        return translate("{seed} · line: {smoothing} · pale: each batch", seed=seed, smoothing=smoothing)
    return translate("line: median of the seeds, {smoothing} · pale: their range", smoothing=smoothing)


def _about_accuracy(data: ComparisonFolder) -> str:
    if len(data.protocol["seeds"]) == 1:
        return translate("{seed} · not smoothed", seed=seeds_named(data.protocol["seeds"]))
    return translate("line: median of the seeds · pale: their range")


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
        colour = look(k)["color"]
        median, low, high = curves.over_seeds(list(losses.values()))
        steps, low_of_bin, high_of_bin = curves.thinned_band(low, high)
        band = axes.fill_between(steps, np.maximum(low_of_bin, bottom), high_of_bin)
        band.set(**band_style(k, 0.22) | {"edgecolor": colour, "linewidth": 0.35})
        steps, values = curves.thinned_line(curves.smoothed(median, window))
        spacing = max(1, math.ceil(len(values) / 20 * max(1, len(median) / data.steps)))
        first = (
            spacing * k // len(data.losses) if spacing > 1 else 0
        )  # staggered, so that markers do not hide each other
        axes.plot(steps, values, **curve_style(k), markevery=(first, spacing), label=label)
        for step in data.stopped(label).values():
            last = next(run[-1] for run in losses.values() if len(run) == step)
            mark_end(axes, step - 1, min(max(last, bottom), top), k)
        if high.max() > top:
            axes.plot(high.argmax(), top, "^", color=colour, markersize=5, clip_on=False, zorder=6)
            clipped.append(translate("{label} reaches {loss:.3g}", label=drawable(label, 60), loss=high.max()))
    if clipped:
        add_note(axes, 0.99, 0.985, wrapped(" · ".join(clipped), LOSS_WIDTH - 0.6, SMALL), ha="right", va="top")
    if bottom <= guess <= top:
        draw_level(axes, guess, translate("guessing:\nln {classes}", classes=data.protocol["problem"]["classes"]))
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
        axes.fill_between(steps, low, high, **band_style(k))
        axes.plot(steps, median, **curve_style(k), markevery=max(1, math.ceil(len(steps) / 21)), label=label)
        late = steps >= min(data.steps / 2, steps[-1])
        late_low.append(low[late].min())
        late_high.append(high.max())
        ends += [(runs[seed][0][-1], runs[seed][1][-1], k) for seed in runs if seed in stopped]
    limits = curves.accuracy_limits(min(late_low), max(late_high), target) if late_low else (0.0, 1.0)
    room = 0.02 * (limits[1] - limits[0])
    axes.set_ylim(limits[0], limits[1] + room)
    for step, value, k in ends:
        mark_end(axes, step, max(value, limits[0]), k)
    if target is not None and limits[0] <= target <= limits[1] + room:
        draw_level(axes, target, translate("target:\n{target:g}", target=target))
    axes.set(ylabel=translate("validation accuracy") if data.tuned else translate("test accuracy"))


def _lowest_on_log(runs: Sequence[np.ndarray], top: float) -> float:
    """Return the lower end of a logarithmic axis: just below the lowest loss, and at least a decade below the top."""
    lowest = min((run[run > 0].min() for run in runs if (run > 0).any()), default=top)
    return max(0.8 * min(lowest, top / 8), 1e-8 * top)
