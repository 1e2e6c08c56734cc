"""Train networks and compare optimizers: parse, plan, run, report.

zeronet train                                              SGD, AdaGrad and RMSProp, as in chapter 6 of the book
zeronet train --optimizer rmsprop                          one of them
zeronet train --optimizer sgd:lr=0.5 adagrad rmsprop       with settings
zeronet train --optimizer my_optimizer.py:MyAdaGrad sgd    your own class with update(params, grads)
zeronet train --network mlp:hidden=100x4 cnn --optimizer adam       networks, with the same batches
zeronet train --problem valley --lr 0.3 --animate          paths on f(x, y) = x²/20 + y², still and in motion
"""

import argparse
import shlex
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from zeronet.cli.parser import Parser, complain, exit_status

PAGES = ("race.html", "comparison.html", "verdict.html")  # of --html

# The rest of zeronet is imported where it is used: --help and errors are answered at once.
if TYPE_CHECKING:
    from zeronet.cli.request import Request
    from zeronet.lab.runner.execution.options import ExecutionOptions
    from zeronet.lab.runner.experiment import Result
    from zeronet.lab.runner.plan import Plan


def main(arguments: list[str] | None = None) -> int:
    """Parse, plan, run, report; return the exit status."""
    options = parse(arguments)
    return exit_status(options.prog, lambda: answer(options), options.lang)


def answer(options: argparse.Namespace) -> int:
    """Do what the options say; return the exit status."""
    if options.list_optimizers:
        return list_optimizers()
    requests = plan(options)
    results = {request.problem.name: run(request, options) for request in requests}
    return report(results, options)


def parse(arguments: list[str] | None = None, prog: str = "zeronet train") -> argparse.Namespace:
    """Return the options of the command line; those that were not given are None. prog: prefix of messages."""
    form = argparse.RawDescriptionHelpFormatter
    p = Parser(prog=prog, description=__doc__, formatter_class=form, allow_abbrev=False)
    p.set_defaults(prog=prog)
    p.add_argument(
        "--problem",
        nargs="+",
        metavar="NAME",
        help="mnist (default), fashion-mnist, digits, mnist-sample, your own data (an .npz file, "
        "FILE.csv:label=COLUMN, FILE.csv:target=COLUMN, a folder of images or of IDX files), or a landscape: valley, "
        "slope, rosenbrock, beale, himmelblau, branin, rastrigin, ackley, saddle",
    )
    p.add_argument(
        "--optimizer",
        nargs="+",
        action="extend",
        metavar="SPEC",
        help="[LABEL=]NAME[:key=value,…]; NAME is sgd, momentum, nesterov, adagrad, rmsprop, adam, FILE.py:Class or "
        "module:Class (default: sgd adagrad rmsprop)",
    )
    p.add_argument("--list-optimizers", action="store_true", help="list name, equation, defaults and reference of each")
    p.add_argument("--lr", type=float, metavar="RATE", help="learning rate of all optimizers (default: each one's own)")
    p.add_argument(
        "--network",
        nargs="+",
        action="extend",
        metavar="SPEC",
        help="[LABEL=]NAME[:key=value,…], each with every optimizer; NAME is two-layer, mlp, cnn, deep-cnn, "
        "FILE.py:function or module:function: mlp:hidden=100x4,activation=tanh,init=xavier,batch_norm=true,dropout=0.2",
    )
    p.add_argument(
        "--hidden",
        type=int,
        nargs="+",
        metavar="UNITS",
        help="short form of --network: hidden units, layer by layer (default: 50)",
    )
    length = p.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, metavar="N", help="updates per run (default: 2000)")
    length.add_argument("--epochs", type=int, metavar="N", help="passes over the data, instead of --steps")
    p.add_argument("--batch-size", type=int, metavar="N", help="examples per step (default: 128)")
    p.add_argument("--seeds", type=int, metavar="N", help="number of seeds: runs per optimizer (default: 3)")
    p.add_argument("--seed", type=int, metavar="S", help="first seed (default: 0)")
    p.add_argument("--eval-every", type=int, metavar="N", help="steps between two evaluations (default: 100)")
    p.add_argument(
        "--target", type=float, metavar="ACCURACY", help="test accuracy, or R², to reach (default: the data set's)"
    )
    p.add_argument("--jobs", type=int, metavar="N", help="runs in parallel (default: one per core)")
    p.add_argument("--blas-threads", type=int, metavar="N", help="threads of each run's matrix products (default: 1)")
    compiling = "run the optimizers' rules as machine code, with the same results: auto (default: where it saves time "
    compiling += "and the extra fast is installed), always, never"
    p.add_argument("--compile", choices=["auto", "always", "never"], help=compiling)
    p.add_argument("--data-dir", metavar="DIR", help="folder of the data files (default: the usual places)")
    p.add_argument("--out", metavar="DIR", help="folder for the results (default: runs/PROBLEM-OPTIMIZERS)")
    p.add_argument("--protocol-file", metavar="FILE", help="repeat the experiment that this protocol.json describes")
    budget = "search each optimizer's learning rate with this number of trials (15)"
    p.add_argument("--tune", type=int, nargs="?", const=15, metavar="BUDGET", help=budget)
    p.add_argument(
        "--tune-range", type=float, nargs=2, metavar=("LOW", "HIGH"), help="learning rates of the search's grid"
    )
    p.add_argument(
        "--tune-over",
        nargs="+",
        metavar="SPEC",
        help="also search other settings: rmsprop:rho=0.9,rho=0.99; or standard: momentum, rho, beta on short lists",
    )
    p.add_argument(
        "--tune-schedules",
        nargs="+",
        metavar="NAME",
        help="compare each optimizer with several schedules, which share its trials: constant cosine",
    )
    p.add_argument("--studies", type=int, metavar="N", help="repeat search and final runs on fresh seeds (default: 1)")
    p.add_argument("--margin", type=float, metavar="M", help="losses within this share count as equal (default: 0.02)")
    p.add_argument("--train-size", type=int, metavar="N", help="training examples under --tune (default: the others)")
    p.add_argument(
        "--validation-size", type=int, metavar="N", help="validation examples under --tune (default: a sixth)"
    )
    p.add_argument("--cluster", metavar="ADDRESS", help="send the runs to a Dask cluster: tcp://host:8786, or local")
    p.add_argument(
        "--accept-mixed", action="store_true", default=None, help="accept workers that differ from this machine"
    )
    p.add_argument(
        "--protocol",
        choices=["book", "ladder"],
        help="compare as chapter 6 does; or go from there to fair, one choice at a time",
    )
    p.add_argument("--run-timeout", type=float, metavar="SECONDS", help="stop a run that takes longer (default: never)")
    p.add_argument("--resume", action="store_true", default=None, help="continue the folder's interrupted experiment")
    p.add_argument("--inspect", action="store_true", default=None, help="also measure what happens inside the networks")
    p.add_argument("--start", type=pair, metavar="X,Y", help="start of paths on a landscape, as in --start=-7,2")
    p.add_argument(
        "--animate", nargs="?", const="race.gif", metavar="NAME", help="animate the paths: race.gif or race.mp4"
    )
    page = "also write a page for the browser: race.html, comparison.html or verdict.html"
    p.add_argument("--html", action="store_true", default=None, help=page)
    p.add_argument("--explain", type=int, metavar="K", help="print the first K updates on a landscape in numbers")
    p.add_argument("--lang", choices=["en", "ja"], help="language of tables and figures (default: ZERONET_LANG, or en)")
    p.add_argument("--show", action="store_true", help="open the figure in a window")
    p.add_argument("--quiet", action="store_true", help="no progress bar")
    return p.parse_args(arguments)


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


def choose_compiling(choice: str | None) -> None:
    """Let this process, and the workers that it starts, compile rules as --compile or ZERONET_COMPILE says."""
    import os

    from zeronet.common.errors import UserError
    from zeronet.training.compiled import compile_choice, compiler

    if choice:
        os.environ["ZERONET_COMPILE"] = choice
    if compile_choice() == "always" and compiler() is None:
        raise UserError("--compile always needs llvmlite and NumPy 2: pip install 'zeronet-dl[fast]'")


def plan(options: argparse.Namespace) -> "list[Request]":
    """Return what the options describe, problem by problem, and choose the folder for the results."""
    from zeronet.cli.request import read_request
    from zeronet.common.files import slug
    from zeronet.lab.runner.execution.options import ExecutionOptions
    from zeronet.lab.runner.folder import locked_folder
    from zeronet.lab.specs.trial import trial_seconds

    choose_compiling(options.compile)
    if options.run_timeout is not None:  # for plug-ins that are tried before the runs, too
        ExecutionOptions(run_timeout=options.run_timeout)
        trial_seconds.set(options.run_timeout)
    requests = read_request(vars(options))
    labels = [options.protocol] if options.protocol else [spec.label for spec in requests[0].plan.optimizers]
    default = Path("runs") / slug("-".join([*(request.problem.name for request in requests), *labels]).lower())
    options.folder, options.several = Path(options.out or default), len(requests) > 1
    if options.several:  # what sums them up goes there: it may be refused before the runs
        with locked_folder(options.folder):
            pass
    return requests


def run(request: "Request", options: argparse.Namespace) -> "Result":
    """Carry out one request, print its table, and return its result."""
    from zeronet.common.files import slug
    from zeronet.lab.runner.execution.options import ExecutionOptions, default_jobs

    for note in (*request.notes, *(_left_out(request) if options.html else ())):
        complain(options.prog, note, status=0)
    folder = options.folder / slug(request.problem.name) if options.several else options.folder
    if request.kind == "race":  # paths are short: processes would take longer to start
        execution = ExecutionOptions(1, options.quiet, bool(options.resume), run_timeout=options.run_timeout)
    else:
        print(request.problem.source, file=sys.stderr)
        jobs = default_jobs() if options.jobs is None else options.jobs
        accept_mixed = bool(options.accept_mixed)
        execution = ExecutionOptions(
            jobs, options.quiet, bool(options.resume), options.cluster, accept_mixed, options.run_timeout
        )
    with _checked_cluster(request.plan, execution) as plan:
        result = _conduct(request, plan, folder, execution, options.animate, bool(options.html))
    if options.explain is not None:
        _explain(request, result, options.explain)
    print_result(result, folder)
    if request.kind == "comparison":
        print_advice(request, options)
    return result


def _left_out(request: "Request") -> list[str]:
    """Return a note if the page of a race cannot have some of its optimizers."""
    from zeronet.lab.race.report import left_out

    labels = ", ".join(left_out(request.plan.optimizers)) if request.kind == "race" else ""
    return [f"note: the page leaves out {labels}: a browser computes elementwise rules only"] if labels else []


def _checked_cluster(plan: "Plan", execution: "ExecutionOptions") -> "AbstractContextManager[Plan]":
    """Stay connected to the cluster inside the block, if there is one; the block gets the plan to execute there."""
    if execution.cluster is None:
        return nullcontext(plan)
    from zeronet.lab.runner.execution.cluster import checked_cluster  # only here: Dask is optional

    return checked_cluster(plan, execution)


def _conduct(
    request: "Request", plan: "Plan", folder: Path, execution: "ExecutionOptions", animation: str | None, html: bool
) -> "Result":
    """Conduct the experiment of this kind: plan → runs → files → figure. plan: the one to execute."""
    from zeronet.lab.comparison.run import run_comparison
    from zeronet.lab.ladder.run import run_book, run_ladder
    from zeronet.lab.race.run import run_race
    from zeronet.lab.tuning.studies import run_studies

    problem, tuning = request.problem, request.tuning
    if request.kind == "race":
        return run_race(plan, folder, execution, animation, html)
    if tuning:
        if request.kind == "ladder":
            return run_ladder(plan, tuning, problem, folder, execution)
        return run_studies(plan, tuning, problem, folder, execution, request.studies, html)
    if request.kind == "book":
        return run_book(plan, problem, folder, execution)
    return run_comparison(plan, problem, folder, execution, html=html)


def _explain(request: "Request", result: "Result", updates: int) -> None:
    """Print the first updates of each optimizer in numbers."""
    from zeronet.lab.race.explain import explain
    from zeronet.lab.runner.landscape_problem import landscape_of

    about = request.plan.problem
    for spec, path in zip(request.plan.optimizers, result.runs.values(), strict=True):
        if path.outcome != "raised":
            first = min(updates, request.plan.steps)
            print(explain(landscape_of(about), spec.build(), about["start"], first), end="\n\n")


def print_result(result: "Result", folder: Path) -> None:
    """Print the table, with what failed in the runs, and where the figure is."""
    from zeronet.locale import translate

    print(result.table)
    if any(run.traceback for run in result.runs.values()):
        print(translate("The tracebacks are in {folder}", folder=folder / "errors"))
    print(f"\n{translate('figure:')} {folder / result.drawn}")
    for page in sorted(page for name in PAGES for page in (*folder.glob(name), *folder.glob(f"study-*/{name}"))):
        print(f"{translate('page for the browser:')} {page}")
    others = [name for name in ("inspection.png", "pixels.png", "weights.png") if (folder / name).exists()]
    if others:
        print(f"{translate('inside the networks:')} {', '.join(others)}")


def print_advice(request: "Request", options: argparse.Namespace) -> None:
    """Print what an untuned comparison does not show, and a command that does."""
    from zeronet.locale import translate

    print(translate("Each ran at the learning rate above, not tuned: the learning rates decide the ranking."))
    labels = [spec.label for spec in request.plan.optimizers]
    own = any(part.plugin for spec in request.plan.optimizers for part in spec.parts)  # who tries one wants no others
    if (
        labels != ["SGD lr=0.5", "AdaGrad", "RMSProp"]
        and len(request.plan.networks) == 1
        and not own
        and not request.notes
    ):
        address = request.plan.problem["address"]
        words = [] if address.startswith("mnist") else ["--problem", address]
        for option in ("network", "hidden"):
            if given := getattr(options, option):
                words += [f"--{option}", *map(str, given)]
        words += [] if request.plan.batch_size == 128 else ["--batch-size", str(request.plan.batch_size)]
        command = f"python {sys.argv[0]}" if options.prog.endswith(".py") else options.prog
        words += ["--optimizer", "sgd:lr=0.5", "adagrad", "rmsprop"]
        print(f"{translate('Try:')}  {command} {shlex.join(words)}")


def report(results: "Mapping[str, Result]", options: argparse.Namespace) -> int:
    """Summarize several problems, show the figures if requested; return the exit status."""
    if options.several:
        from zeronet.lab.suite.run import write_profile

        print(f"\n{write_profile(results, options.folder)}")
    if options.show:
        from zeronet.lab.plots import show

        for result in results.values():
            show(result.figure)
    return 1 if any(run.outcome == "raised" for result in results.values() for run in result.runs.values()) else 0
