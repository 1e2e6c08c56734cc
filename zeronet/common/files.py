"""Files that are written whole or not at all: beside their place, then moved into it."""

import csv
import hashlib
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from zeronet.common.errors import UserError

# Text files: file names that the locale cannot decode (Python's "surrogates") pass unchanged.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}
DIGEST = "sha256"  # the name of the digest among the arrays of a file


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
    """Write an .npz file, with a digest of its arrays, that replaces path as a whole.

    Raises OSError if it cannot be written.
    """
    with replacing(path) as file:
        np.savez(file, **arrays, **{DIGEST: np.array(_digest(arrays))})  # type: ignore[arg-type]  # no allow_pickle


def read_arrays(path: str | Path, written_by_us: bool = True) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz file. Raises OSError if path cannot be opened, ValueError if it is damaged.

    written_by_us: whether replace_arrays wrote it, so that a digest tells whether the arrays are those written.
    """
    with Path(path).open("rb") as file:  # opened here: np.load leaves a damaged file open
        try:
            with np.load(file, allow_pickle=False) as members:
                arrays = dict(members)
            if written_by_us and str(arrays.pop(DIGEST)) != _digest(arrays):
                raise ValueError("its arrays are not those that were written")
        except Exception as error:  # zipfile, zlib, struct and NumPy raise nearly anything
            raise ValueError(f"not an .npz file, or a damaged one ({error})") from error
    return arrays


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode(**TEXT))
        digest.update(array.tobytes())
    return digest.hexdigest()


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an error while a file is read or its content checked into a UserError of one line that names the file."""
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from None
    except RecursionError:
        raise UserError(f"{path} is damaged: it is nested too deeply") from None
    except (ValueError, csv.Error) as error:  # bad JSON and bad UTF-8 are ValueErrors too
        empty = path.stat().st_size == 0
        raise UserError(f"{path} is empty" if empty else f"{path} is damaged: {error}") from None


def read_csv(path: Path, columns: Mapping[str, Callable[[str], Any]]) -> list[list[Any]]:
    """Return the rows of a table, each field converted; UserError, naming file and line, if one cannot be.

    columns: the names that the first line must have, each with its type or another function of the field's text, which
    raises ValueError or KeyError.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "curve.csv"
    ...     write_csv(path, ["step", "loss"], [[0, 2.5], [1, 2.25]])
    ...     read_csv(path, {"step": int, "loss": float})
    [[0, 2.5], [1, 2.25]]
    """
    with reading(path), path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = csv.reader(file, strict=True)
        if next(lines, None) != list(columns):
            raise ValueError(f"its first line is not {','.join(columns)}")
        rows = []
        for fields in lines:
            if len(fields) != len(columns):
                raise ValueError(f"line {lines.line_num} has {len(fields)} fields, not {len(columns)}")
            row = []
            for (name, convert), field in zip(columns.items(), fields, strict=True):
                try:
                    row.append(convert(field))
                except (ValueError, KeyError, TypeError):
                    raise ValueError(f"line {lines.line_num}: {name} must not be {field!r}") from None
            rows.append(row)
        return rows


def finite(text: str) -> float:
    """Return a finite number, for read_csv."""
    if not math.isfinite(number := float(text)):
        raise ValueError(text)
    return number


def one_of(values: Iterable[Any]) -> Callable[[str], Any]:
    """Return a function for read_csv that accepts these values only."""
    return {str(value): value for value in values}.__getitem__


def grouped(rows: Iterable[Sequence[Any]], keys: int) -> dict[tuple[Any, ...], np.ndarray]:
    """Return the first fields of the rows, as many as keys → the other fields of all rows with these, as an array.

    >>> grouped([["a", 0, 1.0], ["a", 1, 2.0], ["b", 0, 3.0]], keys=1)["a",].tolist()
    [[0.0, 1.0], [1.0, 2.0]]
    """
    groups: dict[tuple[Any, ...], list[Sequence[Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[:keys]), []).append(row[keys:])
    return {key: np.array(group) for key, group in groups.items()}


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table: UTF-8, one header line, rows ended by a line feed."""
    with path.open("w", newline="", **TEXT) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; UserError if it cannot be read."""
    with reading(path):
        return json.loads(path.read_text(**TEXT))


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write text: UTF-8, lines that end in a line feed; the folder is made if need be."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")


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
