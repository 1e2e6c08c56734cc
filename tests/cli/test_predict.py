"""zeronet predict: the class of a picture, its probabilities, and what is wrong with the picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import train
from zeronet import MultiLayerNet, TwoLayerNet, compare, predict
from zeronet.cli import main
from zeronet.common.errors import UserError
from zeronet.datasets import load
from zeronet.nn import MeanSquaredError, SimpleConvNet
from zeronet.nn import load as load_network
from zeronet.nn.functions import softmax


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run on the digits, with a picture of the first test image of each class, eight times enlarged."""
    folder = tmp_path_factory.mktemp("predict")
    compare("digits", ["sgd:lr=0.5"], steps=500, seeds=1, jobs=1, out=folder / "run")
    data = load("digits")
    for digit in range(10):
        x = data.x_test[data.t_test == digit][0].reshape(8, 8)
        Image.fromarray(np.kron(x * 255, np.ones((8, 8))).astype(np.uint8)).save(folder / f"{digit}.png")
    return folder


@pytest.fixture
def run(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)

    def run(*arguments):
        status = main(["predict", *map(str, arguments)])
        shown = capsys.readouterr()
        return status, shown.out.splitlines(), shown.err

    return run


MODEL = "run/models/SGD_lr=0.5-seed0.npz"


def test_pictures_of_the_test_images_are_read_and_nothing_is_wrong_with_them(run, folder):
    status, (head, *lines), err = run(MODEL, *[f"{digit}.png" for digit in range(10)])
    assert (status, err) == (0, "")
    assert head.split() == ["image", "class", "probabilities"]
    right = [line.split()[:2] == [f"{digit}.png", str(digit)] for digit, line in enumerate(lines)]
    assert sum(right) >= 9


def test_probabilities_are_those_of_the_network(run, folder):
    Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save("eye.png")
    _, (_, line), _ = run(MODEL, "eye.png")
    p = softmax(load_network(MODEL).predict(np.eye(8).reshape(1, 64)))[0]
    best = np.argsort(-p)[:3]
    assert line.split(maxsplit=2)[2] == ", ".join(f"{k}: {p[k]:.3f}" for k in best)


def test_python_has_the_same_numbers(run, folder):
    predictions = predict(MODEL, [folder / "3.png", folder / "7.png"])
    assert predictions.classes == ["3", "7"] and predictions.outputs.shape == (2, 10)
    np.testing.assert_allclose(predictions.outputs.sum(axis=1), 1, rtol=1e-6)
    header, rows = predictions.records()
    assert header == ["image", *map(str, range(10))] and rows[1][8] == predictions.outputs[1, 7]
    _, (head, *lines), _ = run(MODEL, folder / "3.png", folder / "7.png")
    assert str(predictions).splitlines()[:3] == [head, *lines]
    from zeronet.nn import load as load_network

    alone = predict(load_network(MODEL), [folder / "3.png"])
    np.testing.assert_allclose(alone.outputs, predictions.outputs[:1], rtol=1e-4)  # one row or two: other products
    assert predict(MODEL, []).classes == []
    with pytest.raises(UserError, match="images must be a list"):
        predict(MODEL, "3.png")


def invert(x):
    return 255 - x


def faint(x):
    return x // 4


def shift(x):
    return np.roll(x * (np.arange(64) < 32), 32, axis=1)


def shrink(x):
    return np.pad(x[::4, ::4], 24)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (invert, "it looks inverted: its border is"),
        (faint, "it looks unscaled: its values span 0.2"),
        (shift, "it looks off-centre: its middle is row"),
        (shrink, "what it shows spreads over"),
        (lambda x: x * 0, "it is blank"),
    ],
)
def test_what_is_wrong_with_a_picture_is_said(run, folder, change, words):
    x = np.asarray(Image.open(folder / "3.png"))
    Image.fromarray(change(x).astype(np.uint8)).save("wrong.png")
    status, _, err = run(MODEL, "3.png", "wrong.png")
    assert status == 0
    assert f"note: wrong.png: {words}" in err and "3.png" not in err


def test_without_the_training_images_ink_is_light(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    TwoLayerNet(64, 5, 10).save("alone.npz")
    x = np.asarray(Image.open("3.png"))
    Image.fromarray(255 - x).save("inverted.png")
    note = "note: alone.npz has no protocol beside it: assuming 8×8 pixels from 0 to 1\n"
    assert run("alone.npz", "3.png")[2] == f"zeronet predict: {note}"
    assert "inverted.png: it looks inverted" in run("alone.npz", "inverted.png")[2]


def test_classes_have_the_names_of_their_folders_and_colours_are_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for channel, name in enumerate(("red", "green")):
        for k in range(20):
            x = rng.integers(0, 60, (5, 5, 3), dtype=np.uint8)
            x[1:4, 1:4, channel] += 180
            (tmp_path / "photos" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(x).save(tmp_path / "photos" / name / f"{k}.png")
    options = ["--optimizer", "adam:lr=0.01", "--steps", "100", "--seeds", "1", "--jobs", "1", "--batch-size", "8"]
    assert train.main(["--problem", "photos", "--network", "mlp:hidden=8", *options, "--out", "run"]) == 0
    capsys.readouterr()
    model = next((tmp_path / "run" / "models").iterdir())
    assert main(["predict", str(model), "photos/red/4.png", "photos/green/4.png"]) == 0
    shown = capsys.readouterr()
    assert [line.split()[1] for line in shown.out.splitlines()] == ["class", "red", "green"]
    assert shown.err == ""


TRAINING = ["--optimizer", "sgd", "--steps", "20", "--seeds", "1", "--jobs", "1", "--batch-size", "4", "--out", "run"]


@pytest.fixture
def alone(tmp_path, monkeypatch):
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def test_images_need_not_be_square(alone, rng, capsys):
    for k in range(20):
        path = Path("photos", "ab"[k % 2], f"{k}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (9, 11), dtype=np.uint8)).save(path)
    assert train.main(["--problem", "photos:size=7x5", "--network", "mlp:hidden=8", *TRAINING]) == 0
    model = next(Path("run/models").iterdir())
    capsys.readouterr()
    assert main(["predict", str(model), "photos/a/0.png"]) == 0
    x = Image.open("photos/a/0.png").resize((7, 5), Image.Resampling.LANCZOS)
    p = softmax(load_network(model).predict(np.asarray(x, np.float32).reshape(1, 35) / 255))[0]
    shown = capsys.readouterr()
    assert f"{'ab'[p.argmax()]}: {p.max():.3f}" in shown.out and shown.err == ""


def test_the_scale_is_kept_and_missing_training_data_are_said(alone, rng, capsys):
    x, t = rng.integers(0, 256, (40, 6, 6)), np.arange(40) % 2
    x[0, 0, 0] = 255
    np.savez("bytes.npz", x_train=x, t_train=t, x_test=x[:8], t_test=t[:8])
    assert train.main(["--problem", "bytes.npz", *TRAINING]) == 0
    model = next(Path("run/models").iterdir())
    Image.fromarray(x[3].astype(np.uint8)).save("x.png")
    capsys.readouterr()
    assert main(["predict", str(model), "x.png"]) == 0
    before = capsys.readouterr()
    p = softmax(load_network(model).predict(x[3].reshape(1, 36).astype(np.float32)))[0]
    assert f"{p.argmax()}: {p.max():.3f}" in before.out and before.err == ""
    Path("bytes.npz").rename("moved.npz")
    assert main(["predict", str(model), "x.png"]) == 0
    after = capsys.readouterr()
    assert after.out == before.out
    assert "note: the training data (bytes.npz) cannot be found, or have changed: images are" in after.err
    assert "unscaled" not in after.err


def test_networks_for_tables_take_no_images(alone, capsys):
    rows = [f"{k % 2},{','.join(map(str, np.arange(16) * k / 7))}\n" for k in range(20)]
    Path("a.csv").write_text("".join(rows))
    assert train.main(["--problem", "a.csv", *TRAINING]) == 0
    Image.fromarray(np.eye(4, dtype=np.uint8)).save("x.png")
    capsys.readouterr()
    assert main(["predict", str(next(Path("run/models").iterdir())), "x.png"]) == 2
    assert "was trained on the rows of a table, a.csv, and not on images\n" in capsys.readouterr().err


def test_a_network_of_convolutions_says_its_own_size_and_a_regression_prints_numbers(run):
    SimpleConvNet((1, 6, 8), filters=2, filter_size=3, output_size=2).save("cnn.npz")
    assert run("cnn.npz", "3.png")[0] == 0
    MultiLayerNet(64, [3], 2, loss_function=MeanSquaredError()).save("numbers.npz")
    _, (head, line), _ = run("numbers.npz", "3.png")
    assert head.split() == ["image", "output"]
    assert len(line.replace(",", "").split()) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent.npz", "3.png"], "there is no file absent.npz"),
        (["3.png", "3.png"], "3.png is not a network saved by zeronet"),
        ([MODEL, "3.png", "absent.png"], "there is no file absent.png"),
        ([MODEL, "3.png", MODEL], "cannot be read as an image"),
        (["twenty.npz", "3.png"], "twenty.npz takes 20 numbers, and no square images"),
        (["nine.npz", "3.png"], "nine.npz takes 9 numbers, and no square images"),
    ],
)
def test_each_mistake_is_one_line_and_nothing_is_printed_before(run, arguments, words):
    TwoLayerNet(20, 5, 10).save("twenty.npz")
    TwoLayerNet(9, 5, 10).save("nine.npz")
    status, out, err = run(*arguments)
    assert (status, out) == (2, [])
    assert words in err and err.count("\n") == 1
