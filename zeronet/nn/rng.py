"""Randomness with addresses: every random number follows from a seed, a purpose and a counter alone."""

import numpy as np

# Append only: a number that changes its meaning changes every published curve.
PURPOSES = {"weights": 0, "batches": 1, "noise": 2, "start": 3, "split": 4, "own start": 5, "replacement": 6}


def stream(seed: int, purpose: str, k: int = 0) -> np.random.Generator:
    """Return the random generator that lives at the address (seed, purpose, k).

        stream(seed, purpose, k) = default_rng(SeedSequence(seed, spawn_key=(PURPOSES[purpose], k)))

    seed and k are whole numbers ≥ 0; purpose is a key of PURPOSES. k counts within a purpose: for batches it is the
    epoch. Asking twice gives the same numbers, whatever was drawn elsewhere; other addresses give independent ones.
    Raises ValueError for a seed that is no whole number ≥ 0, and KeyError for an unknown purpose.

    >>> stream(0, "batches", 1).permutation(5)
    array([3, 4, 2, 1, 0])
    >>> stream(0, "batches", 1).permutation(5)
    array([3, 4, 2, 1, 0])
    """
    return np.random.default_rng(np.random.SeedSequence(checked_seed(seed), spawn_key=(PURPOSES[purpose], k)))


def checked_seed(seed: int | None) -> int:
    """Return seed, or a fresh one for None. Raises ValueError unless it is a whole number ≥ 0."""
    if seed is None:
        return int(np.random.default_rng().integers(2**32))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"a seed is a whole number ≥ 0, not {seed!r}")
    return int(seed)
