"""Data of your own, by their address: PATH[:key=value,…], where the settings say what a file does not."""

import os
import re
from collections.abc import Callable, Mapping

from zeronet.datasets.class_folders import load_class_folders
from zeronet.datasets.dataset import DataError, Dataset
from zeronet.datasets.idx_folder import four_files, load_idx_folder
from zeronet.datasets.npz import load_npz
from zeronet.datasets.places import expanded
from zeronet.datasets.table import load_table

KINDS = "an .npz, .csv or .csv.gz file, a folder with a subfolder of images for each class, or one of IDX files"
Settings = Mapping[str, str]


def split_address(address: str) -> tuple[str, dict[str, str]]:
    r"""Return the path of an address, and its settings.

    Raises DataError if a setting is given twice.

    >>> split_address(r"C:\data\flowers.csv:label=species"), split_address("photos:size=28,grey=true")
    (('C:\\data\\flowers.csv', {'label': 'species'}), ('photos', {'size': '28', 'grey': 'true'}))
    """
    path, settings = address, {}
    if match := re.search(r":(?=\w+=)", address):
        path = address[: match.start()]
        for pair in re.split(r",(?=\w+=)", address[match.end() :]):  # a column's name may have a comma
            key, _, value = pair.partition("=")
            if key in settings:
                raise DataError(f"{address!r} gives {key} twice")
            settings[key] = value
    return path, settings


def is_own(address: str | os.PathLike[str]) -> bool:
    """Return whether an address is that of a file or a folder, not the name of a set."""
    path, settings = split_address(os.fspath(address))
    named = re.search(r"\.(npz|csv|csv\.gz)$", path, re.IGNORECASE) or re.search(r"[/\\]", path)
    return bool(named or settings) or expanded(path).is_dir()


def load_own(address: str) -> Dataset:
    """Load the data at an address. Raises DataError, which names the file, and the row or the image that is wrong."""
    given, settings = split_address(address)
    path = expanded(given)
    lower = path.name.lower()
    takes: tuple[str, ...] = ()
    if lower.endswith(".npz"):
        load: Callable[[], Dataset] = lambda: load_npz(path)  # noqa: E731
    elif lower.endswith((".csv", ".csv.gz")):
        takes = ("label", "target")
        load = lambda: load_table(path, settings)  # noqa: E731
    elif path.is_dir() and (files := four_files(path)):
        load = lambda: load_idx_folder(path, files)  # noqa: E731
    elif path.is_dir():
        takes = ("size", "grey")
        load = lambda: load_class_folders(path, settings)  # noqa: E731
    elif path.exists():
        raise DataError(f"{path} is none of the files that can be read: {KINDS}")
    else:
        raise DataError(f"there is no file or folder {path}")
    for key in settings:
        if key not in takes:
            raise DataError(f"{path} has no setting {key!r}" + (f": it has {', '.join(takes)}" if takes else ""))
    try:
        return load()
    except FileNotFoundError as error:
        raise DataError(f"there is no file {error.filename or path}") from None
    except OSError as error:
        raise DataError(f"{error.filename or path} cannot be read: {error.strerror or error}") from None
