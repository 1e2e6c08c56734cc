"""The figure of a verdict: loss against step, loss against rate, who reached the target, who beats whom."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.comparison.words import band_words, ended_lowest, legend_entries, machine, trained
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import (
    SMALL,
    band_style,
    curve_style,
    draw_shares,
    drawable,
    house_style,
    logarithmic,
    mark_end,
    wrapped,
)
from zeronet.lab.runner.analysis.curves import at_common_steps, band
from zeronet.lab.runner.analysis.pairwise import mean_loss
from zeronet.lab.runner.analysis.summary import arrival
from zeronet.lab.tuning.files import VerdictFolder, read_verdict
from zeronet.locale import translate

MIN_LOSS = 1e-12  # a lower loss is drawn here


def verdict_figure(folder: str | Path) -> Figure:
    """Draw the verdict from the files in its folder; UserError if one is missing or damaged."""
    data = read_verdict(folder)
    with house_style():
        failed = {label: sum(map(math.isinf, losses)) for label, losses in data.finals.items()}
        m = len(data.protocol["seeds"])
        outcomes = {label: [translate("{n} of {m} failed", n=n, m=m)] for label, n in failed.items() if n}
        looks = looks_of(data.protocol["optimizers"])
        figure = new_page(
            5.8,
            ended_lowest(data.finals, data.problem.judged_by, tuned=True),
            [trained(data.protocol), _how_tuned(data)],
            [machine(data.protocol)],
            legend_entries(data.protocol, outcomes),
        )
        (loss, rates), (reached, wins) = figure.subplots(2, 2)
        _draw_loss(loss, data, looks)
        _draw_rates(rates, data, looks)
        _draw_reached(reached, data, looks)
        _draw_wins(wins, data)
    return figure


def _how_tuned(data: VerdictFolder) -> str:
    protocol = data.protocol
    tuning = protocol["tuning"]
    how = translate(
        "each optimizer: {budget} trials on {n} seeds, best by mean, then {m} fresh seeds",
        budget=tuning["budget"],
        n=len(tuning["seeds"]),
        m=len(protocol["seeds"]),
    )
    if not data.problem.classifies:
        return how
    split = translate(
        "{train:,} training and {validation:,} validation images, split off the training set; curves and "
        "targets: validation; verdict: the test images, read once per final run",
        **protocol["split"],
    )
    return f"{split} · {how}"


def _title(axes: Axes, title: str) -> None:
    axes.set_title(wrapped(title, 2.55, SMALL, bold=True))


def _draw_loss(axes: Axes, data: VerdictFolder, looks: Mapping[str, Look]) -> None:
    """Median over the seeds, and the band behind it."""
    every_run = [run[:, 1] for runs in data.seen.values() for run in runs.values()]
    highest = max((losses[np.isfinite(losses)].max() for losses in every_run if np.isfinite(losses).any()), default=1.0)
    top = min(1.3 * highest, 10 * float(np.median([losses[0] for losses in every_run])))
    for k, (label, runs) in enumerate(data.seen.items()):
        if not runs:
            continue
        last = max(run[-1, 0] for run in runs.values())
        ended = [run[-1, 0] < last for run in runs.values()]  # from then on it counts as infinitely bad
        losses = [(run[:, 0], np.maximum(run[:, 1], MIN_LOSS)) for run in runs.values()]
        never = [(np.array([-1.0]), np.array([np.inf]))] * (len(data.protocol["seeds"]) - len(runs))
        steps, table = at_common_steps([*losses, *never], [*ended, *[True] * len(never)], worst=np.inf)
        middle, (low, high) = np.median(table, axis=0), band(table)
        finite = np.isfinite(middle)
        every = max(1, finite.sum() // 15)
        axes.plot(steps[finite], middle[finite], **curve_style(looks[label]), markevery=(k % every, every))
        axes.fill_between(steps, low, high, where=np.isfinite(low) & np.isfinite(high), **band_style(looks[label]))
    logarithmic(axes, "y")
    axes.set(xlabel=translate("update"), ylabel=data.problem.loss_name)
    _title(axes, translate("Loss: median of the seeds, and {band}", band=band_words(data.protocol)))
    axes.set_ylim(None, top)


def _draw_rates(axes: Axes, data: VerdictFolder, looks: Mapping[str, Look]) -> None:
    """Mean loss of the trials against the learning rate, the best one marked; failed trials at the upper edge."""
    means = {label: {r: mean_loss(v) for r, v in sorted(t.items())} for label, t in data.trials.items()}
    finite = [max(loss, MIN_LOSS) for by_rate in means.values() for loss in by_rate.values() if math.isfinite(loss)]
    if not finite:
        return
    top = 3 * max(finite)
    for about in data.protocol["optimizers"]:
        by_rate, best, look = means[about["label"]], about["settings"]["lr"], looks[about["label"]]
        rates, losses = np.array(list(by_rate)), np.maximum(list(by_rate.values()), MIN_LOSS)
        axes.plot(rates, np.minimum(losses, top), **curve_style(look))
        if (failed := rates[~np.isfinite(losses)]).size:
            mark_end(axes, failed, np.full(len(failed), top), look)
        star: dict[str, Any] = {"color": look.colour, "markersize": 15, "markeredgecolor": "black", "zorder": 7}
        axes.plot(best, max(by_rate[best], MIN_LOSS), "*", **star)
    logarithmic(axes, "x")
    logarithmic(axes, "y")
    axes.set_ylim(None, top)
    axes.set(xlabel=translate("learning rate (log)"), ylabel=translate("final loss of the trials"))
    _title(axes, translate("Sensitivity to the learning rate: ★ best, × diverged"))


def _draw_reached(axes: Axes, data: VerdictFolder, looks: Mapping[str, Look]) -> None:
    """The share of the seeds that have reached the target, against the update."""
    last = data.protocol["steps"]
    for label, runs in data.seen.items():
        arrived = list(filter(math.isfinite, (_arrival(run, data) for run in runs.values())))
        draw_shares(axes, looks[label], arrived, len(data.protocol["seeds"]), 0, last)
    axes.set(xlabel=translate("update"), ylabel=translate("share of the seeds"), xlim=(0, last))
    title = translate("Reached the target: no target is set")
    if data.target is not None:
        title = translate("Reached the target: {what}", what=data.problem.target_words(data.target))
    _title(axes, title)


def _arrival(run: np.ndarray, data: VerdictFolder) -> float:
    if data.target is None:
        return math.inf
    first = arrival(data.problem.reached(run, data.target).tolist())
    return math.inf if first is None else float(run[first, 0])


def _draw_wins(axes: Axes, data: VerdictFolder) -> None:
    """A square for each pair: the probability that a random run of the row ends lower than one of the column."""
    labels = list(data.finals)
    losses = [np.array(data.finals[label]) for label in labels]
    table = np.array([[((a[:, None] < b) + 0.5 * (a[:, None] == b)).mean() for b in losses] for a in losses])
    np.fill_diagonal(table, np.nan)
    axes.imshow(table, cmap="Blues", vmin=0, vmax=1, aspect="auto")  # from white to dark: 0 % and 100 % in grey, too
    for i, j in np.ndindex(table.shape):
        if i != j:
            dark = table[i, j] > 0.55
            axes.text(j, i, f"{table[i, j]:.0%}", ha="center", va="center", color="white" if dark else "black")
    names = [drawable(label, 12) for label in labels]
    axes.set_xticks(range(len(labels)), names, rotation=0 if sum(map(len, names)) < 28 else 90)
    axes.set_yticks(range(len(labels)), names)
    axes.grid(False)
    _title(axes, translate("A random run of the row beats one of the column"))
