"""Arrays that grow on disk while their source is read, so that data larger than the memory become memory maps.

<cache>/own/<hash of the address>/x_train.npy …    the four arrays
<cache>/own/<hash of the address>/about.json       what they are, and of which files, as they were then
"""

import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from zeronet.common.errors import one_line
from zeronet.common.files import read_json, write_json
from zeronet.datasets import cache
from zeronet.datasets.dataset import ROLES, Arrays, DataError, Dataset, describe

FORMAT = 2  # of a cache entry: data in another format are read from their files again
TEST_EVERY = 5  # of each class, every fifth example is for testing
PASS = 4_000_000  # numbers that a pass over an array takes at once
_temporary: list[tempfile.TemporaryDirectory[str]] = []  # where nothing can be written into the cache; until the end


@dataclass(frozen=True)
class About:
    """What arrays of one's own are, beside their content; what: images or rows."""

    title: str
    what: str
    image_shape: tuple[int, ...]
    class_names: tuple[str, ...] = ()


class GrowingArray:
    """An .npy file to which rows are appended; close() writes their number into its header."""

    def __init__(self, path: Path, row: tuple[int, ...], dtype: type[np.generic]):
        self.row, self.dtype, self.n = row, np.dtype(dtype), 0
        self.file = path.open("wb")
        self._write_header()
        self.start = self.file.tell()

    def append(self, rows: np.ndarray) -> None:
        """Write rows (N, …) behind those that are there."""
        self.file.write(np.ascontiguousarray(rows, self.dtype).tobytes())
        self.n += len(rows)

    def close(self) -> None:
        """Complete the file."""
        self.file.seek(0)
        self._write_header()
        if self.file.tell() != self.start:  # NumPy leaves room for 21 digits
            raise OSError("the header of the array has grown")
        self.file.close()

    def _write_header(self) -> None:
        header = {"descr": self.dtype.str, "fortran_order": False, "shape": (self.n, *self.row)}
        np.lib.format.write_array_header_1_0(self.file, header)


class Growing:
    """The four arrays of a data set while they are read. targets: the columns of t if it is to be predicted, else 0."""

    def __init__(self, folder: Path, columns: int, targets: int = 0):
        self.folder, self.counts, self.targets = folder, np.zeros(0, np.int64), targets
        self.open = ExitStack()
        kinds = {"x": ((columns,), np.float32), "t": ((targets,), np.float32) if targets else ((), np.int64)}
        self.arrays = {role: GrowingArray(folder / f"{role}.npy", *kinds[role[0]]) for role in ROLES}
        for array in self.arrays.values():
            self.open.enter_context(array.file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.open.close()

    def append(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Append examples, every fifth of its class to the test set; return which (N,) those are.

        x (N, D); t (N,) codes of classes in any order, or numbers (N, K), of which every fifth row is for testing.
        """
        codes = np.zeros(len(t), np.int64) if self.targets else t
        numbers = np.bincount(codes, minlength=len(self.counts))
        self.counts = np.concatenate([self.counts, np.zeros(len(numbers) - len(self.counts), np.int64)])
        order, starts = np.argsort(codes, kind="stable"), np.cumsum(numbers) - numbers
        ranks = np.empty(len(t), np.int64)
        ranks[order] = np.arange(len(t)) + (self.counts - starts)[codes[order]]  # within their class, from 0
        self.counts += numbers
        testing = ranks % TEST_EVERY == TEST_EVERY - 1
        self.append_to("train", x[~testing], t[~testing])
        self.append_to("test", x[testing], t[testing])
        return testing

    def append_to(self, part: str, x: np.ndarray, t: np.ndarray) -> None:
        """Append examples to the training or the test set."""
        self.arrays[f"x_{part}"].append(x)
        self.arrays[f"t_{part}"].append(t)

    def close(self) -> None:
        """Complete the four files. Raises DataError if a part is empty."""
        for array in self.arrays.values():
            array.close()
        if not self.arrays["x_train"].n or not self.arrays["x_test"].n:
            raise DataError(f"it is too small: of each class, every {TEST_EVERY}th is for testing")

    def change(self, role: str, function: Callable[[np.ndarray], None]) -> None:
        """Let a function change an array in place, some rows at a time."""
        for rows in passes(self.folder / f"{role}.npy", "r+"):
            function(rows)


def passes(path: Path, mode: Any = "r") -> Iterator[np.ndarray]:
    """Yield the rows of an array, some at a time, each time from a new memory map, so that memory stays bounded."""
    n, *row = np.load(path, mmap_mode="r").shape
    step = max(1, PASS // max(math.prod(row), 1))
    for start in range(0, n, step):
        yield np.load(path, mmap_mode=mode)[start : start + step]


def from_cache(path: Path, settings: Any, files: Sequence[Path], build: Callable[[Path], About]) -> Dataset:
    """Return the data set at a path from the cache; if it is not there, or a file has changed, build fills a folder.

    settings: JSON values that the arrays depend on. Whatever goes wrong, the cache has the arrays whole or not at all.
    """
    stamp = [[str(file), (status := file.stat()).st_size, status.st_mtime_ns] for file in files]
    key = hashlib.sha256(json.dumps([str(path), settings]).encode()).hexdigest()[:16]
    digest = hashlib.sha256(json.dumps([FORMAT, stamp]).encode()).hexdigest()
    with cache.locked(f"own-{key}"), suppress(OSError):
        entry = cache.folder() / "own" / key
        if dataset := _opened(path, entry, digest):
            return dataset
        shutil.rmtree(entry, ignore_errors=True)  # of files that have changed since, or half written
        entry.mkdir(parents=True)
        return _built(path, entry, digest, build)
    _temporary.append(tempfile.TemporaryDirectory(prefix="zeronet-data-", ignore_cleanup_errors=True))
    return _built(path, Path(_temporary[-1].name), digest, build)


def _built(path: Path, folder: Path, stamp: str, build: Callable[[Path], About]) -> Dataset:
    try:
        about = build(folder)
        arrays = {role: folder / f"{role}.npy" for role in ROLES}
        shapes = {role: list(np.load(file, mmap_mode="r").shape) for role, file in arrays.items()}
        times = {role: file.stat().st_mtime_ns for role, file in arrays.items()}
        content = {"stamp": stamp, "digest": _digest(folder), "shapes": shapes, "times": times, **asdict(about)}
        write_json(folder / "about.json", content)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    dataset = _opened(path, folder, stamp)
    if dataset is None:
        raise DataError(f"{folder} was changed while it was written")
    return dataset


def _opened(path: Path, folder: Path, stamp: str) -> Dataset | None:
    """Return the data set in a folder; None if it is damaged, or of files that have changed since."""
    try:
        about = read_json(folder / "about.json", 10**8)
        if about["stamp"] != stamp:
            return None
        arrays: Arrays = {}
        for role in ROLES:
            file = folder / f"{role}.npy"
            if file.stat().st_mtime_ns != about["times"][role]:
                return None
            arrays[role] = cache.open_array(file, tuple(about["shapes"][role]))
        n_train, n_test = len(arrays["x_train"]), len(arrays["x_test"])
        return Dataset(
            one_line(path.name),
            **arrays,
            image_shape=tuple(about["image_shape"]),
            source=describe(about["title"], n_train, n_test, path, about["what"]),
            digest=about["digest"],
            class_names=tuple(about["class_names"]),
        )
    except Exception:  # a damaged header may raise anything in NumPy
        return None


def _digest(folder: Path) -> str:
    """Return what dataset.array_digest says of the four arrays, read piece by piece."""
    digest = hashlib.sha256()
    for role in ROLES:
        array = np.load(folder / f"{role}.npy", mmap_mode="r")
        digest.update(f"{role} {array.dtype.str} {array.shape}\n".encode())
        for rows in passes(folder / f"{role}.npy"):
            digest.update(rows.tobytes())
    return digest.hexdigest()[:16]
