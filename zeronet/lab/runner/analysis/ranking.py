"""Optimizers ranked by their final losses: which is first, on how many seeds, and which are a tie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zeronet.lab.runner.analysis.pairwise import compared

Losses = Mapping[str, Sequence[float]]  # label → final losses in the order of the seeds


def ranking(losses: Losses) -> list[str]:
    """Return the labels from the lowest median loss to the highest."""
    return sorted(losses, key=lambda label: float(np.median(losses[label])))


@dataclass(frozen=True)
class Ranking:
    """The optimizers from the lowest median loss to the highest.

    medians: label → median final loss, best first; firsts: label → number of seeds on which its loss was the lowest;
    ties: (label, the next in order) if the difference is not clear of 0 (zeronet.lab.runner.analysis.pairwise).
    """

    medians: Mapping[str, float]
    firsts: Mapping[str, int]
    ties: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, losses: Losses) -> "Ranking":
        """Return the ranking by final losses.

        >>> by_loss = Ranking.of({"A": [2.0, 2.1, 1.9], "B": [1.0, 1.1, 0.9], "C": [1.05, 1.0, 0.95]})
        >>> by_loss.words(), by_loss.firsts
        ('B ≈ C < A', {'B': 2, 'C': 1, 'A': 0})
        """
        order, lowest = ranking(losses), np.min(list(losses.values()), axis=0)
        unclear = {frozenset((pair.a, pair.b)) for pair in compared(losses) if pair.tie}
        return cls(
            {label: float(np.median(losses[label])) for label in order},
            {label: int(np.sum((losses[label] == lowest) & np.isfinite(lowest))) for label in order},
            frozenset(pair for pair in pairwise(order) if frozenset(pair) in unclear),
        )

    def words(self) -> str:
        """Return the ranking on one line; ≈ marks a tie with the next."""
        order = list(self.medians)
        return order[0] + "".join(f" {'≈' if pair in self.ties else '<'} {pair[1]}" for pair in pairwise(order))
