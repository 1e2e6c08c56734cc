"""A comparison from question to answer: fair, repeatable, and whole."""

import json
import linecache
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.folders import bytes_of
from zeronet import SGD, RMSProp, compare, load
from zeronet.common.errors import UserError

PLAN = {"steps": 30, "batch_size": 10, "hidden_sizes": (8,), "eval_every": 10, "target": 0.5}


class Recorder:
    """Remember every network it met and every gradient, and let the weights as they are."""

    met: dict[str, list[bytes]]

    def __init__(self, name, met):
        self.name, self.met = name, met

    def __deepcopy__(self, memo):
        return Recorder(self.name, self.met)

    def update(self, params, grads):
        state = b"".join(array.tobytes() for array in (*params.values(), *grads.values()))
        self.met.setdefault(self.name, []).append(state)


def test_every_optimizer_of_a_seed_starts_from_the_same_bits_and_meets_the_same_batches(problem):
    met = {}
    compare(problem, {"a": Recorder("a", met), "b": Recorder("b", met)}, seeds=2, jobs=1, **PLAN)
    assert len(met["a"]) == 60
    assert met["a"] == met["b"]
    assert met["a"][0] != met["a"][30]  # the second seed is another network, and other batches


def test_the_first_loss_is_that_of_the_untrained_network_for_everybody(problem):
    histories = compare(problem, ["sgd", "adagrad", "adam"], seeds=2, jobs=1, **PLAN).histories
    for seed in (0, 1):
        assert len({histories[label][seed][0] for label in histories}) == 1
        assert len({histories[label][seed][1] for label in histories}) == 3


@pytest.mark.drawn
@pytest.mark.slow
def test_the_same_plan_gives_the_same_bytes_for_any_number_of_jobs_and_again(problem, tmp_path):
    class Mine:
        def update(self, params, grads):
            for k in params:
                params[k] = params[k] - 0.1 * grads[k]

    for name, jobs in {"one": 1, "two": 2, "again": 2}.items():
        compare(problem, ["sgd:lr=0.5", "rmsprop", Mine()], seeds=2, jobs=jobs, out=tmp_path / name, **PLAN)
    one = bytes_of(tmp_path / "one", ".png")
    assert {"curves.csv", "evaluations.csv", "summary.csv", "protocol.json", "comparison.svg"} <= one.keys()
    assert sum(name.startswith("models") for name in one) == 6
    assert sum(name.startswith(".runs") and name.endswith(".npz") for name in one) == 6
    for other in ("two", "again"):
        assert bytes_of(tmp_path / other, ".png") == one


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to list processes")
def test_no_worker_process_stays_behind(problem):
    compare(problem, ["sgd"], seeds=2, jobs=2, **PLAN)
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[entry.name] = (words[1], (entry / "cmdline").read_text())
        except OSError:  # ended meanwhile
            continue
    assert [line for parent, line in parents.values() if parent == str(os.getpid()) and "LokyProcess" in line] == []


def test_files_say_what_the_result_says(problem, tmp_path):
    result = compare(problem, ["sgd", RMSProp(lr=0.01)], seeds=[3, 5], jobs=1, out=tmp_path / "out", **PLAN)
    rows = (tmp_path / "out" / "curves.csv").read_text().splitlines()
    assert rows[0] == "optimizer,seed,step,loss"
    assert len(rows) == 1 + 2 * 2 * 30
    label, seed, step, loss = rows[-1].split(",")
    assert (label, seed, step) == ("RMSProp lr=0.01", "5", "29")
    assert np.float32(loss) == np.float32(result.histories[label][5][29])
    evaluations = (tmp_path / "out" / "evaluations.csv").read_text().splitlines()
    seen = {int(row.split(",")[2]) for row in evaluations[1:]}
    assert {0, 10, 20, 30} <= seen <= set(range(31))  # more where the target may be reached
    protocol = json.loads((tmp_path / "out" / "protocol.json").read_text(encoding="utf-8"))
    assert protocol["seeds"] == [3, 5]
    assert protocol["optimizers"][1]["settings"] == {"lr": 0.01, "rho": 0.9, "eps": 1e-7}
    assert "RMSProp lr=0.01" in str(result.table)
    net = load(tmp_path / "out" / "models" / "SGD-seed5.npz")
    assert net.accuracy(problem.x_test, problem.t_test) == pytest.approx(float(evaluations[8].split(",")[4]))


def test_without_a_folder_nothing_is_kept_but_the_figure_is_there(problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = compare(problem, ["sgd"], seeds=1, jobs=1, **PLAN)
    assert result.folder is None
    assert result.figure.axes
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_diverges_or_raises_is_reported_and_the_others_finish(problem, tmp_path):
    class Careless:
        def update(self, params, grads):
            raise ArithmeticError("1 + 1 = 3")

    runs = compare(problem, ["sgd:lr=1e30", Careless(), "sgd"], seeds=1, jobs=2, out=tmp_path / "out", **PLAN).runs
    diverged, raised, finished = runs.values()
    assert diverged.outcome == "diverged"
    assert "learning rate 1e+30" in diverged.message
    assert len(diverged.losses) >= 1
    assert np.isfinite(diverged.losses).all()
    assert (raised.outcome, finished.outcome) == ("raised", "finished")
    line = Careless.update.__code__.co_firstlineno + 1
    assert raised.message == f"{__file__}, line {line}: ArithmeticError: 1 + 1 = 3"
    told = (tmp_path / "out" / "errors" / "Careless-seed0.txt").read_text()
    assert f'File "{__file__}", line {line}, in update\n    raise ArithmeticError("1 + 1 = 3")' in told
    assert told.endswith("\nArithmeticError: 1 + 1 = 3\n")


@pytest.mark.parametrize("others", [["sgd"], []])
def test_an_optimizer_that_raises_in_its_first_update_does_not_spoil_an_inspection(problem, tmp_path, others):
    class Careless:
        def update(self, params, grads):
            raise ArithmeticError("1 + 1 = 3")

    result = compare(problem, [Careless(), *others], seeds=1, jobs=1, inspect=True, out=tmp_path / "out", **PLAN)
    assert result.runs["Careless", 0].outcome == "raised"
    assert (tmp_path / "out" / "inspection.png").exists() == bool(others)


CELL = """import numpy as np

def root(a):
    return np.linalg.cholesky(-a)  # raises inside NumPy

class Careless:
    def update(self, params, grads):
        root(np.eye(2))
"""


def in_this_module():
    def root(a):
        return np.linalg.cholesky(-a)

    class Careless:
        def update(self, params, grads):
            root(np.eye(2))

    return Careless, __file__, root.__code__.co_firstlineno + 1


def in_a_cell():
    linecache.cache["<cell 1>"] = len(CELL), None, CELL.splitlines(keepends=True), "<cell 1>"
    names = {"__name__": "a_notebook"}
    exec(compile(CELL, "<cell 1>", "exec"), names)
    return names["Careless"], "<cell 1>", 4


@pytest.mark.parametrize("made", [in_this_module, in_a_cell])
def test_an_error_of_a_class_made_in_python_is_told_alike_for_any_number_of_jobs(problem, tmp_path, made):
    careless, file, line = made()
    for jobs in (1, 2):
        out = tmp_path / f"jobs{jobs}"
        result = compare(problem, [careless(), "sgd"], seeds=1, jobs=jobs, out=out, **PLAN)
        assert result.runs["Careless", 0].message.startswith(f"{file}, line {line}: LinAlgError: ")
        told = (out / "errors" / "Careless-seed0.txt").read_text(encoding="utf-8")
        assert f'File "{file}", line {line}, in root\n    return np.linalg.cholesky(-a)' in told
    assert bytes_of(tmp_path / "jobs2", ".png") == bytes_of(tmp_path / "jobs1", ".png")


@pytest.mark.slow
def test_an_error_of_a_script_s_own_class_is_told_alike_for_any_number_of_jobs(tmp_path):
    asked = "compare('digits', [Careless(), 'sgd'], seeds=1, steps=1, hidden_sizes=(2,), jobs=jobs, out=f'jobs{jobs}')"
    script = f"{CELL}\nfrom zeronet import compare\nif __name__ == '__main__':\n    for jobs in (1, 2): {asked}\n"
    (tmp_path / "script.py").write_text(script)
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path}
    subprocess.run([sys.executable, "script.py"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    told = (tmp_path / "jobs2" / "errors" / "Careless-seed0.txt").read_text(encoding="utf-8")
    assert 'script.py", line 4, in root\n    return np.linalg.cholesky(-a)' in told
    assert bytes_of(tmp_path / "jobs2", ".png") == bytes_of(tmp_path / "jobs1", ".png")


class Exploding:
    """Descend, and in update 5 jump far away."""

    def __init__(self):
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            params[k] += -0.1 * grads[k] if self.t < 5 else 1e38


def test_the_model_of_a_diverged_run_is_the_last_with_a_finite_loss(problem):
    run = compare(problem, [Exploding()], seeds=1, jobs=1, **PLAN).runs["Exploding", 0]
    assert (run.outcome, len(run.losses)) == ("diverged", 5)
    assert "at step 5" in run.message
    shorter = compare(problem, [Exploding()], seeds=1, jobs=1, **{**PLAN, "steps": 4}).runs["Exploding", 0]
    assert all(np.array_equal(run.model[name], shorter.model[name]) for name in run.model)


def test_a_network_that_the_last_update_destroyed_has_diverged(problem):
    run = compare(problem, [Exploding()], seeds=1, jobs=1, **{**PLAN, "steps": 5}).runs["Exploding", 0]
    assert (run.outcome, len(run.losses)) == ("diverged", 5)
    assert np.isfinite(run.model["W1"]).all()


@pytest.mark.parametrize("change", ["returns", "forgets"])
def test_an_optimizer_that_changes_nothing_is_told(problem, change):
    class Useless:
        def update(self, params, grads):
            return {k: v - grads[k] for k, v in params.items()} if change == "returns" else None

    message = compare(problem, [Useless()], seeds=1, jobs=1, **PLAN).runs["Useless", 0].message
    assert ("what it returns is lost" if change == "returns" else "no parameter has changed") in message


def test_other_runs_of_the_folder_are_forgotten(problem, tmp_path):
    compare(problem, ["sgd"], seeds=2, jobs=1, out=tmp_path / "out", **PLAN)
    compare(problem, ["adam"], seeds=1, jobs=1, out=tmp_path / "out", **PLAN)
    assert len(list((tmp_path / "out" / ".runs").glob("*.npz"))) == 1
    assert [path.name for path in (tmp_path / "out" / "models").iterdir()] == ["Adam-seed0.npz"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"optimizers": "sgd"}, "list"),
        ({"optimizers": ["sgd", "sgd"]}, "labelled"),
        ({"optimizers": [SGD]}, "call it"),
        ({"jobs": 0}, "jobs"),
        ({"seeds": 0}, "seeds"),
        ({"problem": "mnits"}, "mnist"),
    ],
)
def test_mistakes_are_value_errors(problem, arguments, words):
    with pytest.raises(UserError, match=words):
        compare(**{"problem": problem, "optimizers": ["sgd"], "jobs": 1, "batch_size": 10, **arguments})
