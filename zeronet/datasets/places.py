"""Where the files of a published set may lie on this machine, before the cache is asked."""

import os
from pathlib import Path

from zeronet.datasets.catalogue import STEMS, Published
from zeronet.datasets.dataset import DataError


def expanded(path: str | os.PathLike) -> Path:
    """Return `path` as an absolute path, with ~ replaced by the home folder where there is one."""
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:
        return Path(path).absolute()


def find(folder: Path) -> dict[str, Path]:
    """Return those of the four files that lie in `folder`, by role, under any of their usual names.

    Usual are train-images-idx3-ubyte.gz, the same with a dot (train-images.idx3-ubyte.gz), and both without .gz.
    Raises OSError where the folder may not be looked into.
    """
    found = {}
    for role, stem in STEMS.items():
        dotted = stem.replace("-idx", ".idx")
        paths = [folder / name for name in (f"{stem}.gz", stem, f"{dotted}.gz", dotted)]
        path = next((path for path in paths if path.is_file()), None)
        if path is not None:
            found[role] = path
    return found


def named(known: Published, data_dir: str | os.PathLike | None) -> dict[str, Path] | None:
    """Return the four files in the folder that the user named: `data_dir`, or else $ZERONET_DATA_DIR.

    In a folder, <folder>/<name>/ comes before the folder itself. None means that no folder was named, or that
    $ZERONET_DATA_DIR has none of the files: it may be there for another set.

    Raises DataError where a named folder does not exist, `data_dir` has none of the files, or some are missing.
    """
    if data_dir is not None:
        files = _look(known, data_dir, "the data folder")
        if not files:
            raise DataError(
                f"the data folder {expanded(data_dir)} has no files of {known.title}: "
                f"put {file_names()} there, or leave the folder out"
            )
        return files
    variable = os.environ.get("ZERONET_DATA_DIR")
    return (_look(known, variable, "ZERONET_DATA_DIR") or None) if variable else None


def _look(known: Published, given: str | os.PathLike, called: str) -> dict[str, Path]:
    root = existing(given, called)
    try:
        files = find(root / known.name) or find(root)
    except OSError as error:
        raise DataError(f"{called} {root} cannot be looked into: {error.strerror}") from None
    missing = [f"{stem}.gz" for role, stem in STEMS.items() if role not in files]
    if files and missing:
        raise DataError(f"{next(iter(files.values())).parent} lacks {', '.join(missing)}: all four files are needed")
    return files


def existing(given: str | os.PathLike, called: str) -> Path:
    """Return the folder `given` as an absolute path. Raises DataError, which calls it `called`, if there is none."""
    root = expanded(given)
    try:
        is_folder = root.is_dir()
    except OSError as error:
        raise DataError(f"{called} {root} cannot be looked into: {error.strerror}") from None
    if not is_folder:
        problem = "is a file" if root.exists() else "does not exist"
        raise DataError(f"{called} {root} {problem}: give a folder that holds the files")
    return root


def file_names() -> str:
    """Name the four files, for messages."""
    *most, last = (f"{stem}.gz" for stem in STEMS.values())
    return f"{', '.join(most)} and {last}"
