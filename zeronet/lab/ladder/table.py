"""Where the optimizers stand on each rung of the ladder: who is first, in how many seeds, and which are a tie."""

from collections.abc import Mapping, Sequence
from typing import Any

from zeronet.common.text import aligned
from zeronet.lab.ladder.rungs import RUNGS
from zeronet.lab.runner.analysis.ranking import Losses, Ranking
from zeronet.lab.runner.analysis.summary import LAST, settings_words
from zeronet.locale import translate


class LadderTable:
    """The ladder as a person reads it: str(table), or the last line of a notebook's cell.

    protocol: with "tuning" and "rungs"; losses: key of a rung → label → final losses; at_edge: labels whose best rate
    was the lowest or highest tried; count, seconds: how many runs there were, and how long all took together.
    """

    def __init__(
        self,
        protocol: Mapping[str, Any],
        losses: Mapping[str, Losses],
        at_edge: Sequence[str],
        count: int,
        seconds: float,
    ):
        self.protocol, self.losses, self.at_edge = protocol, losses, list(at_edge)
        self.count, self.seconds = count, seconds
        self.standings = {key: Ranking.of(each) for key, each in losses.items()}

    def __str__(self) -> str:
        labels = [about["label"] for about in self.protocol["optimizers"]]
        seeds = len(self.protocol["seeds"])
        body = [[translate("rung"), *labels, translate("first in"), translate("ranking")]]
        for number, rung in enumerate(RUNGS):
            standing = self.standings[rung.key]
            cells = [f"{standing.medians[label]:.4f}" for label in labels]
            most = max(standing.firsts, key=standing.firsts.__getitem__)
            first = translate("{label}: {n} of {m} seeds", label=most, n=standing.firsts[most], m=seeds)
            body.append([f"{number} {rung.name}", *cells, first, standing.words()])
        return "\n".join([*aligned(body), "", *self.sentences()])

    __repr__ = __str__

    def sentences(self) -> list[str]:
        """Return what the table means, at which rates the last rung ran, and what it cost."""
        tuning, seeds = self.protocol["tuning"], len(self.protocol["seeds"])
        tuned = self.protocol["rungs"][-1]["optimizers"]
        edge = translate(" (at the edge of those tried)")
        rates = [
            f"{each['label']} {each['settings']['lr']:.4g}{edge if each['label'] in self.at_edge else ''}"
            for each in tuned
        ]
        return [
            translate(
                "Each rung keeps what those above it have put right. Numbers: median over {m} seeds of the final loss, "
                "the mean of the last {n} training losses; ≈: a tie (Student, 95 % for all pairs of a rung, Holm).",
                m=seeds,
                n=min(LAST, self.protocol["steps"]),
            ),
            translate("Raw beside smoothed changes no number, only what is drawn."),
            translate(
                "Rates of the last rung, from {budget} trials each on {n} other seeds, by validation loss: {rates}.",
                budget=tuning["budget"],
                n=len(tuning["seeds"]),
                rates=", ".join(rates),
            ),
            translate("{n} runs, {seconds:.0f} s of training.", n=self.count, seconds=self.seconds),
        ]

    def records(self) -> tuple[list[str], list[list[Any]]]:
        """Return header and rows of summary.csv: a row for each optimizer of each rung, best first."""
        header = ["rung", "rank", "optimizer", "settings", "loss_median", "loss_low", "loss_high", "first_in", "seeds"]
        header += ["tie_with_next"]
        rows = []
        for about in self.protocol["rungs"]:
            settings = {each["label"]: settings_words(each["settings"]) for each in about["optimizers"]}
            standing = self.standings[about["rung"]]
            tied = {a for a, _ in standing.ties}
            for rank, label in enumerate(standing.medians, start=1):
                losses = self.losses[about["rung"]][label]
                numbers = [f"{n:.9g}" for n in (standing.medians[label], min(losses), max(losses))]
                rows.append(
                    [about["rung"], rank, label, settings[label], *numbers, standing.firsts[label], len(losses)]
                )
                rows[-1].append("yes" if label in tied else "no")
        return header, rows
