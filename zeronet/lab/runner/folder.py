"""The files of a comparison: one per finished run in .runs, and the results, which replace older ones together.

A folder belongs to one comparison at a time: it is locked, and one that holds anything else's files is refused.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from zeronet.common.errors import UserError

RUNS, LOCK, NEW, OLD, KEPT = ".runs", ".lock", ".new", ".old", "new-results"
RESULTS = ("curves.csv", "evaluations.csv", "summary.csv", "timings.csv", "protocol.json")
RESULTS += ("comparison.png", "comparison.svg", "models", "errors")
RESULTS += ("inspection.csv", "inspection.npz", "inspection.png", "inspection.svg", "pixels.png", "weights.png")
RESULTS += ("tuning.csv", "verdict.json", "verdict.png", "verdict.svg")
RESULTS += ("book.png", "book.svg", "ladder.csv", "rungs.csv", "ladder.png", "ladder.svg")
RESULTS += ("paths.csv", "paths.png", "paths.svg", "race.gif", "race.mp4", "moments.png")
NOBODYS = {".DS_Store", "Thumbs.db", "desktop.ini"}  # left by file managers


@contextmanager
def locked_folder(path: Path) -> Iterator[Path]:
    """Make the folder if need be, and hold it for this process inside the block.

    Raises UserError where it cannot be written, holds other files, or is in use by another process.
    """
    try:
        if path.is_dir():
            _refuse_foreign(path)
        (path / RUNS).mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(path / LOCK, timeout=0):
            _tidy(path)
            yield path
    except filelock.Timeout as error:
        raise UserError(
            f"another comparison is writing into {path}: wait for it, or choose another folder with --out"
        ) from error
    except OSError as error:
        raise UserError(f"cannot write into {path}: {error.strerror or error}") from error


def _refuse_foreign(path: Path) -> None:
    names = {entry.name for entry in path.iterdir()} - NOBODYS
    foreign = names - {*RESULTS, RUNS, LOCK, NEW, OLD, KEPT}
    if foreign or (names and RUNS not in names):
        example = min(foreign or names)
        raise UserError(
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

    Raises UserError where another program holds an old file open; the new results are then kept in new-results.
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
        raise UserError(
            f"{path / name} is held by another program ({error.strerror}): the new results are in {path / KEPT}"
        ) from error
    for leftover in (old, new, path / KEPT):
        shutil.rmtree(leftover, ignore_errors=True)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
