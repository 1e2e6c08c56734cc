import numpy as np
import pytest

from zeronet import Affine, MeanSquaredError, MultiLayerNet, Network, Tanh, TwoLayerNet, gradient_check
from zeronet.nn.gradient_check import numerical_gradient, relative_error
from zeronet.nn.layers import ACTIVATIONS


def test_the_slope_of_a_parabola_is_measured_and_the_array_is_put_back():
    x = np.array([[1.0, -2.0], [0.0, 3.0]])
    before = x.copy()
    slopes = numerical_gradient(lambda: float((x**2).sum() + x[0, 0]), x)
    np.testing.assert_allclose(slopes, 2 * x + [[1, 0], [0, 0]], atol=1e-9)
    np.testing.assert_array_equal(x, before)


def sum_of_squares(x):
    return (x**2).sum()


@pytest.mark.parametrize("array", [[3, 4], np.array([3, 4]), np.array([3, 4], np.uint8), np.array([3, 4], np.float16)])
def test_a_function_of_the_array_is_differentiated_at_numbers_of_any_type(array):
    np.testing.assert_allclose(numerical_gradient(sum_of_squares, array), [6, 8], rtol=1e-9)


def test_slopes_in_float32_are_right_to_three_digits():
    x = np.array([3, 4], np.float32)
    np.testing.assert_allclose(numerical_gradient(lambda: (x**2).sum(), x), [6, 8], rtol=1e-3)
    np.testing.assert_allclose(numerical_gradient(lambda: np.sin(x).sum(), x), np.cos([3, 4]), rtol=2e-3)
    x = np.array([1e6], np.float32)
    np.testing.assert_allclose(numerical_gradient(lambda: (x**2).sum(), x), [2e6], rtol=1e-3)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([3, 4]), "array must be an array of float32 or float64, not int64"),
        ([3.0, 4.0], "array must be an array of float32 or float64, not list"),
        (np.array([3, 4j]), "array holds complex numbers"),
    ],
)
def test_what_no_small_step_can_be_added_to_is_refused(array, message):
    with pytest.raises(ValueError, match=message):
        numerical_gradient(lambda: 0.0, array)


def test_a_function_of_complex_or_several_values_is_refused():
    x = np.ones(2)
    for value in (1j, np.ones(2)):
        with pytest.raises(ValueError, match="f must return one real number, not"):
            numerical_gradient(lambda value=value: value, x)
    np.testing.assert_array_equal(x, 1)


@pytest.mark.parametrize(
    ("a", "n", "error"), [([1, 2], [1, 1], 0.5), ([0, 0], [0, 0], 0), ([0, 0], [0, -4], 1), ([3e-9], [1e-9], 2 / 3)]
)
def test_the_error_is_relative_to_the_largest_slope(a, n, error):
    assert relative_error(np.array(a), np.array(n)) == pytest.approx(error)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("one_hot", [False, True])
def test_networks_of_every_activation_have_right_gradients(activation, one_hot, points):
    x, t = points[0][:8], points[1][:8]
    net = MultiLayerNet(6, [5, 4], 3, activation, weight_init=0.5, seed=1)
    errors = gradient_check(net, x, np.eye(3)[t] if one_hot else t)
    assert list(errors) == list(net.params)
    assert max(errors.values()) < 1e-6


def test_two_layer_networks_and_networks_for_regression_have_right_gradients(points, rng):
    x, t = points[0][:8], points[1][:8]
    assert max(gradient_check(TwoLayerNet(6, 5, 3, weight_init_std=0.5), x, t).values()) < 1e-6
    net = MultiLayerNet(6, [4], 2, "tanh", loss_function=MeanSquaredError())
    assert max(gradient_check(net, x, rng.standard_normal((8, 2))).values()) < 1e-6


def test_a_wrong_gradient_is_found(points):
    class Forgetful(Affine):
        def backward(self, dy):
            dx = super().backward(dy)
            self.db = np.zeros_like(self.b)
            return dx

    class Hasty(Tanh):
        def backward(self, dy):
            return dy  # forgets the slope of tanh

    x, t = points[0][:8], points[1][:8]
    errors = gradient_check(Network([Forgetful(6, 3, rng=np.random.default_rng(0))]), x, t)
    assert errors["b1"] == 1
    assert errors["W1"] < 1e-6
    rng = np.random.default_rng(0)
    assert gradient_check(Network([Affine(6, 4, rng=rng), Hasty(), Affine(4, 3, rng=rng)]), x, t)["W1"] > 1e-2


def test_checking_leaves_the_network_as_it_was(points):
    net = TwoLayerNet(6, 5, 3)
    net.loss_and_grad(*points)
    params, grads = net.params.flat.copy(), net.grads.flat.copy()
    gradient_check(net, points[0][:3], points[1][:3])
    np.testing.assert_array_equal(net.params.flat, params)
    np.testing.assert_array_equal(net.grads.flat, grads)
    assert net.params.flat.dtype == np.float32
