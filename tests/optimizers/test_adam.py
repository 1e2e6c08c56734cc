import math

import pytest

from zeronet import Adam
from zeronet.lab.dialects import DIALECTS


def test_eps_is_added_to_the_corrected_root_as_in_algorithm_1():
    """After one update m̂ = g and v̂ = g², so that the step is η g / (|g| + ε)."""
    params = {"x": 0.0}
    Adam(lr=1, eps=3).update(params, {"x": 1.0})
    assert params["x"] == pytest.approx(-1 / 4)


def test_a_gradient_as_small_as_eps_moves_by_a_half_and_in_the_books_form_by_a_33rd():
    """The book: m = 0.1 g, √v = √0.001 g, and the step √0.001/0.1 · m / (√v + ε) = 1 / (1 + 1/√0.001) for g = ε."""
    for kind, step in ((Adam, 1 / 2), (DIALECTS[Adam]["book"], 1 / (1 + math.sqrt(1000)))):
        optimizer, params = kind(lr=1), {"x": 0.0}
        optimizer.update(params, {"x": optimizer.eps})
        assert params["x"] == pytest.approx(-step)
