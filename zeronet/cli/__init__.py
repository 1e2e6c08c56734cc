"""The command line: `zeronet train`, `check`, `plot`, `predict` … : one parser, one file per command."""

import sys
from importlib import import_module

COMMANDS = {
    "train": "train networks, or descend on landscapes, and compare optimizers",
    "check": "is this optimizer right? laws for your own class",
    "plot": "draw the figure of a finished experiment again",
    "compare-runs": "draw the curves of several experiments over one another",
    "predict": "what does a trained network say of pictures?",
    "dialects": "why do my numbers differ from PyTorch's?",
    "datasets": "list the data sets, or fetch and verify one",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command that the command line names; return the exit status."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in COMMANDS:
        import_module("zeronet.cli.parser").hide_warnings()
        module = name.replace("-", "_")
        return import_module(f"zeronet.cli.{module}").main(rest)  # only this one: matplotlib takes a while to import
    usage = "\n".join(f"    zeronet {name:12} {summary}" for name, summary in COMMANDS.items())
    if name in ("-h", "--help"):
        print(f"{usage}\n\nzeronet COMMAND --help shows a command's options.")
        return 0
    if name == "--version":
        from zeronet.version import __version__

        print(f"zeronet {__version__}")
        return 0
    print(f"zeronet: unknown command {name!r}: {', '.join(COMMANDS)} (--help describes them)", file=sys.stderr)
    return 2
