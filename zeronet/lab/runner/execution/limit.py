"""Runs that never end, or that end their process: stopped, and recorded as raised."""

import ctypes
import faulthandler
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from zeronet.lab.runner.plan import Cell
from zeronet.lab.runner.runs import Run

GRACE = 5.0  # seconds for a run to end after it was stopped


class TimedOut(BaseException):
    """The time of a run is up. Not an Exception, which many a plug-in catches."""


@contextmanager
def time_limit(seconds: float | None, trace: TextIO | None = None) -> Iterator[None]:
    """Raise TimedOut in this thread if the block takes longer than `seconds`; None means no limit.

    It is raised between two lines of Python. If nothing comes of it in GRACE seconds, as in a library's endless loop,
    the process ends, and where it was is in `trace`, a file.
    """
    if seconds is None:
        yield
        return
    thread, lock, over = threading.get_ident(), threading.Lock(), threading.Event()

    def stop() -> None:
        with lock:
            if not over.is_set():
                raised = ctypes.py_object(TimedOut)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=trace or sys.stderr)
    timer.start()
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        with lock:
            over.set()
        timer.cancel()


def time_is_up(seconds: float | None) -> str:
    """Return what a run that was stopped says."""
    return f"stopped after {seconds:g} seconds, the --run-timeout" if seconds else "stopped"


def lost_run(cell: Cell, seconds: float | None, trace: str = "") -> Run:
    """Return the result of a run whose process ended; trace: what time_limit left."""
    if not trace:
        return Run("raised", "each process that took it ended: out of memory, or ended by the optimizer")
    frames = re.findall(r'File "(.*)", line (\d+)', trace)
    where = next((f"{file}, line {line}: " for file, line in frames if file in cell.spec.blamed), "")
    return Run("raised", where + time_is_up(seconds), trace)
