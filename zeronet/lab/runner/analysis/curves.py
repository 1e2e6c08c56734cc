"""The numbers of a line and its band: median, range or quartiles over the seeds, smoothing, thinning."""

from collections.abc import Sequence

import numpy as np

QUARTILES_FROM = 5  # seeds: on fewer, a band is their range
MAX_POINTS = 2000  # more would not be visible: a panel is about 800 pixels wide


def over_seeds(runs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the median of each step over runs that may differ in length, and both ends of the band behind it.

    A run that has ended counts as infinitely bad in the median, so that the line does not improve when a run fails; the
    median ends when it would be infinite. The band goes on to the end of the longest run.

    >>> median, low, high = over_seeds([np.array([3.0, 2.0]), np.array([3.0, 1.0, 1.0]), np.array([3.0, 4.0, 0.5])])
    >>> median.tolist(), low.tolist(), high.tolist()
    ([3.0, 2.0, 1.0], [3.0, 1.0, 0.5], [3.0, 4.0, 1.0])
    >>> over_seeds([np.array([3.0, 2.0]), np.array([3.0])])[0].tolist()
    [3.0]
    """
    table = np.full((len(runs), max(len(run) for run in runs)), np.inf)
    for row, run in zip(table, runs, strict=True):
        row[: len(run)] = run
    median = np.median(table, axis=0)
    return median[np.isfinite(median)], *band(table)


def band(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the band of each column, a row for each seed: their range, or quartiles from five seeds on.

    Runs that have ended, and are infinite, count as the worst; the band ends at the worst of those that go on.

    >>> [ends.tolist() for ends in band(np.array([[3.0], [1.0], [np.inf]]))]
    [[1.0], [3.0]]
    >>> [ends.tolist() for ends in band(np.array([[0.0], [1.0], [2.0], [3.0], [np.inf]]))]
    [[1.0], [3.0]]
    """
    goes_on = np.isfinite(table)
    worst = np.where(goes_on, table, -np.inf).max(axis=0)
    if len(table) < QUARTILES_FROM:
        return table.min(axis=0), worst
    with np.errstate(invalid="ignore"):
        ends = [np.quantile(table, (0.25, 0.75), axis=0, method=method) for method in ("linear", "nearest")]
    low, high = np.where(goes_on.all(axis=0), *ends)
    return np.minimum(low, worst), np.minimum(high, worst)


def evaluations_over_seeds(
    runs: Sequence[tuple[np.ndarray, np.ndarray]], ended: Sequence[bool]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return steps, median accuracy and both ends of its band, where every run that goes on was evaluated.

    runs: (steps, accuracies) of each seed; ended: whether this run stopped early. After its end it counts as infinitely
    bad in the median, which is nan when it would be infinite.

    >>> runs = [(np.array([0, 2, 4]), np.array([0.1, 0.5, 0.9])), (np.array([0, 2, 3]), np.array([0.1, 0.7, 0.0]))]
    >>> [column.tolist() for column in evaluations_over_seeds(runs, [False, True])]
    [[0, 2, 4], [0.1, 0.6, nan], [0.1, 0.5, 0.9], [0.1, 0.7, 0.9]]
    """
    steps, table = at_common_steps(runs, ended, worst=-np.inf)
    with np.errstate(invalid="ignore"):
        median = np.median(table, axis=0)
    best, worst = band(-table)
    return steps, np.where(np.isfinite(median), median, np.nan), -worst, -best


def at_common_steps(
    runs: Sequence[tuple[np.ndarray, np.ndarray]], ended: Sequence[bool], worst: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps (k,) at which every run that goes on was evaluated, and the values there (runs, k).

    runs: (steps, values) of each seed; ended: whether this run stopped early; worst: its value from then on.

    >>> runs = [(np.array([0, 2, 3]), np.array([9.0, 5.0, 1.0])), (np.array([0, 3]), np.ones(2))]
    >>> steps, table = at_common_steps(runs, [False, False], np.inf)
    >>> steps.tolist(), table.tolist()
    ([0, 3], [[9.0, 1.0], [1.0, 1.0]])
    """
    steps = np.unique(np.concatenate([steps for steps, _ in runs]))
    table = np.full((len(runs), len(steps)), np.nan)
    for row, (own, values), over in zip(table, runs, ended, strict=True):
        if over:
            row[steps > own[-1]] = worst
        row[np.searchsorted(steps, own)] = values
    whole = ~np.isnan(table).any(axis=0) & np.isfinite(table).any(axis=0)
    return steps[whole], table[:, whole]


def smoothing_window(steps: int) -> int:
    """Return the width of the smoothing, an odd number of steps: the book's 11, and 2.5 % of a long run, at most 501.

    With 11 steps, the noise of single batches hides which of two close curves is lower after a few hundred steps.

    >>> smoothing_window(100), smoothing_window(2000)
    (11, 51)
    """
    return min(max(11, round(steps / 80) * 2 + 1), 501)


def smoothed(values: np.ndarray, window: int) -> np.ndarray:
    """Return the mean over a Kaiser window (β = 2) around each value.

        y_k ← Σ_j w_j x_{k+j} / Σ_j w_j        |j| ≤ (window − 1) / 2,    x_{n−1+j} = x_{n−1−j}

    Beyond the last value the values are mirrored; towards the first the window narrows to that value alone, so that a
    curve begins with its run's first loss. values (n,); window: an odd number. (The book's smooth_curve in
    common/util.py has the window 11 and mirrors both ends.)

    >>> smoothed(np.array([1.0, 1.0, 1.0]), 11).round(6).tolist()
    [1.0, 1.0, 1.0]
    >>> smoothed(np.array([9.0, 1.0, 1.0, 1.0, 1.0]), 3).round(2).tolist()
    [9.0, 2.87, 1.0, 1.0, 1.0]
    """
    if len(values) == 0:
        return values
    half = window // 2
    weights = np.kaiser(window, 2)
    padded = np.pad(values, (0, half), mode="reflect")
    means = np.convolve(padded, weights / weights.sum(), mode="valid")  # from the value at half on
    narrow = [np.average(padded[: 2 * k + 1], weights=np.kaiser(2 * k + 1, 2)) for k in range(min(half, len(values)))]
    return np.concatenate([narrow, means])[: len(values)]


def thinned_line(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps and values to draw: all, or MAX_POINTS of them, evenly spread from the first to the last."""
    steps = np.arange(len(values))
    if len(values) > MAX_POINTS:
        steps = np.linspace(0, len(values) - 1, MAX_POINTS).round().astype(int)
    return steps, values[steps]


def thinned_band(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return steps, least and greatest of at most MAX_POINTS bins, so that every spike stays visible."""
    n = len(low)
    starts = np.linspace(0, n, min(n, MAX_POINTS), endpoint=False).astype(int)
    ends = np.append(starts[1:], n)
    return (starts + ends - 1) / 2, np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)


def accuracy_limits(late_low: float, late_high: float, target: float | None) -> tuple[float, float]:
    """Return the limits of the accuracy axis: the second half of training and the target fit, at most 0 … 1.

    >>> [round(limit, 2) for limit in accuracy_limits(0.89, 0.965, 0.9)]
    [0.85, 1.0]
    """
    lowest = late_low if target is None else min(late_low, target)
    highest = late_high if target is None else max(late_high, target)
    room = max(0.3 * (highest - lowest), 0.01)
    bottom = np.floor((lowest - room) * 20) / 20
    top = min(1.0, np.ceil((highest + room / 3) * 20) / 20)
    bottom = 0.0 if bottom < 0.2 else float(bottom)  # this close to 0, show the whole axis
    return bottom, float(top)
