import math

import numpy as np
import pytest

from zeronet import AdaGrad


@pytest.mark.parametrize("slope", [0.001, 1, 1000])
def test_on_a_constant_slope_step_t_is_lr_over_root_t_however_steep_it_is(slope):
    params, optimizer = {"x": 0.0}, AdaGrad(lr=0.5, eps=0)
    for t in range(1, 1001):
        before = params["x"]
        optimizer.update(params, {"x": slope})
        if t in (1, 10, 100, 1000):
            assert before - params["x"] == pytest.approx(0.5 / math.sqrt(t), rel=1e-9)


def test_h_is_the_sum_of_all_squared_gradients(rng):
    optimizer, gradients = AdaGrad(), rng.standard_normal((20, 3))
    for g in gradients:
        optimizer.update({"W": np.zeros(3)}, {"W": g})
    np.testing.assert_allclose(optimizer.h["W"], (gradients**2).sum(axis=0), rtol=1e-14)


def test_seldom_gradients_keep_large_steps():
    params, optimizer = {"often": 0.0, "seldom": 0.0}, AdaGrad(lr=0.1)
    for t in range(100):
        optimizer.update(params, {"often": 1.0, "seldom": 1.0 if t == 99 else 0.0})
    rates = optimizer.effective_steps()
    assert rates["seldom"] / rates["often"] == pytest.approx(10, rel=1e-5)  # √100
