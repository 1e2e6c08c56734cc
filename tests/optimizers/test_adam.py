import numpy as np
import pytest

from zeronet import Adam


@pytest.mark.parametrize("slope", [-1e-3, 1.0, 1e3])
def test_on_a_constant_slope_every_step_is_lr_long_from_the_first_on(slope):
    params, optimizer = {"x": 0.0}, Adam(lr=0.01, eps=0)
    for t in range(1, 101):
        optimizer.update(params, {"x": slope})
        assert params["x"] == pytest.approx(-np.sign(slope) * 0.01 * t, rel=1e-9)


def test_eps_is_added_to_the_corrected_root_as_in_algorithm_1():
    """After one update m̂ = g and v̂ = g², so that the step is η g / (|g| + ε)."""
    params = {"x": 0.0}
    Adam(lr=1, eps=3).update(params, {"x": 1.0})
    assert params["x"] == pytest.approx(-1 / 4)
