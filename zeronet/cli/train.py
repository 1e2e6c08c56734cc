"""Train networks and compare optimizers: parse, plan, run, report.

zeronet train                                              SGD, AdaGrad and RMSProp, as in chapter 6 of the book
zeronet train --optimizer rmsprop                          one of them
zeronet train --optimizer sgd:lr=0.5 adagrad rmsprop       with settings
zeronet train --optimizer my_optimizer.py:MyAdaGrad sgd    your own class with update(params, grads)
zeronet train --problem valley --lr 0.3 --animate          paths on f(x, y) = x²/20 + y², still and in motion
"""

import argparse
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.cli.parser import Parser, complain, exit_status

# The rest of zeronet is imported where it is used: --help and mistakes are answered at once.
if TYPE_CHECKING:
    from zeronet.cli.request import Request
    from zeronet.lab.comparison.run import Result
    from zeronet.lab.race.paths import PathPlan
    from zeronet.lab.race.run import Race


def main(arguments: list[str] | None = None) -> int:
    """Parse, plan, run, report; return the exit status."""
    options = parse(arguments)
    return exit_status(options.prog, lambda: answer(options), options.lang)


def answer(options: argparse.Namespace) -> int:
    """Do what the options say; return the exit status."""
    if options.list_optimizers:
        return list_optimizers()
    requests = plan(options)
    results = {request.name: run(request, options) for request in requests}
    return report(results, options)


def parse(arguments: list[str] | None = None, prog: str = "zeronet train") -> argparse.Namespace:
    """Return the options of the command line; those that were not given are None. prog: what messages begin with."""
    p = parser()
    p.prog = prog
    options = p.parse_args(arguments)
    options.prog = prog
    return options


def parser() -> Parser:
    """Return the parser of the command line; options that were not given are None."""
    p = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    p.add_argument(
        "--problem",
        nargs="+",
        metavar="NAME",
        help="mnist (default), fashion-mnist, digits, your own .npz file, or a landscape: valley, slope, rosenbrock, "
        "beale, himmelblau, branin, rastrigin, ackley, saddle",
    )
    p.add_argument(
        "--optimizer",
        nargs="+",
        action="extend",
        metavar="SPEC",
        help="[LABEL=]NAME[:key=value,…]; NAME is sgd, momentum, nesterov, adagrad, rmsprop, adam, FILE.py:Class or "
        "module:Class (default: sgd adagrad rmsprop)",
    )
    p.add_argument("--list-optimizers", action="store_true", help="name, equation, defaults, reference of all; no run")
    p.add_argument("--lr", type=float, metavar="RATE", help="one learning rate for all (default: each optimizer's own)")
    p.add_argument("--hidden", type=int, nargs="+", metavar="UNITS", help="hidden units, layer by layer (default: 50)")
    length = p.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, metavar="N", help="updates per run (default: 2000)")
    length.add_argument("--epochs", type=int, metavar="N", help="passes over the data, instead of --steps")
    p.add_argument("--batch-size", type=int, metavar="N", help="examples per step (default: 128)")
    p.add_argument("--seeds", type=int, metavar="N", help="how many seeds: runs per optimizer (default: 3)")
    p.add_argument("--seed", type=int, metavar="S", help="the first seed (default: 0)")
    p.add_argument("--eval-every", type=int, metavar="N", help="steps between two evaluations (default: 100)")
    p.add_argument("--target", type=float, metavar="ACCURACY", help="test accuracy to reach (default: the problem's)")
    p.add_argument("--jobs", type=int, metavar="N", help="runs side by side (default: one per core)")
    p.add_argument("--blas-threads", type=int, metavar="N", help="threads of each run's matrix products (default: 1)")
    p.add_argument("--data-dir", metavar="DIR", help="where the data files are (default: the usual places)")
    p.add_argument("--out", metavar="DIR", help="where results go (default: runs/PROBLEM-OPTIMIZERS)")
    p.add_argument("--protocol-file", metavar="FILE", help="repeat the comparison that this protocol.json describes")
    p.add_argument(
        "--tune", type=int, nargs="?", const=15, metavar="BUDGET", help="search each one's rate: so many trials (15)"
    )
    p.add_argument("--tune-range", type=float, nargs=2, metavar=("LOW", "HIGH"), help="rates of the search's grid")
    p.add_argument("--tune-over", nargs="+", metavar="SPEC", help="settings to search, too: rmsprop:rho=0.9,rho=0.99")
    p.add_argument("--train-size", type=int, metavar="N", help="training examples under --tune (default: the others)")
    p.add_argument(
        "--validation-size", type=int, metavar="N", help="validation examples under --tune (default: a sixth)"
    )
    p.add_argument("--cluster", metavar="ADDRESS", help="send the runs to a Dask cluster: tcp://host:8786, or local")
    p.add_argument("--accept-mixed", action="store_true", default=None, help="go on where its workers differ from here")
    p.add_argument(
        "--protocol", choices=["book", "ladder"], help="as chapter 6 did it; or from there to fair, a choice at a time"
    )
    p.add_argument("--resume", action="store_true", default=None, help="go on where the folder's last run stopped")
    p.add_argument("--inspect", action="store_true", default=None, help="look inside the networks, too")
    p.add_argument("--start", type=pair, metavar="X,Y", help="where paths on a landscape begin, as in --start=-7,2")
    p.add_argument(
        "--animate", nargs="?", const="race.gif", metavar="NAME", help="draw the paths in motion: race.gif or race.mp4"
    )
    p.add_argument("--explain", type=int, metavar="K", help="print the first K updates on a landscape in numbers")
    p.add_argument("--lang", choices=["en", "ja"], help="language of tables and figures (default: ZERONET_LANG, or en)")
    p.add_argument("--show", action="store_true", help="open the figure in a window")
    p.add_argument("--quiet", action="store_true", help="no progress bar")
    return p


def pair(text: str) -> tuple[float, float]:
    """Return X,Y as two numbers."""
    try:
        x, y = map(float, text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers X,Y, as in --start=-7,2") from error
    return x, y


def list_optimizers() -> int:
    """Print every optimizer with its equation, defaults and reference; return exit status 0."""
    from zeronet.lab.specs.catalogue import catalogue

    print(catalogue())
    return 0


def plan(options: argparse.Namespace) -> "list[Request]":
    """Return what the options ask for, problem by problem, and choose the folder for the results."""
    from zeronet.cli.request import read_request
    from zeronet.common.files import slug

    every = read_request(vars(options))
    labels = [options.protocol] if options.protocol else [spec.label for spec in every[0].plan.optimizers]
    chosen = options.out or Path("runs") / slug("-".join([*(asked.name for asked in every), *labels]).lower())
    options.folder, options.several = Path(chosen), len(every) > 1
    return every


def run(asked: "Request", options: argparse.Namespace) -> Any:
    """Carry out one request, print its table, and return its result."""
    from zeronet.common.files import slug

    for note in asked.notes:
        complain(options.prog, note, status=0)
    folder = options.folder / slug(asked.name) if options.several else options.folder
    return descend(asked.plan, folder, options) if asked.problem is None else train(asked, folder, options)


def report(results: Mapping[str, Any], options: argparse.Namespace) -> int:
    """Sum up several problems, show the figures where that was asked for; return the exit status."""
    if options.several:
        from zeronet.lab.suite.run import write_profile

        print(f"\n{write_profile(results, options.folder)}")
    if options.show:
        from zeronet.lab.plots import show

        for each in results.values():
            show(each.figure)
    return 1 if any(run.outcome == "raised" for each in results.values() for run in each.runs.values()) else 0


def train(asked: "Request", folder: Path, args: argparse.Namespace) -> "Result":
    """Train networks; print the table, what went wrong, and what to do next."""
    from zeronet.lab.comparison.run import carry_out, default_jobs
    from zeronet.lab.runner.execution.options import ExecutionOptions
    from zeronet.locale import translate

    plan, problem = asked.plan, asked.problem
    print(problem.source, file=sys.stderr)
    jobs = default_jobs() if args.jobs is None else args.jobs
    how = ExecutionOptions(jobs, args.quiet, bool(args.resume), args.cluster, bool(args.accept_mixed))
    figure = "verdict.png" if asked.tuning else "comparison.png"
    place = nullcontext(plan)
    if how.cluster is not None:
        from zeronet.lab.runner.execution.cluster import gathered  # only here: it takes a while to import

        place = gathered(plan, how)
    with place as plan:
        if plan.unfair is not None:
            from zeronet.lab.ladder.run import carry_out_unfair

            result = carry_out_unfair(plan, asked.tuning, problem, folder, how)
            figure = "ladder.png" if asked.tuning else "book.png"
        elif asked.tuning:
            from zeronet.lab.tuning.run import carry_out_tuned

            result = carry_out_tuned(plan, asked.tuning, problem, folder, how)
        else:
            result = carry_out(plan, problem, folder, how)
    runs = {f"{label}, {translate('seed')} {seed}": run for (label, seed), run in result.runs.items()}
    print_result(result, runs, figure)
    if figure != "comparison.png":
        return result
    print(translate("Each ran at the rate above, not tuned: the rates decide the ranking."))
    if [spec.label for spec in plan.optimizers] != ["SGD lr=0.5", "AdaGrad", "RMSProp"]:
        address = plan.problem["address"]
        command = f"python {sys.argv[0]}" if args.prog.endswith(".py") else args.prog
        same = "" if address.startswith("mnist") else f" --problem {address}"
        print(f"{translate('Try:')}  {command}{same} --optimizer sgd:lr=0.5 adagrad rmsprop")
    return result


def descend(plan: "PathPlan", folder: Path, args: argparse.Namespace) -> "Race":
    """Go down a landscape; print the first updates in numbers where that was asked for, and the table."""
    from zeronet.common.validation import checked_integer
    from zeronet.lab.race.explain import explain
    from zeronet.lab.race.run import carry_out_race
    from zeronet.landscapes import LANDSCAPES

    if args.explain is not None:
        checked_integer("explain", args.explain)
    result = carry_out_race(plan, folder, args.animate, args.quiet)
    for spec in plan.optimizers if args.explain is not None else ():
        if result.runs[spec.label].outcome != "raised":
            print(explain(LANDSCAPES[plan.landscape](), spec.build(), plan.start, args.explain), end="\n\n")
    print_result(result, result.runs, args.animate or "paths.png")
    return result


def print_result(result: Any, runs: "Mapping[str, Any]", figure: str) -> None:
    """Print the table, what went wrong in the runs, and where the figure is."""
    from zeronet.locale import translate

    print(result.table)
    for name, run in runs.items():
        if run.message:
            print(f"{name} {run.outcome}: {run.message}")
    if any(run.traceback for run in runs.values()):
        print(translate("The tracebacks are in {folder}", folder=result.folder / "errors"))
    print(f"\n{translate('figure:')} {result.folder / figure}")
