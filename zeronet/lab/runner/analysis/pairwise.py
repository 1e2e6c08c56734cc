"""Pairwise comparison of optimizers by their final losses: differences with intervals, ties, winning probabilities."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from zeronet.lab.runner.runs import Run

LEVEL = 0.05  # of all pairs together: the probability of claiming a difference if there is none
FINAL_SHARE = 0.1  # of the steps: their evaluations are the final loss
MIN_LOSS = 1e-12  # lower losses count as this one, so that they have a logarithm


@dataclass(frozen=True)
class Pair:
    """Two optimizers on the same seeds.

    difference: mean over the seeds of log loss(a) − log loss(b), nan if a run failed; low, high: its Student interval,
    with Holm's correction over the pairs, None if the differences are constant or a run failed; tie: whether the
    interval contains 0; wins: the probability that a random run of a ends lower than one of b, a draw counting half.
    """

    a: str
    b: str
    difference: float
    low: float | None
    high: float | None
    tie: bool
    wins: float

    def to_dict(self) -> dict[str, Any]:
        """Return the pair as verdict.json keeps it."""
        return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in asdict(self).items()}


def final_evaluation_loss(run: Run, steps: int) -> float:
    """Return the mean loss of the evaluations in the last tenth of the steps; infinity for a failed run.

    >>> run = Run(evaluations=[(0, 2.0, 0.1), (90, 0.25, 0.9), (100, 0.75, 0.9)])
    >>> final_evaluation_loss(run, steps=100)
    0.5
    """
    if run.outcome != "finished" or not run.evaluations:
        return math.inf
    last = [loss for step, loss, _ in run.evaluations if step >= (1 - FINAL_SHARE) * steps] or [run.evaluations[-1][1]]
    return float(np.mean(last)) if np.isfinite(last).all() else math.inf


def compared(losses: Mapping[str, Sequence[float]]) -> list[Pair]:
    """Compare every pair of optimizers, given label → final losses in the order of the seeds.

    Logarithms are subtracted seed by seed: both runs of a seed start from the same weights and see the same batches.
    Holm's correction: the clearest of m pairs is tested at the level 0.05/m, the next at 0.05/(m − 1), and so on until
    one is a tie; then all others are. (Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979)

    >>> [pair] = compared({"A": [1.0, 1.1, 0.9], "B": [2.0, 2.3, 1.9]})
    >>> pair.tie, round(math.exp(pair.difference), 2), pair.wins
    (False, 0.48, 1.0)
    """
    logs = {label: np.log(np.maximum(values, MIN_LOSS)) for label, values in losses.items()}
    pairs = list(combinations(logs, 2))
    differences = {(a, b): logs[a] - logs[b] for a, b in pairs if np.isfinite([logs[a], logs[b]]).all()}
    tested = {pair: d for pair, d in differences.items() if len(d) > 1 and not _constant(d)}
    errors = {pair: float(d.std(ddof=1) / math.sqrt(len(d))) for pair, d in tested.items()}
    intervals, level, rejecting = {}, LEVEL, True
    clear = {pair: abs(float(d.mean())) / errors[pair] for pair, d in tested.items()}
    order = sorted(tested, key=lambda pair: -clear[pair])
    for i, pair in enumerate(order):
        if rejecting and not (i and clear[pair] == clear[order[i - 1]]):  # equal pairs have one level, in any order
            level = LEVEL / (len(order) - i)
        half = _student(1 - level / 2, len(tested[pair]) - 1) * errors[pair]
        intervals[pair] = tested[pair].mean() - half, tested[pair].mean() + half
        rejecting = rejecting and not intervals[pair][0] <= 0 <= intervals[pair][1]
    return [_pair(pair, losses, differences.get(pair), intervals.get(pair)) for pair in pairs]


def _pair(
    names: tuple[str, str],
    losses: Mapping[str, Sequence[float]],
    differences: np.ndarray | None,
    interval: tuple[float, float] | None,
) -> Pair:
    a, b = (np.asarray(losses[name])[:, None] for name in names)
    wins = float(((a < b.T) + 0.5 * (a == b.T)).mean())
    mean = math.nan if differences is None else float(differences.mean())
    if interval is None:  # constant, a single seed, or failed runs
        return Pair(*names, mean, None, None, mean == 0, wins)
    low, high = map(float, interval)
    return Pair(*names, mean, low, high, low <= 0 <= high, wins)


def _constant(values: np.ndarray) -> bool:
    return bool(np.ptp(values) <= 1e-12 * max(1.0, np.abs(values).max()))


def _student(share: float, freedom: int) -> float:
    from scipy.stats import t  # only here: it takes a while to import

    return float(t.ppf(share, freedom))
