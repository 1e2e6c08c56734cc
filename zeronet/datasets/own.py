"""Load your own data from PATH[:key=value,…], where the settings say what a file does not."""

import os
import re
from pathlib import Path

from zeronet.datasets.class_folders import load_class_folders
from zeronet.datasets.dataset import DataError, Dataset
from zeronet.datasets.idx_folder import four_files, load_idx_folder
from zeronet.datasets.npz import load_npz
from zeronet.datasets.places import expanded
from zeronet.datasets.table import load_table

TABLES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
KINDS = (
    "an .npz, .csv or .tsv file (tables may be .gz), a folder with a subfolder of images for each class, or one of IDX "
    "files"
)
SETTINGS: dict[str, tuple[str, ...]] = {
    "npz": (),
    "table": ("label", "target"),
    "idx folder": (),
    "class folders": ("size", "grey"),
}


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
    """Return whether an address is that of a file or a folder, there or not, and no name of a set.

    >>> is_own("flowers.tsv"), is_own("data/flowers"), is_own("fashion-mnist")
    (True, True, False)
    """
    path, settings = split_address(os.fspath(address))
    looks_like_a_path = re.search(r"\.[a-z]\w*$|[/\\]", path, re.IGNORECASE)
    return bool(looks_like_a_path or settings) or expanded(path).exists()


def load_own(address: str) -> Dataset:
    """Load the data at an address. Raises DataError, which names the file, and the row or the image that is wrong."""
    given, settings = split_address(address)
    path = expanded(given)
    try:
        kind = _kind(path)
        for key in settings:
            if key not in SETTINGS[kind]:
                has = f": it has {', '.join(SETTINGS[kind])}" if SETTINGS[kind] else ""
                raise DataError(f"{path} has no setting {key!r}{has}")
        if kind == "npz":
            return load_npz(path)
        if kind == "table":
            return load_table(path, settings)
        if kind == "idx folder":
            return load_idx_folder(path, four_files(path))
        return load_class_folders(path, settings)
    except FileNotFoundError as error:
        raise DataError(f"there is no file {error.filename or path}") from None
    except OSError as error:
        raise DataError(f"{error.filename or path} cannot be read: {error.strerror or error}") from None


def _kind(path: Path) -> str:
    """Return which of SETTINGS a path is, which need not exist if its name says that."""
    name = path.name.lower()
    if name.endswith(".npz"):
        return "npz"
    if name.endswith(TABLES):
        return "table"
    if path.is_dir():
        return "idx folder" if four_files(path) else "class folders"
    if path.exists():
        raise DataError(f"{path} is none of the files that can be read: {KINDS}")
    raise DataError(f"there is no file or folder {path}")
