"""Randomness with addresses: every random number follows from a seed, a purpose and counters alone."""

import numpy as np

from zeronet.common.validation import checked_integer

# Append only: a number that changes its meaning changes every published curve.
PURPOSES = {
    "weights": 0,
    "batches": 1,
    "noise": 2,
    "start": 3,
    "split": 4,
    "own start": 5,
    "replacement": 6,
    "layers": 7,
    "augmentation": 8,
}


def stream(seed: int, purpose: str, *address: int) -> np.random.Generator:
    """Return the random generator at the address (seed, purpose, *address).

        stream(seed, purpose, i, j, …) = default_rng(SeedSequence(seed, spawn_key=(PURPOSES[purpose], i, j, …)))

    Asking twice gives the same numbers, whatever was drawn elsewhere; other addresses give independent ones.

    Parameters
    ----------
    seed : int ≥ 0
    purpose : a key of PURPOSES
    address : int ≥ 0, default (0,); the epoch for "batches", the step and the layer's index for "layers", …

    Raises
    ------
    ValueError if `seed` is not an integer ≥ 0; KeyError if `purpose` is unknown.

    Examples
    --------
    >>> stream(0, "batches", 1).permutation(5)
    array([3, 4, 2, 1, 0])
    >>> stream(0, "batches", 1).permutation(5)
    array([3, 4, 2, 1, 0])
    """
    spawn_key = (PURPOSES[purpose], *(address or (0,)))
    return np.random.default_rng(np.random.SeedSequence(checked_seed(seed), spawn_key=spawn_key))


def checked_seed(seed: int | None) -> int:
    """Return seed, or a fresh one for None. Raises ValueError if it is not an integer ≥ 0."""
    return int(np.random.default_rng().integers(2**32)) if seed is None else checked_integer("seed", seed, 0)
