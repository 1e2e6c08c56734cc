"""What all commands share: a parser, and how every error becomes one line and an exit status."""

import _thread
import argparse
import errno
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from zeronet.common.errors import UserError, message_of, one_line
from zeronet.locale import language


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and end with status 2."""
        self.exit(2, f"{self.prog}: {one_line(message)} (--help shows all options)\n")


class Terminated(KeyboardInterrupt):
    """SIGTERM, or SIGHUP of a closed terminal: everything is cleaned up as after Ctrl-C. status: of the command."""

    def __init__(self, number: int):
        self.number, self.status = number, 128 + number


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated(number)


def exit_status(prog: str, command: Callable[[], int], lang: str | None = None) -> int:
    """Run a command; return its exit status: 2 for an error of the user, 1 for one of ours, 130 for Ctrl-C.

    SIGTERM and SIGHUP end it like Ctrl-C, with status 143 and 129. Each error is one line on stderr.
    """
    _open_streams()
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):  # Windows has the first one
            if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:  # as by nohup
                signal.signal(getattr(signal, name), _terminate)
    streams: tuple[Any, ...] = sys.stdout, sys.stderr
    for stream in streams:
        stream.reconfigure(errors="replace")  # a terminal that lacks a character shows "?" instead of failing
    try:
        with language(lang), _nothing_ignored_aloud():
            status = command()
        sys.stdout.flush()  # here: at its end Python would show a traceback if the disk is full
        return status
    except UserError as error:
        return complain(prog, error, status=2)
    except ImportError as error:
        checkout = Path(__file__).parents[2]
        what = f"-e {checkout}" if (checkout / "pyproject.toml").exists() else "zeronet-dl"
        return complain(prog, f"{error}: to install it, {sys.executable} -m pip install {what}", status=2)
    except MemoryError as error:
        return complain(prog, f"there is not enough memory ({error})".removesuffix(" ()"), status=2)
    except KeyboardInterrupt as error:
        status = error.status if isinstance(error, Terminated) else 130
        return complain(prog, "interrupted; earlier results are unchanged", status)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for unflushed output
        if isinstance(error, BrokenPipeError):  # the reader of our output, such as head, has closed it
            return 0
        reason = error.strerror or str(error) or type(error).__name__
        if error.errno == errno.ENOSPC:
            reason = f"cannot write: {reason}"
        return complain(prog, reason if error.filename is None else f"{error.filename}: {reason}", status=2)
    except BaseException as error:  # nothing may end in a traceback on a user's terminal
        words = message_of(error)
        if words.startswith("Key backend:"):  # of Matplotlib, when it is imported
            return complain(prog, f"MPLBACKEND={os.environ.get('MPLBACKEND')} is no backend of Matplotlib", status=2)
        return complain(prog, f"internal error, {type(error).__name__}: {words}{_kept_traceback()}", status=1)


@contextmanager
def _nothing_ignored_aloud() -> Iterator[None]:
    """Keep tracebacks of errors in destructors off the terminal; an interrupt that fell into one comes again."""

    def again(ignored: Any) -> None:
        if isinstance(ignored.exc_value, KeyboardInterrupt):
            number = getattr(ignored.exc_value, "number", signal.SIGINT)
            threading.Timer(0.05, _thread.interrupt_main, [number]).start()  # here it would be ignored again

    before, sys.unraisablehook = sys.unraisablehook, again
    try:
        yield
    finally:
        sys.unraisablehook = before


def _open_streams() -> None:
    """Open those of stdin, stdout and stderr that are closed: the next file would be taken for one of them."""
    with suppress(OSError):
        while (free := os.open(os.devnull, os.O_RDWR)) < 3:
            os.set_inheritable(free, True)  # the workers' too
        os.close(free)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # until the end


def _kept_traceback() -> str:
    """Return where the traceback of the error is, if it can be written."""
    import tempfile
    import traceback

    with (
        suppress(OSError),
        tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="replace", prefix="zeronet-", suffix=".txt", delete=False
        ) as file,
    ):
        file.write(traceback.format_exc())
        return f"; traceback: {file.name}"
    return ""


def hide_warnings() -> None:
    """Keep warnings off the terminal, those of worker processes too; -W or PYTHONWARNINGS shows them."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        os.environ["PYTHONWARNINGS"] = "ignore"


def complain(prog: str, message: object, status: int) -> int:
    """Print one line on stderr, if it can be written, and return status."""
    with suppress(OSError):
        print(f"{prog}: {one_line(str(message))}", file=sys.stderr, flush=True)
    return status
