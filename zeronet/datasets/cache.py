"""The cache: decoded arrays that are mapped instead of read, and which files have been verified already.

    <cache>/mnist-<digest>/x_train.npy …      arrays; the digest of their content is in the folder's name
    <cache>/mnist-<digest>/verified-<stamp>   empty; the stamp is of paths, sizes and times of source files or arrays
    <cache>/mnist/train-images-idx3-ubyte …   files as downloaded (or put there by hand), compressed or not
    <cache>/*.lock

<cache> is $ZERONET_CACHE_DIR, or the user's cache folder for zeronet. Reading takes no lock, because files are replaced
as a whole. If nothing can be written, everything works as well, only more slowly.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np

from zeronet.common.files import replacing
from zeronet.datasets.catalogue import Known
from zeronet.datasets.dataset import ROLES, Arrays
from zeronet.datasets.idx import is_intact
from zeronet.datasets.places import expanded


def folder() -> Path:
    """Return the cache folder, which need not exist. Raises OSError if the user has no home folder."""
    variable = os.environ.get("ZERONET_CACHE_DIR")
    if variable:
        return expanded(variable)
    import platformdirs  # what pooch.os_cache calls; importing pooch itself would cost ten times the rest of a load

    path = Path(platformdirs.user_cache_dir("zeronet"))
    if not path.is_absolute():  # without a home it would be a folder named "~" in the current one
        raise FileNotFoundError("there is no home folder to keep a cache in")
    return path


def entry(known: Known) -> Path:
    """Return the folder for the arrays of `known`. Raises OSError as `folder` does."""
    return folder() / f"{known.name}-{known.digest}"


def open_arrays(known: Known) -> Arrays | None:
    """Return the four arrays of `known` as read-only views of memory maps, or None if one is absent or damaged.

    Their content is verified if their files are new or have changed since.
    """
    try:
        paths = {role: entry(known) / f"{role}.npy" for role in ROLES}
        arrays = {role: open_array(path, known.shape(role)) for role, path in paths.items()}
        verified = stamp(known, paths.values())
    except Exception:  # a damaged header may raise anything in NumPy
        return None
    if verified not in _verified and not verified.exists():
        if not is_intact(known, arrays):
            return None
        with suppress(OSError):
            verified.touch()
    _verified.add(verified)
    return arrays


_verified: set[Path] = set()  # stamps, where they cannot be written


def open_array(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return an array as a read-only view of a memory map. Raises ValueError if it has not this shape, flattened."""
    mapped = np.lib.format.open_memmap(path, mode="r")
    n, *image = shape
    expected = ((n, int(np.prod(image))), np.dtype(np.float32)) if image else ((n,), np.dtype(np.int64))
    if (mapped.shape, mapped.dtype) != expected or path.stat().st_size != mapped.offset + mapped.nbytes:
        raise ValueError(f"{path} is damaged")
    return np.asarray(mapped)  # a plain array, whose .base leads joblib to the file


def cached(known: Known, build: Callable[[], Arrays]) -> Arrays:
    """Return the four arrays of `known` from the cache. If they are not there, one process builds and stores them."""
    arrays = open_arrays(known)
    if arrays is None:
        with locked(known.name):
            arrays = open_arrays(known)  # another process may have stored them while this one waited
            if arrays is None:
                arrays = build()
                with suppress(OSError):  # a full disk, for example: then the arrays stay in memory
                    _store(known, arrays)
                arrays = open_arrays(known) or arrays
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _store(known: Known, arrays: Arrays) -> None:
    entry(known).mkdir(parents=True, exist_ok=True)
    for role, array in arrays.items():
        with replacing(entry(known) / f"{role}.npy") as file:
            np.save(file, array, allow_pickle=False)


def stamp(known: Known, files: Iterable[Path]) -> Path:
    """Return the empty file that exists if these files, as they are now, have been verified."""
    status = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return entry(known) / f"verified-{hashlib.sha256(repr(status).encode()).hexdigest()[:16]}"


def forget_stamps() -> None:
    """Have all source files and arrays read and hashed again."""
    _verified.clear()
    with suppress(OSError):
        for path in folder().glob("*/verified-*"):
            path.unlink(missing_ok=True)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process at a time into the block; all of them if nothing can be written or locked."""
    from filelock import FileLock

    with ExitStack() as stack:
        with suppress(OSError, NotImplementedError):
            folder().mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(folder() / f"{name}.lock"))
        yield
