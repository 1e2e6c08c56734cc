"""The cache: decoded arrays that are mapped instead of read, and what has been verified already.

    <cache>/mnist-<digest>/x_train.npy …         arrays; the digest of what they must contain is in the folder's name
    <cache>/mnist/train-images-idx3-ubyte.gz …   archives, as downloaded (or put there by hand)
    <cache>/verified.json                        size, time and content digest of source files that were verified
    <cache>/*.lock

<cache> is $ZERONET_CACHE_DIR, or the user's cache folder for zeronet. Reading takes no lock: a file is written beside
its place and moved into it. Where nothing can be written, all works as well, only not as fast.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from zeronet.datasets.catalogue import STEMS, Known
from zeronet.datasets.dataset import ROLES
from zeronet.datasets.places import expanded


def folder() -> Path:
    """Return the cache folder, which need not exist. Raises OSError where the user has no home folder."""
    given = os.environ.get("ZERONET_CACHE_DIR")
    if given:
        return expanded(given)
    import platformdirs  # what pooch.os_cache calls; importing pooch itself would cost ten times the rest of a load

    place = Path(platformdirs.user_cache_dir("zeronet"))
    if not place.is_absolute():  # without a home it would be a folder named "~" wherever we are
        raise FileNotFoundError("there is no home folder to keep a cache in")
    return place


def entry(known: Known) -> Path:
    """Return the folder for the arrays of `known`. Raises OSError as `folder` does."""
    return folder() / f"{known.name}-{known.digest}"


def open_arrays(known: Known) -> dict[str, np.ndarray] | None:
    """Return the four arrays of `known` as read-only views of memory maps, or None if one is absent or damaged."""
    try:
        return {role: _open(entry(known) / f"{role}.npy", known, role) for role in ROLES}
    except (OSError, ValueError):
        return None


def _open(path: Path, known: Known, role: str) -> np.ndarray:
    mapped = np.lib.format.open_memmap(path, mode="r")
    n, *image = known.shape(role)
    expected = ((n, int(np.prod(image))), np.float32) if image else ((n,), np.int64)
    if (mapped.shape, mapped.dtype) != expected or path.stat().st_size != mapped.offset + mapped.nbytes:
        raise ValueError(f"{path} is damaged")
    return np.asarray(mapped)  # a plain array, whose .base leads joblib to the file


def through(known: Known, build: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the four arrays of `known` from the cache; what is not there is built and stored first.

    build    returns the four arrays, by role; called at most once, and by one process at a time
    """
    arrays = open_arrays(known)
    if arrays is not None:
        return arrays
    with locked(known.name) as writable:
        arrays = open_arrays(known)  # another process may have stored them while this one waited
        if arrays is None:
            arrays = build()
            if writable:
                with suppress(OSError):  # a full disk, say: then the arrays stay in memory
                    _store(known, arrays)
                arrays = open_arrays(known) or arrays
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _store(known: Known, arrays: Mapping[str, np.ndarray]) -> None:
    entry(known).mkdir(parents=True, exist_ok=True)
    for role, array in arrays.items():
        with replacing(entry(known) / f"{role}.npy") as file:
            np.save(file, array, allow_pickle=False)


def discard(known: Known) -> None:
    """Remove the arrays of `known` from the cache. Raises OSError where that is not possible."""
    for role in ROLES:
        (entry(known) / f"{role}.npy").unlink(missing_ok=True)


def keep_archive(known: Known, role: str, raw: bytes) -> None:
    """Keep one verified archive, if possible. Call it from inside `through`, which holds the lock."""
    with suppress(OSError):
        path = folder() / known.name / f"{STEMS[role]}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(raw)


def recall() -> dict[str, list]:
    """Return what `remember` was told, by path; empty where nothing can be read."""
    try:
        memory = json.loads((folder() / "verified.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def remember(verified: Mapping[str, list]) -> None:
    """Add paths and what was found there to the memory, if it can be written."""
    with locked("verified") as writable:
        if writable:
            with suppress(OSError), replacing(folder() / "verified.json") as file:
                file.write(json.dumps(recall() | dict(verified), indent=1).encode())


def forget() -> None:
    """Empty the memory, so that every source file is read and hashed again."""
    with suppress(OSError):
        (folder() / "verified.json").unlink(missing_ok=True)


@contextmanager
def locked(name: str) -> Iterator[bool]:
    """Let one process at a time into the block; the value is False where nothing can be written or locked."""
    from filelock import FileLock

    try:
        folder().mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder() / f"{name}.lock")
        lock.acquire()
    except (OSError, NotImplementedError):
        lock = None
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written; it takes the place of `path` when the block ends well, and vanishes otherwise."""
    part = path.with_name(path.name + ".part")  # the lock is held: nobody else uses this name
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
