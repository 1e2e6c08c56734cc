"""Archives, which may come from strangers: .npz files and gzip, judged before they are unpacked."""

import gzip
import hashlib
import io
import math
import os
import textwrap
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.files import TEXT, refuse_pipe, replacing

DIGEST = "sha256"  # the name of the digest among the arrays of a file
LARGEST_RATIO = 30  # of the arrays in a compressed .npz file to the file, if they need more than
USUAL_MEMORY = 100_000_000  # bytes
MOST_COMPRESSIONS = 3  # of a file by gzip; one that contains itself could be unpacked for ever


def replace_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an .npz file, with a digest of its arrays, that replaces path as a whole.

    Raises OSError if it cannot be written.
    """
    with replacing(path) as file:
        np.savez(file, **arrays, **{DIGEST: np.array(digest_of(arrays))})  # type: ignore[arg-type]  # no allow_pickle


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
    refuse_pipe(Path(path))
    with Path(path).open("rb") as file:  # opened here: zipfile leaves a damaged file open
        try:
            with zipfile.ZipFile(file) as archive:
                headers = {member: _header(archive, member) for member in _members(archive, file, written_by_us)}
                wanted = {*judge({_array_name(member): header for member, header in headers.items()})}
                members = [member for member in headers if _array_name(member) in wanted]
                arrays = {_array_name(member): _content(archive, member) for member in members}
            if written_by_us and str(arrays.pop(DIGEST)) != digest_of(arrays):
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
        raise ValueError(f"{member.filename!r} holds Python objects: save numbers, labels as np.unique gives them")
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


def digest_of(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the sha256 of arrays: their names, types, shapes and bytes."""
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
