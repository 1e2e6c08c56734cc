"""A small problem: which of the first three of six numbers is the largest."""

import numpy as np

NAMES = ("x_train", "t_train", "x_test", "t_test")


def largest_of_three():
    """Return x_train (100, 6), t_train (100,), x_test (30, 6), t_test (30,)."""
    x = np.random.default_rng(0).standard_normal((130, 6), dtype=np.float32)
    t = x[:, :3].argmax(axis=1)
    return x[:100], t[:100], x[100:], t[100:]


def save_largest_of_three(path):
    """Write the problem as an .npz file."""
    np.savez(path, **dict(zip(NAMES, largest_of_three(), strict=True)))
