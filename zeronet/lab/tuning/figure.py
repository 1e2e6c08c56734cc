"""The figure of a verdict: loss against step, loss against rate, who reached the target, who beats whom."""

import math
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.plots.style import (
    QUIET,
    SMALL,
    STROKE,
    HouseFigure,
    drawable,
    house_style,
    logarithmic,
    look,
    shortened,
    wrapped,
)
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.tuning.files import VerdictFolder, read_verdict
from zeronet.locale import translate

LEAST = 1e-12  # what is lower is drawn here


def verdict_figure(folder: str | Path) -> Figure:
    """Draw the verdict from the files in its folder. Raises UserError for files that are missing or damaged."""
    data = read_verdict(folder)
    with house_style():
        figure = HouseFigure(figsize=(11, 8.6), dpi=100, layout="constrained")
        (loss, rates), (reached, wins) = figure.subplots(2, 2)
        _draw_loss(loss, data)
        _draw_rates(rates, data)
        _draw_reached(reached, data)
        _draw_wins(wins, data)
        entries = []
        for about in data.protocol["optimizers"]:
            words = settings_words(about["settings"])
            entries.append(f"{drawable(shortened(about['label'], 60))}  {drawable(shortened(words, 90))}")
        lines = [loss.plot([], [], **look(k), **STROKE)[0] for k in range(len(entries))]
        legend = figure.legend(lines, ["?"] * len(lines), loc="outside lower left", ncols=3, frameon=False, fontsize=8)
        for text, entry in zip(legend.get_texts(), entries, strict=True):
            text.set_text(entry)
        figure.suptitle(wrapped(drawable(_footer(data)), 10.6, SMALL), x=0.01, ha="left", fontsize=SMALL, color=QUIET)
    return figure


def _footer(data: VerdictFolder) -> str:
    protocol = data.protocol
    tuning, problem = protocol["tuning"], protocol["problem"]
    said = [shortened(problem["source"], 200)]
    if data.problem.classifies:
        split = protocol["split"]
        said.append(
            translate(
                "{train:,} training and {validation:,} validation images, split off the training set; curves and "
                "targets: validation; the test images are read once per final run",
                train=split["train"],
                validation=split["validation"],
            )
        )
    said.append(
        translate(
            "each optimizer: {budget} trials on {n} seeds, best by median, then {m} fresh seeds; {steps:,} steps",
            budget=tuning["budget"],
            n=len(tuning["seeds"]),
            m=len(protocol["seeds"]),
            steps=protocol["steps"],
        )
    )
    return " · ".join(said)


def _draw_loss(axes: Axes, data: VerdictFolder) -> None:
    """Median over the seeds and the band of their middle half."""
    every_run = [run[:, 1] for runs in data.seen.values() for run in runs.values()]
    highest = max(losses[np.isfinite(losses)].max() for losses in every_run)
    top = min(1.3 * highest, 10 * float(np.median([losses[0] for losses in every_run])))
    for k, runs in enumerate(data.seen.values()):
        if not runs:
            continue
        looks = max(map(len, runs.values()))
        steps = next(run[:, 0] for run in runs.values() if len(run) == looks)
        table = np.full((len(data.protocol["seeds"]), looks), np.inf)  # what has ended counts as infinitely bad
        for row, run in zip(table, runs.values(), strict=False):
            row[: len(run)] = np.maximum(run[:, 1], LEAST)
        method = "linear" if np.isfinite(table).all() else "nearest"
        low, middle, high = np.quantile(table, (0.25, 0.5, 0.75), axis=0, method=method)
        finite = np.isfinite(middle)
        every = max(1, finite.sum() // 15)
        axes.plot(steps[finite], middle[finite], **look(k), **STROKE, markevery=(k % every, every), zorder=3 + 0.01 * k)
        axes.fill_between(steps, low, np.minimum(high, top), where=finite, facecolor=look(k)["color"], alpha=0.18, lw=0)
    logarithmic(axes, "y")
    axes.set(
        xlabel=translate("update"),
        ylabel=data.problem.loss_name,
        title=translate("Loss: median and middle half of the seeds"),
    )
    axes.set_ylim(None, top)


def _draw_rates(axes: Axes, data: VerdictFolder) -> None:
    """Median loss of the trials against the rate, the best one marked; what failed stands at the upper edge."""
    medians = {label: {r: float(np.median(v)) for r, v in sorted(t.items())} for label, t in data.trials.items()}
    finite = [max(loss, LEAST) for each in medians.values() for loss in each.values() if math.isfinite(loss)]
    if not finite:
        return
    top = 3 * max(finite)
    for k, (label, each) in enumerate(medians.items()):
        rates, losses = np.array(list(each)), np.maximum(list(each.values()), LEAST)
        style = look(k)
        axes.plot(rates, np.minimum(losses, top), **style, **STROKE, zorder=3 + 0.01 * k)
        failed = ~np.isfinite(losses)
        if failed.any():
            cross = {"color": style["color"], "markersize": 8, "markeredgewidth": 2, "clip_on": False, "zorder": 6}
            axes.plot(rates[failed], np.full(failed.sum(), top), "x", **cross)
        best = next(a["settings"]["lr"] for a in data.protocol["optimizers"] if a["label"] == label)
        axes.plot(
            best, max(each[best], LEAST), "*", color=style["color"], markersize=15, markeredgecolor="black", zorder=7
        )
    logarithmic(axes, "x")
    logarithmic(axes, "y")
    axes.set_ylim(None, top)
    axes.set(xlabel=translate("learning rate (log)"), ylabel=translate("final loss of the trials"))
    axes.set_title(translate("Sensitivity to the rate: ★ best, × diverged"))


def _draw_reached(axes: Axes, data: VerdictFolder) -> None:
    """The share of the seeds that have reached the target, against the step."""
    last = data.protocol["steps"]
    for k, runs in enumerate(data.seen.values()):
        arrived = sorted(filter(math.isfinite, (_arrival(run, data) for run in runs.values())))
        shares = np.arange(len(arrived) + 1) / len(data.protocol["seeds"])
        style = {"color": look(k)["color"], "zorder": 3 + 0.01 * k}
        dashes = ["-", "--", "-.", ":"][k % 4]
        axes.step([0, *arrived, last], [*shares, shares[-1]], where="post", lw=1.6, ls=dashes, **style)
        if arrived:
            axes.plot(arrived, shares[1:], look(k)["marker"], markersize=5, markeredgecolor="white", **style)
    axes.set(xlabel=translate("update"), ylabel=translate("share of the seeds"), ylim=(-0.03, 1.05), xlim=(0, last))
    title = translate("Reached the target: no target is set")
    if data.target is not None:
        title = translate("Reached the target: {what}", what=data.problem.target_words(data.target))
    axes.set_title(title)


def _arrival(run: np.ndarray, data: VerdictFolder) -> float:
    if data.target is None:
        return math.inf
    there = data.problem.reached(run, data.target)
    return float(run[there.argmax(), 0]) if there.any() else math.inf


def _draw_wins(axes: Axes, data: VerdictFolder) -> None:
    """A square for each two: the probability that a random run of the row ends lower than one of the column."""
    labels = list(data.finals)
    losses = [np.array(data.finals[label]) for label in labels]
    table = np.array([[((a[:, None] < b) + 0.5 * (a[:, None] == b)).mean() for b in losses] for a in losses])
    axes.imshow(table, cmap="PuOr", vmin=0, vmax=1, aspect="auto")
    for i, j in np.ndindex(table.shape):
        if i != j:
            dark = abs(table[i, j] - 0.5) > 0.35
            axes.text(j, i, f"{table[i, j]:.0%}", ha="center", va="center", color="white" if dark else "black")
    names = [drawable(shortened(label, 16)) for label in labels]
    axes.set_xticks(range(len(labels)), names, rotation=30 if len(labels) > 4 else 0)
    axes.set_yticks(range(len(labels)), names)
    axes.grid(False)
    axes.set_title(translate("A random run of the row beats one of the column"))
