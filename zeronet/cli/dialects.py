"""How the dialects of an optimizer differ: zeronet dialects rmsprop [--lr RATE] [--out FOLDER]."""

from pathlib import Path

from zeronet.cli.parser import Parser, exit_status
from zeronet.common.errors import UserError
from zeronet.common.text import aligned, folded
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.dialects.table import equations, table
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.runner.landscape_defaults import RATES, STEPS
from zeronet.landscapes import Valley, descend
from zeronet.locale import LANGUAGES, translate
from zeronet.optimizers import Optimizer


def main(arguments: list[str] | None = None) -> int:
    """Print table, equations and end points; draw the paths; return the exit status."""
    names = {cls.__name__.lower(): cls for cls in DIALECTS}
    p = Parser(prog="zeronet dialects", description=__doc__, allow_abbrev=False)
    p.add_argument("optimizer", metavar="OPTIMIZER", help=f"one of {', '.join(names)}")
    p.add_argument(
        "--lr", type=float, metavar="RATE", help="the rate of all on the valley (default: its usual one there)"
    )
    p.add_argument("--lang", choices=LANGUAGES, help="language of table and figure (default: ZERONET_LANG, or en)")
    p.add_argument("--out", metavar="FOLDER", default=".", help="where the figure goes (default: here)")
    args = p.parse_args(arguments)

    def command() -> int:
        if args.optimizer.lower() not in names:
            raise UserError(f"{args.optimizer!r} has no dialects: {', '.join(names)} have")
        try:
            return show(names[args.optimizer.lower()], args.lr, Path(args.out))
        except ValueError as error:  # of the rate
            raise UserError(str(error)) from error

    return exit_status(p.prog, command, args.lang)


def show(cls: type[Optimizer], lr: float | None, folder: Path) -> int:
    """Print table, equations and end points of the dialects of cls; draw their paths on the valley at lr."""
    from zeronet.lab.dialects.figure import dialects_figure
    from zeronet.lab.plots import save_figure  # only here: matplotlib takes a while to import

    name = cls.__name__
    rates = RATES["valley"]
    rate, steps = rates.get(name, rates["Adam"]) if lr is None else lr, STEPS["valley"]
    columns = {"zeronet": cls, **DIALECTS[cls]}
    paths = {who: descend(Valley(), each(lr=rate)) for who, each in columns.items()}
    print("\n".join([*aligned(folded(table(cls))), "", *equations(cls), ""]))
    print(
        translate("{name} in its dialects: {n} updates at lr {lr:g}", name=name, n=steps, lr=rate),
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
    print(f"\n{translate('figure:')} {save_figure(figure, folder, f'dialects-{name.lower()}', vectors=False)}")
    return 0
