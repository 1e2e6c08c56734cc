"""Files that are written whole or not at all: beside their place, then moved into it."""

import csv
import glob
import gzip
import hashlib
import io
import json
import math
import os
import re
import reprlib
import tempfile
import textwrap
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TextIO

import numpy as np

from zeronet.common.errors import UserError

# Text files: file names that the locale cannot decode (Python's "surrogates") pass unchanged.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}
DIGEST = "sha256"  # the name of the digest among the arrays of a file

# What a file may be at most if nothing else follows from what it must be.
LARGEST_TEXT = 8_000_000  # bytes of a JSON file or a program: hundreds of times the usual
LONGEST_LINE = 200_000  # characters of a table's row
LARGEST_RATIO = 30  # of the arrays in a compressed .npz file to the file, if they need more than
USUAL_MEMORY = 100_000_000  # bytes
MOST_COMPRESSIONS = 3  # of a file by gzip; one that contains itself could be unpacked for ever


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
        with suppress(OSError), left.open("rb") as part:
            if lock_file(part):  # nobody writes it
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


def replace_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an .npz file, with a digest of its arrays, that replaces path as a whole.

    Raises OSError if it cannot be written.
    """
    with replacing(path) as file:
        np.savez(file, **arrays, **{DIGEST: np.array(_digest(arrays))})  # type: ignore[arg-type]  # no allow_pickle


def read_arrays(
    path: str | Path,
    written_by_us: bool = True,
    judge: Callable[[Mapping[str, np.ndarray]], Iterable[str]] = list,
) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz file. Raises OSError if path cannot be opened, ValueError if it is damaged.

    Every member is judged by its header before one is read: its name, shape, type and size, and the sizes of all
    against the file's, so that a small file cannot take much memory.

    written_by_us: whether replace_arrays wrote it, so that nothing is compressed, and a digest tells whether the arrays
    are those written; judge: given name → an array of this shape and type that takes no memory, returns the names of
    those to be read, or raises.
    """
    with Path(path).open("rb") as file:  # opened here: zipfile leaves a damaged file open
        try:
            with zipfile.ZipFile(file) as archive:
                headers = {member: _header(archive, member) for member in _members(archive, file, written_by_us)}
                wanted = {*judge({_array_name(member): header for member, header in headers.items()})}
                members = [member for member in headers if _array_name(member) in wanted]
                arrays = {_array_name(member): _content(archive, member) for member in members}
            if written_by_us and str(arrays.pop(DIGEST)) != _digest(arrays):
                raise ValueError("its arrays are not those that were written")
        except UserError:  # of judge
            raise
        except Exception as error:  # zipfile, zlib, struct and NumPy raise nearly anything
            words = textwrap.shorten(str(error) or type(error).__name__, 100)  # zipfile quotes whole headers
            raise ValueError(f"not an .npz file, or a damaged one ({words})") from error
    return arrays


def _array_name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(".npy")


def _members(archive: zipfile.ZipFile, file: BinaryIO, stored: bool) -> list[zipfile.ZipInfo]:
    """Return the members of an .npz file. Raises ValueError for those that NumPy would not have written so."""
    members, size = archive.infolist(), os.fstat(file.fileno()).st_size
    kinds = (zipfile.ZIP_STORED,) if stored else (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    for member in members:
        place = PurePosixPath(member.filename)
        if place.suffix != ".npy" or place.is_absolute() or ".." in place.parts or "\\" in member.filename:
            raise ValueError(f"{member.filename!r} is not the name of an array")
        sizes = member.compress_size, member.file_size
        if member.compress_type not in kinds or (member.compress_type == zipfile.ZIP_STORED and sizes[0] != sizes[1]):
            raise ValueError(f"{member.filename!r} is packed in a way that NumPy does not use here")
    [(name, count)] = Counter(member.filename for member in members).most_common(1) or [("", 0)]
    if count > 1:
        raise ValueError(f"it holds {name!r} more than once")
    if sum(member.compress_size for member in members) > size:
        raise ValueError("its members overlap")
    unpacked = sum(member.file_size for member in members)
    if unpacked > USUAL_MEMORY + LARGEST_RATIO * size:
        raise ValueError(
            f"its {size:,} bytes unpack to {unpacked:,}, more than {LARGEST_RATIO} times as many: save it with "
            "numpy.savez, without compression"
        )
    return members


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """Return an array without content of a member's shape and type. Raises ValueError if they do not fit its size."""
    with archive.open(member) as file:
        if np.lib.format.read_magic(file) != (1, 0):  # others have headers of up to 4 GB
            raise ValueError(f"{member.filename!r} is of another format than numpy.savez writes")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        space = member.file_size - file.tell()
    if dtype.hasobject:
        raise ValueError(f"{member.filename!r} holds Python objects")
    cells = math.prod(max(n, 1) for n in shape)
    if min(shape, default=0) < 0 or not dtype.itemsize or dtype.itemsize * math.prod(shape) != space:
        raise ValueError(f"{member.filename!r} has {space:,} bytes, which do not fit its shape {shape} of {dtype}")
    if space == 0 and cells > USUAL_MEMORY:
        raise ValueError(f"{member.filename!r} has the shape {shape}")
    return np.broadcast_to(np.zeros((), dtype), shape)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(member) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):  # at its end, zipfile compares the checksum
            raise ValueError(f"{member.filename!r} is longer than its array")
    return array


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode(**TEXT))
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def free_memory() -> float:
    """Return the bytes of memory that this process can still take; infinity if this system does not tell."""
    free = math.inf
    with suppress(OSError, ValueError, IndexError):
        free = int(Path("/proc/meminfo").read_text().partition("MemAvailable:")[2].split()[0]) * 1024
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        free = free if limit == resource.RLIM_INFINITY else min(free, limit - used)
    return free


def read_bytes(path: Path, most: int = LARGEST_TEXT) -> bytes:
    """Return the content of a file. Raises OSError as open does, and ValueError if it has more bytes than `most`."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it has more than the {most:,} bytes that it can have")
    return content


def gunzipped(content: bytes, most: int) -> bytes:
    """Return the content of a file that may be compressed by gzip, or was so already when it was compressed.

    Raises ValueError if it is damaged, or unpacks to more bytes than `most`.

    >>> gunzipped(gzip.compress(gzip.compress(b"7210")), most=100)
    b'7210'
    """
    for _ in range(MOST_COMPRESSIONS + 1):
        if not content.startswith(b"\x1f\x8b"):
            return content
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                content = file.read(most + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"it is damaged or cut short ({error})") from None
        if len(content) > most:
            raise ValueError(f"it unpacks to more than the {most:,} bytes that it can have")
    raise ValueError(f"it is compressed more than {MOST_COMPRESSIONS} times")


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
    except (ValueError, csv.Error) as error:  # bad JSON and bad UTF-8 are ValueErrors too
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
