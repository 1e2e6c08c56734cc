import copy
import pickle
import tracemalloc

import numpy as np
import pytest

from tests.support.files import DAMAGES, check_that_an_interrupted_save_keeps, reads_with_one_byte_flipped
from zeronet import (
    SGD,
    Adam,
    Affine,
    BatchNormalization,
    Convolution,
    DeepConvNet,
    Dropout,
    Flatten,
    He,
    Layer,
    LayerNormalization,
    Loss,
    MaxPooling,
    MeanSquaredError,
    Momentum,
    MultiLayerNet,
    Network,
    Parameters,
    ReLU,
    Reshape,
    Sigmoid,
    SimpleConvNet,
    Tanh,
    Trainer,
    TwoLayerNet,
    load,
)
from zeronet.nn.functions import accuracy
from zeronet.nn.layers import LAYERS
from zeronet.nn.network import SLICE, SLICE_MB


def two_layers(**settings):
    return TwoLayerNet(6, 5, 3, **settings)


def many_layers(**settings):
    return MultiLayerNet(6, [5, 4], 3, "tanh", "xavier", **settings)


class Centre(Layer):
    """y = x − a running mean, which training moves and no optimizer sees."""

    buffer_names = ("mean",)

    def __init__(self, size):
        self.size, self.mean = size, np.zeros(size)

    @property
    def settings(self):
        return {"size": self.size}

    def forward(self, x, train=False):
        if train:
            self.mean = 0.9 * self.mean + 0.1 * x.mean(axis=0)
        return x - self.mean

    def backward(self, dy):
        return dy


def with_buffers(seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    layers = [Centre(6), Affine(6, 4, rng=rng), Centre(4), Sigmoid(), Affine(4, 3, rng=rng)]
    return Network(layers, dtype=dtype, seed=seed)


@pytest.fixture(autouse=True)
def _centre_is_zeronets_own(monkeypatch):
    monkeypatch.setitem(LAYERS, "Centre", Centre)  # so that it can be loaded


def normalized(**settings):
    return MultiLayerNet(6, [5, 4], 3, batch_norm=True, dropout=0.2, **settings)


def simple_convolutions(**settings):
    """Pictures of one pixel in six channels, padded to 3×3, so that there are 2×2 windows to pool."""
    return SimpleConvNet((6, 1, 1), 4, filter_size=2, padding=1, hidden_size=5, output_size=3, **settings)


TABLE = {
    "TwoLayerNet": two_layers,
    "MultiLayerNet": many_layers,
    "MultiLayerNet with normalization": normalized,
    "Network": with_buffers,
    "SimpleConvNet": simple_convolutions,
}
every_network = pytest.mark.parametrize("make", TABLE.values(), ids=TABLE.keys())


def numbers(net):
    return np.concatenate([net.params.flat, net.buffers.flat])


def test_every_network_has_a_row():
    assert {type(make()).__name__ for make in TABLE.values()} | {
        "DeepConvNet"
    } == {  # which is too deep for six numbers
        "Network",
        *(kind.__name__ for kind in Network.__subclasses__() if "zeronet" in kind.__module__),
    }


# Parameters and seeds


def test_the_two_layer_network_has_the_books_parameters():
    net = TwoLayerNet(784, 50, 10)
    assert net.params.shapes == {"W1": (784, 50), "b1": (50,), "W2": (50, 10), "b2": (10,)}
    assert net.grads.shapes == net.params.shapes
    assert abs(net.params["W1"].std() - 0.01) < 1e-4
    assert not net.params["b1"].any() and not net.params["b2"].any()


@pytest.mark.parametrize(("weight_init", "std"), [("he", 0.05), ("xavier", 0.05 / np.sqrt(2)), (0.3, 0.3)])
def test_the_multi_layer_network_has_an_activation_between_each_two_affine_layers(weight_init, std):
    net = MultiLayerNet(800, [100, 50], 10, "Sigmoid", weight_init)
    assert [type(layer) for layer in net.layers] == [Affine, Sigmoid, Affine, Sigmoid, Affine]
    assert list(net.params) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert net.params["W2"].shape == (100, 50)
    assert net.params["W1"].std() == pytest.approx(std, rel=0.01)
    assert list(MultiLayerNet(6, [], 3).params) == ["W1", "b1"]  # softmax regression


@every_network
def test_the_same_seed_gives_the_same_network_in_every_type_and_another_seed_another(make, points):
    net, wide = make(seed=3), make(seed=3, dtype=np.float64)
    np.testing.assert_array_equal(net.params.flat, make(seed=3).params.flat)
    np.testing.assert_array_equal(net.params.flat, wide.params.flat.astype(np.float32))
    assert (net.params["W1"] != make(seed=4).params["W1"]).all()
    for a, dtype in ((net, np.float32), (wide, np.float64)):
        a.loss_and_grad(*points)
        assert a.params.flat.dtype == a.grads.flat.dtype == a.predict(points[0]).dtype == dtype


@pytest.mark.parametrize("make", [two_layers, many_layers])
def test_no_seed_draws_one_and_keeps_it_and_a_bad_one_is_refused(make):
    net, other = make(seed=None), make(seed=None)
    assert net.seed != other.seed
    np.testing.assert_array_equal(net.params.flat, make(seed=net.seed).params.flat)
    with pytest.raises(ValueError, match="seed must be at least 0, not -1"):
        make(seed=-1)


# What a network computes


def test_prediction_by_hand():
    net = TwoLayerNet(2, 2, 2)
    net.params["W1"], net.params["b1"] = [[1, -1], [0, 1]], [0, 1]
    net.params["W2"], net.params["b2"] = [[1, 0], [0, 2]], [0.5, 0]
    # x = (1, 2): hidden max((1, 2), 0) = (1, 2), scores (1.5, 4);  x = (−1, −3): (−1, −1) → (0, 0), (0.5, 0)
    np.testing.assert_array_equal(net.predict([[1, 2], [-1, -3]]), [[1.5, 4], [0.5, 0]])
    assert net.accuracy([[1, 2], [-1, -3]], [1, 1]) == 0.5


@pytest.mark.parametrize(
    ("t", "share"), [([1, 0, 2], 1), ([1, 0, 0], 2 / 3), ([0, 1, 1], 0), (np.eye(3)[[1, 0, 0]], 2 / 3)]
)
def test_accuracy_is_the_share_of_rows_whose_largest_score_is_at_the_label(t, share):
    y = np.array([[0.1, 0.9, 0.3], [5.0, 4.9, -9.0], [-3.0, -2.0, -1.0]])
    assert accuracy(y, t) == pytest.approx(share)


def test_loss_and_last_gradient_by_hand_and_a_copy_of_it(points):
    """∂L/∂b2 = Σ over the batch of (p − onehot) / N."""
    x, t = points
    net = two_layers(weight_init_std=0.5, dtype=np.float64)
    y = net.predict(x)
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    assert net.loss_and_grad(x, t) == pytest.approx(net.loss(x, t))
    np.testing.assert_allclose(net.grads["b2"], (p - np.eye(3)[t]).mean(axis=0), rtol=1e-12)
    grad = net.gradient(x, t)
    kept = net.grads.flat.copy()
    net.loss_and_grad(x * 2, t)
    np.testing.assert_array_equal(grad.flat, kept)


def test_the_first_layer_computes_no_input_gradient_and_the_others_do(points):
    net = many_layers()
    assert [layer.input_grad for layer in net.layers] == [False, True, True, True, True]
    net.loss_and_grad(*points)
    assert net.layers[0].backward(np.ones((60, 5), dtype=np.float32)) is None


def test_no_gradient_is_computed_before_the_first_parameters(rng):
    net = SimpleConvNet((1, 6, 6), 2, 3, hidden_size=3)
    assert [layer.input_grad for layer in net.layers] == [False, False, *[True] * 6]
    net.loss_and_grad(rng.standard_normal((4, 36)), [0, 1, 2, 3])
    assert net.layers[1].backward(np.ones((4, 2, 4, 4), np.float32)) is None


def test_prediction_in_slices_equals_prediction_at_once(rng, tmp_path, monkeypatch):
    sizes, forward = [], Affine.forward
    monkeypatch.setattr(Affine, "forward", lambda self, x, train=False: (sizes.append(len(x)), forward(self, x))[1])
    net = two_layers(weight_init_std=1)
    x = rng.standard_normal((2 * SLICE + 7, 6), dtype=np.float32)
    at_once = np.maximum(x @ net.params["W1"] + net.params["b1"], 0) @ net.params["W2"] + net.params["b2"]
    np.testing.assert_allclose(net.predict(x), at_once, rtol=1e-4, atol=1e-5)
    assert sizes == [SLICE, SLICE, SLICE, SLICE, 7, 7]  # two layers each
    np.save(tmp_path / "x.npy", x)
    np.testing.assert_array_equal(net.predict(np.load(tmp_path / "x.npy", mmap_mode="r")), net.predict(x))
    assert net.predict(x[:0]).shape == (0, 3)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float64, np.float16, bool])
def test_numbers_of_any_kind_are_cast_to_the_type_of_the_network(kind, points):
    x = (points[0] > 0).astype(kind)
    net = two_layers(weight_init_std=1)
    np.testing.assert_array_equal(net.predict(x), net.predict(x.astype(np.float32)))
    assert net.predict(x).dtype == np.float32


@pytest.mark.parametrize("method", ["loss_and_grad", "gradient", "loss", "accuracy", "predict"])
@pytest.mark.parametrize("shape", [(4, 5), (6,), (4, 6, 1), (4, 2, 3), ()])
def test_another_shape_is_refused_with_both_shapes(method, shape):
    arguments = [np.zeros(shape)] if method == "predict" else [np.zeros(shape), np.zeros(4, int)]
    with pytest.raises(ValueError, match=r"but the network takes \(N, 6\)") as error:
        getattr(two_layers(), method)(*arguments)
    assert str(shape) in str(error.value)


@pytest.mark.parametrize("x", [np.full((4, 6), "1.0"), np.full((4, 6), 1j), np.full((4, 6), None)])
def test_what_is_no_number_is_refused_and_targets_of_another_length(x, points):
    with pytest.raises(ValueError, match=r"x holds (strings|complex numbers|Python objects): "):
        two_layers().predict(x)
    with pytest.raises(ValueError, match=r"shape \(59,\), but scores of shape \(60, 3\)"):
        two_layers().loss_and_grad(points[0], points[1][:-1])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Network([Affine(3, 3)] * 2), "duplicate layer"),
        (lambda: Network([Affine(6, 4), Tanh(), Affine(5, 3)]), r"layer 3 \(Affine\) takes 5 inputs, but gets 4"),
        (lambda: Network([]), "at least one layer with parameters"),
        (lambda: Network([ReLU()]), "at least one layer with parameters"),
        (
            lambda: MultiLayerNet(6, [5], 3, "relo"),
            "one of relu, leaky_relu, gelu, sigmoid, tanh, not 'relo'",
        ),
        (
            lambda: MultiLayerNet(6, [5], 3, None),
            "one of relu, leaky_relu, gelu, sigmoid, tanh, not None",
        ),
        (lambda: two_layers(dtype=np.int64), "dtype must be a float type, not int64"),
        (lambda: two_layers(dtype=bool), "dtype must be a float type, not bool"),
        (lambda: two_layers(dtype="abc"), "dtype must be a float type, not 'abc'"),
        (lambda: two_layers(dtype=np.float16), "float16 overflows in the sums of training: use float32 or float64"),
        (lambda: two_layers().astype(np.float16), "float16 overflows"),
        (lambda: Network(with_buffers().layers), r"already belongs to a network: use copy\.deepcopy\(layer\)"),
    ],
)
def test_what_does_not_fit_together_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# The book's networks of chapters 6 to 8


def kinds(net):
    return [type(layer) for layer in net.layers]


def test_batch_normalization_comes_before_the_activation_and_dropout_after_it():
    net = MultiLayerNet(6, [5, 4], 3, "tanh", batch_norm=True, dropout=0.2)
    between = [BatchNormalization, Tanh, Dropout]
    assert kinds(net) == [Affine, *between, Affine, *between, Affine]
    assert [net.layers[k].size for k in (1, 5)] == [5, 4]
    assert net.layers[3].ratio == 0.2
    assert list(net.buffers) == ["running_mean1", "running_var1", "running_mean2", "running_var2"]
    assert kinds(MultiLayerNet(6, [5], 3, batch_norm=False, dropout=0)) == [Affine, ReLU, Affine]
    np.testing.assert_array_equal(net.params["W2"], MultiLayerNet(6, [5, 4], 3).params["W2"])  # the same first weights


def test_the_two_layer_network_of_chapter_4_has_a_sigmoid():
    assert kinds(TwoLayerNet(6, 5, 3, activation="sigmoid")) == [Affine, Sigmoid, Affine]


def test_the_simple_convolutional_network_is_the_books():
    net = SimpleConvNet()
    assert kinds(net) == [Reshape, Convolution, ReLU, MaxPooling, Flatten, Affine, ReLU, Affine]
    shapes = {"W1": (25, 30), "b1": (30,), "W2": (4320, 100), "b2": (100,), "W3": (100, 10), "b3": (10,)}
    assert net.params.shapes == shapes
    assert net.layers[1].filters.shape == (30, 1, 5, 5)
    assert np.shares_memory(net.layers[1].filters, net.params.flat)
    for name in ("W1", "W2", "W3"):
        assert net.params[name].std() == pytest.approx(0.01, rel=0.1)


def test_the_deep_convolutional_network_is_the_books(tmp_path):
    net = DeepConvNet()
    filters = [layer.filters.shape for layer in net.layers if isinstance(layer, Convolution)]
    assert filters == [(16, 1, 3, 3), (16, 16, 3, 3), (32, 16, 3, 3), (32, 32, 3, 3), (64, 32, 3, 3), (64, 64, 3, 3)]
    assert [layer.padding for layer in net.layers if isinstance(layer, Convolution)] == [1, 1, 1, 2, 1, 1]
    assert net.params["W7"].shape == (64 * 4 * 4, 50) and net.params["W8"].shape == (50, 10)
    assert kinds(net)[-5:] == [Affine, ReLU, Dropout, Affine, Dropout]
    for name, w in net.params.items():  # He's, for the fan-in of a filter
        if name.startswith("W"):
            assert w.std() == pytest.approx(He().std(len(w)), rel=0.15)
    twin = saved_and_loaded(net, tmp_path)
    assert type(twin) is DeepConvNet
    np.testing.assert_array_equal(twin.params.flat, net.params.flat)


def test_the_gradient_of_a_deep_convolutional_network_is_the_slope_in_random_directions(rng):
    net, x, t = DeepConvNet((1, 4, 4), 5, 3, dropout=0, dtype=np.float64), rng.standard_normal((3, 16)), [0, 1, 2]
    gradient, here, step = net.gradient(x, t).flat, net.params.flat.copy(), 1e-6
    for _ in range(5):
        direction = rng.standard_normal(here.shape) / np.sqrt(here.size)
        losses = []
        for sign in (1, -1):
            net.params.flat = here + sign * step * direction
            losses.append(net.loss(x, t))
        assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(gradient @ direction, rel=1e-5)


def test_a_summary_has_shapes_parameters_and_multiply_adds():
    lines = [line.split() for line in SimpleConvNet().summary().splitlines()]
    assert lines[2] == ["Convolution", "30×24×24", "780", "432,000"]  # 25·30 + 30; 25·30·24·24
    assert lines[6] == ["Affine", "100", "432,100", "432,000"]
    assert lines[-1] == ["total", "433,890", "865,000"]
    assert repr(SimpleConvNet()) == "SimpleConvNet(784 → 10, 8 layers, 433,890 parameters, float32)"
    net = Network([Convolution(1, 2, 3), Flatten()])
    with pytest.raises(ValueError, match=r"give input_shape, as in summary\(\(1, 28, 28\)\)"):
        net.summary()
    assert net.summary((1, 5, 5)).splitlines()[1].split() == ["Convolution", "2×3×3", "20", "162"]
    assert repr(net) == "Network(? → ?, 2 layers, 20 parameters, float32)"


def test_slices_of_a_convolutional_network_fit_into_the_stated_memory(rng):
    net = DeepConvNet()
    sizes, forward = [], net.layers[0].forward
    object.__setattr__(net.layers[0], "forward", lambda x, train=False: (sizes.append(len(x)), forward(x))[1])
    x = rng.random((200, 784), dtype=np.float32)
    tracemalloc.start()
    net.predict(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(sizes) > 1 and sum(sizes) == 200 and max(sizes) < 100
    assert peak < 1.5 * SLICE_MB * 2**20  # one layer works on a new slice while it remembers the one before


def test_a_network_alone_drops_the_same_units_again(points):
    """Without a Trainer, as in the book's loop; its own seed decides."""
    grads = [MultiLayerNet(6, [5], 3, dropout=0.5, seed=s).gradient(*points).flat for s in (1, 1, 2)]
    np.testing.assert_array_equal(grads[0], grads[1])
    assert (grads[0] != grads[2]).any()


BAD = {
    "an image that the pooling does not divide": (
        lambda: SimpleConvNet((1, 27, 27)),
        r"layer 4 \(MaxPooling\) has windows of 2×2 that do not divide a picture of 30×23×23",
    ),
    "a stride that does not divide": (
        lambda: SimpleConvNet(stride=2),
        r"layer 2 \(Convolution\) has windows of 5×5 that do not divide a picture of 1×28×28: \(28 \+ 2·0 − 5\) / 2",
    ),
    "a filter larger than the image": (
        lambda: SimpleConvNet((1, 4, 4)),
        r"layer 2 \(Convolution\) has windows of 5×5, but a picture of only 1×4×4",
    ),
    "a filter larger than the padded image": (
        lambda: Network([Reshape(1, 2, 2), Convolution(1, 1, 5, padding=1)]),
        "has windows of 5×5, but a picture of only 1×2×2 with padding 1",
    ),
    "stride 0": (lambda: SimpleConvNet(stride=0), "stride must be at least 1, not 0"),
    "a negative padding": (lambda: SimpleConvNet(padding=-1), "padding must be at least 0, not -1"),
    "half a pixel": (lambda: MaxPooling(1.5), r"size must be an integer, not 1\.5"),
    "no image shape": (lambda: SimpleConvNet(784), r"image_shape must be \(channels, height, width\), not 784"),
    "a dropout of 1": (lambda: MultiLayerNet(6, [5], 3, dropout=1), "at least 0 and below 1, not 1"),
    "a negative dropout": (lambda: DeepConvNet(dropout=-0.1), r"at least 0 and below 1, not -0\.1"),
    "a batch of one": (
        lambda: normalized().loss_and_grad(np.ones((1, 6)), [0]),
        "needs batches of at least 2 examples to train on, not 1",
    ),
    "rows of another size": (
        lambda: SimpleConvNet().predict(np.ones((2, 100))),
        r"x has shape \(2, 100\), but the network takes \(N, 784\)",
    ),
    "images instead of rows": (
        lambda: SimpleConvNet().predict(np.ones((2, 1, 28, 28))),
        r"x has shape \(2, 1, 28, 28\), but the network takes \(N, 784\)",
    ),
    "rows without a Reshape": (
        lambda: Network([Convolution(1, 1, 3), Flatten()]).predict(np.ones((2, 9))),
        r"layer 1 \(Convolution\) takes pictures of shape \(C, H, W\), but gets 9: put a Reshape before it",
    ),
    "other images than those it was made for": (
        lambda: Network([Convolution(1, 1, 3), Flatten(), Affine(9, 2)]).predict(np.ones((2, 1, 6, 6))),
        r"layer 3 \(Affine\) takes 9 inputs, but gets 16",
    ),
    "other channels": (
        lambda: Convolution(3, 1, 3).forward(np.ones((2, 1, 6, 6))),
        "Convolution takes pictures of 3 channels, but gets 1",
    ),
    "pictures into an affine layer": (
        lambda: Network([Reshape(1, 2, 3), Affine(6, 2)]),
        r"layer 2 \(Affine\) takes 6 inputs, but gets 1×2×3",
    ),
    "other features": (
        lambda: BatchNormalization(3).forward(np.ones((2, 4))),
        "BatchNormalization takes 3 features or channels, but gets 4",
    ),
    "pictures to normalize as rows": (
        lambda: LayerNormalization(2).forward(np.ones((2, 2, 4, 4))),
        "LayerNormalization takes 2 inputs, but gets 2×4×4",
    ),
    "a momentum of 1": (lambda: BatchNormalization(3, momentum=1), "momentum must be at least 0 and below 1, not 1"),
    "no ε": (lambda: BatchNormalization(3, eps=0), "eps must be positive, not 0"),
    "a string as ε": (lambda: LayerNormalization(3, eps="small"), "eps must be positive, not 'small'"),
    "hidden_size_list": (
        lambda: MultiLayerNet(6, hidden_size_list=[5], output_size=3),
        "MultiLayerNet has no argument hidden_size_list: here it is hidden_sizes",
    ),
    "weight_init_std": (
        lambda: MultiLayerNet(6, [5], 3, weight_init_std="relu"),
        "weight_init_std: here it is weight_init, a number, 'he'",
    ),
    "relu as a first weight": (lambda: MultiLayerNet(6, [5], 3, weight_init="relu"), "the book's 'relu' is 'he'"),
    "weight_decay_lambda": (lambda: MultiLayerNet(6, [5], 3, weight_decay_lambda=0.1), r"with_transforms\(L2\(…\)\)"),
    "use_batchnorm": (lambda: MultiLayerNet(6, [5], 3, use_batchnorm=True), "here it is batch_norm"),
    "use_dropout": (lambda: MultiLayerNet(6, [5], 3, use_dropout=True), "here it is dropout, the ratio"),
    "conv_param": (lambda: SimpleConvNet(conv_param={}), "here it is filters, filter_size, stride and padding"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD.keys())
def test_a_mistake_is_answered_with_one_line(make, message):
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


# Views: what is assigned reaches the layers, and training goes on

ASSIGNMENTS = {
    'params["W1"] = a': lambda net, a: net.params.__setitem__("W1", a),
    "layer.W = a": lambda net, a: setattr(net.layers[0], "W", a),
    "params.flat = a": lambda net, a: setattr(net.params, "flat", np.resize(a, len(net.params.flat))),
}


@pytest.mark.parametrize("assign", ASSIGNMENTS.values(), ids=ASSIGNMENTS.keys())
@pytest.mark.parametrize("optimizer", [SGD(lr=0.5), Adam(lr=0.05)], ids=["SGD", "Adam"])
def test_an_assignment_reaches_the_layers_and_training_goes_on_learning(assign, optimizer, points, rng):
    net = two_layers(weight_init_std=0.5)
    trainer = Trainer(net, optimizer.clone(), batch_size=20).fit(*points, steps=3)
    assign(net, 0.5 * rng.standard_normal((6, 5)))
    assert net.params["W1"] is net.layers[0].W
    assert np.shares_memory(net.params["W1"], net.params.flat)
    assigned, loss = net.params.flat.copy(), net.loss(*points)
    trainer.fit(*points, steps=100)
    assert (net.params["W1"] != assigned[:30].reshape(6, 5)).any(axis=0).all()  # every hidden unit has moved
    assert net.loss(*points) < 0.5 * loss


def saved_and_loaded(net, folder):
    net.save(folder / "net.npz")
    return load(folder / "net.npz")


COPIES = {
    "deepcopy": lambda net, folder: copy.deepcopy(net),
    "pickle": lambda net, folder: pickle.loads(pickle.dumps(net)),
    "save and load": saved_and_loaded,
    "astype": lambda net, folder: net.astype(np.float32),
}


@every_network
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_a_copied_network_takes_the_same_next_ten_steps_and_is_independent(make, copied, points, tmp_path):
    net = make(seed=5)
    Trainer(net, SGD(lr=0.5), batch_size=20).fit(*points, steps=10)
    twin = copied(net, tmp_path)
    here = numbers(net)

    Trainer(twin, Momentum(lr=0.1), batch_size=20, seed=1).fit(*points, steps=10)
    np.testing.assert_array_equal(numbers(net), here)  # independent of the twin
    Trainer(net, Momentum(lr=0.1), batch_size=20, seed=1).fit(*points, steps=10)

    assert (numbers(net) != here).mean() > 0.5  # a unit may be dead
    np.testing.assert_array_equal(numbers(net), numbers(twin))
    np.testing.assert_array_equal(net.predict(points[0]), twin.predict(points[0]))


def test_buffers_are_views_of_one_vector_that_training_changes_and_no_optimizer_sees(points):
    net = with_buffers()
    assert list(net.params) == list(net.grads) == ["W1", "b1", "W2", "b2"]
    assert net.buffers.shapes == {"mean1": (6,), "mean2": (4,)}
    assert not two_layers().buffers
    first = net.layers[0]
    first.mean = np.arange(6)
    net.buffers["mean2"] = np.full(4, 7)
    np.testing.assert_array_equal(net.buffers.flat, [0, 1, 2, 3, 4, 5, 7, 7, 7, 7])
    assert first.mean is net.buffers["mean1"]
    with pytest.raises(ValueError, match=r"Centre\.mean has shape \(6,\): cannot assign an array of shape \(5,\)"):
        first.mean = np.zeros(5)
    before = net.buffers.flat.copy()
    net.predict(points[0])
    np.testing.assert_array_equal(net.buffers.flat, before)
    net.loss_and_grad(*points)
    assert (net.buffers["mean1"] != before[:6]).any()
    assert net.astype(np.float64).buffers["mean1"].dtype == np.float64


# Files


@every_network
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loaded_network_is_the_saved_one(make, dtype, tmp_path):
    net = make(seed=7, dtype=dtype)
    twin = saved_and_loaded(net, tmp_path)
    assert type(twin) is type(net)
    assert [type(layer) for layer in twin.layers] == [type(layer) for layer in net.layers]
    assert [layer.settings for layer in twin.layers] == [layer.settings for layer in net.layers]
    assert type(twin.loss_function) is type(net.loss_function)
    assert twin.seed == 7
    assert (twin.params.shapes, twin.buffers.shapes) == (net.params.shapes, net.buffers.shapes)
    assert twin.params.flat.dtype == twin.buffers.flat.dtype == dtype
    np.testing.assert_array_equal(numbers(twin), numbers(net))


def test_the_loss_is_saved_too_and_sizes_from_numpy(tmp_path):
    net = MultiLayerNet(np.int64(2), [np.uint8(3)], 1, loss_function=MeanSquaredError())
    assert net.loss([[0, 0]], [[2]]) == pytest.approx(4)
    twin = saved_and_loaded(net, tmp_path)
    assert type(twin.loss_function) is MeanSquaredError
    np.testing.assert_array_equal(twin.params.flat, net.params.flat)


def test_the_file_has_the_name_it_was_given_and_holds_plain_arrays_under_the_parameters_names(tmp_path):
    net = two_layers()
    net.save(tmp_path / "first.npz")
    net.save(str(tmp_path / "no-ending"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.npz", "no-ending"]
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "no-ending").read_bytes()
    with np.load(tmp_path / "first.npz", allow_pickle=False) as file:
        arrays = dict(file)  # no pickle inside: reading one would raise
    assert set(arrays) == {"architecture", "sha256", *net.params}
    np.testing.assert_array_equal(arrays["W1"], net.params["W1"])
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "net.npz")


OWN = {base.__name__: type(f"Own{base.__name__}", (base,), {}) for base in (Layer, Affine, Loss)}


@pytest.mark.parametrize("name", OWN)
def test_what_could_not_be_built_again_is_not_saved(name, tmp_path):
    layers = {"Layer": [Affine(2, 2), OWN["Layer"]()], "Affine": [OWN["Affine"](2, 2)], "Loss": [Affine(2, 2)]}
    net = Network(layers[name], OWN["Loss"]() if name == "Loss" else None)
    with pytest.raises(ValueError, match=f"can be saved, not Own{name}"):
        net.save(tmp_path / "net.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_save_leaves_no_half_file_and_keeps_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    two_layers(seed=1).save(path)
    check_that_an_interrupted_save_keeps(path, lambda: two_layers(seed=2).save(path), monkeypatch)


def with_other_arrays(**changes):
    def damage(path):
        with np.load(path) as file:
            arrays = {**dict(file), **changes}
        with path.open("wb") as file:
            np.savez(file, **{name: array for name, array in arrays.items() if array is not None})

    return damage


NETWORK_DAMAGES = DAMAGES | {
    "pickled arrays": with_other_arrays(W1=np.array([{}], dtype=object)),
    "an array is missing": with_other_arrays(W1=None),
    "an array too many": with_other_arrays(W9=np.zeros(3)),
    "another shape": with_other_arrays(W1=np.zeros((2, 2))),
    "no architecture": with_other_arrays(architecture=None),
    "an architecture that is no JSON": with_other_arrays(architecture=np.array("{")),
    "an architecture of another kind": with_other_arrays(architecture=np.array("[1, 2]")),
    "an unknown layer": with_other_arrays(architecture=np.array('{"class": "Network", "layers": [["Eval", {}]]}')),
}


@pytest.mark.parametrize("damage", NETWORK_DAMAGES.values(), ids=NETWORK_DAMAGES.keys())
def test_a_damaged_or_foreign_file_is_refused_by_its_name(damage, tmp_path):
    path = tmp_path / "net.npz"
    two_layers().save(path)
    damage(path)
    with pytest.raises(ValueError, match=r"net\.npz is not a network saved by zeronet, or is damaged"):
        load(path)


def test_wherever_one_byte_of_a_file_is_flipped_it_loads_as_before_or_is_refused(tmp_path):
    path, net = tmp_path / "net.npz", TwoLayerNet(2, 1, 2)
    net.save(path)
    for twin in reads_with_one_byte_flipped(path, lambda: load(path), stride=7):
        np.testing.assert_array_equal(twin.params.flat, net.params.flat)


def test_a_pickled_network_whose_arrays_do_not_fit_its_layers_is_refused():
    net = TwoLayerNet(4, 3, 2)
    state = net.__dict__ | {"params": Parameters({"W1": (4, 3)})}
    with pytest.raises(ValueError, match=r"^this network is damaged: its layers have .*W1.*$"):
        TwoLayerNet.__new__(TwoLayerNet).__setstate__(state)
    with pytest.raises(ValueError, match=r"^this network is damaged: its gradients have .*$"):
        TwoLayerNet.__new__(TwoLayerNet).__setstate__(net.__dict__ | {"grads": Parameters({"W1": (4, 3)})})
