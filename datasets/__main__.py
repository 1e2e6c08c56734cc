"""The command: `python -m datasets` lists the data sets, `python -m datasets mnist` fetches one and verifies it."""

import argparse
import importlib.util
import sys
from typing import NoReturn

from . import cache
from .catalogue import KNOWN, Embedded, Published
from .dataset import DataError
from .places import existing
from .published import whereabouts
from .verify import verified

IMPORT_NAMES = {"scikit-learn": "sklearn", "mlxtend": "mlxtend"}


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message alone, and leave with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status: 0, 2 for a mistake or a set that cannot be had, 130 for Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a path may hold what the terminal cannot show
    parser = Parser(
        prog="python -m datasets", description="List the data sets, or fetch and verify one.", allow_abbrev=False
    )
    parser.add_argument("name", nargs="?", help=f"{', '.join(KNOWN)}, or an .npz file; without it, all are listed")
    parser.add_argument("--data-dir", help="the folder with the files of MNIST or Fashion-MNIST")
    options = parser.parse_args(arguments)
    try:
        if options.name is None:
            show_all(options.data_dir)
            return 0
        dataset = verified(options.name, options.data_dir)
        print(dataset.source)
        stood_in = dataset.name != options.name and options.name in KNOWN  # the sample: not what was to be fetched
        return 2 if stood_in else 0
    except DataError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{parser.prog}: interrupted", file=sys.stderr)
        return 130


def show_all(data_dir: str | None) -> None:
    """Print one line for each known set: its name, its size, and where it is. Raises DataError for a wrong folder."""
    if data_dir is not None:
        existing(data_dir, "the data folder")
    for known in KNOWN.values():
        state = whereabouts(known, data_dir) if isinstance(known, Published) else embedded_state(known)
        print(f"{known.name:14} {known.n_train:6,} + {known.n_test:6,} images  {state}")
    print(f"{'<file>.npz':14} {'':15} images  your own: arrays x_train, t_train, x_test, t_test")


def embedded_state(known: Embedded) -> str:
    """Say in a few words where an embedded set is."""
    if cache.open_arrays(known):
        return f"cached in {cache.entry(known)}"
    if importlib.util.find_spec(IMPORT_NAMES[known.package]):
        return f"inside {known.package}"
    return f"needs {known.package}: pip install {known.package}"


if __name__ == "__main__":
    sys.exit(main())
