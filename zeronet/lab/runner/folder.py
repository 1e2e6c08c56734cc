"""The folder of an experiment: one file per finished run in .runs, and results that replace older ones together.

A folder belongs to one experiment at a time: it is locked. .runs marks it as zeronet's; files that editors,
spreadsheets or people leave in it stay as they are.
"""

import errno
import hashlib
import json
import reprlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import filelock

from zeronet.common.errors import UserError
from zeronet.common.files import read_json, reading, write_json
from zeronet.common.validation import check_structure

RUNS, LOCK, NEW, READY, OLD, KEPT = ".runs", ".lock", ".new", ".ready", ".old", "new-results"
OF_DISKS = (errno.ENOSPC, errno.EROFS, errno.EIO, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
MANIFEST = "manifest.json"  # in .runs: name → sha256 of a table or text, else null, of all that was published
OURS = (RUNS, LOCK, NEW, READY, OLD, KEPT)  # none of which is published

T = TypeVar("T")


@contextmanager
def locked_folder(path: Path) -> Iterator[Path]:
    """Lock the folder for this process inside the block; it is made if it does not exist.

    Raises UserError if it cannot be written to, was not made by zeronet, leads elsewhere by links or by what its
    manifest names, or is in use by another process.
    """
    with ExitStack() as stack:
        try:
            if path.is_dir() and not (path / RUNS).is_dir():
                _refuse_foreign(path)
            (path / RUNS).mkdir(parents=True, exist_ok=True)
            _refuse_links(path)
            stack.enter_context(filelock.FileLock(path / LOCK, timeout=0))
            _tidy(path)
        except filelock.Timeout as error:
            raise UserError(
                f"another comparison is writing into {path}: wait for it, or choose another folder with --out"
            ) from error
        except OSError as error:
            raise UserError(f"cannot write into {path}: {error.strerror or error}") from error
        try:
            yield path
        except OSError as error:
            if error.errno in OF_DISKS or _is_within(error.filename, path):
                raise UserError(f"cannot write into {path}: {error.strerror}") from error
            raise
        finally:
            with suppress(OSError, UserError):
                _tidy(path)


def _is_within(name: Any, path: Path) -> bool:
    return isinstance(name, str) and Path(name).absolute().is_relative_to(path.absolute())


def _refuse_foreign(path: Path) -> None:
    """Raise UserError if a folder that zeronet did not make contains files other than those that programs leave."""
    left_by_programs = (".", "~$", "Thumbs.db", "desktop.ini")
    others = [entry for entry in path.iterdir() if not entry.name.startswith(left_by_programs)]
    names = [entry.name for entry in others if not (entry / RUNS).is_dir()]  # of several problems, each has a folder
    if names:
        raise UserError(
            f"{path} contains files that zeronet did not write, such as {min(names)}: choose another folder with --out"
        )


def _refuse_links(path: Path) -> None:
    """Raise UserError if something of zeronet's own is a link: what is written or deleted may be anywhere."""
    for place in (*(path / name for name in OURS), *(path / RUNS).iterdir()):
        if place.is_symlink():
            raise UserError(f"{place} is a link, which zeronet does not make: delete it, or choose another --out")


def _published(manifest: Path) -> dict[str, str | None]:
    """Return the content of a manifest; nothing if there is none. Raises UserError unless all are names in a folder."""
    if not manifest.exists():
        return {}
    content = read_json(manifest)
    with reading(manifest):
        if isinstance(content, list):  # older ones have names alone
            names = dict.fromkeys(map(str, content))
            content = {"results": names, "sha256": _digest_of(names)}
        check_structure("manifest", content, {"results": {}, "sha256": str})
        names = content["results"]
        if content["sha256"] != _digest_of(names):
            raise ValueError("its content is not what was written")
        for name in names:
            plain = isinstance(name, str) and Path(name).name == name and "\0" not in name
            if not plain or name in ("", "..", *OURS):
                raise ValueError(f"{reprlib.repr(name)} is not the name of a result")
    return names


def _digest(path: Path) -> str | None:
    if path.suffix not in (".csv", ".json") or path.name == "timings.csv" or not path.is_file():
        return None  # timings are never the same
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_of(names: dict[str, str | None]) -> str:
    return hashlib.sha256(json.dumps(names, sort_keys=True).encode()).hexdigest()


def changed_since(path: Path) -> list[str]:
    """Return the names of tables and texts that are not as they were published: somebody, or a bad disk, changed them.

    Raises UserError if the manifest is damaged.
    """
    digests = {name: digest for name, digest in _published(path / RUNS / MANIFEST).items() if digest}
    return [name for name, digest in digests.items() if (path / name).exists() and _digest(path / name) != digest]


def _tidy(path: Path) -> None:
    """Finish an interrupted publish, and delete what an interrupted run left half written."""
    _published(path / RUNS / MANIFEST)  # before the runs: a damaged one would stop their publishing
    if (path / READY / MANIFEST).exists():
        _move_into_place(path)
    for name in (READY, OLD, NEW):
        shutil.rmtree(path / name, ignore_errors=True)
    for part in (path / RUNS).glob(".*.part"):
        part.unlink(missing_ok=True)


def finish_publish(path: Path) -> None:
    """Move results that a killed process left half moved, so that what is read from the folder belongs together."""
    if (path / READY / MANIFEST).exists():
        with locked_folder(path):
            pass


def publish(path: Path, write: Callable[[Path], T]) -> T:
    """Let write fill an empty folder, move all that it wrote into place, and return what it returned.

    If this process is killed before everything is written, the old results stay; if it is killed later, the new ones
    are moved when the folder is opened again. Raises UserError if another program holds an old file open; the new
    results are then kept in new-results.
    """
    new = path / NEW
    new.mkdir()
    try:
        written = write(new)
        names = {entry.name: _digest(entry) for entry in sorted(new.iterdir())}
        write_json(new / MANIFEST, {"results": names, "sha256": _digest_of(names)})
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    new.rename(path / READY)
    _move_into_place(path)
    for leftover in (READY, OLD, KEPT):
        shutil.rmtree(path / leftover, ignore_errors=True)
    return written


def _move_into_place(path: Path) -> None:
    """Move the old results away and the new ones into their place, as far as that is still to be done."""
    ready, old, manifest = path / READY, path / OLD, path / RUNS / MANIFEST
    names, before = _published(ready / MANIFEST), _published(manifest)
    ours = [name for name in dict.fromkeys([*before, *names]) if name not in names or (ready / name).exists()]
    moves = [(path / name, old / name) for name in ours if (path / name).exists()]
    moves += [(ready / name, path / name) for name in names if (ready / name).exists()]
    old.mkdir(exist_ok=True)
    moved: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            source.rename(target)
            moved.append((source, target))
    except OSError as error:
        for earlier, place in reversed(moved):
            place.rename(earlier)
        (ready / MANIFEST).unlink()
        shutil.rmtree(path / KEPT, ignore_errors=True)
        ready.rename(path / KEPT)
        held = f"{path / source.name} is in use by another program ({error.strerror})"
        raise UserError(f"{held}: the new results are in {path / KEPT}") from error
    (ready / MANIFEST).replace(manifest)
