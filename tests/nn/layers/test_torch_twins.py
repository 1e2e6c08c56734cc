"""Every layer beside PyTorch's: forward, backward and ten training steps, for 20 random shapes, strides and paddings.

PyTorch is not among the requirements: without it these tests are skipped.
"""

import math

import numpy as np
import pytest

from zeronet import (
    GELU,
    Affine,
    AveragePooling,
    BatchNormalization,
    Convolution,
    Dropout,
    Flatten,
    LayerNormalization,
    LeakyReLU,
    MaxPooling,
    Momentum,
    Network,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
)
from zeronet.nn.layers import LAYERS

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn
DRAWS = 20


def integers(rng, *ranges):
    return [int(rng.integers(least, most + 1)) for least, most in ranges]


def rows(make, twin):
    """Return how a layer and its twin for rows of a random size are made, with that size."""

    def draw(rng):
        (size,) = integers(rng, (1, 9))
        return make(size), twin(size), (size,)

    return draw


def picture(rng, window, stride, padding, channels):
    """Return the shape of a random picture whose windows end at its border."""
    sizes = [w + stride * int(rng.integers(0, 5)) - 2 * padding for w in window]
    while min(sizes) < 1:
        sizes = [size + stride for size in sizes]
    return (channels, *sizes)


def convolution(rng):
    channels, filters, height, width, stride = integers(rng, (1, 4), (1, 5), (1, 4), (1, 4), (1, 3))
    padding = int(rng.integers(0, 3))
    layer = Convolution(channels, filters, (height, width), stride, padding, rng=rng)
    twin = nn.Conv2d(channels, filters, (height, width), stride, padding)
    return layer, twin, picture(rng, (height, width), stride, padding, channels)


def pooling(kind, twin):
    def draw(rng):
        height, width, stride, channels = integers(rng, (1, 4), (1, 4), (1, 4), (1, 4))
        return (
            kind((height, width), stride),
            twin((height, width), stride),
            picture(rng, (height, width), stride, 0, channels),
        )

    return draw


def batch_normalization(rng):
    """On rows and on pictures; PyTorch's running variance starts at 1, ours at 0."""
    (size,) = integers(rng, (1, 5))
    on_rows = rng.random() < 0.5
    twin = (nn.BatchNorm1d if on_rows else nn.BatchNorm2d)(size, eps=10e-7, momentum=0.1)
    twin.running_var.zero_()
    return BatchNormalization(size), twin, (size,) if on_rows else (size, *integers(rng, (1, 5), (1, 5)))


def reshape(rng):
    shape = integers(rng, (1, 4), (1, 4), (1, 4))
    return Reshape(*shape), nn.Unflatten(1, shape), (math.prod(shape),)


def flatten(rng):
    return Flatten(), nn.Flatten(), tuple(integers(rng, (1, 4), (1, 4), (1, 4)))


TABLE = {
    "Affine": lambda rng: (Affine(4, 3, rng=rng), nn.Linear(4, 3), (4,)),
    "ReLU": rows(lambda size: ReLU(), lambda size: nn.ReLU()),
    "LeakyReLU": rows(lambda size: LeakyReLU(0.2), lambda size: nn.LeakyReLU(0.2)),
    "GELU": rows(lambda size: GELU(), lambda size: nn.GELU(approximate="tanh")),
    "Sigmoid": rows(lambda size: Sigmoid(), lambda size: nn.Sigmoid()),
    "Tanh": rows(lambda size: Tanh(), lambda size: nn.Tanh()),
    "Dropout": rows(lambda size: Dropout(0.0), lambda size: nn.Dropout(0.0)),  # others drop other numbers
    "BatchNormalization": batch_normalization,
    "LayerNormalization": rows(LayerNormalization, nn.LayerNorm),
    "Reshape": reshape,
    "Flatten": flatten,
    "Convolution": convolution,
    "MaxPooling": pooling(MaxPooling, nn.MaxPool2d),
    "AveragePooling": pooling(AveragePooling, nn.AvgPool2d),
}
THEIR_NAMES = {"W": "weight", "b": "bias", "gamma": "weight", "beta": "bias"}
every_draw = pytest.mark.parametrize("draw", range(DRAWS))
every_layer = pytest.mark.parametrize("name", TABLE)


def test_every_layer_has_a_twin():
    assert TABLE.keys() == LAYERS.keys()


def as_theirs(name, array):
    """Our parameter of a layer as PyTorch's array has it, (M, D) or (FN, C, FH, FW)."""
    return array.T if name == "W" else array


def copy_parameters(layer, twin):
    for name in layer.param_names:
        theirs = getattr(twin, THEIR_NAMES[name])
        theirs.data = torch.from_numpy(as_theirs(name, getattr(layer, name)).reshape(theirs.shape).copy())


def made(name, draw, seed=0):
    """A layer, its twin in float64 with the same parameters, and a batch of inputs."""
    rng = np.random.default_rng([seed, draw])
    layer, twin, shape = TABLE[name](rng)
    for param in layer.param_names:
        setattr(layer, param, rng.standard_normal(getattr(layer, param).shape))
    twin.double()
    copy_parameters(layer, twin)
    x = rng.standard_normal((int(rng.integers(2, 7)), *shape))
    if name == "MaxPooling":
        x = x.round()  # some pixels are equal
    return layer, twin, x


def assert_same(ours, theirs, tolerance=1e-12):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=tolerance, atol=tolerance)


@every_layer
@every_draw
@pytest.mark.parametrize("train", [False, True], ids=["evaluation", "training"])
def test_forward_and_backward_are_pytorchs(name, draw, train):
    layer, twin, x = made(name, draw)
    if name == "BatchNormalization":  # evaluate with statistics of some batch
        mean, var = np.linspace(-1, 1, layer.size), np.linspace(1, 2, layer.size)
        layer.running_mean, layer.running_var = mean, var
        twin.running_mean, twin.running_var = torch.from_numpy(mean.copy()), torch.from_numpy(var.copy())
    their_x = torch.tensor(x, requires_grad=True)
    y, theirs = layer.forward(x, train), twin.train(train)(their_x)
    assert_same(y, theirs)
    dy = np.random.default_rng(draw).standard_normal(y.shape)
    theirs.backward(torch.from_numpy(dy))
    assert_same(layer.backward(dy), their_x.grad, 1e-10)
    for param in layer.param_names:
        gradient = getattr(twin, THEIR_NAMES[param]).grad
        assert_same(as_theirs(param, getattr(layer, f"d{param}")).reshape(gradient.shape), gradient, 1e-10)


@every_layer
@every_draw
def test_ten_training_steps_are_pytorchs(name, draw):
    layer, twin, x = made(name, draw, seed=1)
    size = math.prod(layer.output_shape(x.shape[1:]))
    rng = np.random.default_rng(draw)
    last = Affine(size, 3, rng=rng)
    net = Network([layer, Flatten(), last], dtype=np.float64)
    their_last = nn.Linear(size, 3).double()
    copy_parameters(last, their_last)
    theirs = nn.Sequential(twin, nn.Flatten(), their_last)
    optimizer = Momentum(lr=0.05)
    their_optimizer = torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9)
    for _ in range(10):
        batch, t = rng.standard_normal(x.shape), rng.integers(0, 3, len(x))
        net.loss_and_grad(batch, t)
        optimizer.update(net.params, net.grads)
        their_optimizer.zero_grad()
        nn.functional.cross_entropy(theirs(torch.from_numpy(batch)), torch.from_numpy(t)).backward()
        their_optimizer.step()
        for ours, other in ((layer, twin), (last, their_last)):
            for param in ours.param_names:
                expected = getattr(other, THEIR_NAMES[param])
                assert_same(as_theirs(param, getattr(ours, param)).reshape(expected.shape), expected, 1e-9)
        if name == "BatchNormalization":
            n = x.size // layer.size
            assert_same(layer.running_mean, twin.running_mean, 1e-10)
            assert_same(layer.running_var, twin.running_var * (n - 1) / n, 1e-10)  # theirs averages σ² N/(N − 1)
