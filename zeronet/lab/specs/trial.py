"""Guard the planning process while a plug-in is tried there: os._exit raises, and a timer interrupts it.

The timer needs Unix and the main thread; its last resort is to end the process with the plug-in's name.
"""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from os import _exit  # the real one: process_kept replaces os._exit while a plug-in runs
from typing import NoReturn

MOST_STOPS = 5  # times that a plug-in may catch what stops it

trial_seconds: ContextVar[float] = ContextVar("trial_seconds", default=60.0)


class Endless(BaseException):
    """A plug-in takes too long while it is tried. Not an Exception, which many a plug-in catches."""


@contextmanager
def tried(name: str, plugin: object) -> Iterator[None]:
    """Let the block try what is called name: in a plug-in, os._exit raises SystemExit, and too long a time Endless.

    One that catches that again and again, or that hangs in a library, ends this process. plugin: None for our own.
    """
    if plugin is None:
        yield
        return
    with process_kept(), _limited(name, trial_seconds.get()):
        yield


@contextmanager
def process_kept() -> Iterator[None]:
    """Make os._exit raise SystemExit inside the block."""
    ending = os._exit

    def refuse(status: int) -> NoReturn:
        raise SystemExit(f"it calls os._exit({status})")

    os._exit = refuse
    try:
        yield
    finally:
        os._exit = ending


@contextmanager
def _limited(name: str, seconds: float) -> Iterator[None]:
    timers = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not timers or signal.getitimer(signal.ITIMER_REAL)[0]:  # a block outside this one, or the caller, has its limit
        yield
        return
    stops = 0

    def stop(number: int, frame: object) -> NoReturn:
        nonlocal stops
        stops += 1
        words = f"stopped after {seconds:g} seconds: is there a loop that does not end?"
        if stops > MOST_STOPS:
            print(f"zeronet: {name}: {words}", file=sys.stderr, flush=True)
            _exit(2)
        raise Endless(words)

    before = signal.signal(signal.SIGALRM, stop)
    faulthandler.dump_traceback_later(seconds + 2 * MOST_STOPS, exit=True, file=2)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)
