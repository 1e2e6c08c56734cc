"""Commands that are killed at any moment: resumed, they give the bytes of one that was not; nobody stays."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.folders import bytes_of
from tests.support.problems import save_largest_of_three

SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT]
STATUS = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}
PATIENCE = 20  # seconds for the workers to end: the machine may be busy
DATA = ["--problem", "data.npz", "--steps", "300", "--seeds", "2", "--batch-size", "10", "--optimizer", "sgd", "adam"]
KINDS = {
    "plain": [*DATA, "--jobs", "1"],
    "two jobs": [*DATA, "mine.py:Mine", "--jobs", "2"],
    "tuned": [*DATA, "--tune", "3", "--jobs", "1"],
    "ladder": [*DATA, "--protocol", "ladder", "--tune", "3", "--jobs", "2"],
    "animated": ["--problem", "valley", "--steps", "15", "--animate"],
    "cluster": [*DATA, "--cluster", "local", "--jobs", "2"],
}
MINE = "class Mine:\n    def update(self, params, grads):\n        for k in params: params[k] -= 0.1 * grads[k]\n"


def started(folder, kind, out, *more):
    """Start a command in a session of its own, which its workers stay in, with its own folder for what is temporary."""
    (folder / "tmp").mkdir(exist_ok=True)
    environment = os.environ | {"TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "zeronet", "train", *KINDS[kind], "--quiet", "--out", out, *more]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **pipes)


def survivors(session):
    """Return the processes of a session: /proc/N/stat has it in its sixth field, after the name in brackets."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, number = path.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        found += [path.parent.name] if int(number) == session and state != "Z" else []
    return found


def cases(folder, random):
    """Yield kind and signal, which promises were broken, and when it was killed."""
    save_largest_of_three(folder / "data.npz")
    (folder / "mine.py").write_text(MINE)
    whole, seconds = {}, {}
    while True:
        kind, number = random.choices([*KINDS], [3, 3, 3, 1, 2, 3])[0], random.choice(SIGNALS)
        if kind not in whole:
            began = time.monotonic()
            status = started(folder, kind, f"whole-{kind}").communicate() and 0
            whole[kind], seconds[kind] = bytes_of(folder / f"whole-{kind}"), time.monotonic() - began
        shutil.rmtree(folder / "out", ignore_errors=True)
        shutil.rmtree(folder / "tmp", ignore_errors=True)
        process, moment = started(folder, kind, "out"), random.uniform(0.2, 1.0) * seconds[kind]
        broken, why = [], ""
        try:
            err = process.communicate(timeout=moment)[1]
        except subprocess.TimeoutExpired:
            os.kill(process.pid, number)
            err = process.communicate()[1]
        status = process.returncode
        if number in STATUS and status not in (0, STATUS[number], -number):
            broken.append(f"{number.name} ends with its status, not {status}")
        if "Traceback" in err or (status == -number and number is signal.SIGTERM and (folder / "out").exists()):
            broken.append("no traceback")
        end = time.monotonic() + PATIENCE
        while (left := survivors(process.pid)) and time.monotonic() < end:
            time.sleep(0.1)
        if left:
            broken.append("no worker lives on")
            subprocess.run(["kill", "-9", *left], check=False)
        # After SIGKILL the next command tidies.
        before = [path.name for path in (folder / "tmp").iterdir()] if number is not signal.SIGKILL else []
        again = started(folder, kind, "out", *([] if kind == "animated" else ["--resume"]))
        err = err + again.communicate()[1]
        if before := before + [path.name for path in (folder / "tmp").iterdir()]:
            broken.append("nothing temporary is left")
        if again.returncode:
            broken.append("a killed command can be resumed")
        elif bytes_of(folder / "out") != whole[kind]:
            mine, theirs = bytes_of(folder / "out"), whole[kind]
            why = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
            broken.append("resumed, it gives the same bytes")
        if [path for path in (folder / "out").rglob("*") if path.name.endswith((".part", ".new", ".old", ".ready"))]:
            broken.append("no file is left half written")
        yield (
            f"{kind}, {number.name}",
            broken,
            (f"{moment:.2f} s of {seconds[kind]:.2f}", status, before, why, err[-400:]),
        )
