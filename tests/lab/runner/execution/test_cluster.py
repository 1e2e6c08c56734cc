"""Runs on a cluster: a real scheduler and real worker processes, on this machine."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

pytest.importorskip("distributed", reason="needs Dask: pip install 'dask[distributed]'")
import cloudpickle
from dask.task_spec import Task
from distributed import Client

import train
import zeronet
from tests.support.folders import bytes_of
from zeronet.common.errors import UserError
from zeronet.lab.comparison.run import run_comparison
from zeronet.lab.runner.execution import cluster
from zeronet.lab.runner.execution.cluster import Session, checked_cluster, connected, run_on_cluster
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.processes import execute
from zeronet.lab.runner.execution.worker import code_digest, differing, here, pack_task, run_packed
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.runs import Run, results
from zeronet.lab.specs.networks import network_plan
from zeronet.lab.specs.spec import on_networks, specs_of

TRAIN = Path(train.__file__)
PATIENCE = 300  # seconds, after which something is wrong however busy the machine is
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="sends signals")]


def plan_of(problem, optimizers=("sgd", "rmsprop"), seeds=2, steps=100):
    return Plan(
        problem.to_dict(),
        on_networks(specs_of(optimizers), [network_plan([8])]),
        tuple(range(seeds)),
        steps,
        batch_size=10,
        eval_every=50,
        target=0.5,
    )


@contextmanager
def process(*words, **environment):
    """A process of Dask's command line, ended with the block."""
    command = [sys.executable, "-m", "dask", *map(str, words)]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=os.environ | environment, cwd=TRAIN.parent, **silent) as started:
        try:
            yield started
        finally:
            started.kill()


@contextmanager
def workers(scheduler, number, threads=1, **environment):
    """So many worker processes, known to the scheduler when the block begins."""
    with ExitStack() as stack, Client(scheduler, set_as_default=False) as client:
        while any(isinstance(a, Exception) for a in client.run(os.getpid, on_error="return").values()):
            time.sleep(0.05)  # until the scheduler knows that those of the test before are dead
        words = ["worker", scheduler, "--nthreads", threads, "--no-nanny", "--no-dashboard", "--memory-limit", 0]
        there = len(client.ncores())
        started = [stack.enter_context(process(*words, **environment)) for _ in range(number)]
        client.wait_for_workers(there + number, timeout=PATIENCE)
        yield started


@contextmanager
def new_scheduler(folder, **environment):
    """A scheduler without workers: its process and its address."""
    about = folder / "about.json"
    words = ["scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", about]
    with process(*words, **environment) as started:
        while not about.exists() or not about.read_text():
            time.sleep(0.05)
        yield started, json.loads(about.read_text())["address"]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler without workers, which gives a run up when its worker dies.

    It keeps all copies of the data: after two seconds Dask's memory manager would leave one, lost with its worker.
    """
    settings = {"ALLOWED_FAILURES": "0", "ACTIVE_MEMORY_MANAGER__START": "False"}
    environment = {f"DASK_DISTRIBUTED__SCHEDULER__{name}": value for name, value in settings.items()}
    with new_scheduler(tmp_path_factory.mktemp("scheduler"), **environment) as (_, address):
        yield address


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The address of a scheduler with two workers, for tests that let them live."""
    with new_scheduler(tmp_path_factory.mktemp("pair")) as (_, address), workers(address, 2):
        yield address


def runs_of(plan, problem, folder, how):
    """Carry out the runs alone; return the bytes of their files."""
    (folder / ".runs").mkdir(parents=True)
    execute(plan, problem.arrays, folder, how)
    return bytes_of(folder)


# A class whose runs wait until there is a file named go beside it, and leave one with the number of their process.
WAITING = """
import os, pathlib, time

class Waiting:
    def update(self, params, grads):
        place = pathlib.Path({folder!r})
        (place / f"{{os.getpid()}}.waits").touch()
        while not (place / "go").exists():
            time.sleep(0.01)
        for key in params:
            params[key] -= 0.1 * grads[key]
"""


@pytest.fixture
def waiting(tmp_path):
    """Name the class for a plan, and return the folder of go."""
    folder = tmp_path / "waiting"
    folder.mkdir()
    (folder / "waiting.py").write_text(WAITING.format(folder=str(folder)))
    return f"waiting={folder / 'waiting.py'}:Waiting", folder


def in_the_middle(folder, runs, waiting, number, then):
    """Once `runs` files exist and `number` runs wait, call then in another thread, and let the waiting runs go on."""

    def watch():
        while len([*folder.glob(".runs/*.npz")]) < runs or len([*waiting.glob("*.waits")]) < number:
            time.sleep(0.01)
        then()
        (waiting / "go").touch()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_a_worker_killed_in_the_middle_changes_nothing(problem, scheduler, tmp_path, waiting):
    name, folder = waiting
    plan = plan_of(problem, ["sgd", name], seeds=3)
    with workers(scheduler, 2) as (first, _):
        in_the_middle(tmp_path / "there", 3, folder, 2, lambda: (first.kill(), first.wait()))
        there = runs_of(plan, problem, tmp_path / "there", ExecutionOptions(quiet=True, cluster=scheduler))
        assert first.returncode == -signal.SIGKILL
    assert runs_of(plan, problem, tmp_path / "here", ExecutionOptions(jobs=1, quiet=True)) == there


def test_data_that_are_lost_with_the_last_worker_are_sent_again(problem, tmp_path, waiting):
    name, folder = waiting
    plan, how = plan_of(problem, ["sgd", name], seeds=3), ExecutionOptions(quiet=True, cluster="local", jobs=1)
    with connected(how) as session:
        [process_id] = session.client.run(os.getpid).values()
        in_the_middle(tmp_path / "there", 3, folder, 1, lambda: os.kill(process_id, signal.SIGKILL))
        there = runs_of(plan, problem, tmp_path / "there", how)
        assert [*session.client.run(os.getpid).values()] != [process_id]
    assert runs_of(plan, problem, tmp_path / "here", ExecutionOptions(quiet=True)) == there


def test_a_run_whose_data_are_lost_while_it_runs_alone_is_not_forgotten(problem, monkeypatch):
    """Round by round: both are suspects; alone, the first comes back, and the second's data are lost; it runs again."""
    [first, second] = plan_of(problem, ["sgd"], seeds=2).cells()
    rounds = iter([[(first, None), (second, None)], [(first, Run())], [], [(second, Run())]])
    monkeypatch.setattr(cluster, "_round", lambda *_: next(rounds))
    monkeypatch.setattr(cluster, "worker_differences", lambda session: {})
    monkeypatch.setitem(cluster._open, "tcp://host:1", Session(None))
    done = [cell for cell, _ in run_on_cluster([first, second], (), ExecutionOptions(cluster="tcp://host:1"))]
    assert done == [first, second]


class Deadly:
    def update(self, params, grads):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_run_that_ends_each_of_its_workers_is_named_and_finished_runs_stay(problem, scheduler, tmp_path):
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # as for a class made in a notebook
    plan, how = plan_of(problem, ["sgd", Deadly()], seeds=1), ExecutionOptions(quiet=True, cluster=scheduler)
    with workers(scheduler, 3):
        runs_of(plan, problem, tmp_path, how)
    sgd, deadly = results(plan, tmp_path).values()
    assert (sgd.outcome, deadly.outcome) == ("finished", "raised")
    assert deadly.message == "each process that took it ended: out of memory, or ended by the optimizer"


def test_a_run_that_ends_the_last_worker_each_time_is_named_and_the_others_finish(problem, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "MAX_LOST_ROUNDS", 2)
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    plan = plan_of(problem, [Deadly(), "sgd"], seeds=1)
    runs_of(plan, problem, tmp_path, ExecutionOptions(quiet=True, cluster="local", jobs=1))
    assert [run.outcome for run in results(plan, tmp_path).values()] == ["raised", "finished"]


def test_the_folder_of_a_killed_client_goes_with_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with cluster._scratch_folder() as used:
        left = tmp_path / f"{cluster.SCRATCH}left"
        left.mkdir()
        (left / "lock").touch()
        with cluster._scratch_folder() as mine:
            assert {path.name for path in tmp_path.iterdir()} == {Path(used).name, Path(mine).name}
    assert not list(tmp_path.iterdir())


TERMINATED = """
import os, signal, sys
import distributed
import train

class Cluster(distributed.LocalCluster):
    async def _start(self):
        os.kill(os.getpid(), signal.{signal})
        await super()._start()

distributed.LocalCluster = Cluster
sys.exit(train.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("sent", "status"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_while_local_workers_are_started_is_one_line(tmp_path, sent, status):
    script = TERMINATED.format(signal=sent)
    words = [sys.executable, "-c", script, *arguments(tmp_path / "out", "--cluster", "local", "--jobs", "2")]
    done = subprocess.run(words, capture_output=True, text=True, cwd=Path(TRAIN).parent, timeout=PATIENCE)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (status, "")
    assert lines[1:] == ["train.py: interrupted; earlier results are unchanged"]


class Endless:
    def update(self, params, grads):
        while True:
            pass


def test_a_run_that_never_ends_is_stopped_on_its_worker(problem, pair, tmp_path):
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    plan = plan_of(problem, [Endless(), "sgd"], seeds=1)
    runs_of(plan, problem, tmp_path, ExecutionOptions(quiet=True, cluster=pair, run_timeout=1))
    endless, sgd = results(plan, tmp_path).values()
    assert (endless.outcome, sgd.outcome) == ("raised", "finished")
    assert endless.message.endswith(": TimedOut: stopped after 1 seconds, the --run-timeout")


def test_a_worker_with_other_code_of_the_same_version_differs(tmp_path, monkeypatch):
    shutil.copytree(Path(zeronet.__file__).parent, tmp_path / "zeronet")
    file = tmp_path / "zeronet" / "optimizers" / "sgd.py"
    monkeypatch.setattr(zeronet, "__file__", str(tmp_path / "zeronet" / "__init__.py"))
    assert code_digest.__wrapped__() == code_digest()
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert code_digest.__wrapped__() == code_digest(), "the line ends of another system"
    file.write_bytes(file.read_bytes() + b"#")
    other = {**here(), "code": code_digest.__wrapped__()}
    assert differing(here(), other).startswith('code: "')


def test_a_scheduler_that_hangs_is_one_line(problem, tmp_path, monkeypatch, waiting):
    name, folder = waiting
    monkeypatch.setattr("zeronet.lab.runner.execution.cluster.FROZEN", 1)
    with new_scheduler(tmp_path) as (frozen, address):
        how = ExecutionOptions(quiet=True, cluster=address)
        with workers(address, 1), pytest.raises(UserError, match="connection to the scheduler is lost"):
            in_the_middle(tmp_path / "out", 1, folder, 1, lambda: frozen.send_signal(signal.SIGSTOP))
            runs_of(plan_of(problem, ["sgd", name], seeds=1), problem, tmp_path / "out", how)


def test_classes_from_files_and_notebooks_travel(problem, pair, tmp_path):
    class Mine:
        def update(self, params, grads):
            for k in params:
                params[k] -= 0.1 * grads[k]

    file = tmp_path / "halves.py"
    file.write_text("class Half:\n    def update(self, params, grads):\n        for k in params: params[k] *= 0.5\n")
    plan = plan_of(problem, [f"{file}:Half", Mine(), "adam"])
    here = runs_of(plan, problem, tmp_path / "here", ExecutionOptions(quiet=True))
    assert runs_of(plan, problem, tmp_path / "there", ExecutionOptions(quiet=True, cluster=pair)) == here


def test_an_error_of_a_class_made_here_is_told_with_its_file_and_line(problem, pair, tmp_path):
    class Careless:
        def update(self, params, grads):
            np.linalg.cholesky(-np.eye(2))  # raises inside NumPy

    plan = plan_of(problem, [Careless()], seeds=1)
    here = runs_of(plan, problem, tmp_path / "here", ExecutionOptions(quiet=True))
    there = runs_of(plan, problem, tmp_path / "there", ExecutionOptions(quiet=True, cluster=pair))
    [run] = results(plan, tmp_path / "there").values()
    assert run.message.startswith(f"{__file__}, line {Careless.update.__code__.co_firstlineno + 1}: LinAlgError: ")
    assert "np.linalg.cholesky(-np.eye(2))  # raises inside NumPy\n" in run.traceback
    assert there == here


def test_arrays_are_sent_once_and_tasks_are_small(problem, pair, monkeypatch):
    plan, how, sent = plan_of(problem), ExecutionOptions(cluster=pair), []
    with connected(how) as session:
        scatter = session.client.scatter
        monkeypatch.setattr(session.client, "scatter", lambda data, **more: sent.append(data) or scatter(data, **more))
        for _ in range(2):
            assert len([*run_on_cluster(plan.cells(), problem.arrays, how)]) == 4
        assert [[*data] for data in sent] == [["arrays-0123"]]
        assert len(session.client.who_has()["arrays-0123"]) == 2
        for cell in plan.cells():
            task = Task("run", run_packed, *pack_task(cell), session.arrays["0123"])
            assert len(cloudpickle.dumps(task)) < 3000


def other_kernel():
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"]
    if platform.machine() != "x86_64" or not pools:
        pytest.skip("needs OpenBLAS on x86-64, which can be told its kernel")
    return "Nehalem" if pools[0]["architecture"] != "Nehalem" else "Prescott"


def test_another_blas_kernel_is_named_or_accepted_and_then_in_the_protocol(problem, scheduler, tmp_path):
    kernel, how = other_kernel(), ExecutionOptions(quiet=True, cluster=scheduler)
    with workers(scheduler, 1), workers(scheduler, 1, OPENBLAS_CORETYPE=kernel):
        named = rf"^workers differ from this process: tcp://127.0.0.1:\d+ \(blas.*{kernel}.*\)\. .*--accept-mixed"
        with pytest.raises(UserError, match=named), checked_cluster(plan_of(problem), how):
            pass
        with pytest.raises(UserError, match=named):
            runs_of(plan_of(problem), problem, tmp_path / "refused", how)
        accepting = ExecutionOptions(quiet=True, cluster=scheduler, accept_mixed=True)
        with checked_cluster(plan_of(problem), accepting) as plan:
            run_comparison(plan, problem, tmp_path / "out", accepting)
        [mixed] = json.loads((tmp_path / "out" / "protocol.json").read_text())["environment"]["mixed"]
        assert mixed.startswith("blas") and kernel in mixed


def test_where_no_worker_differs_accepting_it_changes_nothing(problem, pair):
    plan = plan_of(problem)
    with checked_cluster(plan, ExecutionOptions(cluster=pair, accept_mixed=True)) as same:
        assert same is plan


def test_a_worker_that_comes_late_is_looked_at_too(problem, scheduler):
    with workers(scheduler, 1, threads=2), connected(ExecutionOptions(cluster=scheduler)) as session:
        arrays = session.scattered("0123", problem.arrays)
        with pytest.raises(UserError, match=r"tcp://127.0.0.1:\d+ \(threads: 1 → 2\)"):
            session.client.submit(run_packed, *pack_task(plan_of(problem).cells()[0]), arrays).result()


def test_a_worker_without_zeronet_is_named(problem, scheduler, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['zeronet'] = None\n")
    with workers(scheduler, 1, PYTHONPATH=str(tmp_path)), pytest.raises(UserError, match=r"127.0.0.1:\d+ .*zeronet"):
        [*run_on_cluster(plan_of(problem).cells(), problem.arrays, ExecutionOptions(cluster=scheduler))]


def test_a_lost_scheduler_is_one_line_and_finished_runs_stay(problem, tmp_path, waiting):
    name, folder = waiting
    with new_scheduler(tmp_path) as (lost, address):
        how = ExecutionOptions(quiet=True, cluster=address)
        with workers(how.cluster, 1), pytest.raises(UserError, match="connection to the scheduler is lost"):
            in_the_middle(tmp_path / "out", 1, folder, 1, lambda: (lost.kill(), lost.wait()))
            runs_of(plan_of(problem, ["sgd", name], seeds=1), problem, tmp_path / "out", how)
    assert list((tmp_path / "out" / ".runs").glob("*.npz"))


def arguments(folder, *more, optimizer="adam"):
    words = ["--problem", "digits", "--optimizer", "sgd", optimizer, "--seeds", "3", "--steps", "100", "--quiet"]
    return [*words, "--out", str(folder), *more]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--cluster", "elsewhere"], "--cluster must be local or an address such as tcp://scheduler:8786"),
        (["--cluster", "tcp://127.0.0.1:1"], "no Dask scheduler answers at tcp://127.0.0.1:1"),
        (["--cluster", "tcp://127.0.0.1:1", "--jobs", "2"], "--jobs is for this machine"),
        (["--accept-mixed"], "--accept-mixed needs --cluster"),
        (["--cluster", "local", "without Dask"], "--cluster needs Dask"),
    ],
)
def test_mistakes_are_one_line_and_status_2(tmp_path, monkeypatch, capsys, more, words):
    monkeypatch.setattr("zeronet.lab.runner.execution.cluster.PATIENCE", 1)
    if more[-1] == "without Dask":
        monkeypatch.setitem(sys.modules, "distributed", None)
        more = more[:-1]
    try:
        status = train.main(arguments(tmp_path / "out", *more))
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if not line.startswith("Digits: ")]
    assert (status, len(lines), out) == (2, 1, "")
    assert words in lines[0]


def test_after_ctrl_c_no_process_stays_and_resume_goes_on(tmp_path, waiting):
    name, folder = waiting
    out, whole = tmp_path / "out", tmp_path / "whole"
    words = arguments(out, "--cluster", "local", "--jobs", "2", optimizer=name)
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, TRAIN, *words], start_new_session=True, **piped) as started:
        in_the_middle(out, 1, folder, 1, lambda: (os.killpg(started.pid, signal.SIGINT), started.wait()))
        stderr = started.communicate(timeout=PATIENCE)[1]
    assert started.returncode == 130
    assert stderr.splitlines()[1:] == ["train.py: interrupted; earlier results are unchanged"]
    with pytest.raises(ProcessLookupError):
        while True:  # processes may take a moment to end
            os.killpg(started.pid, 0)
            time.sleep(0.05)
    kept = {path: path.stat().st_mtime_ns for path in (out / ".runs").glob("*.npz")}
    assert 1 <= len(kept) < 6
    assert train.main([*words, "--resume"]) == 0
    assert all(path.stat().st_mtime_ns == before for path, before in kept.items())
    assert train.main(arguments(whole, "--jobs", "1", optimizer=name)) == 0
    assert bytes_of(out) == bytes_of(whole)
