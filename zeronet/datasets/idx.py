"""The IDX format of MNIST, and the check that a file is what its name says.

Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*, 1998. A file is
two zero bytes, a type (8 means unsigned byte), the number of dimensions, each dimension as a big-endian
32-bit number, and then the elements. The first four bytes together are called the magic number.
"""

import hashlib
import math
import struct
from collections.abc import Mapping

import numpy as np

from zeronet.common.archives import gunzipped
from zeronet.datasets.catalogue import KNOWN, STEMS, Known, Published, identify
from zeronet.datasets.dataset import ROLES, Arrays, DataError, array_digest


def parse(content: bytes) -> np.ndarray:
    """Return the array of bytes that the uncompressed IDX file `content` holds; it is read-only.

    Raises ValueError if the magic number is wrong or the length does not follow from the dimensions.

    >>> parse(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    array([7, 2, 1], dtype=uint8)
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08" or content[3] == 0:
        raise ValueError(f"it begins with {content[:4]!r}, which is not an IDX file of bytes")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"it is cut short: {len(content)} bytes cannot hold the header of {start}")
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    expected = start + math.prod(shape)
    if len(content) != expected:
        what = "cut short" if len(content) < expected else "too long"
        raise ValueError(f"it is {what}: {len(content):,} bytes uncompressed instead of {expected:,}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def render(array: np.ndarray) -> bytes:
    """Return the IDX file of an array of bytes: the inverse of `parse`.

    >>> render(np.array([7, 2, 1], dtype=np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 03 07 02 01'
    """
    return _header(array.shape) + array.tobytes()


def _header(shape: tuple[int, ...]) -> bytes:
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)


def largest() -> int:
    """Return the number of bytes of the largest file of a published set, compressed or not."""
    sets = [known for known in KNOWN.values() if isinstance(known, Published)]
    sizes = [16 + math.prod(known.shape(role)) for known in sets for role in ("x_train", "x_test")]
    return max(sizes) + 2**16  # what gzip adds to bytes that cannot be compressed


def content_of(known: Published, role: str, raw: bytes, origin: object) -> bytes:
    """Return the uncompressed content of one file of a published set, checked against its digest.

    `raw` is the file as it was read, plain or compressed in any way; `origin` is its path or address, for messages.
    Raises DataError, which names the file and says what it is instead.
    """
    expected = f"{known.title}'s {STEMS[role]}"
    try:
        raw = gunzipped(raw, largest())
    except ValueError as error:
        raise DataError(f"{origin} is not {expected}: {error}") from None
    digest = hashlib.sha256(raw).hexdigest()
    if digest == known.contents[role]:
        return raw
    if other := identify(digest):
        raise DataError(f"{origin} is {other}, not {expected}")
    try:
        shape = parse(raw).shape
    except ValueError as error:
        raise DataError(f"{origin} is not {expected}: {error}") from None
    if shape != known.shape(role):
        raise DataError(f"{origin} is not {expected}: it holds an array {shape} instead of {known.shape(role)}")
    raise DataError(f"{origin} is not {expected}: its content has another sha256, {digest[:12]}…")


def decode(contents: Mapping[str, bytes]) -> Arrays:
    """Return the four arrays of the checked `contents`, by role: images float32 (N, D) in [0, 1], labels int64 (N,)."""
    arrays = {}
    for role, content in contents.items():
        array = parse(content)
        arrays[role] = scale(array.reshape(len(array), -1)) if role.startswith("x") else array.astype(np.int64)
    return arrays


def scale(pixels: np.ndarray) -> np.ndarray:
    """Return bytes 0 … 255 as float32 in [0, 1].

    >>> scale(np.array([0, 51, 255], dtype=np.uint8)).tolist()
    [0.0, 0.20000000298023224, 1.0]
    """
    scaled: np.ndarray = np.divide(pixels, np.float32(255), dtype=np.float32)
    return scaled


def is_intact(known: Known, arrays: Mapping[str, np.ndarray]) -> bool:
    """Whether the four arrays, by role, hold exactly the content that `known` has."""
    if not isinstance(known, Published):
        return array_digest(arrays) == known.digest
    return all(_digest_of(known.shape(role), arrays[role]) == known.contents[role] for role in ROLES)


def _digest_of(shape: tuple[int, ...], array: np.ndarray) -> str | None:
    """Return the digest of the IDX file that `array` was decoded from, or None if it was decoded from none."""
    digest, images = hashlib.sha256(_header(shape)), len(shape) > 1
    for start in range(0, len(array), 1000):
        part = array[start : start + 1000]
        with np.errstate(invalid="ignore"):  # damaged floats may not fit a byte
            pixels = (np.rint(part * np.float32(255)) if images else part).astype(np.uint8)
        if not np.array_equal(scale(pixels) if images else pixels, part):
            return None
        digest.update(pixels.tobytes())
    return digest.hexdigest()
