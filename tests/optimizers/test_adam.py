import pytest

from zeronet import Adam


def test_eps_is_added_to_the_corrected_root_as_in_algorithm_1():
    """After one update m̂ = g and v̂ = g², so that the step is η g / (|g| + ε)."""
    params = {"x": 0.0}
    Adam(lr=1, eps=3).update(params, {"x": 1.0})
    assert params["x"] == pytest.approx(-1 / 4)
