"""Numbers to predict: MSE and R² in the place of cross-entropy and accuracy, everywhere."""

import csv
import json

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_squared_error, r2_score

import train
from zeronet import SGD, MultiLayerNet, Trainer, compare
from zeronet.cli import main
from zeronet.common.errors import UserError
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.problem import load_problem
from zeronet.lab.runner.split import split
from zeronet.locale import language
from zeronet.nn import MeanSquaredError, load
from zeronet.nn.functions import r_squared

ADDRESS = "houses.csv:target=price"
SHORT = {"steps": 30, "batch_size": 20, "hidden_sizes": 8, "eval_every": 10, "jobs": 1}


@pytest.fixture(scope="module", autouse=True)
def here(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("regression")
        patch.chdir(folder)
        x, t = load_diabetes(return_X_y=True, scaled=False)
        with (folder / "houses.csv").open("w", newline="") as file:
            csv.writer(file).writerows([[*map(str, range(10)), "price"], *np.column_stack([x, t]).tolist()])
        yield folder


@pytest.fixture(scope="module")
def result(here):
    return compare(ADDRESS, ["sgd:lr=0.1", "adam:lr=0.01"], seeds=2, target=0.3, out=here / "out", **SHORT)


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_is_the_one_that_a_trainer_makes(result, here):
    data = load_problem(ADDRESS)
    net = load(next((here / "out" / "models").glob("SGD*seed0.npz")))
    y = net.predict(data.x_test)
    step, loss, score = result.runs["SGD lr=0.1", 0].evaluations[-1]
    assert step == 30
    assert loss == pytest.approx(mean_squared_error(data.t_test, y), rel=1e-5)
    assert score == pytest.approx(r2_score(data.t_test, y), rel=1e-5)
    assert isinstance(net.loss_function, MeanSquaredError) and y.shape == (88, 1)


@pytest.mark.parametrize("shape", [(20, 1), (20, 3)])
def test_r_squared_is_scikit_learns(rng, shape):
    t, y = rng.standard_normal(shape), rng.standard_normal(shape)
    assert r_squared(y, t) == pytest.approx(r2_score(t, y))
    t[:, 0] = 1.0
    assert r_squared(y, t) == pytest.approx(r2_score(t, y))
    assert r_squared(t, t) == 1.0


def test_table_files_and_figure_speak_of_mse_and_r_squared(result, here):
    head, *_ = str(result.table).splitlines()
    assert "training MSE" in head and "test R²" in head and "accuracy" not in str(result.table)
    header, _ = result.table.records()
    assert "test_r2_median" in header and "best_r2" in header
    evaluations = rows_of(here / "out" / "evaluations.csv")
    assert list(evaluations[0]) == ["optimizer", "seed", "step", "test_loss", "test_r2"]
    loss, score = result.figure.axes[:2]
    assert (loss.get_ylabel(), score.get_ylabel()) == ("training MSE", "test R²")
    assert "guessing: the mean" in [text.get_text() for text in loss.texts]
    levels = [
        line.get_ydata()[0] for line in loss.lines if len(set(line.get_ydata())) == 1 and len(line.get_ydata()) == 2
    ]
    assert levels == pytest.approx([1.0], rel=1e-5)  # the targets have the variance 1
    words = " ".join(text.get_text() for text in result.figure.texts)
    assert "Test R²: on 88 rows" in words.replace("\n", " ") and "images" not in words


@pytest.mark.drawn
def test_the_protocol_repeats_it_and_plot_draws_it(result, here, capsys):
    protocol = json.loads((here / "out" / "protocol.json").read_text(encoding="utf-8"))
    assert protocol["problem"]["outputs"] == 1 and "classes" not in protocol["problem"]
    assert train.main(["--protocol-file", "out/protocol.json", "--out", "again", "--jobs", "1", "--quiet"]) == 0
    for name in ("curves.csv", "evaluations.csv", "summary.csv", "protocol.json"):
        assert (here / "out" / name).read_bytes() == (here / "again" / name).read_bytes()
    assert main(["plot", "out", "--log"]) == 0


def test_a_verdict_is_about_the_test_mse(here, capsys):
    options = {"steps": 40, "batch_size": 20, "hidden_sizes": 8, "jobs": 2, "eval_every": 10}
    result = compare(ADDRESS, ["sgd", "adam"], seeds=3, tune=3, target=0.3, out=here / "verdict", **options)
    text = str(result.table)
    assert "test MSE" in text and "validation MSE" in text and "test R²" in text and "R² 0.3" not in text
    assert "accuracy" not in text and "images" not in text and "test error" not in text
    verdict = json.loads((here / "verdict" / "verdict.json").read_text(encoding="utf-8"))
    for about in verdict["optimizers"]:
        for loss, score in zip(about["final_losses"], about["test_r2"], strict=True):
            t = load_problem(ADDRESS).t_test
            assert score == pytest.approx(1 - loss / t.var(), rel=1e-4)
    titles = [axes.get_title(loc="left") for axes in result.figure.axes]
    assert "Reached the target: R² 0.3" in titles
    assert main(["plot", "verdict"]) == 0
    with language("ja"):
        assert "テストの平均二乗誤差" in str(result.table)


def test_a_run_that_diverges_is_the_worst_and_is_drawn(here):
    result = compare(ADDRESS, {"wild": "sgd:lr=1000", "tame": "sgd:lr=0.01"}, seeds=1, out=here / "wild", **SHORT)
    assert result.runs["wild", 0].outcome == "diverged"
    assert main(["plot", "wild"]) == 0


def test_numbers_are_split_without_classes():
    t = np.arange(10, dtype=np.float32)[:, None]
    training, held_out = split(t, 6, 3, seed=1)
    assert len(training) == 6 and len(held_out) == 3 and not {*training} & {*held_out}
    other, _ = split(t, 6, 3, seed=2)
    assert training.tolist() != other.tolist()


def right(input_size, output_size, seed):
    return MultiLayerNet(input_size, [4], output_size, seed=seed, loss_function=MeanSquaredError())


def wrong(input_size, output_size, seed):
    return MultiLayerNet(input_size, [4], output_size, seed=seed)


def test_networks_of_ones_own_bring_the_loss_that_fits():
    options = {**SHORT, "hidden_sizes": None, "seeds": 1}
    assert compare(ADDRESS, ["sgd"], networks=[right], **options).runs["SGD", 0].outcome == "finished"
    with pytest.raises(UserError, match=r"its loss is SoftmaxCrossEntropy, and houses\.csv has numbers to predict: it"):
        compare(ADDRESS, ["sgd"], networks=[wrong], **options)
    with pytest.raises(UserError, match="its loss is MeanSquaredError, and digits has classes"):
        compare("digits", ["sgd"], networks=[right], **options)


def test_targets_that_are_all_the_same_are_refused(here):
    x, t = np.eye(4, dtype=np.float32), np.ones((4, 1), np.float32)
    problem = DataProblem("a", "a", "a", "a", x, t, x, t)
    with pytest.raises(UserError, match="the targets of a are all the same"):
        compare(problem, ["sgd"], **{**SHORT, "batch_size": 2})


def test_two_numbers_at_once_in_an_npz_file(here):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((100, 3)).astype(np.float32)
    t = (x @ rng.standard_normal((3, 2))).astype(np.float32)
    np.savez(here / "two.npz", x_train=x[:80], t_train=t[:80], x_test=x[80:], t_test=t[80:])
    result = compare(str(here / "two.npz"), ["adam:lr=0.05"], seeds=1, **{**SHORT, "steps": 300})
    assert result.runs["Adam lr=0.05", 0].evaluations[-1][2] > 0.95
    net = MultiLayerNet(3, [8], 2, loss_function=MeanSquaredError())
    Trainer(net, SGD(0.1), 20).fit(x[:80], t[:80], steps=300)
    assert r_squared(net.predict(x[80:]), t[80:]) > 0.9
