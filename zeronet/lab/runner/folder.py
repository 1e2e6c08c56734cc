"""The folder of an experiment: one file per finished run in .runs, and results that replace older ones together.

A folder belongs to one experiment at a time: it is locked. .runs tells that zeronet made it; other files in it, of
editors, spreadsheets or people, stay as they are.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from zeronet.common.errors import UserError
from zeronet.common.files import TEXT

RUNS, LOCK, NEW, READY, OLD, KEPT = ".runs", ".lock", ".new", ".ready", ".old", "new-results"
MANIFEST = "manifest.json"  # the names of all that was published, in .runs


@contextmanager
def locked_folder(path: Path) -> Iterator[Path]:
    """Make the folder if need be, and hold it for this process inside the block.

    Raises UserError if it cannot be written, was not made by zeronet, or is in use by another process.
    """
    try:
        if path.is_dir() and not (path / RUNS).is_dir():
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
    """Raise UserError if a folder that zeronet did not make holds files, but for those that programs leave."""
    left_by_programs = (".", "~$", "Thumbs.db", "desktop.ini")
    names = [entry.name for entry in path.iterdir() if not entry.name.startswith(left_by_programs)]
    if names:
        raise UserError(
            f"{path} holds files that are not a comparison's, such as {min(names)}: choose another folder with --out"
        )


def _tidy(path: Path) -> None:
    """Finish an interrupted publish, and delete what an interrupted run has half written."""
    if (path / READY / MANIFEST).exists():
        _move_into_place(path)
    for name in (READY, OLD, NEW):
        shutil.rmtree(path / name, ignore_errors=True)
    for part in (path / RUNS).glob(".*.part"):
        part.unlink()


def publish(path: Path, write: Callable[[Path], None]) -> None:
    """Let write fill a folder beside the results, then move all that it wrote into their place.

    Killed before all is written, this process leaves the old results; killed later, it leaves new ones that are moved
    when the folder is opened again. Raises UserError if another program holds an old file open; the new results are
    then kept in new-results.
    """
    new = path / NEW
    new.mkdir()
    try:
        write(new)
        names = sorted(entry.name for entry in new.iterdir())
        (new / MANIFEST).write_text(json.dumps(names, indent=1, ensure_ascii=False) + "\n", newline="\n", **TEXT)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    new.rename(path / READY)
    _move_into_place(path)
    for leftover in (READY, OLD, KEPT):
        shutil.rmtree(path / leftover, ignore_errors=True)


def _move_into_place(path: Path) -> None:
    """Move the old results away and the new ones into their place, as far as that is still to be done."""
    ready, old, manifest = path / READY, path / OLD, path / RUNS / MANIFEST
    names = json.loads((ready / MANIFEST).read_text(**TEXT))
    before = json.loads(manifest.read_text(**TEXT)) if manifest.exists() else []
    old.mkdir(exist_ok=True)
    moved: list[str] = []
    placed: list[str] = []
    try:
        for name in dict.fromkeys([*before, *names]):
            still_old = (ready / name).exists() or name not in names
            if still_old and (path / name).exists():
                (path / name).rename(old / name)
                moved.append(name)
        for name in names:
            if (ready / name).exists():
                (ready / name).rename(path / name)
                placed.append(name)
    except OSError as error:
        for earlier in placed:
            (path / earlier).rename(ready / earlier)
        for earlier in moved:
            _replace(old / earlier, path / earlier)
        (ready / MANIFEST).unlink()
        _replace(ready, path / KEPT)
        raise UserError(
            f"{path / name} is held by another program ({error.strerror}): the new results are in {path / KEPT}"
        ) from error
    (ready / MANIFEST).replace(manifest)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
