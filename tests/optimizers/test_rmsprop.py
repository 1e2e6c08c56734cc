import math

import numpy as np
import pytest

from zeronet import RMSProp


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("slope", [-1e-3, 1.0, 1e3])
def test_the_first_step_is_lr_over_root_1_minus_rho_whatever_the_gradient(rho, slope):
    params = {"x": 0.0}
    RMSProp(lr=0.01, rho=rho, eps=0).update(params, {"x": slope})
    assert params["x"] == pytest.approx(-math.copysign(0.01 / math.sqrt(1 - rho), slope), rel=1e-12)


def test_on_a_constant_slope_the_steps_tend_to_lr():
    params, optimizer = {"x": 0.0}, RMSProp(lr=0.5, rho=0.9, eps=0)
    for _ in range(500):
        before = params["x"]
        optimizer.update(params, {"x": 7.0})
    assert before - params["x"] == pytest.approx(0.5, rel=1e-9)


def test_the_gradient_k_steps_ago_weighs_1_minus_rho_times_rho_to_the_k(rng):
    optimizer, gradients = RMSProp(rho=0.9), rng.standard_normal((20, 3))
    for g in gradients:
        optimizer.update({"W": np.zeros(3)}, {"W": g})
    weights = (1 - 0.9) * 0.9 ** np.arange(19, -1, -1)
    np.testing.assert_allclose(optimizer.h["W"], weights @ gradients**2, rtol=1e-13)
