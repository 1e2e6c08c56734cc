import numpy as np
import pytest

from zeronet import ReLU, Sigmoid, Tanh


@pytest.mark.parametrize(
    ("layer", "x", "y", "slope"),
    [
        (ReLU, [-2.0, -0.0, 0.0, 3.0], [0, 0, 0, 3], [0, 0, 0, 1]),
        (Sigmoid, [-1e4, -np.log(3), 0.0, np.log(3), 1e4], [0, 0.25, 0.5, 0.75, 1], [0, 3 / 16, 0.25, 3 / 16, 0]),
        (Tanh, [-1e4, -np.log(2), 0.0, np.log(2), 1e4], [-1, -0.6, 0, 0.6, 1], [0, 0.64, 1, 0.64, 0]),
    ],
)
def test_known_values_and_slopes(layer, x, y, slope):
    layer = layer()
    np.testing.assert_allclose(layer.forward(np.array([x])), [y], rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(layer.backward(np.full((1, len(x)), 2.0)), [2 * np.array(slope)], rtol=1e-14, atol=1e-15)


def test_sigmoid_is_the_textbooks_formula_and_symmetric(rng):
    x = rng.standard_normal((10, 10))
    np.testing.assert_allclose(Sigmoid().forward(x), 1 / (1 + np.exp(-x)), rtol=1e-13)
    np.testing.assert_allclose(Sigmoid().forward(-x), 1 - Sigmoid().forward(x), rtol=1e-13)


@pytest.mark.parametrize("layer", [ReLU, Sigmoid, Tanh])
def test_activations_take_any_shape_and_let_nan_through(layer, rng):
    x = rng.standard_normal((2, 3, 4, 5))
    assert layer().forward(x).shape == x.shape
    assert np.isnan(layer().forward(np.array([[np.nan]]))).all()  # a broken number must not hide
