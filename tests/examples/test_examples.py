"""The examples run, draw something, and their numbers are right."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from zeronet.common.errors import UserError
from zeronet.landscapes import Valley
from zeronet.optimizers import AdaGrad, RMSProp

pytestmark = [pytest.mark.slow, pytest.mark.drawn]
EXAMPLES = Path(__file__).parents[2] / "examples"
GALLERY = EXAMPLES.parent / "docs" / "gallery"
ALL = sorted(file.stem for file in EXAMPLES.glob("*.py"))
ON_MNIST = sorted(file.stem for file in EXAMPLES.glob("*.py") if "load_or_digits" in file.read_text(encoding="utf-8"))
FIGURES = [name for name in ALL if name not in ["playground", *ON_MNIST]]

# End points after 30 updates, 10 where the rate is 30.
SGD_END = (-0.3503929957523197, 0.0847823165504322)
MOMENTUM_END = (0.896413858493733, 0.08808560171506971)
ADAGRAD_END = (-0.12016232231416045, 2.486389893984459e-17)
ADAGRAD_0_95_END = (-0.9212185309657609, 3.888024566842878e-07)
ADAGRAD_30_END = (-2.3994530851555748e-05, 7.092072128580757e-10)
RMSPROP_END = (-0.1539113560422911, 3.0051584104069606e-17)
ADAM_END = (0.1360138584507099, 0.3182453814199591)


def picture_of(name, folder):
    return folder / f"{name}.{'gif' if name.endswith('moving') else 'png'}"


def assert_something_is_drawn(picture):
    with Image.open(picture) as image:
        grey = np.asarray(image.convert("L"))
    assert min(grey.shape) > 250
    assert (grey < 128).mean() > 0.005  # ink
    assert (grey > 250).mean() > 0.3  # paper


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a script as `python NAME.py PICTURE` does, once, far from its folder; return its names and the picture."""
    folder, done = tmp_path_factory.mktemp("elsewhere"), {}

    def run_once(name):
        if name not in done:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)
                patch.delenv("DISPLAY", raising=False)
                patch.setattr(sys, "argv", [f"{name}.py", str(picture_of(name, folder))])
                done[name] = runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        return done[name], picture_of(name, folder)

    return run_once


@pytest.fixture
def main_of(tmp_path, monkeypatch):
    """Return a function that returns main of a script on MNIST, which will draw into tmp_path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr("zeronet.lab.compare.default_jobs", lambda: 1)

    def main(name):
        monkeypatch.setattr(sys, "argv", [f"{name}.py", str(picture_of(name, tmp_path))])
        return runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"]

    return main


@pytest.mark.parametrize("name", FIGURES)
def test_every_script_draws_its_figure(run, name):
    names, picture = run(name)
    assert_something_is_drawn(picture)
    assert all("$" not in text.get_text() for text in names["figure"].findobj(Text))


@pytest.mark.parametrize(
    ("name", "updates", "end"),
    [
        ("sgd", 30, SGD_END),
        ("momentum", 30, MOMENTUM_END),
        ("adagrad", 30, ADAGRAD_END),
        ("adagrad_1_5", 30, ADAGRAD_END),
        ("adagrad_0_95", 30, ADAGRAD_0_95_END),
        ("adagrad_30", 10, ADAGRAD_30_END),
        ("adam", 30, ADAM_END),
    ],
)
def test_a_path_ends_where_it_should(run, name, updates, end):
    path = run(name)[0]["path"]
    assert path.shape == (updates + 1, 2)
    np.testing.assert_array_equal(path[0], (-7, 2))
    np.testing.assert_allclose(path[-1], end, rtol=0, atol=1e-12)


def test_the_four_panels(run):
    paths = run("four_panels")[0]["paths"]
    ends = {"SGD": SGD_END, "Momentum": MOMENTUM_END, "AdaGrad": ADAGRAD_END, "Adam": ADAM_END}
    assert list(paths) == list(ends)
    for name, end in ends.items():
        np.testing.assert_allclose(paths[name][-1], end, rtol=0, atol=1e-12)


def test_the_rate_of_30_leaps_out_first(run):
    path = run("adagrad_30")[0]["path"]
    np.testing.assert_allclose(path[1], (23, -28), atol=1e-5)
    np.testing.assert_allclose(path[3:, 0] / path[2:-1, 0], -0.213, atol=2e-3)
    np.testing.assert_allclose(path[3:, 1] / path[2:-1, 1], -0.0662, atol=1e-3)


def test_rates(run):
    paths = run("rates")[0]["paths"]
    for rate, end in ((0.95, ADAGRAD_0_95_END), (1.5, ADAGRAD_END), (30, ADAGRAD_30_END)):
        np.testing.assert_allclose(paths["AdaGrad", rate][-1], end, rtol=0, atol=1e-12)
    for rate in (0.95, 1.0, 1.05):
        y = paths["SGD", rate][:, 1]
        np.testing.assert_allclose(y[1:], (1 - 2 * rate) * y[:-1], rtol=1e-12)
    assert abs(paths["SGD", 1.0][-1, 1]) == 2
    assert abs(paths["SGD", 1.05][-1, 1]) == pytest.approx(34.9, abs=0.05)


def test_at_one_rate_rmsprop_is_first_and_at_their_own_rates_adagrad_is(run):
    names = run("four_at_one_rate")[0]
    ends = {name: round(path[-1, 0], 3) for name, path in names["paths"].items()}
    assert ends == {"SGD": -2.807, "Momentum": -0.256, "AdaGrad": -4.379, "RMSProp": -0.154}
    np.testing.assert_allclose(names["paths"]["RMSProp"][-1], RMSPROP_END, rtol=0, atol=1e-12)
    assert names["at_one_rate"] == {"SGD": 91, "Momentum": 44, "AdaGrad": None, "RMSProp": 25}
    assert names["at_own_rates"] == {"AdaGrad": 20, "RMSProp": 25}


def test_the_moving_figure_shows_every_update_of_the_still_one(run):
    names, picture = run("four_at_one_rate_moving")
    for name, path in run("four_at_one_rate")[0]["paths"].items():
        np.testing.assert_array_equal(names["paths"][name], path)
    with Image.open(picture) as image:
        assert (image.format, image.n_frames) == ("GIF", 31)  # the frames of rest are one long one
    drawn = [way.get_xydata() for way in names["ways"]]  # after the last frame
    np.testing.assert_array_equal(drawn, list(names["paths"].values()))


def test_momentum_s_arrows_are_its_equation(run):
    names = run("momentum")[0]
    path, velocity = names["path"], names["velocity"]
    np.testing.assert_allclose(np.diff(path, axis=0), velocity[1:], atol=1e-15)
    np.testing.assert_allclose(names["push"], -0.1 * np.transpose(Valley().gradient(*path[:-1].T)), atol=1e-15)


def test_adagrad_s_rates_settle(run):
    rates = run("adagrad")[0]["steps"]
    np.testing.assert_allclose(rates[0] * (0.7, 4), 1.5, rtol=1e-6)  # the first step is lr long in both directions
    np.testing.assert_allclose(rates[-1], (1.18, 0.36), atol=0.005)


def test_why_it_works(run):
    names = run("why_it_works")[0]
    rate = names["effective"]
    for update in (30, 1000):
        np.testing.assert_allclose(rate["valley", "AdaGrad"][update - 1], (1.18, 0.36), atol=0.006)
    t = np.arange(1, 1001)
    np.testing.assert_allclose(rate["slope", "AdaGrad"][:, 0], 0.5 / np.sqrt(t), rtol=1e-6)
    np.testing.assert_allclose(rate["slope", "RMSProp"][100:, 0], 0.5, rtol=1e-4)
    fall = rate["noise", "AdaGrad"][999] / rate["noise", "AdaGrad"][99]
    np.testing.assert_allclose(fall, 1 / np.sqrt(10), rtol=0.25)
    np.testing.assert_allclose(np.median(rate["noise", "RMSProp"][100:], axis=0), 0.3, rtol=0.2)
    last = [(abs(m.x), abs(m.y)) for m in names["walks"]["valley", "RMSProp"][-10:]]
    np.testing.assert_allclose(last, 0.15, rtol=1e-3)  # half of its rate, to and fro


def test_the_stall(run):
    lengths = run("stall")[0]["lengths"]
    shown = [f"{lengths['AdaGrad'][t - 1]:.3g}" for t in (1, 10, 100, 1000)]
    assert shown == ["0.5", "0.158", "0.05", "0.0158"]
    assert lengths["RMSProp"][0] == pytest.approx(0.5 / np.sqrt(0.1), rel=1e-6)
    assert lengths["RMSProp"][-1] == pytest.approx(0.5, rel=1e-6)


def test_rho(run):
    names = run("rho")[0]
    paths = names["paths"]
    arrivals = {rho: int(np.argmax(Valley()(*path.T) < 0.01)) for rho, path in paths.items() if rho >= 0.9}
    assert arrivals == {0.9: 25, 0.99: 6, 0.999: 4}
    np.testing.assert_allclose(np.abs(np.diff(paths[0], axis=0)), 0.3, rtol=1e-4)  # η · sign(g)
    assert abs(paths[0.5][-1, 1]) == pytest.approx(0.15, abs=0.005)
    np.testing.assert_allclose(paths[0.999][1], (2.49, -7.49), atol=0.005)
    np.testing.assert_allclose(paths[0.9][-1], RMSPROP_END, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rho", [0.5, 0.9, 0.99])
def test_the_weights_of_forgetting_are_those_of_the_optimizer(run, rho):
    optimizer, params, h = RMSProp(rho=rho), {"x": 0.0}, []
    for gradient in [1.0] + [0.0] * 100:  # one gradient, and then none: what is left of it in h
        optimizer.update(params, {"x": gradient})
        h.append(float(optimizer.h["x"]))
    np.testing.assert_allclose(run("rho")[0]["weights"][rho], h, rtol=1e-12)


def test_one_over_root_h_is_adagrad_s_rate(run):
    names = run("one_over_root_h")[0]
    np.testing.assert_allclose(names["factor"], AdaGrad(lr=1, eps=0).effective_step(names["h"]), rtol=1e-12)


def test_the_gradient_field_points_down_and_past_the_minimum(run):
    names = run("gradient_field")[0]
    assert names["angle"] == pytest.approx(64.1, abs=0.05)
    np.testing.assert_allclose(names["down"], [-names["x"] / 10, -2 * names["y"]])


def test_the_surface_is_the_valley(run):
    height = run("surface")[0]["height"]
    assert (height.min(), height[0, 0], height[-1, -1]) == (0, 105, 105)


def test_rmsprop_s_first_step_on_digits(main_of, tmp_path):
    losses, first = main_of("rmsprop_first_step")(12, "digits")
    (calm, calm_step), (wild, wild_step) = zip(losses.values(), first.values(), strict=True)
    assert len(calm) == len(wild) == 12 and calm[0] == wild[0]
    assert calm_step == pytest.approx(0.001 / np.sqrt(1 - 0.9), rel=1e-3)
    assert wild_step == pytest.approx(0.01 / np.sqrt(1 - 0.99), rel=1e-3)
    assert max(calm) < 1.05 * calm[0] and max(wild) > 1.2 * wild[0]
    assert_something_is_drawn(tmp_path / "rmsprop_first_step.png")


def test_mnist_optimizers_on_digits(main_of, tmp_path, capsys):
    histories = main_of("mnist_optimizers")(6, "digits")
    assert list(histories) == ["SGD", "Momentum", "AdaGrad", "Adam"]
    for seed in (0, 1, 2):  # the same network and the same first batch for all
        assert len({float(runs[seed][0]) for runs in histories.values()}) == 1
        assert len({float(runs[seed][-1]) for runs in histories.values()}) == 4
    assert "6 steps" in capsys.readouterr().out
    assert_something_is_drawn(tmp_path / "mnist_optimizers.png")


# The book's experiments: in a small form on the digits, whose classes and pixels suffice to see what holds for any data


def test_two_layer_net_on_digits(main_of, tmp_path):
    rows = main_of("two_layer_net")(500, "digits")
    assert list(rows) == ["ReLU", "sigmoid"]
    for images in rows.values():
        assert len(images["training"]) == len(images["test"]) > 30  # an epoch is 14 batches
        assert images["training"][-1][2] > images["training"][0][2] + 0.3
    assert rows["ReLU"]["test"][-1][2] > rows["sigmoid"]["test"][-1][2]
    assert_something_is_drawn(tmp_path / "two_layer_net.png")


def test_gradient_check_on_digits(main_of, tmp_path):
    right, wrong = main_of("gradient_check")(5, "digits").values()
    assert right.keys() == wrong.keys() == {"W1", "b1", "W2", "b2"}
    for key, (a, n) in right.items():
        assert np.abs(a - n).max() < 1e-8
        slip = np.abs(wrong[key][0] - wrong[key][1]).max()
        assert slip > 1e-4 if key.endswith("1") else slip < 1e-8
    assert_something_is_drawn(tmp_path / "gradient_check.png")


def test_loss_before_and_after_on_digits(main_of, tmp_path):
    losses = main_of("loss_before_and_after")(40, "digits")
    assert list(losses) == ["SGD", "AdaGrad", "RMSProp", "Adam"]
    assert len({before[0] for before, _ in losses.values()}) == 1  # of the untrained network
    for before, after in losses.values():
        assert len(before) == len(after) == 40
    before, after = losses["SGD"]
    assert (after < before).all()  # a short step along the gradient of this batch
    assert_something_is_drawn(tmp_path / "loss_before_and_after.png")


def test_activation_histograms(run):
    names = run("activation_histograms")[0]
    sigma = names["spreads"]
    assert all(len(layers) == 5 for layers in sigma.values()) and len(sigma) == 12
    for layer, share in enumerate(sigma["tanh", "s = 0.01"], start=1):  # linear there: × 0.01 √100 per layer
        assert share == pytest.approx(0.1**layer, rel=0.1)
    assert sigma["ReLU", "He, √(2/n)"][4] == pytest.approx(np.sqrt(1 - 1 / np.pi), rel=0.1)  # of max(N(0, 2), 0)
    for layer in range(1, 5):  # half of the variance is lost in each layer
        before, after = sigma["ReLU", "Xavier, √(1/n)"][layer - 1 : layer + 1]
        assert after / before == pytest.approx(np.sqrt(0.5), rel=0.1)
    saturated = names["activations"]["sigmoid", "s = 1"][0]
    assert ((saturated < 0.05) | (saturated > 0.95)).mean() > 0.7


def test_first_weights_on_digits(main_of, tmp_path, capsys):
    small, xavier, he = main_of("first_weights")(60, 2, "digits").values()
    assert small.shape == xavier.shape == he.shape == (2, 60)
    np.testing.assert_allclose(small, np.log(10), atol=1e-3)
    assert (he[:, -1] < he[:, 0]).all()
    assert "around update 57" in capsys.readouterr().out
    assert_something_is_drawn(tmp_path / "first_weights.png")


def test_batch_normalization_on_digits(main_of, tmp_path):
    accuracies = main_of("batch_normalization")(4, 2, "digits")
    assert len(accuracies) == 32 and all(runs.shape == (2, 5) for runs in accuracies.values())
    spread = min(spread for spread, _ in accuracies)
    assert (accuracies[spread, True][:, -1] > accuracies[spread, False][:, -1]).all()
    assert_something_is_drawn(tmp_path / "batch_normalization.png")


def test_batch_normalization_rates_on_digits(main_of, tmp_path):
    accuracies = main_of("batch_normalization_rates")(20, 2, "digits")
    assert len(accuracies) == 4 and all(table.shape == (2, 15) for table in accuracies.values())
    assert (accuracies["he", False][:, -1] == 0.1).all()  # at a learning rate of 1,000 it diverges
    assert (accuracies["he", True].max(axis=1) > 0.5).all()
    assert_something_is_drawn(tmp_path / "batch_normalization_rates.png")


def test_overfitting_on_digits(main_of, tmp_path):
    accuracies = main_of("overfitting")(61, 2, "digits")
    assert len(accuracies) == 6 and {runs.shape for runs in accuracies.values()} == {(2, 62)}
    assert (accuracies["none", "training"][:, -1] > 0.9).all()
    assert (accuracies["none", "test"][:, -1] < accuracies["none", "training"][:, -1]).all()
    assert_something_is_drawn(tmp_path / "overfitting.png")


def test_random_search_on_digits(main_of, tmp_path):
    trials = main_of("random_search")(21, 3, 0, "digits")
    assert len(trials) == 21
    accuracies = [trial.validation[-1] for trial in trials]
    assert accuracies == sorted(accuracies, reverse=True)
    assert all(1e-6 < trial.lr < 1e-2 and 1e-8 < trial.decay < 1e-4 for trial in trials)
    assert {len(trial.training) for trial in trials} == {len(trial.validation) for trial in trials} == {4}
    assert_something_is_drawn(tmp_path / "random_search.png")


def test_cleverer_search_on_digits(main_of, tmp_path, monkeypatch, capsys):
    main = main_of("cleverer_search")
    monkeypatch.setitem(main.__globals__, "find_spec", lambda name: None)  # as if Optuna were not installed
    results = main(40, 2, 1, "digits")
    assert list(results) == ["random", "grid"]
    assert "it needs Optuna" in capsys.readouterr().err
    for result in results.values():
        assert result["best"].shape == (2, 40) and result["test"].shape == (2,)
        assert (np.diff(result["best"]) <= 0).all()
    assert_something_is_drawn(tmp_path / "cleverer_search.png")


def test_every_search_covers_both_settings_and_keeps_to_its_budget(main_of):
    names = main_of("cleverer_search").__globals__
    low, high = np.array(names["LOW"]), np.array(names["HIGH"])
    for name in ("random", "grid"):
        points = []

        def loss(point, points=points):
            points.append(point)
            return (point[0] + 3) ** 2 + (point[1] + 4) ** 2  # lowest at 1e-3 and 1e-4

        values = list(names[name](loss, 64, 0))
        assert len(values) == len(points) <= 64
        span = np.ptp(points, axis=0)
        assert (span > 0.9 * (high - low)).all()
        assert min(values) < 0.5


def test_cleverer_search_with_optuna(main_of, tmp_path):
    pytest.importorskip("optuna")
    results = main_of("cleverer_search")(12, 2, 2, "digits")
    assert list(results) == ["random", "grid", "TPE"]
    assert {result["best"].shape for result in results.values()} == {(2, 12)}
    assert_something_is_drawn(tmp_path / "cleverer_search.png")


def test_lr_range_on_digits(main_of, tmp_path):
    results = main_of("lr_range")(60, "digits")
    assert list(results) == ["SGD", "Momentum", "AdaGrad", "RMSProp", "Adam"]
    assert len({result.losses[0] for result in results.values()}) == 1  # same network, same batch
    assert results["Adam"].steepest < results["SGD"].steepest
    assert_something_is_drawn(tmp_path / "lr_range.png")


def test_a_script_that_cannot_save_its_figure_ends_alone_with_one_line_and_lets_others_go_on(
    tmp_path, monkeypatch, capsys
):
    command = [sys.executable, str(EXAMPLES / "sgd.py"), str(tmp_path / "missing" / "sgd.png")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sgd.py: ") and done.stderr.count("\n") == 1
    monkeypatch.setattr(sys, "argv", command[1:])
    saved = []
    for picture in (tmp_path / "missing" / "sgd.png", tmp_path / "sgd.png"):
        sys.argv[1] = str(picture)
        try:
            runpy.run_path(command[1])
            saved.append(picture)
        except Exception as error:
            assert "missing" in str(error)
    assert saved == [tmp_path / "sgd.png"]
    assert_something_is_drawn(saved[0])


def test_digits_take_the_place_of_missing_mnist(main_of, monkeypatch, capsys):
    from zeronet.lab.runner.problem import load_problem

    def load(address):
        if address == "mnist":
            raise UserError("MNIST is nowhere")
        return load_problem(address)

    monkeypatch.setattr("zeronet.lab.runner.problem.load_problem", load)
    losses, _ = main_of("rmsprop_first_step")(2)
    assert len(losses) == 2
    note = capsys.readouterr().err
    assert "MNIST is nowhere; so the digits" in note and note.count("\n") == 1


def test_a_script_on_mnist_finds_the_folder_datasets_from_anywhere(tmp_path):
    code = f"import runpy; runpy.run_path({str(EXAMPLES / 'rmsprop_first_step.py')!r})['main'](2, 'digits')"
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DISPLAY")}
    command = [sys.executable, "-W", "error", "-c", code, "out.png"]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=600, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert_something_is_drawn(tmp_path / "out.png")


def test_every_script_has_a_row_and_every_row_a_script_and_a_picture():
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| .+ \| \[`python examples/(\w+)\.py( docs/gallery/\S+)?`\]\((\w+)\.py\) \|(.*)$", readme, re.M
    )
    assert sorted(command for command, *_ in rows) == ALL
    for command, picture, link, image in rows:
        assert command == link
        if command != "playground":
            wanted = picture_of(command, GALLERY)
            assert picture == f" docs/gallery/{wanted.name}" and f"../docs/gallery/{wanted.name}" in image
            assert_something_is_drawn(wanted)
