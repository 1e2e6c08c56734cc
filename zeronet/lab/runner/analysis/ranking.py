"""Optimizers ranked by their final losses: which is first, on how many seeds, and which neighbours differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zeronet.lab.runner.analysis.pairwise import MARGIN, compared, mean_loss

Losses = Mapping[str, Sequence[float]]  # label → final losses in the order of the seeds
SIGNS = {"wins": " < ", "equal": " ≈ ", "cannot tell": ", "}  # between neighbours in a ranking


def finished_loss(losses: Sequence[float]) -> float:
    """Return the mean loss (analysis.pairwise) of the runs that did not fail; infinity if all did.

    >>> round(finished_loss([0.1, np.inf, 0.4]), 6)
    0.2
    """
    finished = [loss for loss in losses if np.isfinite(loss)]
    return mean_loss(finished) if finished else np.inf


def ranking(losses: Losses) -> list[str]:
    """Return the labels from the lowest mean loss to the highest; fewer failed runs come before more.

    >>> ranking({"a": [0.2, np.inf], "b": [0.5, 0.5], "c": [0.3, 0.3]})
    ['c', 'b', 'a']
    """
    return sorted(losses, key=lambda label: (np.isinf(losses[label]).sum(), finished_loss(losses[label])))


@dataclass(frozen=True)
class Ranking:
    """The optimizers from the lowest mean loss to the highest.

    means: label → mean final loss, best first; firsts: label → number of seeds on which its loss was the lowest;
    outcomes: (label, the next in order) → "wins", "equal" or "cannot tell" (zeronet.lab.runner.analysis.pairwise).
    """

    means: Mapping[str, float]
    firsts: Mapping[str, int]
    outcomes: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, losses: Losses, margin: float = MARGIN) -> "Ranking":
        """Return the ranking by final losses.

        >>> by_loss = Ranking.of({"A": [2.0, 2.1, 1.9], "B": [1.0, 1.1, 0.9], "C": [1.05, 1.0, 0.95]})
        >>> by_loss.words(), by_loss.firsts
        ('B, C < A', {'B': 2, 'C': 1, 'A': 0})
        """
        order, lowest = ranking(losses), np.min(list(losses.values()), axis=0)
        outcomes = {frozenset((pair.a, pair.b)): pair.outcome for pair in compared(losses, margin)}
        return cls(
            {label: finished_loss(losses[label]) for label in order},
            {label: int(np.sum((losses[label] == lowest) & np.isfinite(lowest))) for label in order},
            {pair: outcomes[frozenset(pair)] for pair in pairwise(order)},
        )

    def leaders(self) -> list[str]:
        """Return the labels before the first difference that was found.

        >>> Ranking.of({"A": [2.0, 2.1, 1.9], "B": [1.0, 1.1, 0.9], "C": [1.05, 1.0, 0.95]}).leaders()
        ['B', 'C']
        """
        order = list(self.means)
        won = [place for place, pair in enumerate(pairwise(order), start=1) if self.outcomes[pair] == "wins"]
        return order[: won[0]] if won else order

    def words(self) -> str:
        """Return the ranking on one line: < if the difference was found, ≈ if they are equal, else a comma."""
        order = list(self.means)
        return order[0] + "".join(f"{SIGNS[self.outcomes[pair]]}{pair[1]}" for pair in pairwise(order))
