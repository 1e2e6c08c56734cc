"""Random command lines of good, bad and nasty pieces: each ends with its status and, if refused, with one line."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.fuzz.pieces import BAD_SPECS, NASTY_NAMES, NUMBERS, PLUGINS, SPECS, mutated
from tests.support.problems import NAMES, largest_of_three

SECONDS = 100  # that a line may take
MEMORY = 6_000_000_000  # bytes of addresses
AS_PROCESS = 25  # one line in 25 starts Python; the others run in forks of this process, which are faster
FOR_DATA = ["--seed", "--lr", "--batch-size", "--hidden", "--eval-every", "--target", "--blas-threads", "--inspect"]
FOR_DATA += ["--resume", "--compile", "--run-timeout", "--lang", "--out", "--tune", "--network", "--protocol"]
EXPERIMENTS = {
    "comparison": ["--optimizer", "sgd", "adam", "--inspect", "--jobs", "1"],
    "networks": ["--optimizer", "sgd", "--network", "two-layer", "mlp:hidden=3x2", "--jobs", "1"],
    "tuning": ["--optimizer", "sgd", "adam", "--tune", "3", "--jobs", "1"],
    "ladder": ["--optimizer", "sgd", "adam", "--protocol", "ladder", "--tune", "3", "--jobs", "1"],
    "race": ["--optimizer", "sgd", "adam"],
}
LANDSCAPES = ["valley", "rosenbrock", "saddle", "rastrigin", "branin", "Ackley", "beale"]
SOURCE = (" training and ", ": f = ")  # what a line about the data has
TEMPORARY = (".new", ".part", ".ready", ".old")


def examples():
    """Return 200 training and 30 test examples."""
    x, t, *rest = largest_of_three()
    return np.concatenate([x, -x]), np.concatenate([t, (-x[:, :3]).argmax(axis=1)]), *rest


def prepared(folder):
    """Write data, plug-ins and protocols; return lists of data and of plug-ins, and a protocol."""
    data = [folder / "data.npz", *(folder / name / "data.npz" for name in NASTY_NAMES), folder / "a,\nb=.npz"]
    for path in data:
        path.parent.mkdir(exist_ok=True)
        np.savez(path, **dict(zip(NAMES, examples(), strict=True)))
    bad = folder / "bad"
    bad.mkdir()
    x, t, *rest = examples()
    odd = {"one_class": (x, t * 0), "nan": (x * np.nan, t), "objects": (x, t.astype(object)), "column": (x, t[:, None])}
    odd |= {"huge": (x * 1e37, t), "negative": (x, t - 1), "float_t": (x, t + 0.5), "empty": (x[:0], t[:0])}
    odd |= {"short": (x[:50], t), "complex": (x * 1j, t), "text": (x.astype(str), t), "classes": (x, t * 10**12)}
    for name, (x_train, t_train) in odd.items():
        np.savez(bad / f"{name}.npz", **dict(zip(NAMES, (x_train, t_train, *rest), strict=True)))
    content = data[0].read_bytes()
    for name, damaged in {"cut": content[:999], "nothing": b"", "text": b"x" * 99, "twice": content * 2}.items():
        (bad / f"{name}.npz").write_bytes(damaged)
    os.mkfifo(bad / "fifo.npz")
    (bad / "folder.npz").mkdir()
    data += [*bad.glob("*.npz"), Path("/dev/zero"), Path("nowhere.npz"), Path("/proc/self/mem")]
    plugins = []
    for place in (folder, folder / NASTY_NAMES[0], folder / NASTY_NAMES[1]):
        for name, text in PLUGINS.items():
            (place / f"{name}.py").write_text(text)
            plugins.append(f"{place / name}.py:A")
    done = {}
    for name, words in EXPERIMENTS.items():
        words = [
            "train",
            *(["--problem", "valley"] if name == "race" else ["--problem", str(data[0]), "--seeds", "2"]),
            *words,
        ]
        status, _, err, _ = run([*words, "--steps", "3", "--quiet", "--out", str(folder / name)], folder, False)
        assert status == 0, err
        done[folder / name] = json.loads((folder / name / "protocol.json").read_text())
    return data, plugins, done


def line(random, folder, data, plugins, done):
    """Return a random command line, in which one kind of piece is often nasty and the others are not."""
    nasty = random.choice(["nothing", "numbers", "specs", "plugins", "data", "options", "everything"])

    def share(kind):
        return {kind: 0.4, "everything": 0.15}.get(nasty, 0)

    def number(*good):
        return random.choice(NUMBERS) if random.random() < share("numbers") else str(random.choice(good))

    kind = random.choices(["train", "protocol", "plot", "dialects", "datasets", "check"], [64, 13, 13, 4, 3, 3])[0]
    if kind == "dialects":
        more = random.choice([[], ["--lr", number(0.1)], ["--lang", "ja"], ["--out", random.choice(NASTY_NAMES)]])
        return [kind, random.choice(["rmsprop", "adam", "muon", "adagrad", *NUMBERS]), *more]
    if kind == "datasets":
        words = ["digits", "mnist", "no", "--data-dir", str(random.choice(data)), "--verify", *NASTY_NAMES]
        return [kind, *random.sample(words, random.randrange(3))]
    if kind == "check":
        more = random.choice([[], ["--json"], ["--like", "adam"], ["--role", "lr=rho"], ["--role", "a=b"]])
        target = random.choice([*plugins, "nowhere.py", "sgd", "json:loads", *BAD_SPECS])
        return [kind, target, "--time-limit", number(5), *more]
    if kind == "plot":
        folder_of = random.choice([*done] * 8 + [folder, folder / "bad", *data])
        if folder_of in done and random.random() < 0.7:
            edited = folder / "edited"
            shutil.rmtree(edited, ignore_errors=True)
            shutil.copytree(folder_of, edited)
            (edited / "protocol.json").write_text(json.dumps(mutated(done[folder_of], random)))
            folder_of = edited
        return [kind, str(folder_of), *random.choice([[], ["--log"], ["--ylim", number(3)], ["--lang", "ja"]])]
    if kind == "protocol":
        path = folder / "stranger.json"
        path.write_text(json.dumps(mutated(random.choice([*done.values()]), random)))
        return ["train", "--protocol-file", str(path), "--jobs", "1", "--quiet"]
    data_or_landscape = str(random.choice(data) if random.random() < share("data") else data[0])
    if path := random.random() < 0.3:
        data_or_landscape = random.choice(LANDSCAPES)
    bad, strange = share("specs"), share("plugins")
    optimizers = random.choices(
        [SPECS, BAD_SPECS, plugins], [1 - bad - strange, bad, strange], k=random.choice([1, 2, 3])
    )
    words = ["train", "--problem", *[data_or_landscape] * random.choice([1] * 19 + [2]), "--optimizer"]
    words += [random.choice(each) for each in optimizers]
    options = {
        "--steps": lambda: [number(1, 2, 5)],
        "--seeds": lambda: [number(1, 2)],
        "--seed": lambda: [number(0, 7, 2**31)],
        "--lr": lambda: [number(0.1, 1e30, 1e-30)],
        "--batch-size": lambda: [number(1, 10, 100)],
        "--hidden": lambda: [number(1, 5) for _ in range(random.choice([1, 2]))],
        "--eval-every": lambda: [number(1, 2, 10**9)],
        "--target": lambda: [number(0.5, 1)],
        "--epochs": lambda: [number(1)],
        "--blas-threads": lambda: [number(1, 2)],
        "--network": lambda: [
            random.choice(["two-layer", "mlp:hidden=3x2", "mlp:dropout=2", "cnn", "mlp:hidden=", "x"])
        ],
        "--tune": lambda: [number(3, 4)],
        "--tune-range": lambda: [number(0.1, 1e-3), number(1, 10)],
        "--margin": lambda: [number(0.02)],
        "--train-size": lambda: [number(50, 99)],
        "--protocol": lambda: [random.choice(["book", "ladder", "fair"])],
        "--start": lambda: [f"{number(-7, 1e308)},{number(2, 1e300)}"],
        "--explain": lambda: [number(1, 3)],
        "--animate": lambda: random.choice([[], ["race.gif"], ["../x.gif"]]),
        "--inspect": lambda: [],
        "--resume": lambda: [],
        "--compile": lambda: [random.choice(["never", "auto", "always", "x"])],
        "--run-timeout": lambda: [number(20)],
        "--lang": lambda: [random.choice(["ja", "en", "fr"])],
        "--cluster": lambda: [random.choice(["tcp://nowhere", "tcp://127.0.0.1:1", "x"])],
        "--accept-mixed": lambda: [],
        "--out": lambda: [random.choice(["o", *NASTY_NAMES, "/dev/null/x", "/proc/x", "x" * 300, str(folder), ""])],
    }
    fitting = ["--lr", "--explain", "--animate", "--lang", "--start", "--out"] if path else FOR_DATA
    known = [*options] if share("options") else [name for name in options if name in fitting]
    given = [
        *(["--steps"] if path else ["--steps", "--seeds"]),
        *random.choices(known, k=random.choice([0, 1, 1, 2, 3])),
    ]
    for option in given:
        words += [option, *options[option]()]
    return [*words, "--quiet", *(["--jobs", "1"] if random.random() < 0.9 else ["--jobs", number(2)])]


def run(words, folder, process):
    """Execute a command line; return its status (None if it was stopped), what it printed, and what it left."""
    place = folder / "here"
    subprocess.run(["rm", "-rf", place], check=True)
    (place / "tmp").mkdir(parents=True)
    out, err = place / "stdout", place / "stderr"
    environment = os.environ | {"TMPDIR": str(place / "tmp"), "PYTHONPATH": str(Path(__file__).parents[2])}
    child = os.fork()
    if not child:
        os.setsid()
        os.chdir(place)
        os.environ.update(environment)
        for number, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if process:
            os.execve(sys.executable, [sys.executable, "-m", "zeronet", *words], environment)
        os._exit(as_a_command(words))
    end = time.monotonic() + SECONDS
    while not (done := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < end:
        time.sleep(0.005)
    if not done[0]:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(done[1]) if done[0] else None
    left = [str(path) for path in place.rglob("*") if path.name.endswith(TEMPORARY) or path.parent == place / "tmp"]
    return status, out.read_text(errors="replace"), err.read_text(errors="replace"), left


def as_a_command(words):
    """Do in a fork what Python does when it is started for this command line; return the exit status."""
    import tempfile
    import traceback

    from zeronet.cli import main

    sys.argv, tempfile.tempdir = ["zeronet", *words], None
    for name, number, errors in (("stdout", 1, "strict"), ("stderr", 2, "backslashreplace")):
        setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", errors=errors))
    try:
        status = main(words)
    except SystemExit as error:
        status = error.code
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status or 0


def broken(status, out, err, left):
    """Yield the promises that a command did not keep."""
    lines = [each for each in err.splitlines() if each.startswith("zeronet") and ": note: " not in each[:30]]
    strange = [
        each for each in err.splitlines() if not each.startswith("zeronet") and not any(w in each for w in SOURCE)
    ]
    if status is None:
        yield "it ends"
    elif status not in (0, 1, 2, 130, 143):
        yield f"no status {status}"
    if "Traceback" in out + err or 'File "' in err:
        yield "no traceback"
    if "internal error" in err:
        yield "the outermost net catches nothing"
    elif status == 1 and "raised" not in out and "law" not in out and "✗" not in out and "FAIL" not in out:
        yield "status 1 only for runs that raised and laws that are broken"
    if strange or (status == 2 and len(lines) != 1):
        yield "a refused command writes one line"
    if "Warning" in err:
        yield "no warnings"
    if left:
        yield "nothing temporary is left"


def shortened(word):
    return word if len(word) < 60 else f"{word[:20]}…{len(word)}"


def cases(folder, random):
    """Yield what was tried, which promises were broken, and the line with what it printed."""
    import zeronet.cli.check
    import zeronet.cli.dialects
    import zeronet.cli.plot
    import zeronet.cli.request
    import zeronet.lab.plots.animation
    import zeronet.lab.runner.execution.processes
    import zeronet.lab.tuning.figure  # noqa: F401  # everything is imported before the first fork

    pieces = prepared(folder)
    while True:
        words, process = line(random, folder, *pieces), not random.randrange(AS_PROCESS)
        status, out, err, left = run(words, folder, process)
        found = [*broken(status, out, err, left)]
        yield (
            f"{words[0]}, status {status}{', process' if process else ''}",
            found,
            ([shortened(word) for word in words], err[-600:], left),
        )
