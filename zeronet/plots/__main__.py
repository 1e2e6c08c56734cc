"""Draw the figure of a comparison again: python -m zeronet.plots FOLDER [--ylim TOP] [--log] [--lang ja] [--show]."""

import sys
from pathlib import Path

from zeronet.language import speaking
from zeronet.mistakes import Mistake, Parser
from zeronet.plots import comparison_figure, paths_figure, save_figure, show, verdict_figure
from zeronet.plots.ladder import book_figure, ladder_figure


def main(arguments: list[str] | None = None) -> int:
    """Draw, save, and print where; return the exit status."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?" instead of failing
    p = Parser(
        prog="python -m zeronet.plots", description="Draw a comparison's figure from its files.", allow_abbrev=False
    )
    p.add_argument("folder", metavar="FOLDER", help="where the files of a comparison or of paths are")
    p.add_argument(
        "--ylim", type=float, metavar="TOP", help="upper end of the loss axis (default: above the first loss)"
    )
    p.add_argument("--log", action="store_true", help="logarithmic loss axis")
    p.add_argument("--lang", choices=["en", "ja"], help="language of the figure (default: ZERONET_LANG, or en)")
    p.add_argument("--show", action="store_true", help="open the figure in a window")
    args = p.parse_args(arguments)
    try:
        with speaking(args.lang):
            folder = Path(args.folder)
            if (folder / "paths.csv").exists():
                figure, stem = paths_figure(folder), "paths"
            elif (folder / "verdict.json").exists():
                figure, stem = verdict_figure(folder), "verdict"
            elif (folder / "rungs.csv").exists():
                figure, stem = ladder_figure(folder), "ladder"
            elif (folder / "book.png").exists():
                figure, stem = book_figure(folder), "book"
            else:
                figure, stem = comparison_figure(folder, args.ylim, args.log), "comparison"
            print(save_figure(figure, folder, stem))
            if args.show:
                show(figure)
    except Mistake as mistake:
        print(f"{p.prog}: {mistake}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{p.prog}: cannot write into {args.folder}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{p.prog}: stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
