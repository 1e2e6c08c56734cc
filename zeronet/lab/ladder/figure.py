"""The book's figure of its comparison, and the ladder from there: one small panel per rung."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zeronet.lab.comparison.files import read_comparison
from zeronet.lab.comparison.words import band_words, ended_lowest, guess, legend_entries, machine, trained, unfinished
from zeronet.lab.ladder.files import LadderFolder, read_ladder
from zeronet.lab.ladder.rungs import RUNGS, Rung
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import add_note, band_style, curve_style, drawable, house_style, logarithmic
from zeronet.lab.runner.analysis.curves import thinned_band, thinned_line
from zeronet.lab.runner.analysis.ranking import Ranking
from zeronet.lab.runner.analysis.summary import FINAL_STEPS
from zeronet.locale import translate

WINDOW = 11  # steps, β = 2


def book_smoothed(values: np.ndarray) -> np.ndarray:
    """Return the book's smooth_curve: the mean over a Kaiser window of 11 steps, both ends mirrored.

        y_k ← Σ_j w_j x_{k+j} / Σ_j w_j        |j| ≤ 5,    x_{−j} = x_j,    x_{n−1+j} = x_{n−j}

    The mirror at the end repeats the last value. (『ゼロから作るDeep Learning』, common/util.py)

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

    UserError if a file is missing or damaged.
    """
    data = read_comparison(folder)
    with house_style():
        unfair = translate(
            "Each optimizer starts from random weights of its own; batches drawn with replacement; loss: on its batch, "
            "after the update, smoothed (Kaiser window of {window} steps, β = 2); one learning rate each, not tuned.",
            window=WINDOW,
        )
        looks = looks_of(data.protocol["optimizers"])
        seeds, full = data.protocol["seeds"], data.steps
        finals = {
            label: [
                float(runs[s][-FINAL_STEPS:].mean()) if s in runs and len(runs[s]) == full else math.inf for s in seeds
            ]
            for label, runs in data.losses.items()
        }
        figure = new_page(
            3.9,
            ended_lowest(finals, translate("loss after the update")),
            [translate("The book's comparison, chapter 6"), trained(data.protocol), unfair],
            [machine(data.protocol)],
            legend_entries(data.protocol, unfinished(data)),
        )
        axes = figure.subplots()
        for label, runs in data.losses.items():
            for run in runs.values():
                steps, values = thinned_line(book_smoothed(run))
                every = max(1, round(100 * len(steps) / max(1, len(run))))
                axes.plot(steps, values, **curve_style(looks[label]), markevery=every)
        axes.set(ylim=(0, 1), ylabel=translate("loss after the update"))
        axes.set_xlabel(translate("update (the book's iteration)"))
    return figure


def ladder_figure(folder: str | Path) -> Figure:
    """Draw a panel for each rung, with the ranking at its end; UserError if a file is missing or damaged."""
    data = read_ladder(folder)
    with house_style():
        looks = looks_of(data.protocol["optimizers"])
        figure = new_page(
            6.4, _headline(data), [trained(data.protocol), _how_ranked(data)], [machine(data.protocol)],
            legend_entries(data.protocol),
        )  # fmt: skip
        panels = figure.subplots(2, 3, sharex=True, sharey=True).ravel()
        logarithmic(panels[0], "y")
        level, _ = guess(data.protocol["problem"])
        curves = [curve for by_label in data.curves.values() for curve in by_label.values() if curve.size]
        lines = [book_smoothed(curve[0]) for curve in curves]
        lowest = min((line[line > 0].min() for line in lines if (line > 0).any()), default=level / 10)
        limits = max(0.7 * min(lowest, level / 10), 1e-6), 90 * level  # above the curves: room for the ranking
        for number, (axes, rung) in enumerate(zip(panels, RUNGS, strict=True)):
            axes.set(ylim=limits, xlim=(0, data.protocol["steps"]), title=f"{number}  {rung.name}")
            axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
            if number % 3 == 0:
                axes.set_ylabel(translate("training loss (log)"))
            if number >= 3:
                axes.set_xlabel(translate("update (the book's iteration)") if number == 3 else translate("update"))
            _draw_rung(axes, data, looks, rung)
    return figure


def _headline(data: LadderFolder) -> str:
    margin = data.protocol["tuning"]["margin"]
    book, tuned = (
        ", ".join(drawable(label, 30) for label in Ranking.of(data.losses[rung.key], margin).leaders())
        for rung in (RUNGS[0], RUNGS[-1])
    )
    return translate("Lowest in the book's way: {book}; with tuned learning rates: {tuned}", book=book, tuned=tuned)


def _draw_rung(axes: Axes, data: LadderFolder, looks: Mapping[str, Look], rung: Rung) -> None:
    """Draw the median over the seeds, smoothed; the band of the raw losses if the rung shows it; the ranking."""
    for k, (label, curves) in enumerate(data.curves[rung.key].items()):
        if not curves.size:
            continue
        median, low, high = curves
        if rung.raw:
            steps, least, most = thinned_band(low, high)
            axes.fill_between(steps, np.maximum(least, axes.get_ylim()[0]), most, **band_style(looks[label]))
        steps, values = thinned_line(book_smoothed(median))
        every = max(1, len(values) // 8)
        axes.plot(steps, values, **curve_style(looks[label]), markevery=(every * k // 8, every))
    positions = Ranking.of(data.losses[rung.key], data.protocol["tuning"]["margin"])
    tuned = {about["label"]: about["settings"].get("lr") for about in data.protocol["rungs"][-1]["optimizers"]}
    against_last = {second: outcome for (_, second), outcome in positions.outcomes.items()}
    lines = []
    for place, (label, mean) in enumerate(positions.means.items(), start=1):
        sign = {"equal": "≈", "cannot tell": "?"}.get(against_last.get(label, ""), f"{place}.")
        line = f"{sign} {drawable(label, 14)}"
        line += f" lr {tuned[label]:.2g}" if rung.tuned else ""
        lines.append(f"{line}  {mean:.3g}")
    add_note(axes, 0.99, 0.99, "\n".join(lines), ha="right", va="top", multialignment="left")


def _how_ranked(data: LadderFolder) -> str:
    return translate(
        "Each rung keeps what those before it have put right. Line: median of the seeds, smoothed (Kaiser window of "
        "{window} steps, β = 2); pale, from rung 4 on, which changes nothing else: {band} of the raw losses. Ranking: "
        "mean final loss, of the last 100 steps; ≈: equal to the one above within {margin:.3g} %, ?: cannot tell. Last "
        "rung: {budget} trials each.",
        margin=100 * data.protocol["tuning"]["margin"],
        window=WINDOW,
        band=band_words(data.protocol),
        budget=data.protocol["tuning"]["budget"],
    )
