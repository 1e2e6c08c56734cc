"""MNIST and Fashion-MNIST: from a folder, the cache, or the network, in this order."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from zeronet.common.files import read_bytes
from zeronet.datasets import cache, idx, places
from zeronet.datasets.catalogue import STEMS, Published
from zeronet.datasets.dataset import ROLES, Arrays, DataError, Dataset
from zeronet.datasets.download import DownloadError, download


def load_published(known: Published, data_dir: str | os.PathLike[str] | None = None) -> Dataset:
    """Load a published set, from the first place that has it.

    These are the folder with the four files `data_dir`, if one was named, or else $ZERONET_DATA_DIR, the folder of the
    Linux distribution, the cache, and the mirrors.

    Raises DataError if a folder that was named does not hold the set, DownloadError if no place does.
    """
    files = places.named(known, data_dir)
    if files is not None:
        return known.dataset(from_files(known, files), files["x_train"].parent)
    if known.system_folder:
        with suppress(DataError, OSError):  # a folder that nobody named is passed over if it is damaged
            files = places.find(known.system_folder)
            if len(files) == len(ROLES):
                return known.dataset(from_files(known, files), known.system_folder)
    arrays = cache.cached(known, lambda: idx.decode(_kept_or_downloaded(known)))
    kept = cache.open_arrays(known) is not None  # not if nothing can be written
    return known.dataset(arrays, cache.folder() if kept else "a download that could not be kept")


def availability(known: Published, data_dir: str | os.PathLike[str] | None = None) -> str:
    """Say briefly where `load_published` would find the set. Files in a folder that was named are verified."""
    try:
        files = places.named(known, data_dir)
        if files is not None:
            for role, path in files.items():
                read(known, role, path)
            return f"found in {files['x_train'].parent}"
    except DataError as error:
        return f"not usable: {error}"
    if known.system_folder and known.system_folder.is_dir():
        return f"found in {known.system_folder}"
    return f"cached in {cache.entry(known)}" if cache.open_arrays(known) else "can be downloaded"


def from_files(known: Published, files: Mapping[str, Path]) -> Arrays:
    """Return the four arrays of `known` from its four files, by role. Raises DataError if one is damaged or another.

    Files that were verified once and have not changed since are not read again.
    """
    stamp = None
    with suppress(OSError):
        stamp = cache.stamp(known, files.values())  # before they are read: they may change meanwhile
        if stamp.exists() and (arrays := cache.open_arrays(known)):
            return arrays
    contents = {role: read(known, role, path) for role, path in files.items()}
    arrays = cache.cached(known, lambda: idx.decode(contents))
    with suppress(OSError):
        if stamp:
            stamp.touch()
    return arrays


def read(known: Published, role: str, path: Path) -> bytes:
    """Return the verified, uncompressed content of the file at `path`. Raises DataError."""
    try:
        return idx.content_of(known, role, read_bytes(path, idx.largest()), path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        what = error if isinstance(error, DataError) else f"{path} is not {known.title}'s {STEMS[role]}: {error}"
        raise DataError(f"{what}: {STEMS[role]}.gz of {known.title} belongs there, or into {known.name}/") from None


def _kept_or_downloaded(known: Published) -> dict[str, bytes]:
    contents, problems = {}, []
    with suppress(OSError):
        for role, path in places.find(cache.folder() / known.name).items():
            try:
                contents[role] = read(known, role, path)
            except DataError as error:
                problems.append(str(error))
    missing = [role for role in ROLES if role not in contents]
    try:
        return contents | (download(known, missing) if missing else {})
    except DownloadError as error:
        reasons = "; ".join([*problems, str(error)])
        raise DownloadError(f"{known.title} cannot be downloaded ({reasons}): {_advice(known)}") from None


def _advice(known: Published) -> str:
    try:
        place = f"{cache.folder() / known.name}, or into a folder of your own that ZERONET_DATA_DIR names"
    except OSError:
        place = "a folder that ZERONET_DATA_DIR names"
    return f"put {places.FILE_NAMES} into {place}"
