"""The files of a comparison: one per finished run in .runs, and the results, which replace older ones together.

A folder belongs to one comparison at a time: it is locked, and one that holds anything else's files is refused.
"""

import csv
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from zeronet.comparison.run import Run
from zeronet.files import TEXT, read_arrays, replacing
from zeronet.mistakes import Mistake

RUNS, LOCK, NEW, OLD, KEPT = ".runs", ".lock", ".new", ".old", "new-results"
RESULTS = ("curves.csv", "evaluations.csv", "summary.csv", "timings.csv", "protocol.json")
RESULTS += ("comparison.png", "comparison.svg", "models", "errors")
RESULTS += ("inspection.csv", "inspection.npz", "inspection.png", "inspection.svg", "pixels.png", "weights.png")
RESULTS += ("tuning.csv", "verdict.json", "verdict.png", "verdict.svg")
RESULTS += ("book.png", "book.svg", "ladder.csv", "rungs.csv", "ladder.png", "ladder.svg")
RESULTS += ("paths.csv", "paths.png", "paths.svg", "race.gif", "race.mp4", "moments.png")
NOBODYS = {".DS_Store", "Thumbs.db", "desktop.ini"}  # left by file managers


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Make the folder if need be, and hold it for this process inside the block.

    Raises Mistake where it cannot be written, holds other files, or is in use by another process.
    """
    try:
        if path.is_dir():
            _refuse_foreign(path)
        (path / RUNS).mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(path / LOCK, timeout=0):
            _tidy(path)
            yield path
    except filelock.Timeout as error:
        raise Mistake(
            f"another comparison is writing into {path}: wait for it, or choose another folder with --out"
        ) from error
    except OSError as error:
        raise Mistake(f"cannot write into {path}: {error.strerror or error}") from error


def _refuse_foreign(path: Path) -> None:
    names = {entry.name for entry in path.iterdir()} - NOBODYS
    foreign = names - {*RESULTS, RUNS, LOCK, NEW, OLD, KEPT}
    if foreign or (names and RUNS not in names):
        example = min(foreign or names)
        raise Mistake(
            f"{path} holds files that are not a comparison's, such as {example}: choose another folder with --out"
        )


def _tidy(path: Path) -> None:
    """Put back what an interrupted publish moved away, and delete what an interrupted run has half written."""
    for entry in (path / OLD).glob("*"):
        if not (path / entry.name).exists():
            entry.rename(path / entry.name)
    for name in (OLD, NEW):
        shutil.rmtree(path / name, ignore_errors=True)
    for part in (path / RUNS).glob(".*.part"):
        part.unlink()


def publish(path: Path, write: Callable[[Path], None]) -> None:
    """Let write fill a folder beside the results, then move all that it wrote into their place.

    Raises Mistake where another program holds an old file open; the new results are then kept in new-results.
    """
    new, old = path / NEW, path / OLD
    new.mkdir()
    write(new)
    old.mkdir()
    moved = []
    try:
        for name in RESULTS:
            if (path / name).exists():
                (path / name).rename(old / name)
                moved.append(name)
        for name in RESULTS:
            if (new / name).exists():
                (new / name).rename(path / name)
    except OSError as error:
        for earlier in moved:
            _replace(old / earlier, path / earlier)
        old.rmdir()
        _replace(new, path / KEPT)
        raise Mistake(
            f"{path / name} is held by another program ({error.strerror}): the new results are in {path / KEPT}"
        ) from error
    for leftover in (old, new, path / KEPT):
        shutil.rmtree(leftover, ignore_errors=True)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)


def write_run(path: Path, run: Run) -> None:
    """Write a run to its file, without its seconds: the file depends on the plan alone."""
    about = {"outcome": run.outcome, "message": run.message, "traceback": run.traceback, "test": run.test}
    model = {f"model/{name}": array for name, array in run.model.items()}
    model |= {f"inspection/{name}": array for name, array in run.inspection.items()}
    evaluations = np.array(run.evaluations, dtype=np.float64).reshape(-1, 3)
    with replacing(path) as file:
        np.savez(file, about=json.dumps(about), losses=np.array(run.losses), evaluations=evaluations, **model)


def read_run(path: Path) -> Run:
    """Return the run that a file holds. Raises Mistake where it is damaged."""
    try:
        arrays = read_arrays(path)
    except ValueError as error:
        raise Mistake(f"{path} is damaged ({error}): delete it, and go on with --resume") from error
    model, inspection = (
        {name.removeprefix(kind): array for name, array in arrays.items() if name.startswith(kind)}
        for kind in ("model/", "inspection/")
    )
    evaluations = [(int(step), loss, accuracy) for step, loss, accuracy in arrays["evaluations"].tolist()]
    about = json.loads(str(arrays["about"]))
    about["test"] = about["test"] and tuple(about["test"])
    losses = arrays["losses"].tolist()
    return Run(**about, losses=losses, evaluations=evaluations, model=model, inspection=inspection)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table: UTF-8, one header line, rows that end in a line feed."""
    with path.open("w", newline="", **TEXT) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def slug(label: str, others: Iterable[str] = ()) -> str:
    """Turn a label into part of a file's name: no character that a system forbids, not too long, unlike the others'.

    >>> slug("SGD lr=0.5"), slug("a/b", ["a/b", "a:b"])
    ('SGD_lr=0.5', 'a_b-c14cddc0')
    """
    plain = re.sub(r"[^\w.=-]+", "_", label)
    twins = [other for other in others if other != label and slug(other).lower() == plain.lower()]
    if len(os.fsencode(plain)) > 60 or twins:
        digest = hashlib.sha256(label.encode(**TEXT)).hexdigest()[:8]
        return f"{plain.encode(**TEXT)[:50].decode('utf-8', 'ignore')}-{digest}"
    return plain
