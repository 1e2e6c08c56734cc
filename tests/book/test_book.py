"""The door of the book: its networks and optimizers give its numbers, and its habits work.

golden.json has the book's own numbers: what CASES give with its code in the place of zeronet.book, commit 07b1161 of
github.com/oreilly-japan/deep-learning-from-scratch.
"""

import json
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import zeronet.book as book
from zeronet import nn

GOLDEN = Path(__file__).with_name("golden.json")


def digits(n, size, classes=10):
    """Random inputs (n, size) in [0, 1), as np.random draws them next, and their classes."""
    return np.random.rand(n, size), np.random.randint(0, classes, n)


def trained(book, network, optimizer, shape=(20,), steps=100):
    """Return the network's losses and numbers of its parameters after some steps on random inputs."""
    x, t = digits(60, int(np.prod(shape)))
    x = x.reshape(60, *shape)
    losses = []
    for _ in range(steps):
        batch = np.random.choice(60, 10)
        optimizer.update(network.params, network.gradient(x[batch], t[batch]))
        losses.append(network.loss(x[batch], t[batch]))
    return {"losses": losses, "accuracy": network.accuracy(x, t), **numbers(network)}


def numbers(network):
    """Return of every parameter array its shape, sum and absolute sum, and some of its numbers."""
    return {
        name: [list(w.shape), w.sum(), np.abs(w).sum(), *w.ravel()[:: max(1, w.size // 7)].tolist()]
        for name, w in network.params.items()
    }


def deep(book):
    net = book.MultiLayerNetExtend(20, [12, 9], 10, "relu", "relu", 0.01, True, 0.3, True)
    return trained(book, net, book.SGD(lr=0.05))


def trainer(book):
    x, t = digits(80, 20)
    net = book.MultiLayerNet(20, [15], 10, activation="sigmoid", weight_init_std="sigmoid")
    loop = book.Trainer(
        net, x[:60], t[:60], x[60:], t[60:], epochs=4, mini_batch_size=20, optimizer="AdaGrad", verbose=False
    )
    loop.train()
    return {"losses": loop.train_loss_list, "train": loop.train_acc_list, "test": loop.test_acc_list, **numbers(net)}


def one_optimizer_for_two(book):
    """As in ch06/batch_norm_test.py."""
    with_norm = book.MultiLayerNetExtend(20, [12, 12], 10, weight_init_std=0.1, use_batchnorm=True)
    without = book.MultiLayerNetExtend(20, [12, 12], 10, weight_init_std=0.1)
    optimizer = book.SGD(lr=0.1)
    x, t = digits(60, 20)
    for _ in range(100):
        batch = np.random.choice(60, 10)
        for net in (with_norm, without):
            optimizer.update(net.params, net.gradient(x[batch], t[batch]))
    accuracies = [with_norm.accuracy(x, t), without.accuracy(x, t)]
    return {"accuracies": accuracies, "with": numbers(with_norm), "without": numbers(without)}


def functions(book):
    x = np.random.randn(3, 2, 6, 5)
    columns = book.im2col(x, 3, 2, 1, 1)
    values = {"im2col": columns, "col2im": book.col2im(columns, x.shape, 3, 2, 1, 1), "floor": book.im2col(x, 2, 2, 2)}
    y, t = np.abs(x[0, 0]), np.array([0, 4, 2, 1, 1, 3])
    values |= {
        name: getattr(book, name)(x) for name in ("sigmoid", "sigmoid_grad", "relu", "relu_grad", "step_function")
    }
    values |= {"softmax": book.softmax(x[0, 0]), "cross_entropy_error": book.cross_entropy_error(y, t)}
    values |= {"softmax_loss": book.softmax_loss(x[0, 0], t), "sum_squared_error": book.sum_squared_error(y, y + 1)}
    values |= {"smooth_curve": book.smooth_curve(x[0].ravel()), "output_size": book.conv_output_size(28, 5, 2, 1)}
    values |= {"gradient": book.numerical_gradient(lambda w: (w**3).sum(), y)}
    values |= dict(zip(("x", "t"), book.shuffle_dataset(x, np.arange(3)), strict=True))
    return {name: [list(np.shape(v)), *np.ravel(v)[::5].tolist()] for name, v in values.items()}


CONV = {"filter_num": 4, "filter_size": 3, "pad": 1, "stride": 1}
CASES = {  # each is run after np.random.seed(3)
    "two layers, momentum": lambda b: trained(b, b.TwoLayerNet(20, 12, 10, 0.1), b.Momentum()),
    "two layers, Nesterov": lambda b: trained(b, b.TwoLayerNet(20, 12, 10, 0.1), b.Nesterov()),
    "many layers, RMSprop": lambda b: trained(b, b.MultiLayerNet(20, [12, 9], 10), b.RMSprop(decay_rate=0.9)),
    "many layers, Adam": lambda b: trained(b, b.MultiLayerNet(20, [12, 9], 10, weight_init_std=0.3), b.Adam()),
    "batch normalization, dropout and weight decay": deep,
    "a simple convolutional network": lambda b: trained(
        b, b.SimpleConvNet((2, 6, 6), CONV, 8, 10, 0.1), b.Adam(lr=0.01), (2, 6, 6)
    ),
    "a deep convolutional network": lambda b: trained(b, b.DeepConvNet(), b.SGD(lr=0.001), (1, 28, 28), steps=3),
    "the trainer": trainer,
    "one optimizer for two networks": one_optimizer_for_two,
    "functions": functions,
}


def outcome(book, case):
    np.random.seed(3)
    return CASES[case](book)


def flat(value, path=""):
    """Yield all numbers of nested dicts and lists, with their places."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(part, f"{path}/{key}")
    else:
        yield path, float(value)


@pytest.mark.parametrize("case", CASES)
def test_after_a_hundred_steps_the_numbers_are_the_books(case):
    expected = dict(flat(json.loads(GOLDEN.read_text())[case]))
    ours = dict(flat(outcome(book, case)))
    assert ours.keys() == expected.keys()
    for place, value in expected.items():
        assert ours[place] == pytest.approx(value, rel=1e-11, abs=1e-12), place


def test_the_first_weights_are_np_randoms():
    np.random.seed(0)
    net = book.MultiLayerNet(4, [3], 2)
    again = np.random.RandomState(0)
    np.testing.assert_array_equal(net.params["W1"], np.sqrt(2 / 4) * again.randn(4, 3))
    np.testing.assert_array_equal(net.params["W2"], np.sqrt(2 / 3) * again.randn(3, 2))
    assert net.params["W1"].dtype == np.float64
    assert list(net.layers) == ["Affine1", "Activation_function1", "Affine2"]


NETWORKS = {
    "TwoLayerNet": (lambda: book.TwoLayerNet(6, 4, 3, 0.5), (6,)),
    "MultiLayerNet": (lambda: book.MultiLayerNet(6, [4], 3, "sigmoid", weight_decay_lambda=0.1), (6,)),
    "MultiLayerNetExtend": (lambda: book.MultiLayerNetExtend(6, [4, 4], 3, use_batchnorm=True), (6,)),
    "SimpleConvNet": (lambda: book.SimpleConvNet((1, 6, 6), CONV, 5, 3, 0.5), (1, 6, 6)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_books_gradient_check(name):
    np.random.seed(0)
    make, shape = NETWORKS[name]
    net, x, t = make(), np.random.rand(4, *shape), np.array([0, 1, 2, 1])
    backprop, measured = net.gradient(x, np.eye(3)[t]), net.numerical_gradient(x, t)  # one-hot targets, and labels
    assert backprop.keys() == measured.keys() == net.params.keys()
    for name in measured:
        np.testing.assert_allclose(backprop[name], measured[name], atol=1e-6)


def test_the_books_convolution_is_zeronets_with_filters_of_four_axes(rng):
    W, b, x = rng.standard_normal((3, 2, 2, 4)), rng.standard_normal(3), rng.standard_normal((5, 2, 7, 8))
    layer, ours = book.Convolution(W, b, stride=1, pad=1), nn.Convolution(2, 3, (2, 4), 1, 1)
    ours.filters[...], ours.b = W, b
    y = layer.forward(x)
    np.testing.assert_allclose(y, ours.forward(x), rtol=1e-12)
    np.testing.assert_allclose(layer.backward(y), ours.backward(y), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.dW, ours.dW.T.reshape(3, 2, 2, 4), rtol=1e-12)
    np.testing.assert_allclose(layer.db, ours.db, rtol=1e-12)
    W *= 2  # as optimizers do: in place
    np.testing.assert_allclose(layer.forward(x) - b[:, None, None], 2 * (y - b[:, None, None]))
    with pytest.raises(ValueError, match="pad must be 0, not 1"):
        book.Pooling(2, 2, pad=1)


def test_the_book_ignores_pixels_that_fill_no_window(rng):
    x = rng.standard_normal((2, 1, 5, 5))
    filters = np.ones((1, 1, 2, 2)), np.zeros(1)
    for make in (lambda: book.Pooling(2, 2), lambda: book.Convolution(*filters, stride=2)):
        layer, whole = make(), make()
        np.testing.assert_array_equal(layer.forward(x), whole.forward(x[:, :, :4, :4]))
        dy = rng.standard_normal((2, 1, 2, 2))
        dx = layer.backward(dy)
        np.testing.assert_array_equal(dx[:, :, :4, :4], whole.backward(dy))
        assert not dx[:, :, 4].any() and not dx[..., 4].any()


def test_the_books_dropout_and_ours_have_equal_expectations():
    """The book's is ours times 1 − p, in training and in evaluation."""
    x, p = np.full((1000, 100), 3.0), 0.3
    np.random.seed(0)
    theirs, ours = book.Dropout(p), nn.Dropout(p)
    for train in (True, False):
        a, b = theirs.forward(x, train).mean(), ours.forward(x, train).mean()
        assert a == pytest.approx((1 - p) * b, rel=0.01)
        assert b == pytest.approx(3, rel=0.01)


def test_one_optimizer_with_a_state_serves_one_network():
    nets = [book.TwoLayerNet(4, size, 2) for size in (3, 5)]
    grads = [net.gradient(np.ones((2, 4)), np.array([0, 1])) for net in nets]
    optimizer = book.Momentum()
    optimizer.update(nets[0].params, grads[0])
    with pytest.raises(ValueError, match=r"BookMomentum has updated .* and cannot go on with"):
        optimizer.update(nets[1].params, grads[1])


def test_parameters_are_saved_and_loaded_without_pickle_and_those_of_the_book_are_read(tmp_path):
    net, other = book.TwoLayerNet(4, 3, 2, 1.0), book.TwoLayerNet(4, 3, 2, 1.0)
    path = tmp_path / "params.pkl"
    net.save_params(path)
    layer = other.layers["Affine1"]
    other.load_params(path)
    assert layer.W is other.params["W1"]
    np.testing.assert_array_equal(layer.W, net.params["W1"])
    path.write_bytes(pickle.dumps({name: 2 * w for name, w in net.params.items()}))
    other.load_params(path)
    np.testing.assert_array_equal(layer.W, 2 * net.params["W1"])


class Dangerous:
    def __reduce__(self):
        return print, ("this must not be printed",)


@pytest.mark.parametrize(
    "content",
    [pickle.dumps({"W1": Dangerous()}), pickle.dumps([1]), b"", b"PK damaged", pickle.dumps({"W1": np.eye(2)})],
)
def test_a_file_of_anything_else_is_refused(content, tmp_path, capsys):
    path = tmp_path / "params.pkl"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"params\.pkl|\.npz"):
        book.TwoLayerNet(4, 3, 2).load_params(path)
    assert capsys.readouterr().out == ""


def test_a_star_import_brings_numpy_too():
    run = subprocess.run([sys.executable, "-c", "from zeronet.book import *; print(np.ones(2), SGD, Relu, im2col)"])
    assert run.returncode == 0


def test_mnist_has_the_books_shapes(monkeypatch, rng):
    pixels = rng.integers(0, 256, (5, 784))
    rows, t = (pixels / 255).astype(np.float32), np.array([7, 2, 1, 0, 4])
    data = SimpleNamespace(x_train=rows, t_train=t, x_test=rows[:2], t_test=t[:2])
    monkeypatch.setattr("zeronet.book.functions.load", lambda name: data)
    (x, labels), (x_test, _) = book.load_mnist(normalize=False, flatten=False)
    assert x.dtype == np.uint8 and x_test.shape == (2, 1, 28, 28)
    np.testing.assert_array_equal(x.reshape(5, 784), pixels)
    (x, one_hot), _ = book.load_mnist(one_hot_label=True)
    np.testing.assert_array_equal(x, rows)
    np.testing.assert_array_equal(one_hot, np.eye(10)[labels])


@pytest.mark.mnist
def test_weight_decay_through_the_books_door_ends_where_its_code_does():
    """ch06/overfit_weight_decay.py of the book's code gives these accuracies after np.random.seed(1234)."""
    np.random.seed(1234)
    (x, t), (x_test, t_test) = book.load_mnist(normalize=True)
    x, t = x[:300], t[:300]
    network, optimizer = book.MultiLayerNet(784, [100] * 6, 10, weight_decay_lambda=0.1), book.SGD(lr=0.01)
    for _ in range(601):  # the last of 201 epochs is measured after its first update
        batch = np.random.choice(300, 100)
        optimizer.update(network.params, network.gradient(x[batch], t[batch]))
    accuracies = network.accuracy(x, t), network.accuracy(x_test, t_test)
    assert accuracies == (260 / 300, 6799 / 10_000)
