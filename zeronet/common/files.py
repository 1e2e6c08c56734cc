"""Files that are written whole or not at all: beside their place, then moved into it."""

import csv
import errno
import glob
import hashlib
import json
import math
import os
import re
import reprlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import LARGEST_INTEGER

# Text files: file names that the locale cannot decode (Python's "surrogates") pass unchanged.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}

# What a file may be at most if nothing else follows from what it must be.
LARGEST_TEXT = 8_000_000  # bytes of a JSON file or a program: hundreds of times the usual
LONGEST_LINE = 200_000  # characters of a table's row


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a binary file that becomes path when the block ends, and is deleted if the block raises.

    A reader of path sees the old content or the new, never a part. What a killed process left of its block is deleted.
    Raises OSError as open does.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "a.txt") as file:
    ...         _ = file.write(b"all of it")
    ...     Path(folder, "a.txt").read_text()
    'all of it'
    """
    path = Path(path)
    prefix = f".{path.name[:40]}."
    for left in path.parent.glob(f"{glob.escape(prefix)}????????.part"):
        with suppress(OSError), left.open("rb") if left.is_file() else nullcontext() as part:
            if part and lock_file(part):  # nobody writes it
                left.unlink()
    handle, beside = tempfile.mkstemp(prefix=prefix, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            lock_file(file)
            yield file
        mask = os.umask(0)
        os.umask(mask)
        Path(beside).chmod(0o666 & ~mask)  # mkstemp makes private files
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def lock_file(file: BinaryIO) -> bool:
    """Lock an open file until it is closed or this process ends; return whether no other process has locked it."""
    try:
        import fcntl
    except ImportError:  # Windows, where nobody can delete an open file anyway
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def refuse_pipe(path: Path) -> None:
    """Raise OSError for a named pipe, which can be waited for without end; those of a shell, in /dev, are meant."""
    if path.is_fifo() and path.parts[1:2] not in (("dev",), ("proc",)):
        raise OSError(errno.EINVAL, "it is a named pipe", str(path))


def read_bytes(path: Path, most: int = LARGEST_TEXT) -> bytes:
    """Return the content of a file. Raises OSError if it cannot be opened, ValueError if it is larger than `most`."""
    refuse_pipe(path)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it has more than the {most:,} bytes that it can have")
    return content


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
    except MemoryError:
        raise UserError(f"{path} is too large for the memory of this machine") from None
    except (ValueError, OverflowError, csv.Error) as error:  # bad JSON and bad UTF-8 are ValueErrors too
        empty = path.stat().st_size == 0
        raise UserError(f"{path} is empty" if empty else f"{path} is damaged: {error}") from None


def read_csv(path: Path, columns: Mapping[str, Callable[[str], Any]], most: int) -> list[list[Any]]:
    """Return the rows of a table, each field converted; UserError, naming file and line, if one cannot be.

    columns: the names that the first line must have, each with its type or another function of the field's text, which
    raises ValueError or KeyError; most: the number of rows that there can be.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "curve.csv"
    ...     write_csv(path, ["step", "loss"], [[0, 2.5], [1, 2.25]])
    ...     read_csv(path, {"step": int, "loss": float}, most=2)
    [[0, 2.5], [1, 2.25]]
    """
    with reading(path):
        refuse_pipe(path)
    with reading(path), path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = csv.reader(_short_lines(file), strict=True)
        if next(lines, None) != list(columns):
            raise ValueError(f"its first line is not {','.join(columns)}")
        rows: list[list[Any]] = []
        for fields in lines:
            if len(rows) == most:
                raise ValueError(f"it has more than the {most:,} rows that it can have")
            if len(fields) != len(columns):
                raise ValueError(f"line {lines.line_num} has {len(fields)} fields, not {len(columns)}")
            row = []
            for (name, convert), field in zip(columns.items(), fields, strict=True):
                try:
                    row.append(convert(field))
                except (ValueError, KeyError, TypeError):
                    raise ValueError(f"line {lines.line_num}: {name} must not be {reprlib.repr(field)}") from None
            rows.append(row)
        return rows


def _short_lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError(f"it has a line of {LONGEST_LINE:,} characters or more")
        yield line


def finite(text: str) -> float:
    """Return a finite number, for read_csv."""
    if not math.isfinite(number := float(text)):
        raise ValueError(text)
    return number


def integer(text: str) -> int:
    """Return an integer that an array can hold, for read_csv."""
    if abs(number := int(text)) > LARGEST_INTEGER:
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


def read_json(path: Path, most: int = LARGEST_TEXT) -> Any:
    """Return the content of a JSON file; UserError if it cannot be read, or has more bytes than `most`."""
    with reading(path):
        return json.loads(read_bytes(path, most).decode(**TEXT))


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
