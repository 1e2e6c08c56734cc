"""Pairwise comparison of optimizers by their final losses: intervals, outcomes, and what the seeds could have shown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np

from zeronet.common.notebook import html_table
from zeronet.lab.runner.analysis.summary import Records, frame_of

LEVEL = 0.05  # of all pairs together: the probability of claiming a difference if there is none
MARGIN = 0.02  # losses whose ratio is within 1 ± this are equal for practical purposes
POWER = 0.8  # of a difference that the seeds "see": it is found in 4 of 5 comparisons
MIN_LOSS = 1e-12  # lower losses count as this one, so that they have a logarithm
MAX_FLIPS = 2**14  # sign flips that are all tried; of more, this many are drawn
MAX_SEEDS = 10_000  # beyond this number, no number of seeds is recommended


@dataclass(frozen=True, repr=False)
class Pair:
    """Two optimizers on the same seeds.

    outcome: "wins" for the better of the two, "equal" within the margin, or "cannot tell"; difference: mean over the
    seeds of log loss(a) − log loss(b), nan if a run failed; low, high: its interval, which holds for all pairs
    together, None for a single seed or if a run failed; p: of the test, before Holm's correction, None if there was
    none; wins: the probability that a random run of a ends lower than one of b, a draw counting half, with its own 95 %
    interval; failed: the number of failed runs of each.
    """

    a: str
    b: str
    outcome: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    wins: float
    wins_low: float
    wins_high: float
    failed: tuple[int, int]

    @property
    def better(self) -> str:
        """The one with the lower mean, or, if runs failed, the one that is more likely to end lower."""
        worse = self.wins < 0.5 if math.isnan(self.difference) else self.difference > 0
        return self.b if worse else self.a

    def turned(self) -> "Pair":
        """Return the same pair with b first."""
        low, high = (None if end is None else -end for end in (self.high, self.low))
        wins = 1 - self.wins, 1 - self.wins_high, 1 - self.wins_low
        return Pair(self.b, self.a, self.outcome, -self.difference, low, high, self.p, *wins, self.failed[::-1])

    def __repr__(self) -> str:
        words = f"{self.better} wins" if self.outcome == "wins" else self.outcome
        ratio = ""
        if self.low is not None and self.high is not None:
            middle, low, high = (_ratio(d) for d in (self.difference, self.low, self.high))
            ratio = f", ratio {middle:.3g} ({low:.3g} to {high:.3g})"
        return f"Pair({self.a} and {self.b}: {words}{ratio})"

    def to_dict(self) -> dict[str, Any]:
        """Return the pair as verdict.json keeps it."""
        plain = {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in asdict(self).items()}
        return {**plain, "failed": list(self.failed), "better": self.better}


class Verdict(list[Pair]):
    """The pairs of a tuned comparison, which a notebook shows as a table."""

    def records(self) -> Records:
        """Return header and rows: ratio, that of the mean losses, with its interval, and the probability of a win."""
        header = ["a", "b", "outcome", "better", "ratio", "low", "high", "a_beats_b", "a_failed", "b_failed"]
        rows = []
        for pair in self:
            ratios = [_ratio(d) for d in (pair.difference, pair.low, pair.high)]
            rows.append([pair.a, pair.b, pair.outcome, pair.better, *ratios, pair.wins, *pair.failed])
        return header, rows

    def to_frame(self) -> Any:
        """Return the pairs as a pandas DataFrame; ImportError if pandas is not installed."""
        return frame_of(*self.records())

    def _repr_html_(self) -> str:
        header, rows = self.records()
        cells = [["-" if v is None else f"{v:.3g}" if isinstance(v, float) else str(v) for v in row] for row in rows]
        return html_table([header, *cells])


def _ratio(difference: float | None) -> float | None:
    """Return the factor that a difference of logarithms means; None if it is not known."""
    return None if difference is None or math.isnan(difference) else math.exp(min(difference, 700.0))


def mean_loss(losses: Sequence[float]) -> float:
    """Return exp of the mean logarithm: the statistic of every choice, ranking and test; infinity if a run failed.

    >>> round(mean_loss([0.1, 0.4]), 6), mean_loss([0.1, math.inf])
    (0.2, inf)
    """
    return float(np.exp(np.mean(logs(losses))))


def compared(losses: Mapping[str, Sequence[float]], margin: float = MARGIN) -> list[Pair]:
    """Compare every pair of optimizers, given label → final losses in the order of the seeds.

        d_s = log loss_s(a) − log loss_s(b)          t = d̄ / (sd(d) / √n)

    Logarithms are subtracted seed by seed: both runs of a seed start from the same weights and see the same batches. A
    pair with a failed run, which is worse than any other, is tested by the signed ranks of its differences instead.

    Differences are claimed step by step (Holm): the clearest of m pairs at the level 0.05/m, the next at 0.05/(m − 1),
    until one is not clear. A pair whose interval excludes 0 is clear, too: the intervals hold for all pairs together.
    (Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979)

    >>> [pair] = compared({"A": [1.0, 1.1, 0.9], "B": [2.0, 2.3, 1.9]})
    >>> pair.outcome, pair.better, round(math.exp(pair.difference), 2), pair.wins
    ('wins', 'A', 0.48, 1.0)
    """
    by_label = {label: logs(values) for label, values in losses.items()}
    pairs = {(a, b): _difference(by_label[a], by_label[b]) for a, b in combinations(by_label, 2)}
    whole = {label for label, values in by_label.items() if np.isfinite(values).all()}
    tested = {pair: d for pair, d in pairs.items() if len(d) > 1}
    intervals = {pair: _interval(d, len(whole)) for pair, d in tested.items() if whole.issuperset(pair)}
    p_values = {pair: _student_p(d) if pair in intervals else _signed_rank_p(d) for pair, d in tested.items()}
    clear = _claimed(p_values) | {pair for pair, (low, high) in intervals.items() if not low <= 0 <= high}
    return [
        _pair(pair, losses, pairs[pair], intervals.get(pair), p_values.get(pair), pair in clear, margin)
        for pair in pairs
    ]


def detectable(seeds: int, pairs: int = 1) -> float:
    """Return the difference, in standard deviations, that is found in 4 of 5 comparisons; infinity for one seed.

    pairs: compared together, so that each is tested at the level 0.05 / pairs. From the noncentral t distribution.

    >>> [round(detectable(n), 2) for n in (3, 5, 10)], round(detectable(10, pairs=3), 2)
    ([3.26, 1.68, 1.0], 1.22)
    """
    if seeds < 2:
        return math.inf
    from scipy.optimize import brentq  # only here: scipy takes a while to import
    from scipy.stats import nct, t

    critical = t.ppf(1 - LEVEL / pairs / 2, seeds - 1)

    def missing_power(d: float) -> float:
        return float(nct.sf(critical, seeds - 1, d * math.sqrt(seeds))) - POWER

    return float(brentq(missing_power, 1e-6, 10 * critical))


def seeds_needed(difference: float, pairs: int = 1) -> int | None:
    """Return the number of seeds that see a difference, in standard deviations; None if it is above MAX_SEEDS.

    >>> seeds_needed(1.0)
    10
    """
    low, high = 1, MAX_SEEDS
    if detectable(high, pairs) > difference:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if detectable(middle, pairs) <= difference else (middle, high)
    return high


def typical_spread(losses: Mapping[str, Sequence[float]]) -> float | None:
    """Return the standard deviation of a pair's differences, pooled over the pairs without failed runs; or None."""
    whole = [values for values in map(logs, losses.values()) if np.isfinite(values).all() and len(values) > 1]
    variances = [np.var(a - b, ddof=1) for a, b in combinations(whole, 2) if not _constant(a - b)]
    return float(np.sqrt(np.mean(variances))) if variances else None


def logs(losses: Sequence[float]) -> np.ndarray:
    """Return the logarithms of losses, of which those below MIN_LOSS count as that."""
    return np.log(np.maximum(losses, MIN_LOSS))


def _difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a − b, where two failed runs do not differ."""
    both = np.isinf(a) & np.isinf(b)
    return np.where(both, 0.0, np.where(both, 0.0, a) - np.where(both, 0.0, b))


def _student_p(d: np.ndarray) -> float:
    """Return the two-sided p-value of the paired t-test."""
    if _constant(d):
        return float(abs(d.mean()) <= 1e-12)
    from scipy.stats import t  # only here: it takes a while to import

    return float(2 * t.sf(abs(_t_value(d)), len(d) - 1))


def _signed_rank_p(d: np.ndarray) -> float:
    """Return the share of all sign flips under which the sum of signed ranks is as far from 0 (Wilcoxon)."""
    from scipy.stats import rankdata  # only here: it takes a while to import

    d = d[d != 0]
    ranks = rankdata(np.abs(d))
    if 2 ** len(d) <= MAX_FLIPS:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(d))))
    else:
        signs = np.random.default_rng(0).choice((-1.0, 1.0), (MAX_FLIPS, len(d)))
    return float(np.mean(np.abs(signs @ ranks) >= abs(np.sign(d) @ ranks) - 1e-9))


def _claimed(p_values: Mapping[tuple[str, str], float]) -> set[tuple[str, str]]:
    """Return the pairs that Holm's steps claim to differ; equal p-values share a level, in any order."""
    claimed: set[tuple[str, str]] = set()
    level, before = 0.0, None
    for i, pair in enumerate(sorted(p_values, key=p_values.__getitem__)):
        if p_values[pair] != before:
            level, before = LEVEL / (len(p_values) - i), p_values[pair]
        if p_values[pair] > level:
            break
        claimed.add(pair)
    return claimed


def _interval(d: np.ndarray, optimizers: int) -> tuple[float, float]:
    half = 0.0 if _constant(d) else _critical(len(d), optimizers) * float(d.std(ddof=1)) / math.sqrt(len(d))
    return float(d.mean()) - half, float(d.mean()) + half


@cache
def _critical(seeds: int, optimizers: int) -> float:
    """Return c so that |t| ≤ c for all pairs of equal optimizers in 95 % of the comparisons.

    Student's quantile for two; for more, the quantile of the largest |t| among pairs of normal samples, by simulation.
    """
    from scipy.stats import t  # only here: it takes a while to import

    if optimizers == 2:
        return float(t.ppf(1 - LEVEL / 2, seeds - 1))
    rng, largest = np.random.default_rng(0), []
    for _ in range(20):
        samples = rng.standard_normal((optimizers, 2_000, seeds))
        largest.append(np.max([np.abs(_t_value(a - b)) for a, b in combinations(samples, 2)], axis=0))
    return float(np.quantile(largest, 1 - LEVEL))


def _t_value(d: np.ndarray) -> Any:
    return d.mean(axis=-1) / (d.std(axis=-1, ddof=1) / math.sqrt(d.shape[-1]))


def _pair(
    names: tuple[str, str],
    losses: Mapping[str, Sequence[float]],
    d: np.ndarray,
    interval: tuple[float, float] | None,
    p: float | None,
    clear: bool,
    margin: float,
) -> Pair:
    a, b = (np.asarray(losses[name]) for name in names)
    wins = float(((a[:, None] < b) + 0.5 * (a[:, None] == b)).mean())
    low, high = interval or (None, None)
    outcome = "wins" if clear else "cannot tell"
    if interval and -math.log1p(margin) <= interval[0] and interval[1] <= math.log1p(margin):
        outcome = "equal"
    failed = int(np.isinf(a).sum()), int(np.isinf(b).sum())
    mean = math.nan if any(failed) else float(d.mean())
    return Pair(*names, outcome, mean, low, high, p, wins, *_wins_interval(wins, len(a)), failed)


def _wins_interval(wins: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of the probability θ that one of n runs is lower than one of n others.

        |θ̂ − θ| ≤ 1.96 √V(θ),    V(θ) = θ (1 − θ) (1 + (n − 1) ((1 − θ) / (2 − θ) + θ / (1 + θ))) / n²

    (Newcombe, "Confidence Intervals for an Effect Size Measure Based on the Mann–Whitney Statistic", 2006, method 5)

    >>> _wins_interval(0.5, 10)
    (0.274, 0.726)
    """
    theta = np.linspace(0, 1, 1001)
    variance = theta * (1 - theta) * (1 + (n - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))) / n**2
    inside = theta[np.abs(wins - theta) <= 1.96 * np.sqrt(variance) + 1e-12]
    return (float(inside[0]), float(inside[-1])) if inside.size else (wins, wins)


def _constant(values: np.ndarray) -> bool:
    return bool(np.ptp(values) <= 1e-12 * max(1.0, np.abs(values).max()))
