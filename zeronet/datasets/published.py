"""MNIST and Fashion-MNIST: from a folder, the cache, or the network, in this order."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from zeronet.datasets import cache, idx, places
from zeronet.datasets.catalogue import STEMS, Published
from zeronet.datasets.dataset import ROLES, DataError, Dataset, describe
from zeronet.datasets.download import DownloadError, download


def load_published(known: Published, data_dir: str | os.PathLike | None = None) -> Dataset:
    """Load a published set, from the first place that has it.

    data_dir    a folder with the four files; where it is None, $ZERONET_DATA_DIR, the folder of the Linux
                distribution, the cache and the mirrors are tried in this order

    Raises DataError if a folder that was named does not hold the set, DownloadError if no place does.
    """
    files = places.named(known, data_dir)
    if files is not None:
        return _dataset(known, from_files(known, files), files["x_train"].parent)
    if known.system_folder:
        with suppress(DataError, OSError):  # a folder that nobody named is passed over if it is not in order
            files = places.find(Path(known.system_folder))
            if len(files) == len(ROLES):
                return _dataset(known, from_files(known, files), known.system_folder)
    arrays = cache.through(known, lambda: idx.decode(_kept_or_downloaded(known)))
    kept = cache.open_arrays(known) is not None  # not where nothing can be written
    return _dataset(known, arrays, cache.folder() if kept else "a download that could not be kept")


def whereabouts(known: Published, data_dir: str | os.PathLike | None = None) -> str:
    """Say in a few words where `load_published` would find the set. Files in a folder that was named are verified."""
    try:
        files = places.named(known, data_dir)
        if files is not None:
            for role, path in files.items():
                read(known, role, path)
            return f"found in {files['x_train'].parent}"
    except DataError as error:
        return f"not usable: {error}"
    if known.system_folder and Path(known.system_folder).is_dir():
        return f"found in {known.system_folder}"
    return f"cached in {cache.entry(known)}" if cache.open_arrays(known) else "can be downloaded"


def from_files(known: Published, files: Mapping[str, Path]) -> dict[str, np.ndarray]:
    """Return the four arrays of `known` from its four files, by role. Raises DataError if one is damaged or another.

    Files that were verified once and have not changed since are not read again.
    """
    stamps = {}
    for role, path in files.items():
        status = path.stat()
        stamps[str(path)] = [status.st_size, status.st_mtime_ns, known.contents[role]]
    memory = cache.recall()
    if all(memory.get(path) == stamp for path, stamp in stamps.items()):
        arrays = cache.open_arrays(known)
        if arrays is not None:
            return arrays
    contents = {role: read(known, role, path) for role, path in files.items()}
    cache.remember(stamps)
    return cache.through(known, lambda: idx.decode(contents))


def read(known: Published, role: str, path: Path) -> bytes:
    """Return the checked, uncompressed content of the file at `path`. Raises DataError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    try:
        return idx.content_of(known, role, raw, path)
    except DataError as error:
        raise DataError(f"{error}: {STEMS[role]}.gz of {known.title} belongs there, or into {known.name}/") from None


def _kept_or_downloaded(known: Published) -> dict[str, bytes]:
    """Return the contents of the archives in the cache; what is absent or damaged there is downloaded."""
    contents, problems = {}, []
    with suppress(OSError):
        for role, path in places.find(cache.folder() / known.name).items():
            try:
                contents[role] = read(known, role, path)
            except DataError as error:
                problems.append(str(error))
    try:
        return contents | download(known, [role for role in ROLES if role not in contents])
    except DownloadError as error:
        reasons = "; ".join([*problems, str(error)])
        raise DownloadError(f"{known.title} cannot be downloaded ({reasons}): {_advice(known)}") from None


def _advice(known: Published) -> str:
    try:
        place = f"{cache.folder() / known.name}, or into a folder of your own that ZERONET_DATA_DIR names"
    except OSError:
        place = "a folder that ZERONET_DATA_DIR names"
    return f"put {places.file_names()} into {place}"


def _dataset(known: Published, arrays: dict[str, np.ndarray], where: object) -> Dataset:
    source = describe(known.title, known.n_train, known.n_test, where)
    return Dataset(known.name, **arrays, image_shape=known.image_shape, source=source, digest=known.digest)
