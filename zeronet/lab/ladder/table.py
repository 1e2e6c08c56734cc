"""The optimizers' ranking on each rung of the ladder: which is first, on how many seeds, and which are a tie."""

from collections.abc import Mapping, Sequence
from typing import Any

from zeronet.common.text import aligned, folded
from zeronet.lab.ladder.rungs import RUNGS
from zeronet.lab.runner.analysis.ranking import Losses, Ranking
from zeronet.lab.runner.analysis.summary import FINAL_STEPS, Records, tidy
from zeronet.locale import translate


class LadderTable:
    """The ladder as a table to print: str(table), or the last line of a notebook's cell.

    protocol: with "tuning" and "rungs"; losses: key of a rung → label → final losses; at_edge: labels whose best
    learning rate was the lowest or highest tried; seconds: of each run.
    """

    def __init__(
        self,
        protocol: Mapping[str, Any],
        losses: Mapping[str, Losses],
        at_edge: Sequence[str],
        seconds: Sequence[float],
    ):
        self.protocol, self.losses, self.at_edge, self.seconds = protocol, losses, at_edge, seconds
        self.rankings = {key: Ranking.of(by_label) for key, by_label in losses.items()}

    def __str__(self) -> str:
        labels = [about["label"] for about in self.protocol["optimizers"]]
        seeds = len(self.protocol["seeds"])
        body = [[translate("rung"), *labels, translate("first in")]]
        for number, rung in enumerate(RUNGS):
            ranking = self.rankings[rung.key]
            cells = [f"{ranking.medians[label]:.4f}" for label in labels]
            most = max(ranking.firsts, key=ranking.firsts.__getitem__)
            first = translate("{label}: {n} of {m} seeds", label=most, n=ranking.firsts[most], m=seeds)
            body.append([f"{number} {rung.name}", *cells, first])
        rankings = [f"{number}  {self.rankings[rung.key].words()}" for number, rung in enumerate(RUNGS)]
        return "\n".join([*aligned(folded(body)), "", translate("ranking"), *rankings, "", *self.sentences()])

    __repr__ = __str__

    def sentences(self) -> list[str]:
        """Return what the table means, at which learning rates the last rung ran, and what it cost."""
        tuning, seeds = self.protocol["tuning"], len(self.protocol["seeds"])
        edge = translate(" (at the edge of those tried)")
        rates = [
            f"{about['label']} {about['settings']['lr']:.4g}{edge if about['label'] in self.at_edge else ''}"
            for about in self.protocol["rungs"][-1]["optimizers"]
        ]
        return [
            translate(
                "Each rung keeps what those above it have put right. Numbers: median over {m} seeds of the final loss, "
                "the mean of the last {n} training losses; ≈: a tie (Student, 95 % for all pairs of a rung, Holm).",
                m=seeds,
                n=min(FINAL_STEPS, self.protocol["steps"]),
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
        header = ["rung", "rank", "optimizer", "loss_median", "loss_low", "loss_high", "first_in", "seeds"]
        header += ["tie_with_next"]
        rows, settings = [], []
        for about in self.protocol["rungs"]:
            of = {spec["label"]: spec["settings"] for spec in about["optimizers"]}
            ranking = self.rankings[about["rung"]]
            tied = {a for a, _ in ranking.ties}
            for rank, (label, median) in enumerate(ranking.medians.items(), start=1):
                losses = self.losses[about["rung"]][label]
                numbers = [float(n) for n in (median, min(losses), max(losses))]
                row = [about["rung"], rank, label, *numbers, ranking.firsts[label], len(losses), label in tied]
                rows.append(row)
                settings.append(of[label])
        return tidy(header, rows, settings)
