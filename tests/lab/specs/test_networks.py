"""Networks by name: the same grammar as optimizers, the same care for plug-ins, and first weights that are told."""

import functools
import json
import pickle

import numpy as np
import pytest

from zeronet.common.errors import UserError
from zeronet.lab.specs.networks import NETWORKS, first_weights, network_plan, networks_of, unchecked_network
from zeronet.lab.specs.spec import on_networks, parse
from zeronet.nn import Affine, DeepConvNet, MultiLayerNet, Network, ReLU, SimpleConvNet, TwoLayerNet

DIGITS = {"name": "digits", "input_size": 64, "classes": 10}
MNIST = {"name": "mnist", "input_size": 784, "classes": 10}


def network_of(text, problem=DIGITS, image_shape=(8, 8), batch_size=10):
    [spec] = networks_of([text])
    return spec.fitted(problem, image_shape, batch_size)


@pytest.mark.parametrize(
    ("text", "problem", "made"),
    [
        ("two-layer", DIGITS, lambda seed: TwoLayerNet(64, 50, 10, seed=seed)),
        ("two-layer:hidden=7,init=0.1", DIGITS, lambda seed: TwoLayerNet(64, 7, 10, 0.1, seed=seed)),
        ("mlp", DIGITS, lambda seed: MultiLayerNet(64, [100] * 4, 10, seed=seed)),
        ("mlp:hidden=30-20x2", DIGITS, lambda seed: MultiLayerNet(64, [30, 20, 20], 10, seed=seed)),
        (
            "mlp:hidden=100x4,activation=tanh,init=xavier,batch_norm=true,dropout=0.2",
            DIGITS,
            lambda seed: MultiLayerNet(64, [100] * 4, 10, "tanh", "xavier", seed, batch_norm=True, dropout=0.2),
        ),
        ("cnn", MNIST, lambda seed: SimpleConvNet(seed=seed)),
        ("cnn:filters=4,hidden=9", DIGITS, lambda seed: SimpleConvNet((1, 8, 8), 4, hidden_size=9, seed=seed)),
        ("deep-cnn:dropout=0.25", MNIST, lambda seed: DeepConvNet(dropout=0.25, seed=seed)),
        ("SimpleConvNet:filter_size=3", DIGITS, lambda seed: SimpleConvNet((1, 8, 8), 30, 3, seed=seed)),
    ],
)
def test_a_spec_is_the_network_that_its_class_builds_of_these_arguments(text, problem, made):
    spec = network_of(text, problem, (28, 28) if problem is MNIST else (8, 8))
    for seed in (0, 5):
        built, twin = spec.build(problem, seed), made(seed)
        assert type(built) is type(twin)
        assert [type(layer) for layer in built.layers] == [type(layer) for layer in twin.layers]
        assert built.params.flat.tobytes() == twin.params.flat.tobytes()
    assert spec.size == twin.params.flat.size
    again = unchecked_network(json.loads(json.dumps(spec.to_dict())))
    assert again.build(problem, 5).params.flat.tobytes() == twin.params.flat.tobytes()


@pytest.mark.parametrize(("text", "sizes"), [("two-layer:hidden=50", [50]), ("mlp:hidden=100x4", [100] * 4)])
def test_hidden_sizes_are_the_short_form(text, sizes):
    assert networks_of([text])[0].to_dict() == network_plan(sizes).to_dict()


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["two-layer:hidden=50", "mlp:hidden=100x4", "cnn:filters=4"], ["two-layer", "mlp", "cnn"]),
        (["mlp:hidden=9x2", "mlp:hidden=9x2,batch_norm=true"], ["mlp", "mlp batch_norm=true"]),
        (["mlp:hidden=9", "mlp:hidden=9x2", "cnn"], ["mlp hidden=9", "mlp hidden=9x2", "cnn"]),
        (["big=mlp:hidden=9x2", "mlp:dropout=0.5"], ["big", "mlp"]),
    ],
)
def test_labels_say_what_differs(texts, labels):
    assert [spec.label for spec in networks_of(texts)] == labels


def test_runs_are_named_by_network_and_optimizer_only_as_far_as_they_differ():
    networks, optimizers = networks_of(["two-layer", "cnn"]), [parse("sgd:lr=0.5"), parse("adam")]
    both = ["two-layer SGD lr=0.5", "two-layer Adam", "cnn SGD lr=0.5", "cnn Adam"]
    assert [spec.label for spec in on_networks(optimizers, networks)] == both
    assert [spec.label for spec in on_networks(optimizers[:1], networks)] == ["two-layer", "cnn"]
    assert [spec.label for spec in on_networks(optimizers, networks[:1])] == ["SGD lr=0.5", "Adam"]
    with pytest.raises(UserError, match="two networks are labelled 'cnn'"):
        on_networks(optimizers, networks_of(["cnn", "cnn"]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mpl", "unknown network 'mpl': did you mean mlp? (two-layer, mlp, cnn, deep-cnn)"),
        ("mlp:", "is not [LABEL=]TARGET[:key=value,…]: for example mlp:hidden=100x4"),
        ("mlp:hidden", "'hidden' in 'mlp:hidden' is not key=value"),
        ("mlp:depth=3", "mlp has no setting 'depth': it has hidden, activation, init, batch_norm, dropout"),
        ("cnn:image_shape=3", "cnn has no setting 'image_shape'"),
        ("mlp:use_batchnorm=true", "here it is batch_norm"),
        ("mlp:hidden=5,hidden_sizes=6", "mlp: hidden_sizes is given twice"),
        ("mlp:hidden=100x", "hidden must be units, as in 100x4 or 100-50, not '100x'"),
        ("mlp:hidden=100x99999999", "hidden layers must be at most 1000, not 99999999"),
        ("mlp:hidden=0x2", "hidden size must be at least 1, not 0"),
        ("two-layer:hidden=2.5", "hidden size must be an integer, not 2.5"),
        ("mlp:batch_norm=yes", "batch_norm must be true or false, not 'yes'"),
        ("mlp:activation=swish", "activation must be one of relu, "),
        ("mlp:init=relu", "weight_init must be 'he', 'xavier' or a number, not 'relu'"),
        ("mlp:dropout=1", "mlp: the ratio of dropout must be at least 0 and below 1, not 1"),
        ("cnn:stride=0", "cnn: stride must be at least 1, not 0"),
        ("cnn:filter_size=9", "windows of 9×9, but a picture of only 1×8×8"),
        ("cnn:filter_size=4", "do not divide"),
        ("deep-cnn", "do not divide a picture of 64×3×3: (3 + 2·0 − 2) / 2 is not whole; digits has images of 1×8×8"),
        ("nowhere.py:f", "the file nowhere.py cannot be read"),
        ("nowhere.py", "does not name its function: write nowhere.py:function"),
    ],
)
def test_mistakes_are_one_line(text, words):
    with pytest.raises(UserError) as mistake:
        network_of(text)
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_batch_normalization_needs_batches_of_two():
    network_of("mlp:batch_norm=true", batch_size=2)
    with pytest.raises(UserError, match="mlp: batch normalization needs batches of at least 2 examples"):
        network_of("mlp:batch_norm=true", batch_size=1)


@pytest.mark.parametrize(
    ("shape", "channels_first"), [((8, 8), [1, 8, 8]), ((1, 8, 8), [1, 8, 8]), ((4, 4, 4), [4, 4, 4])]
)
def test_images_have_their_channels_first(shape, channels_first):
    assert network_of("cnn:filter_size=3,stride=1", image_shape=shape).settings["image_shape"] == channels_first


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), "takes images, and digits has rows of numbers: save x as"),
        ((64,), "digits has examples of shape"),
        ((8, 8, 1), "images with the channels first, and digits has images of shape .8, 8, 1.: save np.moveaxis"),
    ],
)
def test_data_that_are_no_images_are_named(shape, words):
    with pytest.raises(UserError, match=words):
        network_of("cnn", image_shape=shape)


def test_first_weights_that_are_the_same_are_those_that_the_protocol_names():
    texts = ["mlp:hidden=8x3", "mlp:hidden=8x2", "mlp:hidden=8x3,batch_norm=true", "mlp:hidden=8x3,init=xavier"]
    specs = networks_of(texts)
    three, two, normalized, xavier = (spec.label for spec in specs)
    for seed in (0, 7):
        groups = first_weights(specs, DIGITS, seed)
        assert groups["W1"] == groups["W2"] == [[three, two, normalized]]
        assert groups["W3"] == groups["W4"] == [[three, normalized]]  # W3 of the other leads to the classes
        assert groups["b1"] == [[three, two, normalized, xavier]]
        assert "gamma1" not in groups
        built = {spec.label: spec.build(DIGITS, seed).params for spec in specs}
        for name, labels in ((name, labels) for name, alike in groups.items() for labels in alike):
            assert len({built[label][name].tobytes() for label in labels}) == 1


GOOD = """\
import numpy as np
from zeronet import Affine, Layer, Network, ReLU, register_layer


def net(input_size, output_size, seed, width=5):
    rng = np.random.default_rng(seed)
    return Network([Affine(input_size, width, rng=rng), ReLU(), Affine(width, output_size, rng=rng)])
"""
LAYER = """

class Own(Layer):
    def forward(self, x, train=False):
        return x

    def backward(self, dy):
        return dy


def own(input_size, output_size, seed):
    return Network([Affine(input_size, output_size, rng=np.random.default_rng(seed)), Own()])
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "手書き net.py"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_function_in_a_file(file):
    spec = network_of(f"{file}:net:width=7")
    assert (spec.label, spec.target, spec.settings) == ("net", f"{file}:net", {"width": 7})
    assert spec.build(DIGITS, 3).params["W2"].shape == (7, 10)
    there = pickle.loads(pickle.dumps(spec))
    before = spec.build(DIGITS, 3).params.flat.tobytes()
    file.unlink()
    assert there.build(DIGITS, 3).params.flat.tobytes() == before


def test_the_protocol_knows_a_plug_in_by_its_digest(file):
    about = network_of(f"{file}:net").to_dict()
    assert unchecked_network(about).plugin.digest == about["digest"]
    file.write_text(GOOD.replace("width=5", "width=6"), encoding="utf-8")
    with pytest.raises(UserError, match="not the one that the protocol was made with"):
        unchecked_network(about)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("ReLU()", "ReLU(1 / 0)"), "net.py, line 7: ZeroDivisionError"),
        (GOOD.replace("np.random", "nq.random"), "net.py, line 6: NameError"),
        (GOOD.replace("def net(", "def net"), "net.py, line 5: SyntaxError"),
        (GOOD.replace("def net", "def nets"), "has no function 'net', but nets"),
        (GOOD.replace("def net", "net = 7\n\ndef nets"), "has no function 'net'"),
        (
            GOOD.replace(", seed, ", ", ").replace("(seed)", "(0)"),
            "must take a seed: def net(input_size, output_size, ",
        ),
        (GOOD.replace("width=5", "width"), "missing a required argument: 'width'"),
        (GOOD.replace("default_rng(seed)", "default_rng()"), "first weights must follow from the seed"),
        (GOOD.replace("return Network", "return list"), "must return a zeronet.Network, not list"),
        (GOOD.replace("Affine(input_size", "Affine(100"), "it takes 100 numbers per example, and digits has 64"),
        (GOOD.replace("width, output_size, rng", "width, 3, rng"), "it has 3 outputs per example, and digits has 10"),
        (GOOD.replace("Affine(input_size, width", "Affine(input_size, 4"), "layer 3 (Affine)"),
        (GOOD + LAYER + "net = own\n", "only layers that are known here can be saved, not Own: register_layer(Own)"),
        (
            GOOD + LAYER.replace("return x", "return x[:, 5:0]") + "register_layer(Own)\nnet = own\n",
            "it has 0 outputs per example",
        ),
        (
            GOOD + LAYER.replace("return dy", "return dy * y") + "register_layer(Own)\nnet = own\n",
            "net.py, line 15: NameError: name 'y' is not defined",
        ),
        (GOOD + "\nimport os\nos._exit(3)\n", "line 10: SystemExit: it calls os._exit(3)"),
    ],
)
def test_mistakes_of_a_plug_in_name_its_file_in_one_line(file, text, words):
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as mistake:
        network_of(f"{file}:net")
    assert words in str(mistake.value)
    assert "net.py" in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_a_setting_that_would_hide_what_the_protocol_says_is_refused(file):
    file.write_text(GOOD.replace("width", "label"), encoding="utf-8")
    with pytest.raises(UserError, match="a setting of a network cannot be called label"):
        network_of(f"{file}:net:label=3")


def test_a_layer_of_one_s_own_is_registered_again_with_each_network(file):
    file.write_text(GOOD + LAYER.replace("class Own", "@register_layer\nclass Own"), encoding="utf-8")
    spec = network_of(f"{file}:own")
    assert spec.build(DIGITS, 0).contents()


def narrow(input_size, output_size, seed):
    rng = np.random.default_rng(seed)
    return Network([Affine(input_size, 2, rng=rng), ReLU(), Affine(2, output_size, rng=rng)])


def test_functions_that_were_handed_over_differ_by_all_that_decides_what_they_build():
    made = {
        f"default {h}": lambda input_size, output_size, seed, h=h: TwoLayerNet(input_size, h, output_size, seed=seed)
        for h in (3, 4)
    }
    made |= {f"partial {h}": functools.partial(TwoLayerNet, hidden_size=h) for h in (3, 4)}

    def inside(h):
        return lambda input_size, output_size, seed: TwoLayerNet(input_size, h, output_size, seed=seed)

    made |= {f"closure {h}": inside(h) for h in (3, 4)}
    one, two = (lambda input_size, output_size, seed: TwoLayerNet(input_size, 3, output_size, seed=seed)), (lambda input_size, output_size, seed: TwoLayerNet(input_size, 4, output_size, seed=seed))  # noqa: E501  # fmt: skip
    made |= {"line 3": one, "line 4": two, "module": narrow}
    specs = networks_of(made)
    assert [spec.label for spec in specs] == list(made)
    assert len({spec.plugin.digest for spec in specs}) == len(specs)
    for spec in specs[:-1]:
        assert spec.fitted(DIGITS, (), 10).build(DIGITS, 0).params["b1"].shape == (int(spec.label[-1]),)
    [again] = networks_of([narrow])
    assert (again.label, again.plugin.digest) == ("narrow", specs[-1].plugin.digest)


@pytest.mark.parametrize("network", [TwoLayerNet(4, 3, 2), 7, None, {"class": "TwoLayerNet"}])
def test_what_is_no_network_to_compare_is_told_what_would_be(network):
    with pytest.raises(UserError, match="is no network to compare: name it, as in 'mlp:hidden=100x4', or hand over"):
        networks_of([network])


def test_a_list_is_needed():
    with pytest.raises(UserError, match=r"networks must be a list, as in \['cnn'\]"):
        networks_of("cnn")


def test_every_network_of_zeronet_has_a_name():
    models = {cls for cls in Network.__subclasses__() if cls.__module__ == "zeronet.nn.models"}
    assert set(NETWORKS.values()) == models
