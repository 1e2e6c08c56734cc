"""Files that are written whole or not at all: beside their place, then moved into it."""

import csv
import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

# Text files: file names that the locale cannot decode (Python's "surrogates") pass unchanged.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a binary file that becomes path when the block ends, and is deleted if the block raises.

    A reader of path sees the old content or the new, never a part. Raises OSError as open does.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "a.txt") as file:
    ...         _ = file.write(b"all of it")
    ...     Path(folder, "a.txt").read_text()
    'all of it'
    """
    path = Path(path)
    handle, beside = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        Path(beside).chmod(0o666 & ~mask)  # mkstemp makes private files
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def replace_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an .npz file that replaces path as a whole. Raises OSError if it cannot be written."""
    with replacing(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # mypy takes any name for allow_pickle


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz file. Raises OSError if path cannot be opened, ValueError if it is damaged."""
    with Path(path).open("rb") as file:  # opened here: np.load leaves a damaged file open
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return dict(arrays)
        except (TypeError, ValueError, EOFError, OSError, RuntimeError, zipfile.BadZipFile) as error:
            raise ValueError(f"not an .npz file, or a damaged one ({error})") from error


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table: UTF-8, one header line, rows ended by a line feed."""
    with path.open("w", newline="", **TEXT) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def slug(label: str, others: Iterable[str] = ()) -> str:
    """Turn a label into part of a file name: valid on every system, not too long, and distinct from the others'.

    >>> slug("SGD lr=0.5"), slug("a/b", ["a/b", "a:b"])
    ('SGD_lr=0.5', 'a_b-c14cddc0')
    """
    plain = re.sub(r"[^\w.=-]+", "_", label)
    twins = [other for other in others if other != label and slug(other).lower() == plain.lower()]
    if len(os.fsencode(plain)) > 60 or twins:
        digest = hashlib.sha256(label.encode(**TEXT)).hexdigest()[:8]
        return f"{plain.encode(**TEXT)[:50].decode('utf-8', 'ignore')}-{digest}"
    return plain
