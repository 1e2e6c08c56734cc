"""Performance profiles: the share of many problems on which each optimizer is nearly the fastest."""

from collections.abc import Mapping, Sequence

import numpy as np

MIN_PROBLEMS = 5  # on fewer, each problem would move a curve by a quarter or more
MAX_RATIO = 4.0  # τ up to which the area counts, as in AlgoPerf


def ratios(steps: Mapping[str, Mapping[str, float]]) -> dict[str, list[float]]:
    """Return label → for each problem, updates to the target over those of the fastest; infinity for a miss.

        r_ps = t_ps / min over s of t_ps

    steps: problem → label → updates.

    >>> ratios({"a": {"SGD": 200.0, "Adam": 100.0}, "b": {"SGD": 50.0, "Adam": np.inf}})
    {'SGD': [2.0, 1.0], 'Adam': [1.0, inf]}
    """
    labels = next(iter(steps.values()))
    ratios: dict[str, list[float]] = {label: [] for label in labels}
    for by_label in steps.values():
        fastest = max(min(by_label.values()), 1.0)
        for label in labels:
            ratios[label].append(max(by_label[label], 1.0) / fastest if np.isfinite(fastest) else np.inf)
    return ratios


def score(ratios: Sequence[float]) -> float:
    """Return the area under an optimizer's profile from τ = 1 to MAX_RATIO, as a share: 1 is the fastest everywhere.

        ρ_s(τ) = share of the problems with r_ps ≤ τ          B_s = ∫ ρ_s(τ) dτ / (MAX_RATIO − 1)

    (Dolan and Moré, "Benchmarking Optimization Software with Performance Profiles", 2002; the area: Dahl et al.,
    "Benchmarking Neural Network Training Algorithms", 2023)

    >>> score([1.0, 2.5, np.inf, 1.0])  # (3 + 1.5 + 0 + 3) / 3 / 4
    0.625
    """
    return float(np.mean([max(0.0, MAX_RATIO - ratio) / (MAX_RATIO - 1) for ratio in ratios]))
