"""The table of a comparison: median and range over the seeds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zeronet.lab.comparison.words import compared_words, networks_words
from zeronet.lab.runner.analysis.printed import PrintedTable
from zeronet.lab.runner.analysis.summary import (
    FINAL_STEPS,
    Records,
    Spread,
    final_training_loss,
    settings_words,
    tidy,
    with_networks,
)
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Run, Runs
from zeronet.locale import translate


@dataclass(frozen=True)
class Row:
    """One optimizer's row.

    loss: training loss, mean of the last 100 steps; a run that did not finish counts as infinite. accuracy, or R²: on
    the test set, at the end of the finished runs; best: the best of any evaluation; steps: updates until the
    target was reached and kept; late: by how many updates these may be too many.
    """

    label: str
    settings: Mapping[str, Any]
    outcomes: tuple[str, ...]
    loss: Spread
    accuracy: Spread | None
    best: float | None
    steps: Spread | None
    late: float
    seconds: Spread | None


def summarize(protocol: Mapping[str, Any], runs: Runs) -> list[Row]:
    """Return a row per optimizer, in the order of the protocol."""
    return [
        _row(protocol, about, [runs[about["label"], seed] for seed in protocol["seeds"]])
        for about in protocol["optimizers"]
    ]


def _row(protocol: Mapping[str, Any], about: Mapping[str, Any], runs: Sequence[Run]) -> Row:
    problem = problem_of(protocol["problem"])
    arrivals = [] if protocol["target"] is None else [problem.steps_to_target(protocol, run) for run in runs]
    final = [run.evaluations[-1][2] for run in runs if run.outcome == "finished"]
    seconds = [run.seconds for run in runs if run.seconds is not None]
    return Row(
        label=about["label"],
        settings=about["settings"],
        outcomes=tuple(run.outcome for run in runs),
        loss=Spread.of([final_training_loss(run) for run in runs]),
        accuracy=Spread.of(final) if final else None,
        best=max((accuracy for run in runs for _, _, accuracy in run.evaluations), default=None),
        steps=Spread.of([steps for steps, _ in arrivals]) if arrivals else None,
        late=max((late for _, late in arrivals if math.isfinite(late)), default=0),
        seconds=Spread.of(seconds) if seconds else None,
    )


class Table(PrintedTable):
    """The rows as a table to print; runs: those whose messages are shown below it."""

    def __init__(self, protocol: Mapping[str, Any], rows: Sequence[Row], runs: Runs | None = None):
        self.protocol, self.rows, self.runs = protocol, rows, runs or {}

    def cells(self) -> list[list[str]]:
        """Return the head, and a row for each optimizer."""
        target = self.protocol["target"]
        head = [compared_words(self.protocol), translate("settings")]
        problem = problem_of(self.protocol["problem"])
        head += [translate(f"training {problem.loss}"), translate(f"test {problem.metric}")]
        if target is not None:
            head.append(translate("steps to {target:g}", target=target))
        body = [[*head, translate("seconds")]]
        for row in self.rows:
            cells = [row.label, settings_words(row.settings), _loss_cell(row), _cell(row.accuracy, "{:.4f}")]
            if row.steps is not None:
                cells.append(self._steps_cell(row.steps, row.best))
            body.append([*cells, _cell(row.seconds, "{:.1f}")])
        return body

    def notes(self) -> list[str]:
        """Return the lines that explain the numbers."""
        return self.caption().split("\n")

    def records(self) -> Records:
        """Return header and rows of summary.csv: None if there is no number, inf if a run never got there."""
        score = "accuracy" if problem_of(self.protocol["problem"]).classifies else "r2"
        spreads = {"training_loss": "loss", f"test_{score}": "accuracy", "steps_to_target": "steps"}
        header = ["optimizer", "finished", "diverged", "raised", f"best_{score}"]
        header += [f"{name}_{part}" for name in spreads for part in ("median", "low", "high")]
        records = []
        for row in self.rows:
            counts = [row.outcomes.count(outcome) for outcome in ("finished", "diverged", "raised")]
            numbers = [row.best]
            for name in spreads.values():
                spread = getattr(row, name)
                numbers += [spread.median, spread.low, spread.high] if spread else [None] * 3
            records.append([row.label, *counts, *(None if n is None else float(n) for n in numbers)])
        return tidy(header, records, with_networks(self.protocol, [(row.label, row.settings) for row in self.rows]))

    def caption(self) -> str:
        """Return the line that explains the numbers."""
        steps, per_epoch = self.protocol["steps"], self.protocol["problem"]["train"] // self.protocol["batch_size"]
        seeds = self.protocol["seeds"]
        over = translate("seed {seed}", seed=seeds[0])
        if len(seeds) > 1:
            over = translate("median (range) over the seeds {seeds}", seeds=", ".join(map(str, seeds)))
        length = translate("{steps} steps = {epochs:.1f} epochs", steps=steps, epochs=steps / per_epoch)
        loss = translate(f"training {problem_of(self.protocol['problem']).loss}")
        last = translate("{loss}: mean of the last {n} steps", loss=loss, n=min(FINAL_STEPS, steps))
        late = max((row.late for row in self.rows), default=0)
        kept = translate("steps: until the target is reached and kept, at most {late:g} too many", late=late)
        networks = [networks_words(self.protocol)] if "networks" in self.protocol else []
        return "\n".join(["; ".join([length, over, last]), *([kept] if late else []), *networks])

    def _steps_cell(self, spread: Spread, best: float | None) -> str:
        steps, target = self.protocol["steps"], self.protocol["target"]
        if not math.isinf(spread.high):
            return _cell(spread, "{:.0f}")
        if not math.isinf(spread.median):
            return f"{spread.median:.0f} ({spread.low:.0f}..{translate('not in {steps}', steps=steps)})"
        if best is None:
            return translate("not in {steps}", steps=steps)
        short = f"{best:.2f}"
        best_text = short if float(short) < target else f"{best:.4f}"
        return translate("not in {steps} (best {best})", steps=steps, best=best_text)


def _cell(spread: Spread | None, form: str) -> str:
    if spread is None:
        return "-"
    middle = form.format(spread.median)
    return middle if spread.low == spread.high else f"{middle} ({form.format(spread.low)}..{form.format(spread.high)})"


def _loss_cell(row: Row) -> str:
    diverged, raised = row.outcomes.count("diverged"), row.outcomes.count("raised")
    if not diverged + raised:
        return _cell(row.loss, "{:.3f}")
    failed = [translate("{n} diverged", n=diverged)] if diverged else []
    failed += [translate("{n} raised", n=raised)] if raised else []
    median = "" if math.isinf(row.loss.median) else f"{row.loss.median:.3f}, "
    return median + translate("{failed} of {n}", failed=", ".join(failed), n=len(row.outcomes))
