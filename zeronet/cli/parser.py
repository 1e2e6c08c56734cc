"""What all commands share: a parser, and how every error becomes one line and an exit status."""

import argparse
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from zeronet.common.errors import UserError, one_line
from zeronet.locale import language


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and end with status 2."""
        self.exit(2, f"{self.prog}: {one_line(message)} (--help shows all options)\n")


class Terminated(KeyboardInterrupt):
    """SIGTERM: everything is cleaned up as after Ctrl-C."""


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


def exit_status(prog: str, command: Callable[[], int], lang: str | None = None) -> int:
    """Run a command; return its exit status: 2 for an error of the user, 1 for one of ours, 130 for Ctrl-C.

    SIGTERM ends it like Ctrl-C, with status 143. Each error is one line on stderr.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # a terminal that lacks a character shows "?" instead of failing
    try:
        with language(lang):
            return command()
    except UserError as error:
        return complain(prog, error, status=2)
    except ImportError as error:
        checkout = Path(__file__).parents[2]
        what = f"-e {checkout}" if (checkout / "pyproject.toml").exists() else "zeronet-dl"
        return complain(prog, f"{error}: to install it, {sys.executable} -m pip install {what}", status=2)
    except MemoryError as error:
        return complain(prog, f"there is not enough memory{f': {error}' if str(error) else ''}", status=2)
    except KeyboardInterrupt as error:
        status = 143 if isinstance(error, Terminated) else 130
        return complain(prog, "interrupted; earlier results are unchanged", status)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for unflushed output
        if isinstance(error, BrokenPipeError):  # the reader of our output, such as head, has closed it
            return 0
        return complain(prog, f"cannot write: {error.strerror or error}", status=2)
    except Exception as error:  # nothing may end in a traceback on a user's terminal
        import tempfile
        import traceback

        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="zeronet-", suffix=".txt", delete=False) as file:
            file.write(traceback.format_exc())
        return complain(prog, f"internal error, {type(error).__name__}: {error}; traceback: {file.name}", status=1)


def hide_warnings() -> None:
    """Keep warnings off the terminal, those of worker processes too; -W or PYTHONWARNINGS shows them."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        os.environ["PYTHONWARNINGS"] = "ignore"


def complain(prog: str, message: object, status: int) -> int:
    """Print one line on stderr, and return status."""
    print(f"{prog}: {one_line(str(message))}", file=sys.stderr)
    return status
