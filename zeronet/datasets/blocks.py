"""Text files of any size, compressed or not, read in blocks of whole lines."""

import gzip
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from zeronet.common.files import refuse_pipe
from zeronet.common.notebook import is_watched
from zeronet.datasets.dataset import DataError

BLOCK = 4_000_000  # bytes that are read at once
LONGEST_LINE = 1_000_000  # bytes: a colour picture of 256 × 256
USUAL_SIZE, LARGEST_RATIO = 100_000_000, 30  # a .gz may unpack to 100 MB plus 30 times its own size


@contextmanager
def text_blocks(path: Path) -> Iterator[Iterator[str]]:
    """Open a text file, and yield an iterator of blocks of whole lines, which end in a line feed alone.

    A bar shows how far it is, if that takes long. Raises DataError, which does not name the file, if it is damaged, no
    text in UTF-8, has too long a line, or unpacks to too much; OSError, if it cannot be read or is a named pipe.
    """
    from tqdm.auto import tqdm  # only here: it takes a while to import

    refuse_pipe(path)
    with path.open("rb") as raw:
        size = os.fstat(raw.fileno()).st_size
        packed = path.name.lower().endswith(".gz")
        most = USUAL_SIZE + LARGEST_RATIO * size if packed else math.inf
        form: Any = {"unit": "B", "unit_scale": True, "leave": False, "delay": 1, "disable": not is_watched()}
        with tqdm(total=size, desc=path.name, **form) as bar:
            yield _read_blocks(gzip.GzipFile(fileobj=raw) if packed else raw, raw, most, bar)  # type: ignore[arg-type]


def _read_blocks(file: BinaryIO, raw: BinaryIO, most: float, bar: Any) -> Iterator[str]:
    rest, total = b"", 0
    while True:
        try:
            block = file.read(BLOCK)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"it is damaged or cut short ({error})") from None
        total += len(block)
        if total > most:
            raise DataError(
                f"it unpacks to more than {most:,.0f} bytes, {LARGEST_RATIO} times its size: unpack it first"
            )
        bar.update(raw.tell() - bar.n)
        lines, newline, rest_of_block = block.rpartition(b"\n")
        if not newline:
            rest, lines = rest + rest_of_block, b""
        else:
            lines, rest = rest + lines + newline, rest_of_block
        if len(rest) > LONGEST_LINE:
            raise DataError(f"it has a line of more than {LONGEST_LINE:,} bytes")
        if not block:
            lines, rest = lines + rest, b""
        if lines:
            yield _decoded(lines)
        if not block:
            return


def _decoded(lines: bytes) -> str:
    try:
        return lines.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise DataError("it is not a text in UTF-8") from None
