"""The figure of a verdict: loss against step, loss against rate, who reached the target, who beats whom."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zeronet.lab.comparison.words import band_words, ended_lowest, legend_entries, machine, trained, unit
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import (
    SMALL,
    add_note,
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
from zeronet.lab.runner.analysis.pairwise import compared, mean_loss
from zeronet.lab.runner.analysis.ranking import Ranking
from zeronet.lab.runner.analysis.summary import arrival
from zeronet.lab.tuning.expected import expected_best
from zeronet.lab.tuning.files import VerdictFolder, read_verdict
from zeronet.lab.tuning.words import outcome_words
from zeronet.locale import translate

MIN_LOSS = 1e-12  # a lower loss is drawn here
MAX_PAIRS = 10  # the names of more would overlap


def verdict_figure(folder: str | Path) -> Figure:
    """Draw the verdict from the files in its folder; UserError if one is missing or damaged."""
    data = read_verdict(folder)
    with house_style():
        failed = {label: sum(map(math.isinf, losses)) for label, losses in data.finals.items()}
        m = len(data.protocol["seeds"])
        outcomes = {label: [translate("{n} of {m} failed", n=n, m=m)] for label, n in failed.items() if n}
        looks = looks_of(data.protocol["optimizers"])
        figure = new_page(
            8.7,
            _headline(data),
            [trained(data.protocol), _how_tuned(data)],
            [machine(data.protocol)],
            legend_entries(data.protocol, outcomes),
        )
        (loss, rates), (reached, wins), (expected, pairs) = figure.subplots(3, 2)
        _draw_loss(loss, data, looks)
        _draw_rates(rates, data, looks)
        _draw_reached(reached, data, looks)
        _draw_wins(wins, data)
        _draw_expected(expected, data, looks)
        _draw_pairs(pairs, data)
    return figure


def _headline(data: VerdictFolder) -> str:
    """Return which optimizer ended lowest, and whether that is clear of the next."""
    lowest = ended_lowest(data.finals, data.problem.judged_by, tuned=True)
    positions = Ranking.of(data.finals, data.margin)
    label = list(positions.means)[1] if len(positions.means) > 1 else None
    if label is None or not math.isfinite(positions.means[label]):
        return lowest
    (first, _), outcome = next(iter(positions.outcomes.items()))
    loss, said = f"{positions.means[label]:.3g}", outcome_words(outcome, drawable(first, 30), data.margin)
    return translate(
        "{lowest}; {label} next: {loss}, {outcome}", lowest=lowest, label=drawable(label, 30), loss=loss, outcome=said
    )


def _how_tuned(data: VerdictFolder) -> str:
    protocol = data.protocol
    tuning = protocol["tuning"]
    each = translate("each optimizer")
    if "networks" in protocol:
        each = translate("each optimizer on each network")
    how = translate(
        "{each}: {budget} trials on {n} seeds, best by mean, then {m} fresh seeds",
        each=each,
        budget=tuning["budget"],
        n=len(tuning["seeds"]),
        m=len(protocol["seeds"]),
    )
    if not data.problem.has_data:
        return how
    split = translate(
        "{train:,} training and {validation:,} validation {unit}, split off the training set; curves and "
        "targets: validation; verdict: the test {unit}, read once per final run",
        **protocol["split"],
        unit=unit(protocol["problem"]),
    )
    return f"{split} · {how}"


def _title(axes: Axes, title: str) -> None:
    axes.set_title(wrapped(title, 2.55, SMALL, bold=True))


def _draw_loss(axes: Axes, data: VerdictFolder, looks: Mapping[str, Look]) -> None:
    """Median over the seeds, and the band behind it."""
    every_run = [run[:, 1] for runs in data.seen.values() for run in runs.values()]
    highest = max((losses[np.isfinite(losses)].max() for losses in every_run if np.isfinite(losses).any()), default=1.0)
    top = min(1.3 * highest, 10 * float(np.median([losses[0] for losses in every_run] or [1.0])))
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
    peaks = {label: max((_highest(run) for run in runs.values()), default=0.0) for label, runs in data.seen.items()}
    above = [
        translate("{label} reaches {loss:.3g}", label=drawable(label, 20), loss=peak)
        for label, peak in peaks.items()
        if peak > top
    ]
    if above:
        add_note(axes, 0.98, 0.98, "\n".join(above), ha="right", va="top")


def _highest(run: np.ndarray) -> float:
    """Return the highest finite loss of a run's rows."""
    return float(np.max(run[:, 1], where=np.isfinite(run[:, 1]), initial=0.0))


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


def _draw_expected(axes: Axes, data: VerdictFolder, looks: Mapping[str, Look]) -> None:
    """The best loss to expect after some trials: low at once for who is easy to tune."""
    for label, losses in data.first.items():
        numbers = np.arange(1, len(losses) + 1)
        best = [expected_best(losses, int(n)) for n in numbers]
        if np.isfinite(best).all():
            axes.plot(numbers, np.maximum(best, MIN_LOSS), **curve_style(looks[label]))
    logarithmic(axes, "y")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel=translate("trials"), ylabel=translate("final loss of the trials"))
    _title(axes, translate("Best loss to expect of n trials of the first grid"))


def _draw_pairs(axes: Axes, data: VerdictFolder) -> None:
    """The ratio of the losses of each pair with its interval, the better one first; the margin in grey."""
    pairs = [pair for pair in compared(data.finals, data.margin) if pair.low is not None]
    pairs = [pair.turned() if pair.better == pair.b else pair for pair in pairs][:MAX_PAIRS]
    axes.axvspan(1 / (1 + data.margin), 1 + data.margin, color="#d9d9d9", linewidth=0)
    axes.axvline(1, color="black", linewidth=0.8)
    for place, pair in enumerate(pairs):
        low, middle, high = np.exp([pair.low or 0.0, pair.difference, pair.high or 0.0])
        axes.errorbar(middle, place, xerr=[[middle - low], [high - middle]], fmt="o", color="black", capsize=3)
        name = f"{drawable(pair.a, 12)} / {drawable(pair.b, 12)}"
        axes.text(0.02, place - 0.12, name, transform=axes.get_yaxis_transform(), fontsize=SMALL, va="bottom")
    axes.set_yticks([])
    axes.set_ylim(max(len(pairs), 1) - 0.5, -0.8)
    _title(axes, translate("Ratio of the losses, 95 % for all pairs; grey: equal"))
