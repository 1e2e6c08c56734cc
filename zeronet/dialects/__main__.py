"""What tells the dialects of an optimizer apart: python -m zeronet.dialects rmsprop [--lr RATE] [--out FOLDER]."""

import os
import sys
from pathlib import Path

from zeronet.comparison.statistics import aligned, settings_words
from zeronet.dialects import DIALECTS
from zeronet.dialects.table import equations, table
from zeronet.landscapes import Valley, descend
from zeronet.language import LANGUAGES, say, speaking
from zeronet.mistakes import Mistake, Parser
from zeronet.optimizers import Optimizer
from zeronet.problems import RATES, STEPS


def main(arguments: list[str] | None = None) -> int:
    """Print table, equations and end points; draw the paths; return the exit status."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?" instead of failing
    names = {cls.__name__.lower(): cls for cls in DIALECTS}
    p = Parser(prog="python -m zeronet.dialects", description=__doc__, allow_abbrev=False)
    p.add_argument("optimizer", metavar="OPTIMIZER", help=f"one of {', '.join(names)}")
    p.add_argument(
        "--lr", type=float, metavar="RATE", help="the rate of all on the valley (default: its usual one there)"
    )
    p.add_argument("--lang", choices=LANGUAGES, help="language of table and figure (default: ZERONET_LANG, or en)")
    p.add_argument("--out", metavar="FOLDER", default=".", help="where the figure goes (default: here)")
    args = p.parse_args(arguments)
    try:
        if args.optimizer.lower() not in names:
            raise Mistake(f"{args.optimizer!r} has no dialects: {', '.join(names)} have")
        with speaking(args.lang):
            show(names[args.optimizer.lower()], args.lr, Path(args.out))
    except ValueError as mistake:  # a Mistake is one
        print(f"{p.prog}: {mistake}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"{p.prog}: cannot write into {args.out}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def show(cls: type[Optimizer], lr: float | None, folder: Path) -> None:
    """Print and draw what there is to say about the dialects of cls, all at the rate lr on the valley."""
    from zeronet.plots import save_figure  # only here: matplotlib takes a while to import
    from zeronet.plots.dialects import dialects_figure

    name = cls.__name__
    rates = RATES["valley"]
    rate, steps = rates.get(name, rates["Adam"]) if lr is None else lr, STEPS["valley"]
    columns = {"zeronet": cls, **DIALECTS[cls]}
    paths = {who: descend(Valley(), each(lr=rate)) for who, each in columns.items()}
    print("\n".join([*aligned(table(cls)), "", *equations(cls), ""]))
    print(
        say("{name} in its dialects: {n} updates at lr {lr:g}", name=name, n=steps, lr=rate),
        Valley.equation,
        sep=", f = ",
    )
    ends = [[who, f"({path[-1][0]:.10g}, {path[-1][1]:.10g})"] for who, path in paths.items()]
    print("\n".join(f"  {line}" for line in aligned(ends)))
    folder.mkdir(parents=True, exist_ok=True)
    words = {
        who: settings_words({name: value for name, value in each().settings.items() if name != "lr"})
        for who, each in columns.items()
    }
    labelled = {f"{who}: {words[who]}" if words[who] else who: path for who, path in paths.items()}
    figure = dialects_figure(name, rate, Valley(), labelled)
    print(f"\n{say('figure:')} {save_figure(figure, folder, f'dialects-{name.lower()}', vectors=False)}")


if __name__ == "__main__":
    sys.exit(main())
