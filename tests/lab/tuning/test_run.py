"""The tuned comparison from question to verdict: nothing leaks, nothing is counted twice, all of it repeats."""

import json

import numpy as np
import pytest

import train
from tests.support.folders import bytes_of, rows_of
from tests.support.problems import save_largest_of_three
from zeronet import SGD
from zeronet.cli.request import read_request
from zeronet.lab import plots
from zeronet.lab.runner.analysis.pairwise import mean_loss
from zeronet.lab.runner.execution import processes as execute
from zeronet.lab.runner.execution.limit import lost_run
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.landscape_problem import LandscapeProblem
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.specs.networks import network_plan
from zeronet.lab.specs.spec import on_networks, parse
from zeronet.lab.tuning.grid import Tuning
from zeronet.lab.tuning.run import run_tuning
from zeronet.landscapes import LANDSCAPES
from zeronet.nn.rng import stream

RUN = {"batch_size": 10, "steps": 30, "eval_every": 10, "target": 0.5}


def tuned(problem, folder, *optimizers, budget=3, seeds=2, over=None, **changes):
    """Carry out a small tuned comparison in this process."""
    specs = tuple(map(parse, optimizers))
    plan = Plan(
        problem=problem.to_dict(),
        optimizers=on_networks(specs, [network_plan([8])]) if problem.classifies else specs,
        seeds=consecutive(0, seeds),
        **{**RUN, "split": (80, 20), **changes},
    )
    tuning = Tuning(budget, consecutive(seeds, 3), over=over)
    return run_tuning(plan, tuning, problem, folder, ExecutionOptions(1, quiet=True))


@pytest.fixture(scope="module")
def outcome(problem, tmp_path_factory):
    """Three optimizers, one of them twice and one that always fails, tuned and compared. To be read, not changed."""
    place = tmp_path_factory.mktemp("tuned")
    source = "class Failing:\n    def __init__(self, lr=0.1):\n        self.lr = lr\n"
    (place / "failing.py").write_text(source + "    def update(self, params, grads):\n        1 / 0\n")
    names = ["sgd", "rmsprop", "twin=rmsprop", f"{place / 'failing.py'}:Failing"]
    over = {"RMSProp": [{"rho": 0.5}, {"rho": 0.9}], "twin": [{"rho": 0.5}, {"rho": 0.9}]}
    return tuned(problem, place / "out", *names, budget=6, over=over)


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the figures out, and return the names of those that were to be saved."""
    saved = []
    for name in ("comparison.figure.comparison_figure", "tuning.figure.verdict_figure"):
        monkeypatch.setattr(f"zeronet.lab.{name}", lambda folder: None)
    monkeypatch.setattr(plots, "save_figure", lambda figure, folder, stem="comparison": saved.append(stem))
    monkeypatch.setattr("zeronet.lab.comparison.inspection.save_inspection", lambda folder: saved.append("inspection"))
    return saved


def test_one_optimizer_under_two_labels_is_equal_with_every_difference_exactly_0(outcome):
    one, other = ([run.losses for (label, _), run in outcome.runs.items() if label == name] for name in PAIR)
    assert one == other
    [pair] = [p for p in outcome.table.pairs if (p.a, p.b) == PAIR]
    assert (pair.difference, pair.low, pair.high, pair.outcome, pair.wins) == (0, 0, 0, "equal", 0.5)
    assert "RMSProp and twin: equal, every difference is exactly 0." in str(outcome.table)


PAIR = ("RMSProp", "twin")


def test_the_trials_are_in_tuning_csv_and_the_best_mean_won(outcome):
    rows = rows_of(outcome.folder / "tuning.csv")
    assert len(rows) == 4 * 6 * 3
    assert {row["seed"] for row in rows} == {"2", "3", "4"}  # none of the final seeds
    protocol = json.loads((outcome.folder / "protocol.json").read_text(encoding="utf-8"))
    for about in protocol["optimizers"]:
        losses = {}
        for row in rows:
            if row["optimizer"] == about["label"]:
                settings = {name: float(row[name]) for name in about["settings"]}
                losses.setdefault(json.dumps(settings), []).append(float(row["loss"]))
        means = {settings: mean_loss(values) for settings, values in losses.items()}
        assert len(means) == 6
        best = json.loads(min(means, key=lambda s: (means[s], json.loads(s)["lr"])))
        assert about["settings"] == best
    assert protocol["seeds"] == [0, 1]
    assert protocol["split"] == {"train": 80, "validation": 20}


def test_an_optimizer_that_always_fails_counts_as_infinite_and_the_others_go_on(outcome):
    assert {row["loss"] for row in rows_of(outcome.folder / "tuning.csv") if row["optimizer"] == "Failing"} == {"inf"}
    assert {run.outcome for (label, _), run in outcome.runs.items() if label == "Failing"} == {"raised"}
    assert "SGD and Failing: cannot tell; 2 of 2 runs of Failing failed: compared by ranks;" in str(outcome.table)
    assert "The best learning rate of Failing" in str(outcome.table)  # at the edge


def test_an_optimizer_that_raised_is_not_run_again_to_measure_its_steps(outcome):
    times = outcome.table.step_times
    assert set(times.seconds) == {"SGD", "RMSProp", "twin"}
    assert all(seconds > 0 for seconds in times.seconds.values())
    row = next(line for line in str(outcome.table).splitlines() if line.startswith("Failing "))
    assert row.split()[-2:] == ["-", "-"]


def test_verdict_json_says_what_the_runs_and_the_table_say(outcome):
    text = (outcome.folder / "verdict.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert "Infinity" not in text
    verdict = json.loads(text)
    for each in verdict["optimizers"]:
        runs = [outcome.runs[each["label"], seed] for seed in (0, 1)]
        if each["label"] == "Failing":
            assert (each["final_losses"], each["mean"], each["rate_known_to"]) == ([None, None], None, None)
        else:
            assert each["final_losses"] == [run.test[0] for run in runs]
            last = [[loss for step, loss, _ in run.evaluations if step >= 27] for run in runs]
            assert each["validation_loss"] == pytest.approx([np.mean(losses) for losses in last])
            wrong = [(30 * (1 - run.test[1]) + 0.5) / 31 for run in runs]
            assert each["test_error"] == pytest.approx(wrong)
    assert [(p["a"], p["b"], p["outcome"]) for p in verdict["pairs"]] == [
        (p.a, p.b, p.outcome) for p in outcome.table.pairs
    ]
    # A run that stands under two labels was made once: 3 optimizers × (6 trials × 3 seeds + 2).
    assert verdict["runs"] == len(outcome.table.seconds) == 3 * (6 * 3 + 2)


def test_summary_csv_has_a_row_for_each_optimizer_best_first(outcome):
    rows = rows_of(outcome.folder / "summary.csv")
    means = [float(row["loss"]) for row in rows]
    assert means == sorted(means)
    assert rows[-1]["optimizer"] == "Failing"
    assert (rows[-1]["loss"], rows[-1]["failed"]) == ("inf", "2")
    for row in rows[:-1]:
        tests = [outcome.runs[row["optimizer"], seed].test[0] for seed in (0, 1)]
        assert float(row["loss"]) == pytest.approx(mean_loss(tests))
        assert (row["seeds"], row["failed"]) == ("2", "0")


def test_evaluations_are_on_the_validation_images_and_say_so(outcome):
    rows = rows_of(outcome.folder / "evaluations.csv")
    assert list(rows[0]) == ["optimizer", "seed", "step", "validation_loss", "validation_accuracy"]
    assert {round(float(row["validation_accuracy"]) * 20, 6) % 1 for row in rows} == {0}  # 20 of them


class Watched:
    """An array that notes how many of its rows are read, and when."""

    def __init__(self, array, name, events):
        self.array, self.name, self.events = array, name, events
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __len__(self):
        return len(self.array)

    def __getitem__(self, which):
        self.events.append((self.name, len(self.array[which])))
        return self.array[which]

    def __array__(self, dtype=None, copy=None):
        self.events.append((self.name, len(self.array)))
        return np.array(self.array, dtype)


def test_no_trial_touches_the_test_images_and_each_final_run_reads_them_once_after_its_last_step(
    problem, tmp_path, monkeypatch, undrawn
):
    kinds, run, update = [], execute.run_task, SGD.update

    def watched(task, spec, arrays):
        kinds.append((task["kind"], events := []))
        monkeypatch.setattr(SGD, "update", lambda self, *given: (events.append("update"), update(self, *given))[1])
        x_test, t_test = (Watched(array, name, events) for array, name in zip(arrays[2:], "xt", strict=True))
        return run(task, spec, (*arrays[:2], x_test, t_test))

    monkeypatch.setattr(execute, "run_task", watched)
    monkeypatch.setattr("zeronet.lab.tuning.run.step_times", lambda *_: None)
    result = tuned(problem, tmp_path / "out", "sgd")
    trials = [events for kind, events in kinds if kind == "trial"]
    finals = [events for kind, events in kinds if kind == "final"]
    assert (len(trials), len(finals)) == (9, 2)
    assert all({*events} == {"update"} for events in trials)
    for events in finals:
        assert events[:30] == ["update"] * 30
        read = events[30:]
        assert sum(n for name, n in read if name == "x") == 30
        assert "update" not in read
        assert ("t", 30) in read
    assert all(run.test is not None for run in result.runs.values())


@pytest.fixture(scope="module")
def valley(tmp_path_factory):
    folder = tmp_path_factory.mktemp("valley") / "out"
    options = ["--problem", "valley", "--optimizer", "sgd", "adagrad", "--tune", "6", "--seeds", "4", "--jobs", "1"]
    assert train.main([*options, "--out", str(folder), "--quiet"]) == 0
    return folder


def test_on_a_landscape_the_seed_draws_the_start_and_the_loss_is_the_height_above_the_minimum(valley):
    first = {}
    for row in rows_of(valley / "curves.csv"):
        if row["step"] == "0":
            first.setdefault(int(row["seed"]), set()).add(float(row["loss"]))
    assert [*first] == [0, 1, 2, 3]
    for seed, losses in first.items():
        x, y = stream(seed, "start").uniform([-10, -5], [10, 5])
        assert losses == {float(f"{x**2 / 20 + y**2:.9g}")}  # f, for f_min is 0, alike for all optimizers
    protocol = json.loads((valley / "protocol.json").read_text(encoding="utf-8"))
    assert "starts drawn uniformly from the domain by the seeds" in protocol["problem"]["source"]
    assert "split" not in protocol
    assert not (valley / "evaluations.csv").exists()
    assert (valley / "verdict.png").exists()


def test_the_starts_fill_the_domain_evenly():
    starts = np.array([stream(seed, "start").uniform([-10, -5], [10, 5]) for seed in range(400)])
    counts, _, _ = np.histogram2d(*starts.T, bins=2, range=[(-10, 10), (-5, 5)])
    assert counts.sum() == 400
    assert (abs(counts - 100) < 35).all()


def test_a_landscape_of_which_the_lowest_value_is_not_0_has_it_taken_off(tmp_path, undrawn):
    problem, branin = LandscapeProblem("branin"), LANDSCAPES["branin"]()
    changes = {"split": None, "target": None, "eval_every": 1, "batch_size": 1}
    result = tuned(problem, tmp_path / "out", "sgd:lr=0.01", **changes)
    assert branin.lowest == pytest.approx(0.397887)
    for (_, seed), run in result.runs.items():
        start = stream(seed, "start").uniform(*np.array(branin.domain).T)
        assert run.losses[0] == pytest.approx(branin(*start) - 0.397887, abs=1e-5)
    assert undrawn == ["verdict"]  # without a comparison of training losses


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("sgd:lr=0.5", "SGD"),
        ("adam:schedule=step,lr=0.5,every=9", "Adam schedule=step,every=9"),
        ("sgd:clip_norm=1,lr=0.5", "SGD clip_norm=1"),
        ("lr=sgd:lr=0.5", "lr"),
    ],
)
def test_a_label_does_not_name_the_rate_that_is_searched(text, label):
    words = ["--problem", "digits", "--tune", "3", "--optimizer", text]
    [asked] = read_request(vars(train.parse(words)))
    assert [spec.label for spec in asked.plan.optimizers] == [label]
    [asked] = read_request(vars(train.parse([*words, "--problem", "valley"])))
    assert [spec.label for spec in asked.plan.optimizers] == [label]


@pytest.mark.parametrize("over", ["t:alpha=0.9,alpha=0.5", "t:Rho=0.9,alpha=0.5", "rmsprop:rho=0.9,rho=0.5"])
def test_settings_to_be_searched_may_have_the_names_of_a_dialect_s_library(over):
    words = ["--problem", "digits", "--tune", "6", "--optimizer", "t=rmsprop:dialect=pytorch", "--tune-over", over]
    [asked] = read_request(vars(train.parse(words)))
    assert asked.tuning.over == {"t": [{"rho": 0.9}, {"rho": 0.5}]}


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ("t:rho", "'rho' in 't:rho' is not key=value"),
        ("t:rho=0.9,", "'' in 't:rho=0.9,' is not key=value"),
        ("t:LR=0.1", "the learning rate is always searched"),
        ("t:beta=0.1", "PyTorchRMSProp has no setting 'beta'"),
    ],
)
def test_settings_that_cannot_be_searched_end_in_one_line(over, words, capsys):
    arguments = ["--problem", "digits", "--tune", "6", "--optimizer", "t=rmsprop:dialect=pytorch", "--tune-over", over]
    assert train.main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["saddle", "slope"])
def test_a_landscape_without_a_bottom_is_refused_in_one_line(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    assert train.main(["--problem", name, "--tune", "6"]) == 2
    assert capsys.readouterr().err == f"train.py: {name} has no minimum: nothing can be tuned there\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.drawn
@pytest.mark.slow
def test_a_protocol_repeats_a_tuned_comparison_byte_for_byte(tmp_path, monkeypatch):
    save = plots.save_figure  # the figure of the training losses is left out: it takes long, and has a test of its own
    monkeypatch.setattr("zeronet.lab.comparison.figure.comparison_figure", lambda folder: None)
    monkeypatch.setattr(plots, "save_figure", lambda figure, *place: save(figure, *place) if figure else None)
    monkeypatch.chdir(tmp_path)
    save_largest_of_three("own.npz")
    options = "--problem own.npz --optimizer sgd mine=rmsprop --tune 6 --tune-over rmsprop:rho=0.5,rho=0.9 --seeds 2"
    options += " --tune-range 0.01 1 --validation-size 30 --steps 20 --batch-size 10 --hidden 8 --quiet"
    assert train.main([*options.split(), "--jobs", "1", "--out", "first"]) == 0
    assert train.main(["--protocol-file", "first/protocol.json", "--jobs", "2", "--out", "second", "--quiet"]) == 0
    assert bytes_of(tmp_path / "second") == bytes_of(tmp_path / "first")
    assert {"verdict.json", "verdict.svg", "tuning.csv"} <= bytes_of(tmp_path / "first").keys()


def test_a_protocol_repeats_a_tuned_comparison_on_a_landscape(tmp_path, valley):
    again = ["--protocol-file", str(valley / "protocol.json"), "--out", str(tmp_path / "valley"), "--quiet"]
    assert train.main(again) == 0
    assert bytes_of(tmp_path / "valley") == bytes_of(valley)


def test_where_all_fail_no_winner_is_named(problem, tmp_path):
    said = str(tuned(problem, tmp_path / "out", "sgd:lr=1e35").table)
    assert "Every run of every optimizer failed." in said
    assert "ended lowest" not in said
    assert "2 of 2" in said


def test_the_microscope_looks_into_the_final_runs(problem, tmp_path, undrawn):
    folder = tuned(problem, tmp_path / "out", "sgd", inspect=True).folder
    assert {row["seed"] for row in rows_of(folder / "inspection.csv")} == {"0", "1"}
    assert sorted(undrawn) == ["comparison", "inspection", "verdict"]


@pytest.mark.parametrize("others", [["sgd"], []])
def test_an_optimizer_whose_runs_all_end_their_process_is_only_the_last(problem, tmp_path, monkeypatch, others):
    """Such runs leave no row in any table."""
    run = execute.run_task

    def ending(task, spec, arrays):
        return lost_run(None, None) if spec.label == "Leaves" else run(task, spec, arrays)

    monkeypatch.setattr(execute, "run_task", ending)
    result = tuned(problem, tmp_path / "out", "Leaves=adam", *others)
    assert [run.outcome for run in result.runs.values()] == ["raised"] * 2 + ["finished"] * 2 * len(others)
