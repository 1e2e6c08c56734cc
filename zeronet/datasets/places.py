"""Where the files of a published set may lie on this machine, before the cache is asked."""

import os
from pathlib import Path

from zeronet.datasets.catalogue import STEMS, Published
from zeronet.datasets.dataset import DataError

*_most, _last = (f"{stem}.gz" for stem in STEMS.values())
FILE_NAMES = f"{', '.join(_most)} and {_last}"


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return `path` as an absolute path, with ~ replaced by the home folder if there is one."""
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:
        return Path(path).absolute()


def find(folder: Path) -> dict[str, Path]:
    """Return those of the four files that lie in `folder`, by role, under any of their usual names.

    Usual are train-images-idx3-ubyte.gz, the same with a dot (train-images.idx3-ubyte.gz), and both without .gz.
    """
    files = {}
    for role, stem in STEMS.items():
        dotted = stem.replace("-idx", ".idx")
        for name in (dotted, f"{dotted}.gz", stem, f"{stem}.gz"):
            if (folder / name).is_file():
                files[role] = folder / name
    return files


def named(known: Published, data_dir: str | os.PathLike[str] | None) -> dict[str, Path] | None:
    """Return the four files in the folder that the user named: `data_dir`, or else $ZERONET_DATA_DIR.

    In a folder, <folder>/<name>/ comes before the folder itself. None means that no folder was named, or that
    $ZERONET_DATA_DIR has none of the files: it may be there for another set.

    Raises DataError if a named folder does not exist, `data_dir` has none of the files, or some are missing.
    """
    variable = os.environ.get("ZERONET_DATA_DIR")
    if data_dir is not None:
        root = existing(data_dir, "the data folder")
    elif variable:
        root = existing(variable, "ZERONET_DATA_DIR")
    else:
        return None
    try:
        files = find(root / known.name) or find(root)
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}") from None
    if not files and data_dir is not None:
        raise DataError(
            f"the data folder {root} has no files of {known.title}: put {FILE_NAMES} there, or leave the folder out"
        )
    missing = [f"{stem}.gz" for role, stem in STEMS.items() if role not in files]
    if files and missing:
        raise DataError(f"{next(iter(files.values())).parent} lacks {', '.join(missing)}: all four files are needed")
    return files or None


def existing(path: str | os.PathLike[str], title: str) -> Path:
    """Return the folder `path` as an absolute path. Raises DataError, which calls it `title`, if there is none."""
    root = expanded(path)
    try:
        is_folder = root.is_dir()
    except OSError as error:
        raise DataError(f"{title} {root} cannot be read: {error.strerror}") from None
    if not is_folder:
        problem = "is a file" if root.exists() else "does not exist"
        raise DataError(f"{title} {root} {problem}: give a folder that holds the files")
    return root
