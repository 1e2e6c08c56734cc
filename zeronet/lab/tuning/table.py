"""The verdict of a tuned comparison: as a table, in sentences, and for verdict.json and summary.csv."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zeronet.lab.comparison.words import compared_words
from zeronet.lab.runner.analysis.pairwise import compared
from zeronet.lab.runner.analysis.printed import PrintedTable
from zeronet.lab.runner.analysis.ranking import finished_loss, ranking
from zeronet.lab.runner.analysis.summary import Records, tidy, with_networks
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Run, Runs
from zeronet.lab.tuning import words
from zeronet.lab.tuning.expected import expected_table, first_losses
from zeronet.lab.tuning.grid import RESOLVED
from zeronet.lab.tuning.timing import StepTimes
from zeronet.locale import translate


class VerdictTable(PrintedTable):
    """Which won, by how much, at which learning rates, at what cost, as a table to print.

    protocol: of the final runs, with "tuning"; runs: the final runs; known_to: label → the factor to which its learning
    rate is known, infinity at an edge; seconds: of each run, trials included; trials: rows of tuning.csv; step_times:
    measured after the runs.
    """

    def __init__(
        self,
        protocol: Mapping[str, Any],
        runs: Runs,
        known_to: Mapping[str, float],
        seconds: Sequence[float],
        trials: Sequence[Sequence[Any]] = (),
        step_times: StepTimes | None = None,
    ):
        self.protocol, self.runs, self.known_to, self.seconds = protocol, runs, known_to, seconds
        self.step_times = step_times
        self.first_losses = first_losses((label, str(tried), loss, number) for label, tried, _, loss, number in trials)
        self.problem = problem_of(protocol["problem"])
        self.settings = {about["label"]: about["settings"] for about in protocol["optimizers"]}
        self.margin = protocol["tuning"]["margin"]
        steps = protocol["steps"]
        self.losses = self._numbers(lambda run: self.problem.verdict_loss(run, steps))
        self.r_squared: dict[str, list[float]] = {}  # label → R² on the test rows, if numbers are predicted
        self.others: dict[str, dict[str, list[float]]] = {}  # name of another metric → label → its numbers
        if isinstance(self.problem, DataProblem):
            n = protocol["problem"]["test"]
            validation = self._numbers(lambda run: self.problem.final_loss(run, steps))
            self.others = {f"validation {self.problem.loss}": validation}
            if self.problem.classifies:
                self.others["test error"] = self._numbers(lambda run: _error(run, n))
            else:  # 1 − R² is the test MSE over a constant: it has no verdict of its own
                self.r_squared = self._numbers(lambda run: run.test[1] if run.test else -math.inf)
        self.pairs = compared(self.losses, self.margin)
        self.other_pairs = {name: compared(numbers, self.margin) for name, numbers in self.others.items()}

    def cells(self) -> list[list[str]]:
        """Return the head, and a row for each optimizer, best first."""
        target = self.problem.target(self.protocol)
        head = [compared_words(self.protocol), translate("settings")]
        head.append(translate("{loss} (quartiles)", loss=self.problem.judged_by))
        head += [translate(name) for name in self.others]
        head += [translate("test R²")] if self.r_squared else []
        if target is not None:
            head.append(translate("steps to {target:g}", target=target))
        if self.step_times:
            head.append(translate("ms/step"))
            head += [translate("s to {target:g}", target=target)] if target is not None else []
        body = [head]
        for label in ranking(self.losses):
            cells = [label, words.searched_settings(self.protocol, label), self._loss_cell(label)]
            for name, numbers in self.others.items():
                number = finished_loss(numbers[label])
                cells.append(
                    "-" if math.isinf(number) else f"{number:.2%}" if name == "test error" else f"{number:.4g}"
                )
            if self.r_squared:
                cells.append(f"{statistics.median(self.r_squared[label]):.4f}")
            if target is not None:
                cells.append(self._steps_cell(label))
            if self.step_times:
                cells += self._time_cells(label, target is not None)
            body.append(cells)
        return body

    def notes(self) -> list[str]:
        """Return the best losses to expect, and the verdict in words."""
        expected = [*expected_table(self.first_losses).split("\n"), ""] if self.first_losses else []
        return [*expected, *self.sentences()]

    def sentences(self) -> list[str]:
        """Return the verdict in words: what differs, what these seeds could have shown, and what it holds for."""
        best = ranking(self.losses)[0]
        lowest = finished_loss(self.losses[best])
        head = translate("Every run of every optimizer failed.")
        if math.isfinite(lowest):
            ended = {"label": best, "loss": lowest, "what": self.problem.judged_by, "lr": self.settings[best]["lr"]}
            head = translate("{label} ended lowest: mean {what} {loss:.4g} at lr {lr:.4g}.", **ended)
        others = [dict(zip(self.others, pairs, strict=True)) for pairs in zip(*self.other_pairs.values(), strict=True)]
        others = others or [{}] * len(self.pairs)
        seeds = len(self.protocol["seeds"])
        pairs = [
            words.pair_sentence(pair, self.problem.judged_by, other, self.margin, seeds)
            for pair, other in zip(self.pairs, others, strict=True)
        ]
        return [
            head,
            *pairs,
            *words.contradictions(self.problem.judged_by, self.pairs, others),
            *words.sensitivity(self.losses, self.margin),
            *(words.known_to(label, self.settings[label]["lr"], self.known_to[label]) for label in self._unresolved),
            words.conditions(self.protocol),
            words.method(self.problem.judged_by, list(self.others), self._late()),
            *([words.busy()] if self.step_times and self.step_times.busy else []),
            translate("{n} runs, {seconds:.0f} s of training.", n=len(self.seconds), seconds=sum(self.seconds)),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the content of verdict.json; without seconds, so that it is the same for every repetition."""
        has_target = self.problem.target(self.protocol) is not None
        optimizers = [
            {
                "label": label,
                "settings": self.settings[label],
                "rate_known_to": _json(self.known_to[label]),
                "final_losses": list(map(_json, self.losses[label])),
                **{name.replace(" ", "_"): list(map(_json, numbers[label])) for name, numbers in self.others.items()},
                **({"test_r2": list(map(_json, self.r_squared[label]))} if self.r_squared else {}),
                "mean": _json(finished_loss(self.losses[label])),
                "quartiles": [_json(q) for q in _quartiles(self.losses[label])],
                "steps_to_target": list(map(_json, self.steps(label))) if has_target else None,
            }
            for label in ranking(self.losses)
        ]
        return {
            "statistic": "mean logarithm over the seeds",
            "margin": self.margin,
            "runs": len(self.seconds),
            "optimizers": optimizers,
            "pairs": [pair.to_dict() for pair in self.pairs],
            "other_pairs": {name: [pair.to_dict() for pair in pairs] for name, pairs in self.other_pairs.items()},
        }

    def records(self) -> Records:
        """Return header and rows of summary.csv: a row for each optimizer, best first."""
        others = [name.replace(" ", "_") for name in self.others]
        header = ["optimizer", "rate_known_to", "loss", "loss_low_quartile", "loss_high_quartile", *others]
        header += ["test_r2_median"] if self.r_squared else []
        header += ["steps_to_target_median", "reached_target", "failed", "seeds"]
        rows = []
        for label in ranking(self.losses):
            steps = self.steps(label) if self.problem.target(self.protocol) is not None else []
            losses = self.losses[label]
            numbers = [self.known_to[label], finished_loss(losses), *_quartiles(losses)]
            numbers += [finished_loss(values[label]) for values in self.others.values()]
            numbers += [statistics.median(self.r_squared[label])] if self.r_squared else []
            rows.append(
                [
                    label,
                    *numbers,
                    statistics.median(steps) if steps else None,
                    sum(map(math.isfinite, steps)) if steps else None,
                    sum(map(math.isinf, losses)),
                    len(losses),
                ]
            )
        return tidy(
            header,
            rows,
            with_networks(self.protocol, [(label, self.settings[label]) for label in ranking(self.losses)]),
        )

    def steps(self, label: str) -> list[float]:
        """Return the number of updates to the target, seed by seed; infinity if it was not reached and kept."""
        return [self.problem.steps_to_target(self.protocol, run)[0] for run in self._runs(label)]

    @property
    def _unresolved(self) -> list[str]:
        return [label for label, factor in self.known_to.items() if factor > RESOLVED]

    def _late(self) -> float | None:
        """Return by how many updates the steps to the target may be too many; None if there are none."""
        if not self.problem.has_data or self.problem.target(self.protocol) is None:
            return None
        late = [self.problem.steps_to_target(self.protocol, run)[1] for run in self.runs.values()]
        return max(filter(math.isfinite, late), default=None)

    def _numbers(self, number: Any) -> dict[str, list[float]]:
        return {label: [number(run) for run in self._runs(label)] for label in self.settings}

    def _runs(self, label: str) -> list[Run]:
        return [self.runs[label, seed] for seed in self.protocol["seeds"]]

    def _loss_cell(self, label: str) -> str:
        losses = self.losses[label]
        failed = sum(map(math.isinf, losses))
        text = translate("{n} of {m} failed", n=failed, m=len(losses))
        if failed == len(losses):
            return text
        low, high = _quartiles([loss for loss in losses if math.isfinite(loss)])
        cell = f"{finished_loss(losses):.4g} ({low:.4g}..{high:.4g})"
        return f"{cell}, {text}" if failed else cell

    def _time_cells(self, label: str, has_target: bool) -> list[str]:
        """Return milliseconds of a step and, if there is a target, seconds to it."""
        seconds = self.step_times.seconds.get(label) if self.step_times else None
        if seconds is None:
            return ["-"] * (1 + has_target)
        cells = [f"{1000 * seconds:.3g}"]
        if has_target:
            median = statistics.median(self.steps(label))
            cells.append(f"{median * seconds:.3g}" if math.isfinite(median) else "-")
        return cells

    def _steps_cell(self, label: str) -> str:
        steps = self.steps(label)
        missed = sum(map(math.isinf, steps))
        cell = f"{statistics.median(steps):g}" if missed < len(steps) / 2 else "-"
        return f"{cell} ({translate('{n} of {m} never', n=missed, m=len(steps))})" if missed else cell


def _error(run: Run, images: int) -> float:
    """Return the share of wrong answers on the test images, half an image added so that it has a logarithm."""
    return ((1 - run.test[1]) * images + 0.5) / (images + 1) if run.test else math.inf


def _quartiles(losses: Sequence[float]) -> tuple[float, float]:
    """Return the lower and the upper quartile; values of the sample if some of them are infinite."""
    low, high = np.quantile(losses, (0.25, 0.75), method="nearest" if not np.isfinite(losses).all() else "linear")
    return float(low), float(high)


def _json(value: float) -> float | None:
    return value if math.isfinite(value) else None
