"""The laws that every layer keeps. A new layer is one more row of TABLE."""

import copy
import math
import pickle

import numpy as np
import pytest

from zeronet import (
    GELU,
    SGD,
    Adam,
    Affine,
    AveragePooling,
    BatchNormalization,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    LayerNormalization,
    LeakyReLU,
    MaxPooling,
    Momentum,
    Network,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
    Trainer,
    gradient_check,
    load,
    register_layer,
)
from zeronet.nn.gradient_check import numerical_gradient, relative_error
from zeronet.nn.layers import LAYERS
from zeronet.training.checkpoint import Checkpoint

N = 4
ROW, PICTURE = (3,), (2, 5, 5)


def generator():
    return np.random.default_rng(1)


def normalization(size):
    """One that has seen batches, so that evaluation is not the identity."""
    layer = BatchNormalization(size)
    layer.gamma, layer.beta = np.linspace(1, 2, size), np.linspace(-1, 1, size)
    layer.running_mean, layer.running_var = np.linspace(-0.1, 0.1, size), np.linspace(0.5, 2, size)
    return layer


TABLE = {  # name: how to make a layer, and the shape of an example that it takes
    "Affine": (lambda: Affine(3, 5, rng=generator()), ROW),
    "ReLU": (ReLU, ROW),
    "LeakyReLU": (lambda: LeakyReLU(0.1), ROW),
    "GELU": (GELU, ROW),
    "Sigmoid": (Sigmoid, ROW),
    "Tanh": (Tanh, ROW),
    "Dropout": (lambda: Dropout(0.3), ROW),
    "BatchNormalization": (lambda: normalization(3), ROW),
    "BatchNormalization of pictures": (lambda: normalization(2), PICTURE),
    "LayerNormalization": (lambda: LayerNormalization(3), ROW),
    "Reshape": (lambda: Reshape(2, 3, 2), (12,)),
    "Flatten": (Flatten, PICTURE),
    "Convolution": (lambda: Convolution(2, 3, 3, rng=generator()), PICTURE),
    "Convolution with stride and padding": (lambda: Convolution(2, 3, (3, 1), 2, 1, rng=generator()), (2, 5, 3)),
    "MaxPooling": (lambda: MaxPooling(2), (2, 4, 6)),
    "MaxPooling of windows that overlap": (lambda: MaxPooling(3, stride=2), PICTURE),
    "AveragePooling": (lambda: AveragePooling((2, 3)), (2, 4, 7)),
    "AveragePooling of windows that overlap": (lambda: AveragePooling(3, stride=1), PICTURE),
}
MADE = {name: make() for name, (make, _) in TABLE.items()}
WITH_PARAMETERS = [name for name, layer in MADE.items() if layer.param_names]

every_layer = pytest.mark.parametrize("name", TABLE)
every_layer_with_parameters = pytest.mark.parametrize("name", WITH_PARAMETERS)
every_mode = pytest.mark.parametrize("train", [False, True], ids=["evaluation", "training"])
every_copy = pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))], ids=["deepcopy", "pickle"]
)


def made(name):
    return TABLE[name][0]()


def test_every_layer_has_a_row():
    assert {type(layer).__name__ for layer in MADE.values()} == LAYERS.keys()
    assert {name.split()[0] for name in TABLE} == LAYERS.keys()


@pytest.fixture
def x(name, rng):
    """Inputs that keep away from 0, where ReLU has no derivative."""
    x = rng.standard_normal((N, *TABLE[name][1]))
    return x + 0.1 * np.sign(x)


def in_float32(layer):
    """The layer as a network would hold it: its parameters and gradients in float32."""
    names = [*layer.param_names, *(f"d{name}" for name in layer.param_names), *layer.buffer_names]
    layer.bind(**{name: getattr(layer, name).astype(np.float32) for name in names})
    return layer


@every_layer
@every_mode
def test_all_gradients_are_the_measured_ones(name, train, x, rng):
    layer = made(name)
    weights = rng.standard_normal(layer.forward(x).shape)  # L = Σ weights ⊙ y, so that ∂L/∂y = weights

    def loss():
        layer.rng = generator()  # a dropout drops the same numbers each time
        return float((weights * layer.forward(x, train)).sum())

    loss()

    assert relative_error(layer.backward(weights), numerical_gradient(loss, x)) < 1e-6
    for param in layer.param_names:
        loss()
        layer.backward(weights)
        analytic = getattr(layer, f"d{param}").copy()
        assert analytic.any()
        assert relative_error(analytic, numerical_gradient(loss, getattr(layer, param))) < 1e-6


@every_layer
def test_backward_belongs_to_the_last_forward_pass(name, x):
    fresh, used = made(name), made(name)
    used.forward(x + 5)
    used.backward(np.ones_like(used.forward(x + 5)))
    dy = np.ones_like(fresh.forward(x))
    used.forward(x)
    np.testing.assert_array_equal(used.backward(dy), fresh.backward(dy))
    for param in fresh.param_names:  # gradients are set, not added up
        np.testing.assert_array_equal(getattr(used, f"d{param}"), getattr(fresh, f"d{param}"))


@every_layer
def test_a_layer_never_changes_its_argument_nor_returns_an_array_that_its_next_call_overwrites(name, x):
    layer, before = made(name), x.copy()
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
@every_mode
def test_float32_stays_float32(name, train, x):
    layer = in_float32(made(name))
    y = layer.forward(x.astype(np.float32), train)
    dx = layer.backward(y)
    assert y.dtype == dx.dtype == np.float32
    for param in layer.param_names:
        assert getattr(layer, f"d{param}").dtype == np.float32


@every_layer
def test_a_batch_is_computed_row_by_row(name, x):
    layer = made(name)
    together = layer.forward(x)
    one_by_one = np.concatenate([layer.forward(row[None]) for row in x])
    np.testing.assert_allclose(together, one_by_one, rtol=1e-14)


@every_layer
def test_settings_build_the_layer_again(name, x):
    layer = made(name)
    twin = type(layer)(**layer.settings)
    for array in (*layer.param_names, *layer.buffer_names):
        setattr(twin, array, getattr(layer, array))
    np.testing.assert_array_equal(twin.forward(x), layer.forward(x))
    assert repr(twin) == repr(layer)


@every_layer
@every_copy
def test_a_copied_layer_computes_the_same_on_its_own(name, copied, x):
    layer = made(name)
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
    layer = made(name)
    net = Network([layer]) if place == "in a network" else None
    name = type(layer).__name__
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


@pytest.mark.parametrize("name", [name for name in TABLE if name.startswith(("Affine", "Convolution"))])
def test_without_input_grad_backward_returns_none_and_still_fills_the_gradients(name, x):
    layer, twin = made(name), made(name)
    layer.input_grad = False
    dy = np.ones_like(layer.forward(x))
    assert layer.backward(dy) is None
    twin.forward(x)
    assert twin.backward(dy) is not None
    for param in layer.param_names:
        np.testing.assert_array_equal(getattr(layer, f"d{param}"), getattr(twin, f"d{param}"))


def test_a_layer_must_say_what_it_computes():
    x = np.ones((N, 3))

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


@pytest.mark.parametrize("kind", [ReLU, Sigmoid, Tanh, GELU, Flatten])
def test_a_layer_without_arguments_takes_none(kind):
    with pytest.raises(TypeError):
        kind(0.1)


@every_layer
def test_the_shape_of_y_is_known_before(name, x):
    layer = made(name)
    assert (N, *layer.output_shape(x.shape[1:])) == layer.forward(x).shape


@every_layer
def test_a_batch_of_none(name, x):
    layer = made(name)
    y = layer.forward(x[:0])
    assert y.shape == (0, *layer.output_shape(x.shape[1:]))
    assert layer.backward(y).shape == x[:0].shape
    assert all((getattr(layer, f"d{param}") == 0).all() for param in layer.param_names)


@every_layer
@every_mode
def test_a_batch_of_one(name, train, x):
    layer = made(name)
    if train and name == "BatchNormalization":
        with pytest.raises(ValueError, match="needs batches of at least 2 examples to train on, not 1"):
            layer.forward(x[:1], train)
        return
    y = layer.forward(x[:1], train)
    assert y.shape == (1, *layer.output_shape(x.shape[1:]))
    assert layer.backward(np.ones_like(y)).shape == (1, *x.shape[1:])


def network_of(name):
    """A network of the layer, that makes pictures of rows before it, and three scores behind it."""
    layer, shape = made(name), TABLE[name][1]
    first = [Reshape(*shape)] if len(shape) == 3 else []
    layers = [*first, Affine(3, 3, rng=generator())] if shape == ROW else first
    size = math.prod(layer.output_shape(shape))
    return Network([*layers, layer, Flatten(), Affine(size, 3, rng=generator())], seed=2)


@pytest.fixture
def rows(name, rng):
    """30 examples as rows, and their classes."""
    x = rng.standard_normal((30, math.prod(TABLE[name][1])), dtype=np.float32)
    return x, x[:, :3].argmax(axis=1)


def numbers(net):
    return np.concatenate([net.params.flat, net.buffers.flat])


@every_layer
def test_in_a_network_all_gradients_are_right(name, rows):
    assert max(gradient_check(network_of(name), rows[0][:5], rows[1][:5]).values()) < 1e-6


@every_layer
def test_a_network_of_it_is_saved_and_loaded_copied_and_pickled(name, rows, tmp_path):
    net = network_of(name)
    Trainer(net, SGD(lr=0.1), batch_size=10).fit(*rows, steps=5)
    net.save(tmp_path / "net.npz")
    for twin in (load(tmp_path / "net.npz"), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert repr(twin.layers) == repr(net.layers)
        np.testing.assert_array_equal(numbers(twin), numbers(net))
        np.testing.assert_array_equal(twin.predict(rows[0]), net.predict(rows[0]))
        for each in (twin, copy.deepcopy(net)):
            Trainer(each, Momentum(lr=0.1), batch_size=10, seed=1).fit(*rows, steps=5)
        np.testing.assert_array_equal(numbers(twin), numbers(each))


@every_layer
def test_a_resumed_training_goes_on_bit_for_bit(name, rows, tmp_path):
    """With the masks of dropout and the running means."""
    whole, first, second = network_of(name), network_of(name), network_of(name)
    Trainer(whole, Adam(), batch_size=10).fit(*rows, steps=10)
    Trainer(first, Adam(), batch_size=10, callbacks=[Checkpoint(tmp_path / "run.npz")]).fit(*rows, steps=4)
    checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer = Trainer(second, Adam(), batch_size=10, callbacks=[checkpoint])
    assert checkpoint.resume(trainer)
    trainer.fit(*rows, steps=6)
    np.testing.assert_array_equal(numbers(second), numbers(whole))


@every_layer
def test_cast_to_float64_a_network_computes_the_same(name, rows):
    net = network_of(name)
    net.loss_and_grad(*rows)
    wide = net.astype(np.float64)
    assert wide.predict(rows[0]).dtype == wide.buffers.flat.dtype == np.float64
    np.testing.assert_allclose(wide.predict(rows[0]), net.predict(rows[0]), rtol=1e-4, atol=1e-5)


def test_a_layer_that_was_defined_by_a_learner_is_registered_saved_and_loaded(points, tmp_path):
    class Double(Layer):
        """y = (factor · x, factor · x): twice as many numbers, and nothing but forward, backward and names."""

        param_names = ("s",)

        def __init__(self, size, factor=2.0, *, label="none"):
            self.s, self.ds = np.full(size, factor), np.zeros(size)

        def forward(self, x, train=False):
            self.x = x
            return np.concatenate([x, self.s * x], axis=1)

        def backward(self, dy):
            left, right = np.split(dy, 2, axis=1)
            self.ds = (right * self.x).sum(axis=0)
            return left + self.s * right

    net = Network([Affine(6, 4, rng=generator()), Double(4, label="mine"), Affine(8, 3, rng=generator())])
    Trainer(net, SGD(lr=0.1)).fit(*points, steps=3)
    path = tmp_path / "net.npz"
    with pytest.raises(ValueError, match=r"not Double: register_layer\(Double\)"):
        net.save(path)
    assert register_layer(Double) is Double
    try:
        net.save(path)
        twin = load(path)
        assert twin.layers[1].settings == {"size": 4, "label": "mine"}
        np.testing.assert_array_equal(twin.predict(points[0]), net.predict(points[0]))
    finally:
        del LAYERS["Double"]
    with pytest.raises(ValueError, match=r"a layer Double, which is not known here: register_layer\(Double\)"):
        load(path)


def test_what_cannot_be_registered_and_what_cannot_be_built_again():
    with pytest.raises(ValueError, match="only a subclass of Layer can be registered, not 3"):
        register_layer(3)
    with pytest.raises(ValueError, match="zeronet has a layer ReLU: give yours another name"):
        register_layer(type("ReLU", (Layer,), {}))

    class Fixed(ReLU):
        def __init__(self, table):
            self.table = table

    register_layer(Fixed)
    try:
        with pytest.raises(ValueError, match=r"Fixed cannot be saved: it cannot be built of \{\} alone"):
            Network([Affine(2, 2), Fixed(np.eye(2))]).contents()
    finally:
        del LAYERS["Fixed"]
