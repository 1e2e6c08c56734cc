"""Draw the curves of several experiments over one another: zeronet compare-runs FOLDER FOLDER …"""

import argparse
from pathlib import Path

from zeronet.cli.parser import Parser, exit_status
from zeronet.common.text import aligned, folded
from zeronet.locale import LANGUAGES, translate


def main(arguments: list[str] | None = None) -> int:
    """Print the table, save the figure, and print its path; return the exit status."""
    p = Parser(
        prog="zeronet compare-runs",
        description="Draw the curves of several experiments over one another, and say what is not the same in them.",
        allow_abbrev=False,
    )
    p.add_argument("folders", nargs="+", metavar="FOLDER", help="folders of zeronet train")
    p.add_argument("--out", metavar="DIR", default=".", help="where compare-runs.png goes (default: here)")
    p.add_argument("--lang", choices=LANGUAGES, help="language of table and figure (default: ZERONET_LANG, or en)")
    p.add_argument("--show", action="store_true", help="open the figure in a window")
    args = p.parse_args(arguments)
    return exit_status(p.prog, lambda: draw(args), args.lang)


def draw(args: argparse.Namespace) -> int:
    """Draw the figure of the experiments whose files are in the folders."""
    from zeronet.lab.comparison.figure import overlay_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.comparison.overlay import how_alike, read_overlay
    from zeronet.lab.plots import save_figure, show

    data = read_overlay(args.folders)
    print("\n".join([*aligned(folded(data.table())), "", how_alike(data)]))
    figure = overlay_figure(data)
    Path(args.out).mkdir(parents=True, exist_ok=True)
    print(f"\n{translate('figure:')} {save_figure(figure, args.out, 'compare-runs')}")
    if args.show:
        show(figure)
    return 0
