"""Downloads of the published sets: every file is verified, and no host that failed is asked again."""

import io
import sys
import threading
from collections.abc import Iterable
from urllib.parse import urlsplit

from zeronet.datasets import cache, idx
from zeronet.datasets.catalogue import STEMS, Published
from zeronet.datasets.dataset import DataError

# Seconds. A name may have a dozen addresses, each tried for CONNECT_LIMIT: hence the limit on all that precedes the
# first bytes, which also holds for name servers and proxies that swallow what they are sent.
CONNECT_LIMIT = 3.0
ANSWER_LIMIT = 6.0
READ_LIMIT = 10.0


class DownloadError(DataError):
    """No mirror could give what was asked for."""


def download(known: Published, roles: Iterable[str]) -> dict[str, bytes]:
    """Return the checked, uncompressed contents of the files `roles`; the archives are kept in the cache.

    Each mirror goes on where the one before failed. Raises DownloadError, which says why each of them did.
    """
    wanted = list(roles)
    contents: dict[str, bytes] = {}
    failures = []
    for mirror in known.mirrors:
        try:
            for role in wanted[len(contents) :]:
                url = f"{mirror}{STEMS[role]}.gz"
                raw = fetch(url)
                contents[role] = idx.content_of(known, role, raw, url)
                cache.keep_archive(known, role, raw)
        except (OSError, ValueError) as error:  # everything that requests raises is an OSError, or rarely a ValueError
            failures.append(f"{urlsplit(mirror).netloc}: {_reason(error)}")
        else:
            return contents
    raise DownloadError("; ".join(failures))


def fetch(url: str) -> bytes:
    """Return what lies at `url`, with a progress bar if standard error is a terminal. Raises OSError or ValueError."""
    import pooch

    class Body(io.BytesIO):
        def write(self, chunk: bytes) -> int:
            answered.set()
            return super().write(chunk)

    def run() -> None:
        try:
            downloader(url, body, None)
        except Exception as error:
            failures.append(error)
            if getattr(error, "response", None) is not None:
                error.response.close()  # pooch leaves it open
        answered.set()

    downloader = pooch.HTTPDownloader(
        progressbar=sys.stderr.isatty(), chunk_size=2**16, timeout=(CONNECT_LIMIT, READ_LIMIT)
    )
    answered, body, failures = threading.Event(), Body(), []
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not answered.wait(ANSWER_LIMIT):
        raise TimeoutError("no answer")
    thread.join()
    if failures:
        raise failures[0]
    return body.getvalue()


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"status {response.status_code}"
    if isinstance(error, DataError | TimeoutError):
        return str(error)
    return type(error).__name__  # the full text of a failed connection is five lines long
