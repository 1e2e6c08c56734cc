"""How hard an optimizer is to tune: the best loss to expect after a number of trials."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np

from zeronet.common.text import aligned
from zeronet.lab.runner.analysis.pairwise import mean_loss
from zeronet.locale import translate

NUMBERS = (1, 2, 3, 5, 7, 10)  # of trials, in the table


def expected_best(losses: Sequence[float], trials: int) -> float:
    """Return the lowest loss to expect among trials drawn from those made, as the mean of its logarithm.

        E[log min] = Σᵢ log lossᵢ ((N − i + 1)ⁿ − (N − i)ⁿ) / Nⁿ          loss₁ ≤ … ≤ loss_N,  n = trials

    (Dodge et al., "Show Your Work: Improved Reporting of Experimental Results", 2019)

    >>> round(expected_best([1.0, math.e, math.e], 1), 3)  # exp(2/3)
    1.948
    """
    logs, n = np.log(np.sort(losses)), len(losses)
    at_least = (np.arange(n, -1, -1) / n) ** trials  # that no draw is among the i lowest
    return float(np.exp(logs @ -np.diff(at_least)))


def first_losses(rows: Iterable[tuple[str, Hashable, float, int]]) -> dict[str, list[float]]:
    """Return label → mean loss of each trial of the first grid, given label, settings, loss and round of each run.

    Trials of later rounds are near the best ones already, and no sample of the rates that a user would try. A trial
    with a failed run counts as the highest loss of any trial without.
    """
    trials: dict[tuple[str, Hashable], list[float]] = {}
    for label, settings, loss, number in rows:
        if number == 1:
            trials.setdefault((label, settings), []).append(loss)
    means = {key: mean_loss(losses) for key, losses in trials.items()}
    worst = max(filter(math.isfinite, means.values()), default=math.inf)
    by_label: dict[str, list[float]] = {}
    for (label, _), mean in means.items():
        by_label.setdefault(label, []).append(min(mean, worst))
    return by_label


def expected_table(losses: Mapping[str, Sequence[float]]) -> str:
    """Return the best loss to expect after 1, 2, 3 … trials, as a table; losses: as first_losses returns them."""
    most = min(map(len, losses.values()))
    numbers = [n for n in NUMBERS if n <= most]
    body = [[translate("best of n trials"), *map(str, numbers)]]
    body += [[label, *(f"{expected_best(values, n):.3g}" for n in numbers)] for label, values in losses.items()]
    return "\n".join(aligned(body))
