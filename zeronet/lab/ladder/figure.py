"""The book's figure of its comparison, and the ladder from there: one small panel per rung."""

import math
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zeronet.lab.comparison import words
from zeronet.lab.comparison.files import read_comparison
from zeronet.lab.ladder.files import LadderFolder, read_ladder
from zeronet.lab.ladder.rungs import RUNGS, Rung
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
from zeronet.lab.runner.analysis.curves import thinned_band, thinned_line
from zeronet.lab.runner.analysis.ranking import Ranking
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.runner.problem import layer_sizes
from zeronet.locale import translate

WINDOW = 11  # steps, β = 2


def book_smoothed(values: np.ndarray) -> np.ndarray:
    """Return the book's smooth_curve: the mean over a Kaiser window of 11 steps, both ends mirrored.

        y_k ← Σ_j w_j x_{k+j} / Σ_j w_j        |j| ≤ 5,    x_{−j} = x_j,    x_{n−1+j} = x_{n−j}

    At the end the last value stands in the mirror, too. (『ゼロから作るDeep Learning』, common/util.py)

    >>> book_smoothed(np.array([2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])).round(3).tolist()
    [1.12, 1.116, 1.107, 1.092, 1.073, 1.052, 1.0]
    """
    if len(values) == 0:
        return values
    half, weights = WINDOW // 2, np.kaiser(WINDOW, 2)
    padded = np.pad(np.pad(values, (half, 0), mode="reflect"), (0, half), mode="symmetric")
    return np.convolve(padded, weights / weights.sum(), mode="valid")


def book_figure(folder: str | Path) -> Figure:
    """Draw chapter 6's figure from the files in a folder: losses from 0 to 1, smoothed, a marker every 100 steps.

    Raises UserError for a file that is missing or damaged.
    """
    data = read_comparison(folder)
    with house_style():
        figure = HouseFigure(figsize=(7.4, 5.6), dpi=100, layout="constrained")
        axes = figure.subplots()
        for k, runs in enumerate(data.losses.values()):
            for number, run in enumerate(runs.values()):
                steps, values = thinned_line(book_smoothed(run))
                entry, every = "?" if number == 0 else "_", max(1, round(100 * len(steps) / max(1, len(run))))
                axes.plot(steps, values, **look(k), **STROKE, markevery=every, label=entry, zorder=3 + 0.01 * k)
        axes.set(
            ylim=(0, 1), xlabel=translate("step (the book's iteration)"), ylabel=translate("loss after the update")
        )
        entries = [words.legend_entry(data, k) for k, runs in enumerate(data.losses.values()) if runs]
        legend = axes.legend(loc="upper right", fontsize=8)
        for text, entry in zip(legend.get_texts(), entries, strict=True):
            text.set_text(entry)
        axes.set_title(translate("The book's comparison, chapter 6"), loc="left")
        trained, _, machine = words.footer(data)
        unfair = translate(
            "Each optimizer starts from random weights of its own; batches drawn with replacement; loss: on its batch, "
            "after the update, smoothed (Kaiser window of {window} steps, β = 2); one rate each, not tuned.",
            window=WINDOW,
        )
        _write_foot(figure, [trained, unfair, machine], 7.1)
    return figure


def ladder_figure(folder: str | Path) -> Figure:
    """Draw a panel for each rung, with the ranking at its end. Raises UserError for missing or damaged files."""
    data = read_ladder(folder)
    with house_style():
        figure = HouseFigure(figsize=(11, 8.2), dpi=100, layout="constrained")
        panels = figure.subplots(2, 3, sharex=True, sharey=True).ravel()
        logarithmic(panels[0], "y")
        guess = math.log(data.protocol["problem"]["classes"])
        lines = [book_smoothed(each[0]) for of in data.curves.values() for each in of.values() if each.size]
        lowest = min((line[line > 0].min() for line in lines if (line > 0).any()), default=guess / 10)
        limits = max(0.7 * min(lowest, guess / 10), 1e-6), 12 * guess  # above the curves: room for the ranking
        for number, (axes, rung) in enumerate(zip(panels, RUNGS, strict=True)):
            axes.set(ylim=limits, xlim=(0, data.protocol["steps"]), title=f"{number}  {rung.name}")
            axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
            if number % 3 == 0:
                axes.set_ylabel(translate("training loss (log)"))
            if number >= 3:
                axes.set_xlabel(translate("step (the book's iteration)"))
            _draw_rung(axes, data, rung)
        entries = []
        for about in data.protocol["optimizers"]:
            said = settings_words({k: v for k, v in about["settings"].items() if k != "eps"})
            entries.append(f"{drawable(shortened(about['label'], 60))}  {drawable(shortened(said, 80))}")
        handles = [panels[0].plot([], [], **look(k), **STROKE)[0] for k in range(len(entries))]
        legend = figure.legend(handles, ["?"] * len(entries), loc="outside upper left", ncols=3, frameon=False)
        for text, entry in zip(legend.get_texts(), entries, strict=True):
            text.set_text(entry)
        _write_foot(figure, _footer(data), 10.6)
    return figure


def _draw_rung(axes: Axes, data: LadderFolder, rung: Rung) -> None:
    """Draw the median over the seeds, smoothed; the range of the raw losses where the rung shows it; the ranking."""
    for k, curves in enumerate(data.curves[rung.key].values()):
        if not curves.size:
            continue
        median, low, high = curves
        if rung.raw:
            steps, least, most = thinned_band(low, high)
            band = axes.fill_between(steps, np.maximum(least, axes.get_ylim()[0]), most)
            band.set(facecolor=look(k)["color"], edgecolor="none", alpha=0.2, zorder=1 + 0.01 * k)
        steps, values = thinned_line(book_smoothed(median))
        every = max(1, len(values) // 8)
        axes.plot(steps, values, **look(k), **STROKE, markevery=(every * k // 8, every), zorder=3 + 0.01 * k)
    standing, seeds = Ranking.of(data.losses[rung.key]), len(data.protocol["seeds"])
    tuned = {about["label"]: about["settings"].get("lr") for about in data.protocol["rungs"][-1]["optimizers"]}
    tied = {second for _, second in standing.ties}
    said = []
    for place, (label, median) in enumerate(standing.medians.items(), start=1):
        line = f"{'≈' if label in tied else f'{place}.'} {drawable(shortened(label, 24))}"
        line += f" lr {tuned[label]:.3g}" if rung.tuned else ""
        first = translate("first in {n} of {m}", n=standing.firsts[label], m=seeds) if standing.firsts[label] else ""
        said.append(f"{line}  {median:.3g}  {first}".rstrip())
    note = axes.text(0.98, 0.98, "\n".join(said), transform=axes.transAxes, ha="right", va="top", fontsize=SMALL)
    note.set(zorder=7, linespacing=1.3, multialignment="left")
    note.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2})


def _footer(data: LadderFolder) -> list[str]:
    protocol, tuning = data.protocol, data.protocol["tuning"]
    problem = protocol["problem"]
    trained = [
        shortened(problem["source"], 200),
        layer_sizes(protocol["network"], problem),
        translate("batches of {n:,}", n=protocol["batch_size"]),
        translate("{steps} updates", steps=f"{protocol['steps']:,}"),
        words.seeds_named(protocol["seeds"]),
    ]
    meaning = translate(
        "Each rung keeps what those before it have put right. Line: median of the seeds, smoothed (Kaiser window of "
        "{window} steps, β = 2); pale, from rung 4 on, which changes nothing else: range of the raw losses. Ranking: "
        "median final loss, of the last 100 steps; ≈: a tie with the one above. Last rung: {budget} trials each.",
        window=WINDOW,
        budget=tuning["budget"],
    )
    return [" · ".join(trained), meaning]


def _write_foot(figure: Figure, paragraphs: list[str], inches: float) -> None:
    """Write small words below everything, with the room that they need."""
    text = "\n".join(wrapped(drawable(paragraph), inches, SMALL) for paragraph in paragraphs)
    figure.supxlabel(text, x=0.01, ha="left", fontsize=SMALL, color=QUIET, linespacing=1.35)
