"""Damaged files of every kind that zeronet reads: the same values, or one line; never other numbers in silence."""

import contextlib
import gzip
import os
import shutil
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from tests.support.problems import largest_of_three, save_largest_of_three
from zeronet.cli import main
from zeronet.cli.request import read_request
from zeronet.cli.train import parse
from zeronet.common.errors import UserError
from zeronet.common.files import read_json
from zeronet.datasets import idx, load
from zeronet.datasets.catalogue import KNOWN, STEMS
from zeronet.lab.comparison.files import read_comparison, read_inspection
from zeronet.lab.ladder.files import read_ladder
from zeronet.lab.race.files import read_paths
from zeronet.lab.runner.folder import changed_since, locked_folder
from zeronet.lab.runner.resume import start_or_resume
from zeronet.lab.runner.runs import read_run, results
from zeronet.lab.tuning.files import read_verdict
from zeronet.landscapes import Landscape
from zeronet.nn import TwoLayerNet
from zeronet.nn import load as load_network
from zeronet.optimizers import Adam
from zeronet.training import Checkpoint, History, Trainer

ORDER = ["train", "--seeds", "2", "--steps", "4", "--eval-every", "2", "--batch-size", "10", "--jobs", "1", "--quiet"]
COMPARISON = ["--optimizer", "sgd", "adam", "--inspect"]
EXPERIMENTS = {
    "comparison": COMPARISON,
    "tuning": ["--optimizer", "sgd", "adam", "--tune", "3", "--train-size", "60"],
    "ladder": ["--optimizer", "sgd", "adam", "--protocol", "ladder", "--tune", "3"],
}


def trained():
    trainer = Trainer(TwoLayerNet(6, 5, 3), Adam(), batch_size=10, callbacks=[History()])
    return trainer, Checkpoint("checkpoint.npz")


def resumed():
    trainer, checkpoint = trained()
    checkpoint.resume(trainer)
    return trainer.step, trainer.network.params.flat, trainer.optimizer.state_dict(), trainer.callbacks[0].losses


def fake_mnist():
    """Write a small MNIST, which KNOWN expects from now on."""
    rng, contents = np.random.default_rng(0), {}
    for role, stem in STEMS.items():
        shape = (20 if role.endswith("train") else 10, *((4, 3) if role.startswith("x") else ()))
        content = idx.render(rng.integers(0, 10, shape, dtype=np.uint8))
        contents[role] = sha256(content).hexdigest()
        Path(stem + ".gz").write_bytes(gzip.compress(content))
    KNOWN["mnist"] = replace(KNOWN["mnist"], n_train=20, n_test=10, image_shape=(4, 3), contents=contents)


def prepared():
    """Write one file of each kind into the current folder; return file → what reads it."""
    save_largest_of_three("data.npz")
    for name, options in EXPERIMENTS.items():
        assert main([*ORDER, "--problem", "data.npz", *options, "--out", name]) == 0
    assert main(["train", "--problem", "valley", "--steps", "5", "--quiet", "--out", "race"]) == 0
    trainer, checkpoint = trained()
    checkpoint.save(trainer.fit(*largest_of_three()[:2], steps=7))
    trainer.network.save("network.npz")
    fake_mnist()
    [request] = read_request(vars(parse([*ORDER[1:], "--problem", "data.npz", *COMPARISON])))
    protocol, [run, *_] = request.plan.protocol(), sorted(Path("comparison/.runs").glob("*.npz"))
    readers = {
        f"{run}": lambda: read_run(run),
        "network.npz": lambda: load_network("network.npz").contents(),
        "checkpoint.npz": resumed,
        "data.npz": lambda: load("data.npz"),
        f"{STEMS['x_train']}.gz": lambda: load("mnist", "."),
        f"{STEMS['t_test']}.gz": lambda: load("mnist", "."),
        "comparison/.runs/plan.json": lambda: start_or_resume(Path("comparison"), protocol, resume=True),
        "comparison/.runs/timings.csv": lambda: [
            run.seconds for run in results(request.plan, Path("comparison")).values()
        ],
        "comparison/.runs/manifest.json": manifest,
        "comparison/inspection.csv": lambda: read_inspection("comparison"),
        "comparison/inspection.npz": lambda: read_inspection("comparison"),
    }
    readers |= {
        f"comparison/{name}": lambda: read_comparison("comparison") for name in ("curves.csv", "evaluations.csv")
    }
    readers |= {f"{name}/protocol.json": reader(name) for name in ("comparison", "tuning", "ladder", "race")}
    readers |= {f"tuning/{name}": reader("tuning") for name in ("tuning.csv", "verdict.json", "evaluations.csv")}
    return (
        readers
        | {f"ladder/{name}": reader("ladder") for name in ("ladder.csv", "rungs.csv")}
        | {"race/paths.csv": reader("race")}
    )


def reader(name):
    read = {"comparison": read_comparison, "tuning": read_verdict, "ladder": read_ladder, "race": read_paths}[name]
    return lambda: read(name)


def manifest():
    with locked_folder(Path("comparison")) as folder:
        return [*read_json(folder / ".runs/manifest.json")], sorted(path.name for path in folder.iterdir())


def damaged(content, random):
    """Return the name of a damage, and the bytes with it."""
    kind = random.choice(["bit", "bit", "digit", "byte", "cut", "swap", "lines", "gone", "double", "zeros"])
    data, i, j = bytearray(content), random.randrange(len(content)), random.randrange(len(content))
    low, high = min(i, j), max(i, j) + 1
    if kind == "bit":
        data[i] ^= 1 << random.randrange(8)
    elif kind == "digit":
        places = [k for k, byte in enumerate(content) if chr(byte).isdigit()] or [i]
        data[random.choice(places)] = ord(random.choice("0123456789"))
    elif kind == "byte":
        data[i] = random.randrange(256)
    elif kind == "swap":
        data[i], data[j] = data[j], data[i]
    elif kind == "lines":
        lines = content.splitlines(keepends=True)
        random.shuffle(lines)
        data = b"".join(lines)
    elif kind == "zeros":
        data[low : low + 16] = bytes(len(data[low : low + 16]))
    else:
        data = {"cut": data[:i], "gone": data[:low] + data[high:], "double": data[:high] + data[low:]}[kind]
    return kind, bytes(data)


def plain(value):
    """Return a value so that equal numbers are equal."""
    if is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in fields(value) if field.name != "seconds"]
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype), value.tobytes()
    if hasattr(value, "items"):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return type(value) if isinstance(value, Landscape) else repr(value)


def cases(folder, random):
    """Yield kind and outcome, which promises were broken, and the damage."""
    os.chdir(folder)
    os.environ["ZERONET_CACHE_DIR"] = str(folder / "cache")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        readers = prepared()
    honest = {name: plain(read()) for name, read in readers.items()}
    while True:
        for name, read in readers.items():
            content = Path(name).read_bytes()
            kind, damage = damaged(content, random)
            Path(name).write_bytes(damage)
            shutil.rmtree("cache", ignore_errors=True)
            broken, outcome = [], "refused"
            try:
                value = plain(read())
                noted = Path(name).name in changed_since(Path(name).parent)
                if name.endswith("timings.csv"):  # a line that is damaged is left out
                    value = [
                        mine if mine != "None" else theirs for mine, theirs in zip(value, honest[name], strict=True)
                    ]
                outcome = "same" if value == honest[name] else "noted" if noted else "OTHER"
                broken = ["never other numbers in silence"] if outcome == "OTHER" else []
            except (UserError, ValueError) as error:
                broken = ["one line"] if len(str(error).splitlines()) != 1 else []
            except Exception as error:
                broken, outcome = ["one line"], repr(error)[:300]
            Path(name).write_bytes(content)
            what = (
                name.replace(Path(name).stem, "run")
                if name.startswith("comparison/.runs/") and name.endswith("npz")
                else name
            )
            yield f"{what}: {outcome if len(outcome) < 9 else 'error'}", broken, (name, kind, outcome, damage[:0])
