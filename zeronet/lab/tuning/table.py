"""The verdict of a tuned comparison, in a table, in sentences, and for verdict.json and summary.csv."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zeronet.common.text import aligned
from zeronet.lab.runner.analysis.pairwise import Pair, compared, final_evaluation_loss
from zeronet.lab.runner.analysis.ranking import ranking
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Run
from zeronet.locale import translate


class VerdictTable:
    """Who won, by how much, at which rates, and at what cost: str(table), or the last line of a notebook's cell.

    protocol: of the final runs, with "tuning"; runs: (label, seed) → final run; at_edge: labels whose best rate was the
    lowest or highest tried; count, seconds: how many runs there were, trials included, and how long all took together.
    """

    def __init__(
        self,
        protocol: Mapping[str, Any],
        runs: Mapping[tuple[str, int], Run],
        at_edge: Sequence[str],
        count: int,
        seconds: float,
    ):
        self.protocol, self.runs, self.at_edge = protocol, runs, list(at_edge)
        self.problem = problem_of(protocol["problem"])
        self.count, self.seconds = count, seconds
        self.settings = {about["label"]: about["settings"] for about in protocol["optimizers"]}
        self.losses = {
            label: [final_evaluation_loss(runs[label, seed], protocol["steps"]) for seed in protocol["seeds"]]
            for label in self.settings
        }
        self.pairs = compared(self.losses)

    def __str__(self) -> str:
        target = self.problem.target(self.protocol)
        head = [translate("optimizer"), translate("settings"), translate("final loss: median (quartiles)")]
        if self.problem.classifies:
            head.append(translate("test accuracy"))
        if target is not None:
            head.append(translate("steps to {target:g}", target=target))
        body = [head]
        for label in ranking(self.losses):
            cells = [label, settings_words(self.settings[label]), self._loss_words(label)]
            if self.problem.classifies:
                tested = [run.test[1] for run in self._runs(label) if run.test]
                cells.append(f"{statistics.median(tested):.4f}" if tested else "-")
            if target is not None:
                cells.append(self._steps_words(label))
            body.append(cells)
        return "\n".join([*aligned(body), "", *self.sentences()])

    __repr__ = __str__

    def sentences(self) -> list[str]:
        """Return the verdict in plain words: who ended lowest, which pairs differ and which tie, what it cost."""
        order = ranking(self.losses)
        first = order[0]
        lowest, rate = float(np.median(self.losses[first])), self.settings[first]["lr"]
        said = [translate("No optimizer came through: each failed on half of its seeds or more.")]
        if math.isfinite(lowest):
            said = [
                translate(
                    "{label} ended lowest: median loss {loss:.4g} at lr {lr:.4g}.", label=first, loss=lowest, lr=rate
                )
            ]
        said += [self._pair_words(pair) for pair in self.pairs]
        for label in self.at_edge:
            said.append(
                translate(
                    "The best rate of {label}, {lr:.4g}, is at the edge of those tried: look further.",
                    label=label,
                    lr=self.settings[label]["lr"],
                )
            )
        tuning = self.protocol["tuning"]
        said.append(
            translate(
                "Each had {budget} trials on {n} seeds, then {m} fresh seeds; loss: {what}, mean of the last tenth of "
                "the steps; pairs: Student's interval over the seeds, 95 % for all pairs together (Holm).",
                budget=tuning["budget"],
                n=len(tuning["seeds"]),
                m=len(self.protocol["seeds"]),
                what=self.problem.judged_by,
            )
        )
        said.append(translate("{n} runs, {seconds:.0f} s of training.", n=self.count, seconds=self.seconds))
        return said

    def about(self) -> dict[str, Any]:
        """Return what verdict.json holds; no seconds, so that it is the same for every repetition."""
        optimizers = [
            {
                "label": label,
                "settings": self.settings[label],
                "rate_at_edge": label in self.at_edge,
                "final_losses": [_json(loss) for loss in self.losses[label]],
                "median": _json(float(np.median(self.losses[label]))),
                "quartiles": [_json(q) for q in _quartiles(self.losses[label])],
                "test": [run.test and list(run.test) for run in self._runs(label)],
                "steps_to_target": [_json(step) for step in self.steps(label)]
                if self.problem.target(self.protocol) is not None
                else None,
            }
            for label in ranking(self.losses)
        ]
        statistic = "log of the final loss: mean of the evaluations in the last tenth of the steps"
        return {
            "statistic": statistic,
            "runs": self.count,
            "optimizers": optimizers,
            "pairs": [pair.about() for pair in self.pairs],
        }

    def records(self) -> tuple[list[str], list[list[Any]]]:
        """Return header and rows of summary.csv: a row for each optimizer, best first."""
        header = ["optimizer", "settings", "rate_at_edge", "loss_median", "loss_low_quartile", "loss_high_quartile"]
        header += ["test_loss_median", "test_accuracy_median", "steps_to_target_median", "reached_target", "seeds"]
        rows = []
        for label in ranking(self.losses):
            tested = [run.test for run in self._runs(label) if run.test]
            tests = [statistics.median(column) for column in zip(*tested, strict=True)] if tested else ["", ""]
            steps = self.steps(label) if self.problem.target(self.protocol) is not None else []
            reached = [step for step in steps if math.isfinite(step)]
            numbers = [float(np.median(self.losses[label])), *_quartiles(self.losses[label]), *tests]
            rows.append(
                [
                    label,
                    settings_words(self.settings[label]),
                    "yes" if label in self.at_edge else "no",
                    *(f"{n:.9g}" if n != "" else "" for n in numbers),
                    f"{statistics.median(steps):g}" if steps else "",
                    len(reached) if steps else "",
                    len(self.losses[label]),
                ]
            )
        return header, rows

    def steps(self, label: str) -> list[float]:
        """Return the updates until the target was reached, seed by seed; infinity if it was not."""
        return [self.problem.steps_to_target(self.protocol, run) for run in self._runs(label)]

    def _runs(self, label: str) -> list[Run]:
        return [self.runs[label, seed] for seed in self.protocol["seeds"]]

    def _loss_words(self, label: str) -> str:
        losses = self.losses[label]
        failed = sum(not math.isfinite(loss) for loss in losses)
        low, high = _quartiles(losses)
        words = f"{np.median(losses):.4g} ({low:.4g}..{high:.4g})"
        return f"{words}, {translate('{n} of {m} failed', n=failed, m=len(losses))}" if failed else words

    def _steps_words(self, label: str) -> str:
        steps = self.steps(label)
        missed = sum(not math.isfinite(step) for step in steps)
        words = f"{statistics.median(steps):g}" if missed < len(steps) / 2 else "-"
        return f"{words} ({translate('{n} of {m} never', n=missed, m=len(steps))})" if missed else words

    def _pair_words(self, pair: Pair) -> str:
        if math.isnan(pair.difference):
            return translate("{a} and {b}: not compared, for some runs failed.", a=pair.a, b=pair.b)
        if pair.low is None:
            if pair.difference == 0:
                return translate("{a} and {b}: a tie, every difference is exactly 0.", a=pair.a, b=pair.b)
            ratio = _ratio(pair.difference)
            return translate("{a} and {b}: {a}'s loss is {ratio} times {b}'s on every seed, without an interval.",
                       a=pair.a, b=pair.b, ratio=ratio)  # fmt: skip
        a, b, wins, logs = pair.a, pair.b, pair.wins, (pair.difference, pair.low, pair.high)
        if pair.difference > 0:  # name the better one first
            a, b, wins, logs = b, a, 1 - wins, (-pair.difference, -pair.high, -pair.low)
        return translate(
            "{a} and {b}: {verdict}; {a}'s loss is {ratio} times {b}'s ({low} to {high}), "
            "and a random run of {a} beats one of {b} {wins:.0%} of the time.",
            a=a,
            b=b,
            verdict=translate("a tie") if pair.tie else translate("{a} wins", a=a),
            **dict(zip(("ratio", "low", "high"), map(_ratio, logs), strict=True)),
            wins=wins,
        )


def _ratio(difference: float) -> str:
    """Return what a difference of logarithms multiplies by, in words; a fixed number of digits where they tell."""
    ratio = math.exp(min(difference, 700))
    return f"{ratio:.3f}" if 0.01 <= ratio < 1000 else f"{ratio:.2g}"


def _quartiles(losses: Sequence[float]) -> tuple[float, float]:
    """Return the lower and the upper quartile, numbers of the sample where infinite ones are in it."""
    low, high = np.quantile(losses, (0.25, 0.75), method="nearest" if not np.isfinite(losses).all() else "linear")
    return float(low), float(high)


def _json(value: float) -> float | None:
    return value if math.isfinite(value) else None
