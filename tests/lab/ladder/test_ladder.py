"""The book's way and the ladder: each rung changes what it names, and nothing else."""

import ast
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import train
import zeronet
from tests.support.folders import bytes_of, rows_of
from zeronet import TwoLayerNet, stream
from zeronet.cli.request import read_request
from zeronet.common.errors import UserError
from zeronet.lab.ladder.figure import book_figure, book_smoothed, ladder_figure
from zeronet.lab.ladder.run import run_book, run_ladder
from zeronet.lab.ladder.rungs import RUNGS
from zeronet.lab.runner.analysis.pairwise import mean_loss
from zeronet.lab.runner.analysis.ranking import Ranking
from zeronet.lab.runner.book import BOOK_CHOICES, batches_with_replacement
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.run import run_task
from zeronet.lab.specs.networks import network_plan
from zeronet.lab.specs.spec import on_networks, parse
from zeronet.lab.tuning.grid import Tuning
from zeronet.locale import JAPANESE, language
from zeronet.training.batches import batches

TUNING = Tuning(3, (7, 8))
ONE_JOB = ExecutionOptions(1, quiet=True)


def plan_of(problem, *optimizers, **changes):
    specs = on_networks([parse(text) for text in optimizers or ("sgd:lr=0.5", "adam")], [network_plan([8])])
    plan = Plan(problem.to_dict(), specs, (0, 1), 20, 10, 10, book_choices=BOOK_CHOICES)
    return replace(plan, **changes)


@pytest.fixture(scope="module")
def ladder(problem, tmp_path_factory):
    """A small ladder; one of its optimizers diverges in every run."""
    plan = plan_of(problem, "sgd:lr=0.5", "adagrad", "Far=sgd:lr=1e25")
    return run_ladder(plan, TUNING, problem, tmp_path_factory.mktemp("ladder") / "one", ONE_JOB)


def first_weights(plan, problem):
    """The models of optimizers that move no weight."""
    return [run_task(cell.task, cell.spec, problem.arrays).model for cell in plan.cells()]


def test_in_the_book_each_optimizer_starts_from_its_own_weights_and_from_the_first_rung_on_from_the_same(problem):
    still = ("a=sgd:lr=1e-30", "b=sgd:lr=1e-30")
    a, b = first_weights(plan_of(problem, *still, seeds=(3,), book_choices=RUNGS[0].book_choices), problem)
    assert not np.array_equal(a["W1"], b["W1"])
    assert not np.array_equal(a["W2"], b["W2"])
    a, b = first_weights(plan_of(problem, *still, seeds=(3,), book_choices=RUNGS[1].book_choices), problem)
    assert np.array_equal(a["W1"], b["W1"])
    assert np.array_equal(a["W1"], TwoLayerNet(6, 8, 3, seed=3).params["W1"])


def test_an_epoch_drawn_with_replacement_has_repeats_and_a_permutation_has_none():
    drawn = np.concatenate(list(batches_with_replacement(100, 10, 0, 0, 10)))
    assert len(drawn) == 100 > len(np.unique(drawn))
    assert len(np.unique(np.concatenate(list(batches(100, 10, 0, 0, 10))))) == 100


def test_the_batch_of_a_step_follows_from_seed_and_step_alone():
    every = list(batches_with_replacement(100, 10, 5, 0, 6))
    assert np.array_equal(every[4:], list(batches_with_replacement(100, 10, 5, 4, 6)))
    assert not np.array_equal(every, list(batches_with_replacement(100, 10, 6, 0, 6)))


def cross_entropy(net, x, t):
    """The mean of −log softmax(y)[t], worked out in float64 without the network's layers."""
    p = {name: array.astype(np.float64) for name, array in net.params.items()}
    y = np.maximum(x @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    return float(np.mean(np.log(np.exp(y).sum(axis=1)) - y[np.arange(len(t)), t]))


@pytest.mark.parametrize("rung", RUNGS[:4], ids=lambda rung: rung.key)
def test_the_losses_of_a_rung_are_those_of_the_same_training_written_by_hand(problem, rung):
    [_, cell] = plan_of(
        problem, "adam", "sgd:lr=0.5", seeds=(3,), book_choices=rung.book_choices
    ).cells()  # the second optimizer
    recorded = run_task(cell.task, cell.spec, problem.arrays).losses
    start = int(stream(3, "own start", 1).integers(2**32)) if rung.key == "book" else 3
    net, expected = TwoLayerNet(6, 8, 3, seed=start), []
    order = np.concatenate([stream(3, "batches", epoch).permutation(100) for epoch in range(2)])
    for step in range(20):
        batch = order[10 * step : 10 * step + 10]
        if rung.key in ("book", "start"):
            batch = stream(3, "replacement", step).choice(100, 10)
        x, t = problem.x_train[batch], problem.t_train[batch]
        before = cross_entropy(net, x, t)
        net.loss_and_grad(x, t)
        net.params.flat -= 0.5 * net.grads.flat
        expected.append(before if rung.key == "before" else cross_entropy(net, x, t))
    assert recorded == pytest.approx(expected, rel=1e-4)


def test_each_rung_removes_one_choice_and_leaves_the_rest_of_every_task_alone(problem):
    tasks = [
        [cell.task for cell in plan_of(problem, book_choices=rung.book_choices, kind="rung").cells()] for rung in RUNGS
    ]
    for rung, those, before in zip(RUNGS, tasks, [tasks[0], *tasks], strict=False):
        shared = [{k: v for k, v in task.items() if k not in ("book_choices", "start")} for task in those]
        assert shared == [{k: v for k, v in task.items() if k not in ("book_choices", "start")} for task in before]
        assert [("start" in task) for task in those] == [rung.key == "book"] * 4
    left = [rung.book_choices for rung in RUNGS]
    assert [len(each) for each in left] == [3, 2, 1, 0, 0, 0]
    assert all(set(after) < set(before) for before, after in pairwise(left[:4]))
    assert tasks[3] == tasks[4]  # raw beside smoothed is a matter of drawing


def test_an_ordinary_comparison_knows_nothing_of_unfair_choices(problem):
    plan = plan_of(problem, book_choices=None)
    assert "book_choices" not in plan.protocol()
    assert not any({"book_choices", "start"} & cell.task.keys() for cell in plan.cells())


def test_an_unknown_choice_is_a_mistake(problem):
    with pytest.raises(UserError, match=r"a choice of the book must be one of own start, .*, not 'luck'"):
        plan_of(problem, book_choices=("luck",))


def smooth_curve(x):
    """The smoothing of the book, as its formula says: both ends mirrored, the last value in the mirror, too."""
    weights = np.kaiser(11, 2)
    mirrored = [*x[10:0:-1], *x, *x[:-11:-1]]
    return [np.dot(weights, mirrored[k + 5 : k + 16]) / weights.sum() for k in range(len(x))]


@pytest.mark.parametrize("n", [11, 12, 50])
def test_the_smoothing_is_the_books(n, rng):
    x = rng.exponential(size=n)
    assert book_smoothed(x) == pytest.approx(smooth_curve(x))


@pytest.mark.parametrize("n", range(11))
def test_short_curves_are_smoothed_without_an_error(n):
    assert book_smoothed(np.full(n, 3.0)) == pytest.approx(np.full(n, 3.0))


def test_the_ladder_keeps_the_final_loss_of_every_run_and_its_raw_rung_changes_no_number(ladder):
    found = {
        (row["rung"], row["optimizer"], row["seed"]): row["final_loss"] for row in rows_of(ladder.folder / "ladder.csv")
    }
    assert len(found) == 6 * 3 * 2
    for (rung, label, seed), loss in found.items():
        losses = ladder.runs[f"{rung}: {label}", int(seed)].losses
        assert float(loss) == (pytest.approx(float(np.mean(losses))) if label != "Far" else np.inf)
        assert rung != "raw" or loss == found["before", label, seed]
    assert found["book", "AdaGrad", "0"] != found["start", "AdaGrad", "0"] != found["batches", "AdaGrad", "0"]


def test_the_last_rung_differs_in_the_rates_alone_which_other_seeds_have_found(ladder):
    rungs = {about["rung"]: about for about in json.loads((ladder.folder / "protocol.json").read_text())["rungs"]}
    for raw, tuned in zip(rungs["raw"]["optimizers"], rungs["tuned"]["optimizers"], strict=True):
        assert {**raw["settings"], "lr": 0} == {**tuned["settings"], "lr": 0}
    assert rungs["tuned"]["book_choices"] == []
    trials = rows_of(ladder.folder / "tuning.csv")
    assert {row["seed"] for row in trials} == {"7", "8"}
    best = {about["label"]: about["settings"]["lr"] for about in rungs["tuned"]["optimizers"]}
    losses = {}
    for row in trials:
        losses.setdefault((row["optimizer"], float(row["lr"])), []).append(float(row["loss"]))
    for label in ("SGD lr=0.5", "AdaGrad"):
        assert mean_loss(losses[label, best[label]]) == min(
            mean_loss(values) for (name, _), values in losses.items() if name == label
        )


def test_the_table_names_every_rung_and_who_is_first_in_how_many_seeds(ladder):
    lines = [line for line in str(ladder.table).splitlines() if not line.startswith(" ")]  # folded cells go on below
    assert [line.split("  ")[0] for line in lines[1:7]] == [f"{k} {rung.name}" for k, rung in enumerate(RUNGS)]
    assert "of 2 seeds" in str(ladder.table)
    for number, rung in enumerate(RUNGS):
        assert f"{number}  {ladder.table.rankings[rung.key].words()}" in lines
    assert all(sum(ranking.firsts.values()) == 2 for ranking in ladder.table.rankings.values())
    assert all(list(ranking.means)[-1] == "Far" for ranking in ladder.table.rankings.values())
    summary = rows_of(ladder.folder / "summary.csv")
    assert len(summary) == 18
    assert [row["rank"] for row in summary[:3]] == ["1", "2", "3"]


def test_a_run_that_failed_is_first_nowhere():
    assert Ranking.of({"A": [np.inf, 2.0], "B": [np.inf, 3.0]}).firsts == {"A": 1, "B": 0}


def test_the_ladders_figure_has_a_panel_per_rung_with_its_ranking_and_the_raw_losses_from_rung_4_on(ladder):
    panels = ladder_figure(ladder.folder).axes
    assert [panel.get_title(loc="left") for panel in panels] == [f"{k}  {rung.name}" for k, rung in enumerate(RUNGS)]
    for panel, rung in zip(panels, RUNGS, strict=True):
        assert bool(panel.collections) == rung.raw
        [note] = [text.get_text() for text in panel.texts]
        first = next(iter(ladder.table.rankings[rung.key].means))
        assert note.startswith(f"1. {first}")


@pytest.mark.drawn
@pytest.mark.slow
def test_the_ladder_has_the_same_bytes_for_two_jobs_and_after_an_interruption(problem, tmp_path):
    plan = plan_of(problem, "sgd:lr=0.5", "Far=sgd:lr=1e25")
    run_ladder(plan, TUNING, problem, tmp_path / "one", ONE_JOB)
    one = bytes_of(tmp_path / "one", ".png")
    assert {"ladder.csv", "rungs.csv", "summary.csv", "tuning.csv", "protocol.json", "ladder.svg"} <= one.keys()
    run_ladder(plan, TUNING, problem, tmp_path / "two", ExecutionOptions(2, quiet=True))
    assert bytes_of(tmp_path / "two", ".png") == one
    files = sorted((tmp_path / "two" / ".runs").glob("*.npz"))
    for file in files[::3]:
        file.unlink()
    kept = {file: file.stat().st_mtime_ns for file in files if file.exists()}
    run_ladder(plan, TUNING, problem, tmp_path / "two", ExecutionOptions(1, quiet=True, resume=True))
    assert bytes_of(tmp_path / "two", ".png") == one
    assert {file: file.stat().st_mtime_ns for file in kept} == kept  # no finished run was repeated


@pytest.fixture(scope="module")
def book(problem, tmp_path_factory):
    plan = plan_of(problem, "sgd:lr=0.5", "adagrad", seeds=(0,), steps=250)
    return run_book(plan, problem, tmp_path_factory.mktemp("book"), ONE_JOB)


@pytest.mark.drawn
def test_the_books_figure_is_chapter_6s(book):
    figure = book_figure(book.folder)
    [axes] = figure.axes
    assert axes.get_ylim() == (0, 1)
    for line, run_ in zip(axes.lines, book.runs.values(), strict=True):
        assert line.get_ydata() == pytest.approx(smooth_curve(run_.losses), rel=1e-6)
        assert line.get_markevery() == 100
    assert len({line.get_marker() for line in axes.lines}) == 2
    assert [text.get_text().split("  ")[0] for text in figure.legends[0].get_texts()] == ["SGD lr=0.5", "AdaGrad"]


def test_the_book_says_that_it_is_unfair_and_is_repeated_from_its_protocol(book):
    assert "random weights of its own" in str(book.table)
    assert json.loads((book.folder / "protocol.json").read_text())["book_choices"] == list(BOOK_CHOICES)


def test_a_seed_of_the_first_rung_repeats_the_books_run(problem):
    [book, *_] = plan_of(problem).cells()
    [rung, *_] = plan_of(problem, kind="rung").cells()
    assert (
        run_task(book.task, book.spec, problem.arrays).losses == run_task(rung.task, rung.spec, problem.arrays).losses
    )
    assert book.digest != rung.digest  # the book's networks are kept


def asked(*words):
    return read_request(vars(train.parse(words, "train.py")))[0]


def test_protocol_book_has_the_settings_of_chapter_6():
    plan = asked("--problem", "digits", "--protocol", "book").plan
    settings = {spec.label: spec.settings for spec in plan.optimizers}
    assert [*settings] == ["SGD", "Momentum", "AdaGrad", "RMSProp", "Adam"]
    assert [values["lr"] for values in settings.values()] == [0.01, 0.01, 0.01, 0.01, 0.001]
    assert (settings["Momentum"]["momentum"], settings["RMSProp"]["rho"]) == (0.9, 0.99)
    assert [one.to_dict() for one in plan.networks] == [{"class": "MultiLayerNet", "hidden_sizes": [100] * 4}]
    assert (plan.batch_size, plan.steps, plan.seeds) == (128, 2000, (0,))
    assert plan.book_choices == BOOK_CHOICES


def test_protocol_ladder_has_ten_seeds_and_searches_on_others():
    ladder = asked("--problem", "digits", "--protocol", "ladder")
    assert ladder.plan.seeds == tuple(range(10))
    assert (ladder.tuning.budget, ladder.tuning.seeds) == (9, (10, 11, 12))
    assert asked("--problem", "digits", "--protocol", "ladder", "--tune", "5", "--seeds", "2").tuning.budget == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--protocol", "book", "--seeds", "3"], "--seeds cannot be combined with --protocol book"),
        (["--protocol", "book", "--tune"], "--tune cannot be combined with --protocol book"),
        (["--protocol", "ladder", "--lr", "0.1"], "--lr cannot be combined with --protocol ladder"),
        (["--protocol", "ladder", "--problem", "valley"], "--protocol is for networks, not for landscapes"),
        (["--protocol", "ladder", "--problem", "digits", "mnist"], "--protocol ladder takes one problem"),
    ],
)
def test_what_does_not_go_with_a_protocol_is_said_in_one_line(words, message):
    with pytest.raises(UserError) as caught:
        asked(*(words if "--problem" in words else [*words, "--problem", "digits"]))
    assert str(caught.value) == message


@pytest.mark.slow
def test_a_ladder_is_repeated_from_its_protocol_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    short = "--problem digits --hidden 8 --steps 8 --seeds 2 --tune 3 --optimizer sgd adam --jobs 1 --quiet"
    assert train.main(["--protocol", "ladder", *short.split()]) == 0
    assert "ladder.png" in capsys.readouterr().out
    folder = tmp_path / "runs" / "digits-ladder"
    again = ["--protocol-file", str(folder / "protocol.json"), "--out", "again", "--jobs", "1", "--quiet"]
    assert train.main(again) == 0
    assert bytes_of(tmp_path / "again", ".png") == bytes_of(folder, ".png")


def test_every_word_of_the_ladder_has_its_japanese(ladder):
    house = Path(zeronet.__file__).parent
    for name in ("runner/book.py", "ladder/table.py", "ladder/run.py", "ladder/figure.py"):
        for node in ast.walk(ast.parse((house / "lab" / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "translate":
                assert node.args[0].value in JAPANESE
    with language("ja"):
        assert "本のとおり" in str(ladder.table)
