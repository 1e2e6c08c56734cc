"""The figure of a comparison: training loss and test accuracy against the update."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter

from zeronet.common.errors import UserError
from zeronet.lab.comparison.files import ComparisonFolder, read_comparison, steps_per_epoch
from zeronet.lab.comparison.overlay import Overlay, how_alike, sources
from zeronet.lab.comparison.words import (
    band_words,
    ended_lowest,
    guess,
    legend_entries,
    machine,
    seeds_named,
    trained,
    unfinished,
    unit,
)
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.plots.page import new_page
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
    mark_end,
    wrapped,
)
from zeronet.lab.runner.analysis import curves
from zeronet.lab.runner.analysis.summary import FINAL_STEPS
from zeronet.lab.runner.problem import problem_of
from zeronet.locale import translate

PANELS = 3.3  # inches: their height
X_MARGIN = 0.012  # of the steps, so that the first and last markers are whole


def comparison_figure(folder: str | Path, ylim: float | None = None, log: bool = False) -> Figure:
    """Draw a comparison from the files in its folder: curves.csv, evaluations.csv, protocol.json.

    Left, the training loss against the update: the median over the seeds, smoothed, and behind it the range of the raw
    losses, their middle half from five seeds on. Right, the test accuracy in the same way, not smoothed.

    ylim: the upper end of the loss axis, default just above the first loss; what lies higher is named. log: whether the
    loss axis is logarithmic. UserError if a file is missing or damaged, or ylim is not a positive number.

    The losses' smoothing is that of Saito, 『ゼロから作るDeep Learning』 (2016), common/util.py, with a window that
    grows with the number of steps; chapter 6 shows one run each, without range.
    """
    if ylim is not None and (isinstance(ylim, bool) or not math.isfinite(ylim) or ylim <= 0):
        raise UserError(f"ylim must be a number above 0, not {ylim!r}")
    data = read_comparison(folder)
    with house_style():
        looks = looks_of(data.protocol["optimizers"])
        figure = new_page(
            PANELS,
            ended_lowest(_final_losses(data), translate(f"training {problem_of(data.protocol['problem']).loss}")),
            [trained(data.protocol), _how_compared(data)],
            [_how_drawn(data), machine(data.protocol)],
            legend_entries(data.protocol, unfinished(data)),
        )
        loss, accuracy = figure.subplots(1, 2, width_ratios=(3, 2))
        prepare(loss, data)
        prepare(accuracy, data)
        loss.set_xlabel(translate("update (the book's iteration)"))
        draw_loss(loss, data, looks, ylim, log)
        draw_accuracy(accuracy, data, looks)
    return figure


def overlay_figure(data: Overlay) -> Figure:
    """Draw the curves of several folders over one another, as comparison_figure draws those of one.

    A colour is an optimizer, a line a folder. What is not the same in the folders stands above the curves.
    """
    with house_style():
        looks = looks_of(data.protocol["optimizers"])
        loss_name = translate(f"training {problem_of(data.protocol['problem']).loss}")
        failed = {label: sum(map(math.isinf, losses)) for label, losses in data.finals.items()}
        outcomes = {
            label: [translate("{n} of {m} failed", n=n, m=len(data.losses[label]))] for label, n in failed.items() if n
        }
        figure = new_page(
            PANELS,
            ended_lowest(data.finals, loss_name),
            [sources(data), how_alike(data)],
            [_how_drawn(data)],
            legend_entries(data.protocol, outcomes),
        )
        loss, accuracy = figure.subplots(1, 2, width_ratios=(3, 2))
        prepare(loss, data, data.one_epoch)
        prepare(accuracy, data, data.one_epoch)
        draw_loss(loss, data, looks, None, False)
        draw_accuracy(accuracy, data, looks)
    return figure


def _final_losses(data: ComparisonFolder) -> dict[str, list[float]]:
    """Return label → mean loss of the last steps of each seed; infinity for a run that did not finish."""
    losses = {
        label: [runs.get(seed, np.empty(0)) for seed in data.protocol["seeds"]] for label, runs in data.losses.items()
    }
    return {
        label: [float(run[-FINAL_STEPS:].mean()) if len(run) == data.steps else math.inf for run in runs]
        for label, runs in losses.items()
    }


def prepare(axes: Axes, data: ComparisonFolder, epochs: bool = True) -> None:
    """Give a panel its axis of updates, and one of epochs above, if all curves have the same."""
    axes.set_xlim(-X_MARGIN * data.steps, (1 + X_MARGIN) * data.steps)
    axes.set_xlabel(translate("update"))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if not epochs:
        return
    per_epoch = steps_per_epoch(data.protocol)
    above = axes.secondary_xaxis(
        "top", functions=(lambda step: np.divide(step, per_epoch), lambda epoch: np.multiply(epoch, per_epoch))
    )
    above.xaxis.set_major_locator(MaxNLocator(5))
    above.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    above.set_xlabel(translate("epoch"), color=QUIET)
    above.tick_params(labelcolor=QUIET)


def _how_compared(data: ComparisonFolder) -> str:
    """Return how the optimizers were compared, and which data the losses and accuracies are of."""
    targets = [(about.get("network"), str(about.get("target"))) for about in data.protocol["optimizers"]]
    tuning = translate("settings as given, not tuned")
    if data.tuned:
        tuning = translate("learning rates tuned with equal budgets")
    elif len(set(targets)) == len(targets):
        tuning = translate("one learning rate each, not tuned")
    problem = data.protocol["problem"]
    words = {"metric": translate(problem_of(problem).metric), "unit": unit(problem)}
    accuracy = translate("Test {metric}: on {n:,} {unit}", n=problem["test"], **words)
    if data.tuned:
        n = data.protocol["split"]["validation"]
        accuracy = translate("Validation {metric}: on {n:,} {unit} of the training set", n=n, **words)
    if "networks" in data.protocol:
        return translate(
            "Every run of a seed sees the same batches; those of one network start from the same weights; {tuning}. "
            "Training loss: of each batch, before its update. {accuracy}.",
            tuning=tuning,
            accuracy=accuracy,
        )
    return translate(
        "Every optimizer of a seed starts from the same weights and sees the same batches; {tuning}. Training loss: "
        "of each batch, before its update. {accuracy}.",
        tuning=tuning,
        accuracy=accuracy,
    )


def _how_drawn(data: ComparisonFolder) -> str:
    window = curves.smoothing_window(data.steps)
    smoothing = translate("smoothed (Kaiser window of {window} steps, β = 2, narrower at the start)", window=window)
    if len(data.protocol["seeds"]) == 1:
        seed = seeds_named(data.protocol["seeds"])
        return translate("{seed} · loss: {smoothing} · pale: each batch", seed=seed, smoothing=smoothing)
    band = band_words(data.protocol)
    return translate("lines: medians of the seeds, the loss {smoothing} · pale: {band}", smoothing=smoothing, band=band)


def draw_loss(axes: Axes, data: ComparisonFolder, looks: Mapping[str, Look], ylim: float | None, log: bool) -> None:
    """Draw the training losses: smoothed medians of the seeds, the band of the raw ones, and where runs ended."""
    level, level_name = guess(data.protocol["problem"])
    runs = [run for losses in data.losses.values() for run in losses.values()]
    top = ylim or 1.1 * max([level, *(run[0] for run in runs)])
    bottom = _lowest_on_log(runs, top) if log else 0.0
    if log:
        logarithmic(axes, "y")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if top / bottom < 100 else (1,)))
    axes.set_ylim(bottom, top)
    window, clipped = curves.smoothing_window(data.steps), []
    for k, (label, losses) in enumerate(data.losses.items()):
        if not losses:
            continue
        look = looks[label]
        median, low, high = curves.over_seeds(list(losses.values()))
        steps, low_of_bin, high_of_bin = curves.thinned_band(low, high)
        band = axes.fill_between(steps, np.maximum(low_of_bin, bottom), high_of_bin)
        band.set(**band_style(look) | {"edgecolor": look.colour, "linewidth": 0.35})
        steps, values = curves.thinned_line(curves.smoothed(median, window))
        spacing = max(1, math.ceil(len(values) / _markers(data, 20) * max(1, len(median) / data.steps)))
        first = (
            spacing * k // len(data.losses) if spacing > 1 else 0
        )  # staggered, so that markers do not hide each other
        axes.plot(steps, values, **curve_style(look), markevery=(first, spacing), label=label)
        for step in data.stopped(label).values():
            last = next(run[-1] for run in losses.values() if len(run) == step)
            mark_end(axes, step - 1, min(max(last, bottom), top), look)
        if (highest := max(losses.values(), key=np.max)).max() > top:
            axes.plot(highest.argmax(), top, "^", color=look.colour, markersize=5, clip_on=False, zorder=6)
            clipped.append(translate("{label} reaches {loss:.3g}", label=drawable(label, 60), loss=highest.max()))
    if clipped:
        add_note(axes, 0.99, 0.88, wrapped(" · ".join(clipped), 2.9, SMALL), ha="right", va="top")
    if bottom <= level <= top:
        draw_level(axes, level, level_name)
    name = translate(f"training {problem_of(data.protocol['problem']).loss}")
    axes.set(ylabel=translate("{name} (log)", name=name) if log else name)


def draw_accuracy(axes: Axes, data: ComparisonFolder, looks: Mapping[str, Look]) -> None:
    """Draw the accuracies, or R²: medians of the seeds, their band, the target, and where runs ended."""
    target = data.protocol.get("target")
    late_low, late_high, ends = [], [], []
    for label, evaluated in data.evaluations.items():
        runs = {seed: run for seed, run in evaluated.items() if seed in data.losses[label]}
        if not runs:
            continue
        stopped = data.stopped(label)
        ended = [seed in stopped for seed in runs]
        steps, median, low, high = curves.evaluations_over_seeds(list(runs.values()), ended)
        axes.fill_between(steps, low, high, **band_style(looks[label]))
        axes.plot(
            steps,
            median,
            **curve_style(looks[label]),
            markevery=max(1, math.ceil(len(steps) / _markers(data, 21))),
            label=label,
        )
        late = steps >= min(data.steps / 2, steps[-1])
        late_low.append(low[late].min())
        late_high.append(high.max())
        ends += [(runs[seed][0][-1], runs[seed][1][-1], looks[label]) for seed in runs if seed in stopped]
    limits = curves.accuracy_limits(min(late_low), max(late_high), target) if late_low else (0.0, 1.0)
    room = 0.02 * (limits[1] - limits[0])
    axes.set_ylim(limits[0], limits[1] + room)
    for step, value, look in ends:
        mark_end(axes, step, max(value, limits[0]), look)
    if target is not None and limits[0] <= target <= limits[1] + room:
        draw_level(axes, target, translate("target: {target:g}", target=target))
    metric = problem_of(data.protocol["problem"]).metric
    axes.set(ylabel=translate(f"validation {metric}" if data.tuned else f"test {metric}"))


def _markers(data: ComparisonFolder, usual: int) -> int:
    """Return how many markers a curve has: fewer where lines say which network it is."""
    return 8 if "networks" in data.protocol else usual


def _lowest_on_log(runs: Sequence[np.ndarray], top: float) -> float:
    """Return the lower end of a logarithmic axis: just below the lowest loss, and at least a decade below the top."""
    lowest = min((run[run > 0].min() for run in runs if (run > 0).any()), default=top)
    return max(0.8 * min(lowest, top / 8), 1e-8 * top)
