"""Summaries of the runs of a comparison: medians and ranges over the seeds."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zeronet.lab.runner.runs import Run

Records = tuple[list[str], list[list[Any]]]  # header and rows of a table for machines

FINAL_STEPS = 100  # steps whose mean is the final training loss
FINAL_SHARE = 0.1  # of the steps: the mean of their evaluations is the final validation loss


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of some numbers; a run that did not reach the target counts as infinite.

    >>> Spread.of([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.0, high=3.0)
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of values, of which there is at least one."""
        return cls(statistics.median(values), min(values), max(values))


def final_training_loss(run: Run) -> float:
    """Return the mean loss of a run's last 100 steps; infinity for a run that did not finish."""
    return statistics.fmean(run.losses[-FINAL_STEPS:]) if run.outcome == "finished" else math.inf


def final_evaluation_loss(run: Run, steps: int) -> float:
    """Return the mean loss of the evaluations in the last tenth of the steps; infinity for a failed run.

    >>> run = Run(evaluations=[(0, 2.0, 0.1), (90, 0.25, 0.9), (100, 0.75, 0.9)])
    >>> final_evaluation_loss(run, steps=100)
    0.5
    """
    if run.outcome != "finished" or not run.evaluations:
        return math.inf
    last = [loss for step, loss, _ in run.evaluations if step >= (1 - FINAL_SHARE) * steps] or [run.evaluations[-1][1]]
    return statistics.fmean(last) if all(map(math.isfinite, last)) else math.inf


def arrival(reached: Sequence[bool]) -> int | None:
    """Return the first index from which on all are true: a target was reached, and kept; None if there is none.

    >>> arrival([False, True, False, True, True]), arrival([True, False])
    (3, None)
    """
    missed = [i for i, there in enumerate(reached) if not there]
    first = missed[-1] + 1 if missed else 0
    return first if first < len(reached) else None


def tidy(header: Sequence[str], rows: Sequence[Sequence[Any]], settings: Sequence[Mapping[str, Any]]) -> Records:
    """Return header and rows of a table with a column for each setting behind that of the optimizer.

    settings: those of each row; None where an optimizer has no such setting. Numbers are rounded to nine digits.

    >>> tidy(["optimizer", "loss"], [["SGD", 0.5], ["Adam", 1 / 3]], [{"lr": 0.1}, {"lr": 0.2, "eps": 1e-07}])
    (['optimizer', 'lr', 'eps', 'loss'], [['SGD', 0.1, None, 0.5], ['Adam', 0.2, 1e-07, 0.333333333]])
    """
    at = header.index("optimizer") + 1
    names = setting_names(settings)
    columns = [f"{name}_setting" if name in header else name for name in names]
    return [*header[:at], *columns, *header[at:]], [
        [*row[:at], *map(each.get, names), *(float(f"{v:.9g}") if isinstance(v, float) else v for v in row[at:])]
        for row, each in zip(rows, settings, strict=True)
    ]


def frame_of(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """Return a table as a pandas DataFrame. Raises ImportError, in one line, if pandas is not installed."""
    try:
        import pandas as pd
    except ImportError:
        raise ImportError("to_frame needs pandas: pip install pandas") from None
    return pd.DataFrame(rows, columns=list(header))


def with_networks(
    protocol: Mapping[str, Any], settings: Iterable[tuple[str, Mapping[str, Any]]]
) -> list[Mapping[str, Any]]:
    """Return the settings of each label, with its network as the first if the protocol has several."""
    networks = {about["label"]: {"network": about["network"]} for about in protocol["optimizers"] if "network" in about}
    return [{**networks.get(label, {}), **each} for label, each in settings]


def setting_names(settings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of all settings, each once, in the order of their first appearance."""
    return list(dict.fromkeys(name for each in settings for name in each))


def settings_words(settings: Mapping[str, Any]) -> str:
    """Return settings in words.

    >>> settings_words({"lr": 0.001, "eps": 1e-07, "nesterov": True})
    'lr 0.001, eps 1e-07, nesterov true'
    """
    values = {
        k: f"{v:g}" if isinstance(v, float) else str(v).lower() if isinstance(v, bool) else str(v)
        for k, v in settings.items()
    }
    return ", ".join(f"{name} {value}" for name, value in values.items())
