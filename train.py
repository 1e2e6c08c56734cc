"""Train a network on MNIST and compare optimizers: parse, plan, run, draw, print.

python train.py                                              SGD, AdaGrad and RMSProp, as in chapter 6 of the book
python train.py --optimizer rmsprop                          one of them
python train.py --optimizer sgd:lr=0.5 adagrad rmsprop       with settings
python train.py --optimizer my_optimizer.py:MyAdaGrad sgd    your own class with update(params, grads)
python train.py --problem valley --lr 0.3 --animate          paths on f(x, y) = x²/20 + y², still and in motion
"""

import argparse
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]  # zeronet and datasets are the neighbours of this file, whatever else is installed

# The rest of zeronet is imported where it is used: --help and mistakes are answered at once.
if TYPE_CHECKING:
    from collections.abc import Mapping

    from zeronet.command import Asked
    from zeronet.comparison.paths import PathPlan
    from zeronet.experiment import Result
    from zeronet.path_experiment import Race


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and end with status 2."""
        self.exit(2, f"{self.prog}: {message} (--help shows all options)\n")


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


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?" instead of failing
    args = parser().parse_args(arguments)
    try:
        check_neighbour()
        from zeronet.language import speaking
        from zeronet.mistakes import Mistake

        try:
            with speaking(args.lang):
                return answer(args)
        except Mistake as mistake:
            return complain(mistake, status=2)
    except ImportError as error:
        return complain(f"{error}: to install it, {sys.executable} -m pip install -e {HERE}", status=2)
    except BrokenPipeError:  # the reader of our output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return complain("stopped; earlier results are as they were", status=130)


def answer(args: argparse.Namespace) -> int:
    """Plan, run, draw, print."""
    if args.list_optimizers:
        from zeronet.catalogue import catalogue

        print(catalogue())
        return 0
    from zeronet.command import asked_for
    from zeronet.comparison.store import slug

    every = asked_for(vars(args))
    labels = [args.protocol] if args.protocol else [spec.label for spec in every[0].plan.optimizers]
    folder = Path(args.out or Path("runs") / slug("-".join([*(asked.name for asked in every), *labels]).lower()))
    done = {}
    for asked in every:
        for note in asked.notes:
            complain(note, status=0)
        own = folder if len(every) == 1 else folder / slug(asked.name)
        done[asked.name] = descend(asked.plan, own, args) if asked.problem is None else train(asked, own, args)
    if len(every) > 1:
        from zeronet.many_problems import write_profile

        print(f"\n{write_profile(done, folder)}")
    if args.show:
        from zeronet.plots import show

        for each in done.values():
            show(each.figure)
    return 1 if any(run.outcome == "raised" for each in done.values() for run in each.runs.values()) else 0


def train(asked: "Asked", folder: Path, args: argparse.Namespace) -> "Result":
    """Train networks; print the table, what went wrong, and what to do next."""
    from zeronet.comparison.execute import How
    from zeronet.experiment import carry_out, default_jobs
    from zeronet.language import say

    plan, problem = asked.plan, asked.problem
    print(problem.source, file=sys.stderr)
    jobs = default_jobs() if args.jobs is None else args.jobs
    how = How(jobs, args.quiet, bool(args.resume), args.cluster, bool(args.accept_mixed))
    figure = "verdict.png" if asked.tuning else "comparison.png"
    place = nullcontext(plan)
    if how.cluster is not None:
        from zeronet.comparison.cluster import gathered  # only here: it takes a while to import

        place = gathered(plan, how)
    with place as plan:
        if plan.unfair is not None:
            from zeronet.ladder_experiment import carry_out_unfair

            result = carry_out_unfair(plan, asked.tuning, problem, folder, how)
            figure = "ladder.png" if asked.tuning else "book.png"
        elif asked.tuning:
            from zeronet.tuned_experiment import carry_out_tuned

            result = carry_out_tuned(plan, asked.tuning, problem, folder, how)
        else:
            result = carry_out(plan, problem, folder, how)
    runs = {f"{label}, {say('seed')} {seed}": run for (label, seed), run in result.runs.items()}
    report(result, runs, figure)
    if figure != "comparison.png":
        return result
    print(say("Each ran at the rate above, not tuned: the rates decide the ranking."))
    if [spec.label for spec in plan.optimizers] != ["SGD lr=0.5", "AdaGrad", "RMSProp"]:
        address = plan.problem["address"]
        same = "" if address.startswith("mnist") else f" --problem {address}"
        print(f"{say('Try:')}  python {sys.argv[0]}{same} --optimizer sgd:lr=0.5 adagrad rmsprop")
    return result


def descend(plan: "PathPlan", folder: Path, args: argparse.Namespace) -> "Race":
    """Go down a landscape; print the first updates in numbers where that was asked for, and the table."""
    from zeronet.comparison.plan import whole_number
    from zeronet.explanation import explain
    from zeronet.landscapes import LANDSCAPES
    from zeronet.path_experiment import carry_out_race

    if args.explain is not None:
        whole_number("explain", args.explain)
    result = carry_out_race(plan, folder, args.animate, args.quiet)
    for spec in plan.optimizers if args.explain is not None else ():
        if result.runs[spec.label].outcome != "raised":
            print(explain(LANDSCAPES[plan.landscape](), spec.build(), plan.start, args.explain), end="\n\n")
    report(result, result.runs, args.animate or "paths.png")
    return result


def report(result: Any, runs: "Mapping[str, Any]", figure: str) -> None:
    """Print the table, what went wrong in the runs, and where the figure is."""
    from zeronet.language import say

    print(result.table)
    for name, run in runs.items():
        if run.message:
            print(f"{name} {run.outcome}: {run.message}")
    if any(run.traceback for run in runs.values()):
        print(say("The tracebacks are in {folder}", folder=result.folder / "errors"))
    print(f"\n{say('figure:')} {result.folder / figure}")


def check_neighbour() -> None:
    """Warn where the zeronet that was imported is not beside this file: PyPI's zeronet is another project."""
    import zeronet

    found = Path(zeronet.__file__ or "").resolve().parent
    if found != HERE / "zeronet":
        complain(f"warning: zeronet was imported from {found}, not from {HERE / 'zeronet'}", status=0)


def complain(words: object, status: int) -> int:
    """Print one line on stderr, and return status."""
    print(f"train.py: {words}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
