"""Draw the figure of an experiment again: zeronet plot FOLDER [--ylim TOP] [--log] [--lang ja] [--show]."""

import argparse
from pathlib import Path

from zeronet.cli.parser import Parser, complain, exit_status
from zeronet.common.errors import UserError
from zeronet.locale import LANGUAGES


def main(arguments: list[str] | None = None) -> int:
    """Draw and save the figure, and print its path; return the exit status."""
    p = Parser(prog="zeronet plot", description="Draw the figure of an experiment from its files.", allow_abbrev=False)
    p.add_argument("folder", metavar="FOLDER", help="folder of the experiment's files")
    p.add_argument(
        "--ylim", type=float, metavar="TOP", help="upper end of the loss axis (default: above the first loss)"
    )
    p.add_argument("--log", action="store_true", help="logarithmic loss axis")
    p.add_argument("--lang", choices=LANGUAGES, help="language of the figure (default: ZERONET_LANG, or en)")
    p.add_argument("--show", action="store_true", help="open the figure in a window")
    args = p.parse_args(arguments, argparse.Namespace(prog=p.prog))
    return exit_status(p.prog, lambda: draw(args), args.lang)


def draw(args: argparse.Namespace) -> int:
    """Draw the figure of the experiment whose files are in the folder."""
    from zeronet.lab.comparison.figure import comparison_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.ladder.figure import book_figure, ladder_figure
    from zeronet.lab.plots import save_figure, show
    from zeronet.lab.race.figure import paths_figure
    from zeronet.lab.runner.folder import changed_since, finish_publish
    from zeronet.lab.runner.protocol import read_protocol
    from zeronet.lab.tuning.figure import verdict_figure

    folder = Path(args.folder)
    finish_publish(folder)
    changed = changed_since(folder)
    book = "book_choices" in read_protocol(folder / "protocol.json")
    if (folder / "paths.csv").exists():
        figure, stem = paths_figure(folder), "paths"
    elif (folder / "verdict.json").exists():
        figure, stem = verdict_figure(folder), "verdict"
    elif (folder / "rungs.csv").exists():
        figure, stem = ladder_figure(folder), "ladder"
    elif book:
        figure, stem = book_figure(folder), "book"
    else:
        figure, stem = comparison_figure(folder, args.ylim, args.log), "comparison"
    if stem != "comparison" and (args.log or args.ylim is not None):
        raise UserError(f"--log and --ylim are for comparisons, and {folder} has the files of another experiment")
    print(save_figure(figure, folder, stem))
    if changed:
        complain(args.prog, f"note: changed since zeronet wrote them: {', '.join(changed)}", status=0)
    if args.show:
        show(figure)
    return 0
