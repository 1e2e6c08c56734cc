"""The table of a comparison: median and range over the seeds of what its runs say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zeronet.common.text import aligned
from zeronet.lab.runner.analysis.summary import LAST, Spread, final_training_loss, settings_words, steps_to
from zeronet.lab.runner.runs import Run
from zeronet.locale import translate


@dataclass(frozen=True)
class Row:
    """One optimizer's row.

    loss: training loss, mean of the last 100 steps; a run that did not finish counts as infinite. accuracy: on the
    test set, at the end of the runs that finished; best: the best accuracy of any evaluation; steps: updates until
    the target was reached.
    """

    label: str
    settings: str
    outcomes: tuple[str, ...]
    loss: Spread | None
    accuracy: Spread | None
    best: float | None
    steps: Spread | None
    seconds: Spread | None


def summarize(protocol: Mapping[str, Any], runs: Mapping[tuple[str, int], Run]) -> list[Row]:
    """Return a row per optimizer, in the order of the protocol."""
    return [
        _row(about, [runs[about["label"], seed] for seed in protocol["seeds"]], protocol["target"])
        for about in protocol["optimizers"]
    ]


def _row(about: Mapping[str, Any], runs: Sequence[Run], target: float | None) -> Row:
    accuracies = [accuracy for run in runs for _, _, accuracy in run.evaluations]
    return Row(
        label=about["label"],
        settings=settings_words(about["settings"]),
        outcomes=tuple(run.outcome for run in runs),
        loss=Spread.of([final_training_loss(run) for run in runs]),
        accuracy=Spread.of([run.evaluations[-1][2] for run in runs if run.outcome == "finished"]),
        best=max(accuracies, default=None),
        steps=Spread.of([steps_to(target, run) for run in runs]) if target is not None else None,
        seconds=Spread.of([run.seconds for run in runs if run.seconds is not None]),
    )


class Table:
    """The rows as a person reads them: str(table), or the last line of a notebook's cell."""

    def __init__(self, protocol: Mapping[str, Any], rows: Sequence[Row]):
        self.protocol, self.rows = protocol, rows

    def __str__(self) -> str:
        steps, target = self.protocol["steps"], self.protocol["target"]
        head = [
            translate("optimizer"),
            translate("settings"),
            translate("training loss"),
            translate("test accuracy"),
            translate("seconds"),
        ]
        if target is not None:
            head.insert(4, translate("steps to {target:g}", target=target))
        body = [head]
        for row in self.rows:
            cells = [
                row.label,
                row.settings,
                _loss_words(row),
                _words(row.accuracy, "{:.4f}"),
                _words(row.seconds, "{:.1f}"),
            ]
            if target is not None:
                cells.insert(4, _steps_words(row, steps, target))
            body.append(cells)
        return "\n".join([*aligned(body), "", self.caption()])

    __repr__ = __str__

    def records(self) -> tuple[list[str], list[list[Any]]]:
        """Return header and rows of summary.csv: empty where there is no number, inf where a run never got there."""
        spreads = {"training_loss": "loss", "test_accuracy": "accuracy", "steps_to_target": "steps"}
        header = ["optimizer", "settings", "finished", "diverged", "raised", "best_accuracy"]
        header += [f"{name}_{part}" for name in spreads for part in ("median", "low", "high")]
        records = []
        for row in self.rows:
            counts = [row.outcomes.count(outcome) for outcome in ("finished", "diverged", "raised")]
            numbers = [row.best]
            for name in spreads.values():
                spread = getattr(row, name)
                numbers += [spread.median, spread.low, spread.high] if spread else [None] * 3
            records.append([row.label, row.settings, *counts, *("" if n is None else f"{n:.9g}" for n in numbers)])
        return header, records

    def caption(self) -> str:
        """Return the line that says what the numbers are."""
        steps, per_epoch = self.protocol["steps"], self.protocol["problem"]["train"] // self.protocol["batch_size"]
        seeds = self.protocol["seeds"]
        over = translate("seed {seed}", seed=seeds[0])
        if len(seeds) > 1:
            over = translate("median (range) over the seeds {seeds}", seeds=", ".join(map(str, seeds)))
        length = translate("{steps} steps = {epochs:.1f} epochs", steps=steps, epochs=steps / per_epoch)
        last = translate("training loss: mean of the last {n} steps", n=min(LAST, steps))
        return f"{length}; {over}; {last}"


def _words(spread: Spread | None, form: str) -> str:
    if spread is None:
        return "-"
    middle = form.format(spread.median)
    return middle if spread.low == spread.high else f"{middle} ({form.format(spread.low)}..{form.format(spread.high)})"


def _loss_words(row: Row) -> str:
    diverged, raised = row.outcomes.count("diverged"), row.outcomes.count("raised")
    if not diverged + raised:
        return _words(row.loss, "{:.3f}")
    failed = [translate("{n} diverged", n=diverged)] if diverged else []
    failed += [translate("{n} raised", n=raised)] if raised else []
    some = "" if math.isinf(row.loss.median) else f"{row.loss.median:.3f}, "
    return some + translate("{failed} of {n}", failed=", ".join(failed), n=len(row.outcomes))


def _steps_words(row: Row, steps: int, target: float) -> str:
    if math.isinf(row.steps.high) and not math.isinf(row.steps.median):
        return f"{row.steps.median:.0f} ({row.steps.low:.0f}..{translate('not in {steps}', steps=steps)})"
    if not math.isinf(row.steps.median):
        return _words(row.steps, "{:.0f}")
    if row.best is None:
        return translate("not in {steps}", steps=steps)
    best = f"{row.best:.2f}"
    return translate(
        "not in {steps} (best {best})", steps=steps, best=best if float(best) < target else f"{row.best:.4f}"
    )
