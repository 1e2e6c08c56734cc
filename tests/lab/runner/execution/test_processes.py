"""Optimizers that end their process, hang or raise anything: each costs only its own run."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.support.folders import bytes_of
from zeronet.common.errors import UserError
from zeronet.lab.runner.execution import limit, processes
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.processes import _run_in_worker, execute
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.runs import results
from zeronet.lab.specs.networks import network_plan
from zeronet.lab.specs.spec import on_networks, parse, specs_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")

CLASSES = """
import os, time

class Calm:
    updates = 0

    def update(self, params, grads):
        self.updates += 1
        if self.updates == 3:
            self.misbehave()
        for name in params:
            params[name] -= 0.1 * grads[name]

    def misbehave(self):
        pass

class Leaves(Calm):
    def misbehave(self):
        os._exit(0)

class Killed(Calm):
    def misbehave(self):
        os.kill(os.getpid(), 9)

class Endless(Calm):
    def misbehave(self):
        while True:
            pass

class Sleeps(Calm):
    def misbehave(self):
        time.sleep(1000)

class Strange(BaseException):
    def __str__(self):
        return 3

class Raises(Calm):
    def misbehave(self):
        raise Strange

class Recurses(Calm):
    def misbehave(self):
        self.misbehave()
"""

ENDED = "each process that took it ended: out of memory, or ended by the optimizer"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(CLASSES)
    return path


def runs_of(problem, folder, optimizers, **options):
    plan = Plan(
        problem.to_dict(),
        on_networks(specs_of(optimizers), [network_plan([4])]),
        (0,),
        20,
        batch_size=10,
        eval_every=10,
        target=0.5,
    )
    (folder / ".runs").mkdir(parents=True, exist_ok=True)
    execute(plan, problem.arrays, folder, ExecutionOptions(quiet=True, **options))
    return {label: run for (label, _), run in results(plan, folder).items()}


def with_little_grace(*arguments):
    limit.GRACE = 0.5
    return _run_in_worker(*arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "jobs", "words"),
    [
        ("Leaves", 1, ENDED),
        ("Killed", 2, ENDED),
        ("Endless", 1, ": TimedOut: stopped after 2 seconds, the --run-timeout"),
        ("Sleeps", 2, "mine.py, line 32: stopped after 2 seconds, the --run-timeout"),
        ("Raises", 1, "mine.py, line 40: Strange: its message cannot be shown"),
        ("Recurses", 2, "mine.py, line 44: RecursionError: "),
    ],
)
def test_an_optimizer_costs_only_its_own_run_and_is_named(problem, tmp_path, file, monkeypatch, name, jobs, words):
    if name == "Sleeps":
        monkeypatch.setattr(processes, "_run_in_worker", with_little_grace)
    runs = runs_of(
        problem,
        tmp_path / "out",
        [f"{file}:{name}", "sgd", "adam"],
        jobs=jobs,
        run_timeout=2 if "stopped" in words else None,
    )
    assert {label: run.outcome for label, run in runs.items()} == {
        name: "raised",
        "SGD": "finished",
        "Adam": "finished",
    }
    assert words in runs[name].message and "\n" not in runs[name].message
    assert not list((tmp_path / "out" / ".runs").glob(".*"))


def test_what_raised_is_repeated_on_resume_and_what_finished_is_not(problem, tmp_path, file):
    first = runs_of(problem, tmp_path, [f"{file}:Leaves", "sgd"], jobs=1)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / ".runs").glob("*.npz")}
    again = runs_of(problem, tmp_path, [f"{file}:Leaves", "sgd"], jobs=1, resume=True)
    assert [run.outcome for run in first.values()] == [run.outcome for run in again.values()] == ["raised", "finished"]
    assert sum(path.stat().st_mtime_ns == before for path, before in times.items()) == 1


def test_a_damaged_run_is_repeated_on_resume(problem, tmp_path):
    runs_of(problem, tmp_path, ["sgd", "adam"])
    before = bytes_of(tmp_path)
    damaged = min((tmp_path / ".runs").glob("*.npz"))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    runs_of(problem, tmp_path, ["sgd", "adam"], resume=True)
    assert bytes_of(tmp_path) == before


def test_runs_in_processes_of_their_own_give_the_same_bytes(problem, tmp_path, file):
    optimizers = [f"{file}:Calm", "adam"]
    runs_of(problem, tmp_path / "one", optimizers, jobs=1)
    runs_of(problem, tmp_path / "two", optimizers, jobs=2, run_timeout=60)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


class Locked:
    """An optimizer that cannot be pickled."""

    def __init__(self):
        self.lines = (line for line in ())

    def update(self, params, grads):
        pass


def test_an_object_that_cannot_be_sent_to_a_process_is_one_line(problem, tmp_path):
    with pytest.raises(UserError, match=r"^Locked cannot be sent to another process: .*generator.*: use jobs=1$"):
        runs_of(problem, tmp_path, [Locked(), "sgd"], jobs=2)


class Unloadable:
    def __setstate__(self, state):
        raise RuntimeError("not here")

    def update(self, params, grads):
        params["b1"] += 1


def test_an_object_that_cannot_be_unpacked_there_costs_its_run(problem, tmp_path):
    mine = Unloadable()
    mine.x = 1
    runs = runs_of(problem, tmp_path, [mine, "sgd"], jobs=2)
    assert [run.outcome for run in runs.values()] == ["raised", "finished"]
    assert "RuntimeError: not here" in runs["Unloadable"].message


@pytest.mark.parametrize(
    "text", ["import os\nos._exit(0)\n", "class A:\n    def __init__(self): __import__('os')._exit(0)\n"]
)
def test_an_optimizer_that_ends_the_process_when_it_is_tried_is_one_line(tmp_path, text):
    (tmp_path / "mine.py").write_text(
        text + "class B: pass\n" if "class A" not in text else text + "    update = print\n"
    )
    with pytest.raises(UserError, match=r"mine\.py.*it calls os\._exit\(0\)"):
        parse(f"{tmp_path / 'mine.py'}:A")


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_time_limit_is_a_positive_number(timeout):
    with pytest.raises(UserError, match="--run-timeout must be a positive number of seconds"):
        ExecutionOptions(run_timeout=timeout)


def test_a_block_within_its_time_is_left_alone():
    with limit.time_limit(1000):
        pass
    with pytest.raises(limit.TimedOut), limit.time_limit(0.01):
        while True:
            pass
    assert np.add(1, 1) == 2  # nothing is raised later


def test_the_process_of_the_bench_ends_with_its_parent(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import os\nopen(os.environ['MARK'], 'w').write(str(os.getpid()))\n"
        "while True: pass\nclass A:\n    update = print\n"
    )
    mark = tmp_path / "mark"
    environment = os.environ | {"MARK": str(mark)}
    command = [sys.executable, "-m", "zeronet", "check", str(tmp_path / "mine.py")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as parent:
        for _ in range(1200):
            if mark.exists() and mark.read_text():
                break
            time.sleep(0.05)
        parent.send_signal(signal.SIGKILL)
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(int(mark.read_text()), 0)
            time.sleep(0.1)
