"""The optimizers' ranking on each rung of the ladder: which is first, on how many seeds, and which differ."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from zeronet.lab.ladder.rungs import RUNGS
from zeronet.lab.runner.analysis.printed import PrintedTable
from zeronet.lab.runner.analysis.ranking import Losses, Ranking
from zeronet.lab.runner.analysis.summary import FINAL_STEPS, Records, tidy
from zeronet.lab.runner.runs import Runs
from zeronet.lab.tuning.grid import RESOLVED
from zeronet.locale import translate


class LadderTable(PrintedTable):
    """The ladder as a table to print.

    protocol: with "tuning" and "rungs"; losses: key of a rung → label → final losses; known_to: label → the factor to
    which its learning rate of the last rung is known, infinity at an edge; seconds: of each run; runs:
    ("RUNG: LABEL", seed) → run.
    """

    def __init__(
        self,
        protocol: Mapping[str, Any],
        losses: Mapping[str, Losses],
        known_to: Mapping[str, float],
        seconds: Sequence[float],
        runs: Runs,
    ):
        self.protocol, self.losses, self.known_to, self.seconds = protocol, losses, known_to, seconds
        self.runs = runs
        margin = protocol["tuning"]["margin"]
        self.rankings = {key: Ranking.of(by_label, margin) for key, by_label in losses.items()}

    def cells(self) -> list[list[str]]:
        """Return the head, and a row for each rung."""
        labels = [about["label"] for about in self.protocol["optimizers"]]
        seeds = len(self.protocol["seeds"])
        body = [[translate("rung"), *labels, translate("first in")]]
        for number, rung in enumerate(RUNGS):
            ranking = self.rankings[rung.key]
            cells = [f"{ranking.means[label]:.4f}" for label in labels]
            most = max(ranking.firsts, key=ranking.firsts.__getitem__)
            first = translate("{label}: {n} of {m} seeds", label=most, n=ranking.firsts[most], m=seeds)
            body.append([f"{number} {rung.name}", *cells, first])
        return body

    def notes(self) -> list[str]:
        """Return the rankings, and what they mean."""
        rankings = [f"{number}  {self.rankings[rung.key].words()}" for number, rung in enumerate(RUNGS)]
        return [translate("ranking"), *rankings, "", *self.sentences()]

    def sentences(self) -> list[str]:
        """Return what the table means, at which learning rates the last rung ran, and what it cost."""
        tuning, seeds = self.protocol["tuning"], len(self.protocol["seeds"])
        rates = [
            f"{about['label']} {about['settings']['lr']:.4g}{_known_to(self.known_to[about['label']])}"
            for about in self.protocol["rungs"][-1]["optimizers"]
        ]
        return [
            translate(
                "Each rung keeps what those above it have put right. Numbers: mean (of logarithms) over {m} seeds "
                "of the final loss, the mean of the last {n} training losses; <: the difference was found (95 % for "
                "all pairs of a rung), ≈: equal within {margin:.3g} %, comma: cannot tell.",
                m=seeds,
                n=min(FINAL_STEPS, self.protocol["steps"]),
                margin=100 * tuning["margin"],
            ),
            translate("Raw beside smoothed changes no number, only what is drawn."),
            translate(
                "Learning rates of the last rung, from {budget} trials each on {n} other seeds, by validation loss: "
                "{rates}.",
                budget=tuning["budget"],
                n=len(tuning["seeds"]),
                rates=", ".join(rates),
            ),
            translate("{n} runs, {seconds:.0f} s of training.", n=len(self.seconds), seconds=sum(self.seconds)),
        ]

    def records(self) -> Records:
        """Return header and rows of summary.csv: a row for each optimizer of each rung, best first."""
        header = ["rung", "rank", "optimizer", "loss_mean", "loss_low", "loss_high", "first_in", "seeds"]
        header += ["against_next"]
        rows, settings = [], []
        for about in self.protocol["rungs"]:
            of = {spec["label"]: spec["settings"] for spec in about["optimizers"]}
            ranking = self.rankings[about["rung"]]
            against_next = {a: outcome for (a, _), outcome in ranking.outcomes.items()}
            for rank, (label, mean) in enumerate(ranking.means.items(), start=1):
                losses = self.losses[about["rung"]][label]
                numbers = [float(n) for n in (mean, min(losses), max(losses))]
                row = [about["rung"], rank, label, *numbers, ranking.firsts[label], len(losses)]
                rows.append([*row, against_next.get(label)])
                settings.append(of[label])
        return tidy(header, rows, settings)


def _known_to(factor: float) -> str:
    """Return a remark in brackets on a learning rate that the search did not resolve."""
    if math.isinf(factor):
        return translate(" (at the edge of those tried)")
    return translate(" (known to a factor of {factor:.2f})", factor=factor) if factor > RESOLVED else ""
