"""Train a network on MNIST and compare optimizers: parse, plan, run, draw, print.

python train.py                                              SGD, AdaGrad and RMSProp, as in chapter 6 of the book
python train.py --optimizer rmsprop                          one of them
python train.py --optimizer sgd:lr=0.5 adagrad rmsprop       with settings
python train.py --optimizer my_optimizer.py:MyAdaGrad sgd    your own class with update(params, grads)
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]  # zeronet and datasets are the neighbours of this file, whatever else is installed

# The rest of zeronet is imported where it is used: --help and mistakes are answered at once.
if TYPE_CHECKING:
    from zeronet.comparison.plan import Plan
    from zeronet.experiment import Result
    from zeronet.problems import Problem

DEFAULTS = {
    "problem": "mnist",
    "optimizer": ["sgd", "adagrad", "rmsprop"],
    "lr": None,
    "hidden": [50],
    "steps": 2000,
    "epochs": None,
    "batch_size": 128,
    "seeds": 3,
    "seed": 0,
    "eval_every": 100,
    "target": None,
    "blas_threads": 1,
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and end with status 2."""
        self.exit(2, f"{self.prog}: {message} (--help shows all options)\n")


def parser() -> Parser:
    """Return the parser of the command line; options that were not given are None."""
    p = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    p.add_argument("--problem", metavar="NAME", help="mnist (default), fashion-mnist, digits, or your own .npz file")
    p.add_argument(
        "--optimizer",
        nargs="+",
        action="extend",
        metavar="SPEC",
        help="[LABEL=]NAME[:key=value,…]; NAME is sgd, momentum, nesterov, adagrad, rmsprop, adam, FILE.py:Class or "
        "module:Class (default: sgd adagrad rmsprop)",
    )
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
    p.add_argument("--show", action="store_true", help="open the figure in a window")
    p.add_argument("--quiet", action="store_true", help="no progress bar")
    return p


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?" instead of failing
    args = parser().parse_args(arguments)
    try:
        check_neighbour()
        from zeronet.mistakes import Mistake

        try:
            return answer(args)
        except Mistake as mistake:
            return complain(mistake, status=2)
    except ImportError as error:
        return complain(f"{error}: to install it, {sys.executable} -m pip install -e {HERE}", status=2)
    except KeyboardInterrupt:
        return complain("stopped; earlier results are as they were", status=130)


def answer(args: argparse.Namespace) -> int:
    """Plan, run, draw, print."""
    from zeronet.experiment import carry_out, default_jobs

    problem, plan = plan_from(args)
    print(problem.source, file=sys.stderr)
    folder = Path(args.out or Path("runs") / folder_name(plan))
    result = carry_out(plan, problem, folder, default_jobs() if args.jobs is None else args.jobs, args.quiet)
    report(result, plan)
    if args.show:
        from zeronet.plots import show

        show(result.figure)
    return 1 if any(run.outcome == "raised" for run in result.runs.values()) else 0


def plan_from(args: argparse.Namespace) -> "tuple[Problem, Plan]":
    """Return what is to be learned, and which runs there are."""
    from zeronet import __version__
    from zeronet.comparison.plan import Plan, consecutive, plan_from_protocol, read_protocol, whole_number
    from zeronet.mistakes import Mistake
    from zeronet.problems import TARGETS, load_problem
    from zeronet.specs import parse

    given = {name: getattr(args, name) for name in DEFAULTS if getattr(args, name) is not None}
    if args.protocol_file is not None:
        if given:
            raise Mistake(f"--protocol-file says it all: leave out --{min(given).replace('_', '-')}")
        protocol = read_protocol(args.protocol_file)
        problem = load_problem(str(protocol.get("problem", {}).get("address")), args.data_dir)
        plan = plan_from_protocol(protocol, problem.about(), __version__)
        if plan.protocol()["environment"] != protocol["environment"] or protocol["zeronet"] != __version__:
            complain(
                "note: versions or BLAS are not those of the protocol, so that the last digits may differ", status=0
            )
        return problem, plan
    o = argparse.Namespace(**{**DEFAULTS, **given})
    problem = load_problem(o.problem, args.data_dir)
    steps_per_epoch = len(problem.x_train) // whole_number("batch-size", o.batch_size)
    plan = Plan(
        problem=problem.about(),
        hidden_sizes=tuple(o.hidden),
        optimizers=tuple(parse(text, o.lr) for text in o.optimizer),
        seeds=consecutive(o.seed, o.seeds),
        batch_size=o.batch_size,
        steps=o.steps if o.epochs is None else whole_number("epochs", o.epochs) * steps_per_epoch,
        eval_every=o.eval_every,
        target=TARGETS.get(problem.name) if o.target is None else o.target,
        blas_threads=o.blas_threads,
        version=__version__,
    )
    return problem, plan


def folder_name(plan: "Plan") -> str:
    """Return PROBLEM-OPTIMIZERS as a folder's name."""
    from zeronet.comparison.store import slug

    return slug("-".join([plan.problem["name"], *(spec.label for spec in plan.optimizers)]).lower())


def report(result: "Result", plan: "Plan") -> None:
    """Print the table, what went wrong, and what to do next."""
    print(result.table)
    for (label, seed), run in result.runs.items():
        if run.message:
            print(f"{label}, seed {seed} {run.outcome}: {run.message}")
    if any(run.traceback for run in result.runs.values()):
        print(f"The tracebacks are in {result.folder / 'errors'}")
    print(f"\nfigure: {result.folder / 'comparison.png'}")
    print("Each ran at the rate above, not tuned: the rates decide the ranking.")
    if [spec.label for spec in plan.optimizers] != ["SGD lr=0.5", "AdaGrad", "RMSProp"]:
        address = plan.problem["address"]
        same = "" if address.startswith("mnist") else f" --problem {address}"
        print(f"Try:  python {sys.argv[0]}{same} --optimizer sgd:lr=0.5 adagrad rmsprop")


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
