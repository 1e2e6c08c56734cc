"""The verdict of a tuned comparison: as a table, in sentences, and for verdict.json and summary.csv."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zeronet.common.text import aligned, folded
from zeronet.lab.runner.analysis.pairwise import Pair, compared, final_evaluation_loss
from zeronet.lab.runner.analysis.ranking import ranking
from zeronet.lab.runner.analysis.summary import Records, settings_words, tidy
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Run, Runs
from zeronet.locale import translate


class VerdictTable:
    """Which won, by how much, at which learning rates, at what cost: str(table), or the last line of a notebook's cell.

    protocol: of the final runs, with "tuning"; runs: the final runs; at_edge: labels whose best learning rate was the
    lowest or highest tried; seconds: of each run, trials included.
    """

    def __init__(self, protocol: Mapping[str, Any], runs: Runs, at_edge: Sequence[str], seconds: Sequence[float]):
        self.protocol, self.runs, self.at_edge, self.seconds = protocol, runs, at_edge, seconds
        self.problem = problem_of(protocol["problem"])
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
            cells = [label, settings_words(self.settings[label]), self._loss_cell(label)]
            if self.problem.classifies:
                accuracies = [run.test[1] for run in self._runs(label) if run.test]
                cells.append(f"{statistics.median(accuracies):.4f}" if accuracies else "-")
            if target is not None:
                cells.append(self._steps_cell(label))
            body.append(cells)
        return "\n".join([*aligned(folded(body)), "", *self.sentences()])

    __repr__ = __str__

    def sentences(self) -> list[str]:
        """Return the verdict in words: which optimizer ended lowest, which pairs differ, which tie, what it cost."""
        rates = {label: settings["lr"] for label, settings in self.settings.items()}
        first, tuning = ranking(self.losses)[0], self.protocol["tuning"]
        lowest = float(np.median(self.losses[first]))
        head = translate("Every optimizer failed on at least half of its seeds.")
        if math.isfinite(lowest):
            ended = {"label": first, "loss": lowest, "lr": rates[first]}
            head = translate("{label} ended lowest: median loss {loss:.4g} at lr {lr:.4g}.", **ended)
        return [
            head,
            *map(_pair_sentence, self.pairs),
            *(
                translate(
                    "The best learning rate of {label}, {lr:.4g}, is at the edge of those tried: look further.",
                    label=label,
                    lr=rates[label],
                )
                for label in self.at_edge
            ),
            translate(
                "Each had {budget} trials on {n} seeds, then {m} fresh seeds; loss: {what}, mean of the last tenth of "
                "the steps; pairs: Student's interval over the seeds, 95 % for all pairs together (Holm).",
                budget=tuning["budget"],
                n=len(tuning["seeds"]),
                m=len(self.protocol["seeds"]),
                what=self.problem.judged_by,
            ),
            translate("{n} runs, {seconds:.0f} s of training.", n=len(self.seconds), seconds=sum(self.seconds)),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the content of verdict.json; without seconds, so that it is the same for every repetition."""
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
        return {
            "statistic": "log of the final loss: mean of the evaluations in the last tenth of the steps",
            "runs": len(self.seconds),
            "optimizers": optimizers,
            "pairs": [pair.to_dict() for pair in self.pairs],
        }

    def records(self) -> Records:
        """Return header and rows of summary.csv: a row for each optimizer, best first."""
        header = ["optimizer", "rate_at_edge", "loss_median", "loss_low_quartile", "loss_high_quartile"]
        header += ["test_loss_median", "test_accuracy_median", "steps_to_target_median", "reached_target", "seeds"]
        rows = []
        for label in ranking(self.losses):
            tests = [run.test for run in self._runs(label) if run.test]
            medians = [statistics.median(column) for column in zip(*tests, strict=True)] or [None, None]
            steps = self.steps(label) if self.problem.target(self.protocol) is not None else []
            reached = [step for step in steps if math.isfinite(step)]
            numbers = [float(np.median(self.losses[label])), *_quartiles(self.losses[label])]
            rows.append(
                [
                    label,
                    label in self.at_edge,
                    *numbers,
                    *medians,
                    statistics.median(steps) if steps else None,
                    len(reached) if steps else None,
                    len(self.losses[label]),
                ]
            )
        return tidy(header, rows, [self.settings[label] for label in ranking(self.losses)])

    def steps(self, label: str) -> list[float]:
        """Return the number of updates to the target, seed by seed; infinity if it was not reached."""
        return [self.problem.steps_to_target(self.protocol, run) for run in self._runs(label)]

    def _runs(self, label: str) -> list[Run]:
        return [self.runs[label, seed] for seed in self.protocol["seeds"]]

    def _loss_cell(self, label: str) -> str:
        losses = self.losses[label]
        failed = sum(not math.isfinite(loss) for loss in losses)
        low, high = _quartiles(losses)
        cell = f"{np.median(losses):.4g} ({low:.4g}..{high:.4g})"
        return f"{cell}, {translate('{n} of {m} failed', n=failed, m=len(losses))}" if failed else cell

    def _steps_cell(self, label: str) -> str:
        steps = self.steps(label)
        missed = sum(not math.isfinite(step) for step in steps)
        cell = f"{statistics.median(steps):g}" if missed < len(steps) / 2 else "-"
        return f"{cell} ({translate('{n} of {m} never', n=missed, m=len(steps))})" if missed else cell


def _pair_sentence(pair: Pair) -> str:
    a, b, difference, low, high, wins = pair.a, pair.b, pair.difference, pair.low, pair.high, pair.wins
    if math.isnan(difference):
        return translate("{a} and {b}: not compared, because some runs failed.", a=a, b=b)
    if difference == 0 and low is None:
        return translate("{a} and {b}: a tie, every difference is exactly 0.", a=a, b=b)
    if low is None or high is None:
        names = {"a": a, "b": b, "ratio": _ratio(difference)}
        return translate("{a} and {b}: {a}'s loss is {ratio} times {b}'s on every seed, without an interval.", **names)
    if difference > 0:  # name the better one first
        a, b, difference, low, high, wins = b, a, -difference, -high, -low, 1 - wins
    return translate(
        "{a} and {b}: {verdict}; {a}'s loss is {ratio} times {b}'s ({low} to {high}), "
        "and a random run of {a} beats one of {b} {wins:.0%} of the time.",
        a=a,
        b=b,
        verdict=translate("a tie") if pair.tie else translate("{a} wins", a=a),
        ratio=_ratio(difference),
        low=_ratio(low),
        high=_ratio(high),
        wins=wins,
    )


def _ratio(difference: float) -> str:
    """Return the factor that a difference of logarithms means, with 3 decimals unless it is very small or large."""
    ratio = math.exp(min(difference, 700))
    return f"{ratio:.3f}" if 0.01 <= ratio < 1000 else f"{ratio:.2g}"


def _quartiles(losses: Sequence[float]) -> tuple[float, float]:
    """Return the lower and the upper quartile; values of the sample if some of them are infinite."""
    low, high = np.quantile(losses, (0.25, 0.75), method="nearest" if not np.isfinite(losses).all() else "linear")
    return float(low), float(high)


def _json(value: float) -> float | None:
    return value if math.isfinite(value) else None
