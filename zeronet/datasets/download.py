"""Downloads of the published sets: every file is verified, and no host that failed is asked again."""

import io
import os
import sys
import tempfile
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from zeronet.datasets import cache, idx
from zeronet.datasets.catalogue import STEMS, Published
from zeronet.datasets.dataset import DataError

# Seconds. A name may have a dozen addresses, each tried for CONNECT_LIMIT: hence the limit on all that precedes the
# first bytes, which also holds for name servers and proxies that never answer.
CONNECT_LIMIT = 3.0
ANSWER_LIMIT = 6.0
READ_LIMIT = 10.0


class DownloadError(DataError):
    """No mirror has a file that is needed."""


def download(known: Published, roles: Iterable[str]) -> dict[str, bytes]:
    """Return the verified, uncompressed contents of the files `roles`, which are kept in the cache.

    Each mirror continues where the one before failed. Raises DownloadError, which says why each of them did.
    """
    import pooch

    registry = {STEMS[role]: known.contents[role] for role in roles}
    role_of = {stem: role for role, stem in STEMS.items()}

    def unpacked(url: str, path: str, _: object) -> None:  # pooch's registry has the digests of uncompressed files
        role, archive = role_of[url.rpartition("/")[2]], f"{url}.gz"
        Path(path).write_bytes(idx.content_of(known, role, fetch(archive), archive))

    failures = []
    with ExitStack() as stack:
        stack.callback(pooch.get_logger().setLevel, pooch.get_logger().level)
        pooch.get_logger().setLevel("WARNING")  # only a terminal shows progress
        folder = _writable_folder(known) or stack.enter_context(tempfile.TemporaryDirectory(prefix="zeronet-"))
        for mirror in known.mirrors:
            store = pooch.create(folder, mirror, registry=registry)
            try:
                return {role_of[stem]: Path(store.fetch(stem, downloader=unpacked)).read_bytes() for stem in registry}
            except (OSError, ValueError) as error:  # what requests raises is an OSError, or rarely a ValueError
                failures.append(f"{urlsplit(mirror).netloc}: {_reason(error)}")
    raise DownloadError("; ".join(failures))


def _writable_folder(known: Published) -> Path | None:
    with suppress(OSError):
        folder = cache.folder() / known.name
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    return None


def fetch(url: str) -> bytes:
    """Return the content of `url`, with a progress bar on a terminal. Raises OSError or ValueError."""
    import pooch

    class Body(io.BytesIO):
        def write(self, chunk: Any) -> int:
            answered.set()
            if self.tell() + len(chunk) > idx.largest():
                raise DataError("its answer is longer than any file of the set")
            return super().write(chunk)

    def run() -> None:
        try:
            downloader(url, body, None)
            content.set_result(body.getvalue())
        except Exception as error:
            if getattr(error, "response", None) is not None:
                error.response.close()  # type: ignore[attr-defined]  # pooch leaves it open
            content.set_exception(error)
        answered.set()

    limits = (CONNECT_LIMIT, READ_LIMIT)
    downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), chunk_size=2**16, timeout=limits)
    answered, body = threading.Event(), Body()
    content: Future[bytes] = Future()
    threading.Thread(target=run, daemon=True).start()
    if not answered.wait(ANSWER_LIMIT):
        raise TimeoutError("no answer")
    return content.result()


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"status {response.status_code}"
    if isinstance(error, DataError | TimeoutError):
        return str(error)
    return (
        getattr(error, "strerror", None) or type(error).__name__
    )  # the full text of a failed connection is five lines long
