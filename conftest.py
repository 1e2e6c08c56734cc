"""Keep the tests, and the examples in docstrings, away from the user's cache, and each process on one core."""

import os
import signal
import tempfile
from collections.abc import Iterator

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported: there is a process for each core
collect_ignore_glob = ["tests/optimizers/golden/*"]  # scripts that need the reference libraries


@pytest.fixture(autouse=True, scope="session")
def interrupts_reach_the_commands() -> None:
    """Undo what a shell or nohup does to jobs in the background: commands that the tests start would ignore it, too."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def cache_of_the_tests() -> Iterator[None]:
    """Let all data sets be decoded into a folder that is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="zeronet-tests-") as folder:
        os.environ["ZERONET_CACHE_DIR"] = folder
        yield
