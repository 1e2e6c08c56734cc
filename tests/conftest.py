"""What many tests need: a generator, and a small problem that can be learned."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def points(rng):
    """60 points of 6 numbers in 3 classes: x (60, 6) float32, t (60,). The class is the largest of the first three."""
    x = rng.standard_normal((60, 6), dtype=np.float32)
    return x, x[:, :3].argmax(axis=1)
