"""Training and validation images: split off class by class, drawn by the seed: alike for all optimizers of a seed."""

from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.nn.rng import stream


def split(t: np.ndarray, train: int, validation: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the training and of the validation examples, both sorted.

    t (N,), labels, or (N, K), numbers to predict; train, validation: number of examples. Each class has its share of
    both, to about one example; the choice is drawn by the seed, so that an interval over the seeds covers it too.
    Raises UserError if there are too few examples.

    >>> split(np.array([0, 0, 0, 0, 1, 1, 1, 1]), train=4, validation=2, seed=0)
    (array([1, 2, 4, 7]), array([0, 5]))
    """
    if train < 1 or validation < 1 or train + validation > len(t):
        raise UserError(f"{train} training and {validation} validation examples do not fit into {len(t)}")
    order = stream(seed, "split").permutation(len(t))
    # In the order of their rank within their class, any first part holds each class in proportion.
    ranks = np.empty(len(t))
    if t.dtype.kind == "f":  # numbers to predict have no classes
        return np.sort(order[:train]), np.sort(order[train : train + validation])
    for label in np.unique(t):
        members = order[t[order] == label]
        ranks[members] = (np.arange(len(members)) + 0.5) / len(members)
    chosen = order[np.argsort(ranks[order], kind="stable")]
    return np.sort(chosen[:train]), np.sort(chosen[train : train + validation])


class Rows:
    """Some rows of an array, gathered when they are indexed: nothing is copied as a whole.

    >>> rows = Rows(np.array([10, 20, 30]), np.array([0, 2]))
    >>> len(rows), rows[np.array([1])]
    (2, array([30]))
    """

    def __init__(self, array: np.ndarray, indices: np.ndarray):
        self.array, self.indices = array, indices
        self.shape = (len(indices), *array.shape[1:])

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, which: Any) -> np.ndarray:
        return self.array[self.indices[which]]
