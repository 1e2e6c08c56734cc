"""The laws that every layer keeps. A new layer is one more row of TABLE."""

import copy
import pickle

import numpy as np
import pytest

from zeronet import Affine, Layer, Network, ReLU, Sigmoid, Tanh, gradient_check
from zeronet.nn.gradient_check import numerical_gradient, relative_error
from zeronet.nn.layers import LAYERS

N, D = 4, 3
TABLE = {  # name: how to make a layer that takes (N, 3)
    "Affine": lambda: Affine(D, 5, rng=np.random.default_rng(1)),
    "ReLU": ReLU,
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
}
WITH_PARAMETERS = ["Affine"]

every_layer = pytest.mark.parametrize("name", TABLE)
every_layer_with_parameters = pytest.mark.parametrize("name", WITH_PARAMETERS)
every_copy = pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))], ids=["deepcopy", "pickle"]
)


def test_every_layer_has_a_row():
    assert TABLE.keys() == LAYERS.keys()
    assert [name for name in TABLE if TABLE[name]().param_names] == WITH_PARAMETERS


@pytest.fixture
def x(rng):
    """Inputs that keep away from 0, where ReLU has no derivative."""
    x = rng.standard_normal((N, D))
    return x + 0.1 * np.sign(x)


def in_float32(layer):
    """The layer as a network would hold it: its parameters and gradients in float32."""
    names = [*layer.param_names, *(f"d{name}" for name in layer.param_names), *layer.buffer_names]
    layer.bind(**{name: getattr(layer, name).astype(np.float32) for name in names})
    return layer


@every_layer
def test_all_gradients_are_the_measured_ones(name, x, rng):
    layer = TABLE[name]()
    weights = rng.standard_normal(layer.forward(x).shape)  # L = Σ weights ⊙ y, so that ∂L/∂y = weights

    def loss():
        return float((weights * layer.forward(x)).sum())

    assert relative_error(layer.backward(weights), numerical_gradient(loss, x)) < 1e-6
    for param in layer.param_names:
        loss()
        layer.backward(weights)
        analytic = getattr(layer, f"d{param}").copy()
        assert analytic.any()
        assert relative_error(analytic, numerical_gradient(loss, getattr(layer, param))) < 1e-6


@every_layer
def test_backward_belongs_to_the_last_forward_pass(name, x):
    fresh, used = TABLE[name](), TABLE[name]()
    used.forward(x + 5)
    used.backward(np.ones_like(used.forward(x + 5)))
    dy = np.ones_like(fresh.forward(x))
    used.forward(x)
    np.testing.assert_array_equal(used.backward(dy), fresh.backward(dy))
    for param in fresh.param_names:  # gradients are set, not added up
        np.testing.assert_array_equal(getattr(used, f"d{param}"), getattr(fresh, f"d{param}"))


@every_layer
def test_a_layer_never_changes_its_argument_nor_returns_an_array_that_its_next_call_overwrites(name, x):
    layer, before = TABLE[name](), x.copy()
    y = layer.forward(x)
    dy = np.ones_like(y)
    dx = layer.backward(dy)
    kept = y.copy(), dx.copy()
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(dy, 1)
    layer.backward(np.full_like(layer.forward(x + 1), 2))
    np.testing.assert_array_equal(y, kept[0])
    np.testing.assert_array_equal(dx, kept[1])


@every_layer
def test_float32_stays_float32(name, x):
    layer = in_float32(TABLE[name]())
    y = layer.forward(x.astype(np.float32))
    dx = layer.backward(y)
    assert y.dtype == dx.dtype == np.float32
    for param in layer.param_names:
        assert getattr(layer, f"d{param}").dtype == np.float32


@every_layer
def test_a_batch_is_computed_row_by_row(name, x):
    layer = TABLE[name]()
    together = layer.forward(x)
    one_by_one = np.concatenate([layer.forward(row[None]) for row in x])
    np.testing.assert_allclose(together, one_by_one, rtol=1e-14)


@every_layer
def test_settings_build_the_layer_again(name, x):
    layer = TABLE[name]()
    twin = type(layer)(**layer.settings)
    for param in layer.param_names:
        setattr(twin, param, getattr(layer, param))
    np.testing.assert_array_equal(twin.forward(x), layer.forward(x))


@every_layer
@every_copy
def test_a_copied_layer_computes_the_same_on_its_own(name, copied, x):
    layer = TABLE[name]()
    twin = copied(layer)
    expected = layer.forward(x)
    for param in layer.param_names:
        setattr(layer, param, np.zeros_like(getattr(layer, param)))
    np.testing.assert_array_equal(twin.forward(x), expected)


@every_copy
def test_a_copy_of_a_first_layer_may_stand_anywhere_and_the_copied_network_keeps_its_first_layer(copied, points):
    net = Network([Affine(6, 6, rng=np.random.default_rng(1)), Tanh(), Affine(6, 3, rng=np.random.default_rng(2))])
    first = copied(net.layers[0])
    assert first.input_grad and not first.in_network
    assert not copied(net).layers[0].input_grad
    wider = Network([Affine(6, 6, rng=np.random.default_rng(3)), Tanh(), first, Tanh(), copied(net.layers[2])])
    assert [layer.input_grad for layer in wider.layers] == [False, True, True, True, True]
    assert max(gradient_check(wider, *points).values()) < 1e-6


@every_layer_with_parameters
@pytest.mark.parametrize("place", ["alone", "in a network"])
def test_an_assignment_copies_into_the_array_and_another_shape_is_refused(name, place):
    layer = TABLE[name]()
    net = Network([layer]) if place == "in a network" else None
    for attribute in [*layer.param_names, *(f"d{param}" for param in layer.param_names)]:
        view = getattr(layer, attribute)
        a = np.full(view.shape, 2.5)
        setattr(layer, attribute, a)
        a[...] = 0
        with pytest.raises(ValueError, match=rf"{name}\.{attribute} has shape .* shape \(7, 7, 7\)") as error:
            setattr(layer, attribute, np.zeros((7, 7, 7)))
        assert str(view.shape) in str(error.value)
        assert getattr(layer, attribute) is view
        np.testing.assert_array_equal(view, 2.5)
    if net:
        np.testing.assert_array_equal(net.params.flat, 2.5)
        np.testing.assert_array_equal(net.grads.flat, 2.5)


@every_layer_with_parameters
def test_without_input_grad_backward_returns_none_and_still_fills_the_gradients(name, x):
    layer, twin = TABLE[name](), TABLE[name]()
    layer.input_grad = False
    dy = np.ones_like(layer.forward(x))
    assert layer.backward(dy) is None
    twin.forward(x)
    assert twin.backward(dy) is not None
    for param in layer.param_names:
        np.testing.assert_array_equal(getattr(layer, f"d{param}"), getattr(twin, f"d{param}"))


def test_a_layer_must_say_what_it_computes(x):
    class Nothing(Layer):
        pass

    with pytest.raises(NotImplementedError, match="Nothing must implement forward"):
        Nothing().forward(x)
    with pytest.raises(NotImplementedError, match="Nothing must implement backward"):
        Nothing().backward(x)


def test_a_learners_own_layer_keeps_the_books_habits_and_learns(points):
    class Scale(Layer):
        """y = s ⊙ x, written as the book writes its layers: self.ds = …"""

        param_names = ("s",)

        def __init__(self, size):
            self.s, self.ds = np.ones(size), np.zeros(size)

        def forward(self, x, train=False):
            self.x = x
            return self.s * x

        def backward(self, dy):
            self.ds = (dy * self.x).sum(axis=0)
            return dy * self.s

    net = Network([Affine(6, 3, rng=np.random.default_rng(0)), Scale(3)])
    assert list(net.params) == ["W1", "b1", "s1"]
    net.loss_and_grad(*points)
    assert net.grads["s1"].any()
    net.params["s1"] -= net.grads["s1"]
    assert (net.layers[1].s != 1).all()
