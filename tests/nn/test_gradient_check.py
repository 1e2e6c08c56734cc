import numpy as np
import pytest

from zeronet import Affine, Layer, MeanSquaredError, MultiLayerNet, Network, ReLU, Tanh, TwoLayerNet, gradient_check
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
        (np.frombuffer(bytes(8)), "array is read-only"),
    ],
)
def test_what_no_small_step_can_be_added_to_is_refused(array, message):
    with pytest.raises(ValueError, match=message):
        numerical_gradient(lambda: 0.0, array)


def test_the_step_is_not_lost_in_large_numbers():
    np.testing.assert_allclose(numerical_gradient(sum_of_squares, [1e12]), [2e12], rtol=1e-6)


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


class BatchNorm(Layer):
    """y = (x − mean) / √var in training, of the batch; the running means otherwise."""

    buffer_names = ("mean", "var")

    def __init__(self, size):
        self.mean, self.var = np.zeros(size), np.ones(size)

    def forward(self, x, train=False):
        if train:
            mean, var = x.mean(axis=0), x.var(axis=0) + 1e-5
            self.mean, self.var = 0.9 * self.mean + 0.1 * mean, 0.9 * self.var + 0.1 * var
        else:
            mean, var = self.mean, self.var
        self.std = np.sqrt(var)
        self.y = (x - mean) / self.std
        return self.y

    def backward(self, dy):
        return (dy - dy.mean(axis=0) - self.y * (dy * self.y).mean(axis=0)) / self.std


class Dropout(Layer):
    random = True

    def forward(self, x, train=False):
        self.kept = self.rng.random(x.shape) < 0.5 if train else np.ones(x.shape)
        return x * self.kept

    def backward(self, dy):
        return dy * self.kept


def check(layers, points, x=None):
    net = Network(layers, dtype=np.float64)
    buffers = net.buffers.flat.copy()
    errors = gradient_check(net, points[0][:8] if x is None else x, points[1][:8])
    np.testing.assert_array_equal(net.buffers.flat, buffers)
    return errors


def test_batch_normalization_and_dropout_are_measured_as_they_train(points, rng):
    errors = check([Affine(6, 5, rng=rng), BatchNorm(5), Tanh(), Dropout(), Affine(5, 3, rng=rng)], points)
    assert max(errors.values()) < 1e-6
    assert errors.verdicts["W1"] == errors.verdicts["W2"] == errors.verdicts["b2"] == "right"
    assert "rounding of the loss" in errors.verdicts["b1"]  # batch normalization takes a bias off again


def test_a_wrong_batch_normalization_is_found(points, rng):
    class Constant(BatchNorm):
        def backward(self, dy):
            return dy / self.std  # as if mean and variance were constants

    errors = check([Affine(6, 5, rng=rng), Constant(5), Tanh(), Affine(5, 3, rng=rng)], points)
    assert errors["W1"] > 1e-2
    assert errors.verdicts["W1"] == f"wrong by {errors['W1']:.2g}"
    assert errors.verdicts["W2"] == "right"


def test_slopes_that_are_lost_in_the_rounding_of_the_loss_are_called_not_measurable(rng):
    net = MultiLayerNet(64, [10] * 4, 10, weight_init=0.001)  # its first gradients are about 1e-13
    errors = gradient_check(net, rng.random((5, 64)), np.arange(5))
    assert max(errors.values()) < 1e-6
    assert "not measurable: its slopes are below" in errors.verdicts["W1"]
    assert errors.verdicts["b5"] == "right"
    assert repr(errors) == repr(dict(errors))


def test_the_check_steps_aside_from_kinks(points, rng):
    layers = [Affine(6, 5, rng=rng), ReLU(), Affine(5, 3, rng=rng)]
    errors = check(layers, points, np.zeros((8, 6)))  # every ReLU is exactly at 0
    assert max(errors.values()) < 1e-6
    assert errors.verdicts["b1"] == errors.verdicts["b2"] == "right"
    near = Affine(6, 5, rng=rng)
    near.b[:] = 3e-6 * np.array([1, -1, 1, -1, 1])  # within a step of the kink
    errors = check([near, ReLU(), Affine(5, 3, rng=rng)], points, np.zeros((8, 6)))
    assert max(errors.values()) < 1e-6
    assert errors.verdicts["b1"] == "right"


def test_a_wrong_gradient_is_found_beside_kinks(points, rng):
    class Leaky(ReLU):
        def backward(self, dy):
            return dy * np.where(self.x > 0, 1, 0.1)  # but forward is max(x, 0)

    errors = check([Affine(6, 20, rng=rng), Leaky(), Affine(20, 3, rng=rng)], points, np.zeros((8, 6)))
    assert errors["b1"] > 1e-2
    assert "wrong by" in errors.verdicts["b1"]


def test_a_kink_that_moves_along_is_not_measurable(points, rng):
    class Fold(Layer):
        """y = x + max(w − w, 0), which has a kink at every w."""

        param_names = ("w",)

        def __init__(self):
            self.w, self.dw = np.ones(3), np.zeros(3)

        def forward(self, x, train=False):
            self.at = getattr(self, "at", None) if train and hasattr(self, "at") else self.w.copy()
            return x + np.maximum(self.w - self.at, 0)

        def backward(self, dy):
            self.dw, self.at = np.zeros(3), self.w.copy()
            return dy

    errors = check([Affine(6, 3, rng=rng), Fold()], points)
    assert "not measurable: the loss has a kink at" in errors.verdicts["w1"]
    assert errors["w1"] < 1e-6
