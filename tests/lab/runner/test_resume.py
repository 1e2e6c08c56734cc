"""Work that is not lost: killed, interrupted, or out of space, a comparison goes on where it stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import train
from tests.support.folders import bytes_of
from tests.support.problems import save_largest_of_three
from zeronet.common.errors import UserError
from zeronet.lab.runner.execution import processes as execute
from zeronet.lab.runner.resume import changes, start_or_resume
from zeronet.training import environment as float_environment

SCRIPT = [sys.executable, train.__file__]
OPTIONS = ["--tune", "6", "--seeds", "3", "--optimizer", "sgd", "rmsprop", "--jobs", "2"]
SMALL = ["--steps", "20", "--batch-size", "10", "--hidden", "8", "--quiet"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals and limits")


def times_of(folder):
    """Return path → when it was written, of the finished runs of an experiment."""
    return bytes_of(folder / ".runs", ".json", ".part", read=lambda path: path.stat().st_mtime_ns)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a comparison that nothing interrupted. To be read, not changed."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    save_largest_of_three(folder.parent / "own.npz")
    assert train.main(words(folder, folder)) == 0
    return folder


def words(whole, out):
    """Return the comparison's words."""
    return ["--problem", str(whole.parent / "own.npz"), *OPTIONS, *SMALL, "--out", str(out)]


# The command: it stops and waits to be killed once the given number of runs have finished.
HELD = """
import runpy, sys, time
import train
from zeronet.lab.runner.execution import processes

finished, mark, left = processes._finished, sys.argv[1], [int(sys.argv[2])]

def held(*arguments):
    for run in finished(*arguments):
        yield run
        left[0] -= 1
        if left[0] == 0:
            open(mark, "w").close()
            time.sleep(3600)

processes._finished = held
sys.argv = [train.__file__, *sys.argv[3:]]
runpy.run_path(train.__file__, run_name="__main__")
"""


def started(folder, whole, runs):
    """Start the comparison, and return its process, which waits once the given number of runs have finished."""
    mark = folder.parent / "held"
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, mark, str(runs), *words(whole, folder)],
        **{"cwd": Path(train.__file__).parent, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE},
        **{"start_new_session": True, "text": True},
    )
    while not mark.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process


def wait_for_its_workers(process):
    """Wait until nobody of its group is left."""
    with pytest.raises(ProcessLookupError):
        for _ in range(1200):
            os.killpg(process.pid, 0)
            time.sleep(0.1)


def goes_on(folder, whole):
    """Resume, and check that no finished run is made again and that everything is as if nothing had happened."""
    finished = times_of(folder)
    assert 0 < len(finished) < len(list((whole / ".runs").glob("*.npz")))
    assert train.main([*words(whole, folder), "--resume"]) == 0
    assert times_of(folder) | finished == times_of(folder)
    assert bytes_of(folder) == bytes_of(whole)


@pytest.mark.slow
def test_after_kill_9_it_goes_on_where_it_stopped_and_a_second_process_was_told(tmp_path, whole, capsys):
    process = started(tmp_path / "out", whole, runs=4)
    assert train.main(words(whole, tmp_path / "out")) == 2
    assert "another comparison is writing into" in capsys.readouterr().err.splitlines()[-1]
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    wait_for_its_workers(process)
    assert not (tmp_path / "out" / "verdict.json").exists()
    goes_on(tmp_path / "out", whole)


@pytest.mark.slow
def test_after_ctrl_c_it_goes_on_where_it_stopped(tmp_path, whole):
    process = started(tmp_path / "out", whole, runs=30)  # in the second half of the search
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[1] == "train.py: interrupted; earlier results are unchanged"
    wait_for_its_workers(process)
    goes_on(tmp_path / "out", whole)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """An empty current folder with a small data set, and the options of a short comparison of it."""
    monkeypatch.chdir(tmp_path)
    save_largest_of_three("own.npz")
    return ["--problem", "own.npz", "--tune", "3", "--seeds", "2", "--optimizer", "sgd", *SMALL]


def test_a_finished_comparison_is_only_put_together_again(own, tmp_path, monkeypatch):
    assert train.main([*own, "--jobs", "1", "--out", "out"]) == 0
    before = bytes_of(tmp_path / "out")
    monkeypatch.setattr(execute, "run_task", lambda *task: pytest.fail("a finished run was repeated"))
    assert train.main([*own, "--jobs", "1", "--out", "out", "--resume"]) == 0
    assert bytes_of(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (["--steps", "21"], "steps: 20 → 21"),
        (["--batch-size", "11", "--seeds", "3"], "batch_size: 10 → 11"),
        (["--tune", "4"], "tuning.budget: 3 → 4"),
        (["--optimizer", "sgd:lr=0.5"], "optimizers[0].settings.lr: 0.01 → 0.5"),
        ([], 'environment.blas[0]: "openblas 0.3.99 Haswell" → '),
        ([], 'environment.numpy: "1.99" → '),
    ],
)
def test_on_another_plan_blas_or_version_it_refuses_and_shows_what_changed(
    own, tmp_path, monkeypatch, capsys, changed, words
):
    here = float_environment.description()
    if not changed:
        there = {"blas": ["openblas 0.3.99 Haswell"]} if "blas" in words else {"numpy": "1.99"}
        monkeypatch.setattr("zeronet.lab.runner.plan.description", lambda: here | there)
    monkeypatch.setattr(execute, "run_task", lambda *task: stop())
    assert train.main([*own, "--jobs", "1", "--out", "out"]) == 130  # stopped in its first run
    monkeypatch.setattr("zeronet.lab.runner.plan.description", lambda: here)
    before = bytes_of(tmp_path / "out")
    capsys.readouterr()
    if "--optimizer" in changed:
        own = [word for word in own if word not in ("--optimizer", "sgd")]
    assert train.main([*own, *changed, "--jobs", "1", "--out", "out", "--resume"]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("train.py: cannot resume: ")
    assert words in line
    assert bytes_of(tmp_path / "out") == before


def stop():
    raise KeyboardInterrupt


# Run a program with a limit on the size of its files, so that a write fails partway through, as on a full disk.
LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("what", "jobs"), [("a final run", "2"), ("a figure", "1")])
def test_a_write_that_fails_in_the_middle_is_one_line_damages_nothing_and_can_be_resumed(own, tmp_path, what, jobs):
    assert train.main([*own, "--steps", "10", "--jobs", "1", "--out", "out"]) == 0
    shutil.copytree(tmp_path / "out", tmp_path / "before")
    sizes = sorted(path.stat().st_size for path in (tmp_path / "out" / ".runs").glob("*.npz"))
    limit = {"a final run": sizes[-1] - 100, "a figure": 20_000}[what]
    assert sizes[0] < sizes[-1] - 100 < sizes[-1] < 20_000
    command = [sys.executable, "-c", LIMITED, str(limit), *SCRIPT, *own, "--jobs", jobs, "--out", "out"]
    full = subprocess.run(command, capture_output=True, text=True)
    assert (full.returncode, full.stdout) == (2, "")
    _, line = full.stderr.splitlines()  # the first names the data
    assert line == "train.py: cannot write into out: File too large"
    shown = {name: content for name, content in bytes_of(tmp_path / "out").items() if not name.startswith(".")}
    assert shown == {n: c for n, c in bytes_of(tmp_path / "before").items() if not n.startswith(".")}
    assert train.main([*own, "--jobs", "1", "--out", "out", "--resume"]) == 0
    assert train.main([*own, "--jobs", "1", "--out", "whole"]) == 0
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 32 kB, where this user may mount one, and a function that makes it larger."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "none", place], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield place, lambda: subprocess.run(["mount", "-o", "remount,size=20m", place], check=True)
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="needs mount")
def test_a_full_disk_is_one_line_and_the_rest_is_done_when_there_is_room(own, tmp_path, small_disk, capsys):
    disk, enlarge = small_disk
    assert train.main([*own, "--jobs", "1", "--out", str(disk / "out")]) == 2
    assert capsys.readouterr().err.splitlines()[1:] == [
        f"train.py: cannot write into {disk / 'out'}: No space left on device"
    ]
    kept = times_of(disk / "out")
    assert len(kept) > 1
    enlarge()
    assert train.main([*own, "--jobs", "1", "--out", str(disk / "out"), "--resume"]) == 0
    assert times_of(disk / "out") | kept == times_of(disk / "out")
    assert train.main([*own, "--jobs", "1", "--out", "whole"]) == 0
    assert bytes_of(disk / "out") == bytes_of(tmp_path / "whole")


def test_without_resume_every_run_starts_over(tmp_path):
    (tmp_path / ".runs").mkdir()
    start_or_resume(tmp_path, {"steps": 1}, resume=True)  # nothing there yet
    start_or_resume(tmp_path, {"steps": 2}, resume=False)
    start_or_resume(tmp_path, {"steps": 2}, resume=True)
    with pytest.raises(UserError, match="steps: 2 → 1"):
        start_or_resume(tmp_path, {"steps": 1}, resume=True)


def test_all_that_differs_is_found_and_named_by_its_place():
    before = {"a": 1, "gone": 2, "list": [1, {"b": 2}], "length": [1]}
    now = {"a": 1, "list": [1, {"b": 3}], "length": [1, 2], "new": None, "more": 0}
    assert changes(before, now) == ["gone: 2 → null", "list[1].b: 2 → 3", "length: [1] → [1, 2]", "more: null → 0"]
    assert changes(json.loads(json.dumps(before)), before) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "7", "\x00"])
def test_a_damaged_note_of_the_plan_is_a_mistake(tmp_path, content):
    (tmp_path / ".runs").mkdir()
    (tmp_path / ".runs" / "plan.json").write_text(content)
    with pytest.raises(UserError, match="cannot resume"):
        start_or_resume(tmp_path, {"steps": 1}, resume=True)
