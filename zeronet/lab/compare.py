"""compare(): from Python what `zeronet train` does from the command line."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.lab.comparison.planning import OPTIONS, plan_comparison
from zeronet.lab.comparison.run import run_comparison
from zeronet.lab.ladder.planning import plan_ladder
from zeronet.lab.ladder.run import run_book, run_ladder
from zeronet.lab.ladder.rungs import BUDGET
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.execution.options import ExecutionOptions, default_jobs
from zeronet.lab.runner.experiment import Result, in_folder
from zeronet.lab.runner.landscape_defaults import RATES, STEPS
from zeronet.lab.runner.landscape_problem import LandscapeProblem
from zeronet.lab.runner.problem import Problem, load_problem
from zeronet.lab.specs.spec import specs_of
from zeronet.lab.tuning.planning import plan_finals, plan_tuning
from zeronet.lab.tuning.studies import run_studies
from zeronet.landscapes import LANDSCAPES

TUNING = {"tune_range", "tune_over", "tune_schedules", "margin", "train_size", "validation_size"}  # need tune


def compare(
    problem: str | os.PathLike[str] | DataProblem,
    optimizers: Sequence[Any] | Mapping[str, Any] | None = None,
    *,
    steps: int | None = None,
    seeds: int | Iterable[int] | None = None,
    hidden_sizes: int | Sequence[int] | None = None,
    networks: Sequence[Any] | Mapping[str, Any] | None = None,
    batch_size: int | None = None,
    eval_every: int | None = None,
    target: float | None = None,
    protocol: str | None = None,
    tune: int | None = None,
    tune_range: tuple[float, float] | None = None,
    tune_over: Sequence[str] | None = None,
    tune_schedules: Sequence[str] | None = None,
    margin: float | None = None,
    studies: int | None = None,
    train_size: int | None = None,
    validation_size: int | None = None,
    jobs: int | None = None,
    blas_threads: int | None = None,
    run_timeout: float | None = None,
    inspect: bool = False,
    out: str | Path | None = None,
    resume: bool = False,
) -> Result:
    """Compare optimizers on the same networks and the same batches, as train.py does.

        result = compare("mnist", ["sgd", RMSProp(lr=0.002), MyAdaGrad()], steps=500)
        print(result.table)
        result = compare("digits", ["sgd", "rmsprop"], steps=500, tune=15)
        print(result.table, result.verdict)
        compare("mnist", protocol="book").figure

    Parameters
    ----------
    problem : str or DataProblem
        "mnist", "fashion-mnist", "digits", the path of your own data (zeronet.datasets.load), or a problem; with tune,
        also the name of a landscape.
    optimizers : sequence, or mapping of label to optimizer; default: SGD, AdaGrad and RMSProp, or the protocol's
        Names with settings ("sgd:lr=0.5"), or unused objects with update(params, grads).
    steps : int, default 2000
        Updates per run.
    seeds : int or iterable of int, optional
        Their number, counted from 0, or the seeds; default: 3, or 10 of the final runs if learning rates are tuned.
    hidden_sizes : int or sequence of int, default 50
        One makes a TwoLayerNet, several a MultiLayerNet.
    networks : sequence, or mapping of label to network; instead of hidden_sizes
        Names with settings ("mlp:hidden=100x4,batch_norm=true", "cnn"), or functions (input_size, output_size, seed)
        that return a new Network. Every optimizer runs on every network.
    batch_size, eval_every : int, default 128 and 100
        Examples per step, at most all that there are; steps between two evaluations on the test images, or on the
        validation images if learning rates are tuned.
    target : float, optional
        Accuracy, or R², to reach, in (0, 1]; default: the problem's.
    protocol : "book" or "ladder", optional
        Compare as chapter 6 of the book does, or go from there to a fair comparison, one choice at a time.
    tune : int, optional
        Trials of each optimizer in the search for its learning rate; default: none, as given. Optimizers must be names.
    tune_range, tune_over, tune_schedules
        With tune: the lowest and the highest learning rate of the first grid, (1e-3, 1.0); other settings to search,
        ["rmsprop:rho=0.9,rho=0.99"] or ["standard"]; schedules that share the trials, ["constant", "cosine"].
    margin : float, default 0.02
        With tune: losses within this share count as equal.
    studies : int, default 1
        With tune: how often search and final runs are repeated on fresh seeds.
    train_size, validation_size : int
        With tune: how many training examples are for training, and for choosing; default: five sixths and a sixth.
    jobs : int, optional
        Number of processes; default: one per core.
    blas_threads : int, default 1
        Threads of each run's matrix products.
    run_timeout : float, optional
        Seconds until a run is stopped; default: never.
    inspect : bool
        Whether to measure what happens inside the networks.
    out : path, optional
        Folder for the files; default: they are not kept.
    resume : bool
        Whether to continue the interrupted experiment of the folder.

    Raises
    ------
    UserError
        A ValueError, if an argument is out of range, or a problem, a network or an optimizer is not found.
    """
    if networks is not None and hidden_sizes is not None:
        raise UserError("hidden_sizes is the short form of networks: leave one of them out")
    hidden = list(hidden_sizes) if isinstance(hidden_sizes, Iterable) else hidden_sizes and [hidden_sizes]
    search = {
        "tune": tune,
        "tune_range": tune_range,
        "tune_over": tune_over,
        "tune_schedules": tune_schedules,
        "margin": margin,
        "train_size": train_size,
        "validation_size": validation_size,
    }
    of_networks = {
        "network": networks,
        "hidden": hidden,
        "batch_size": batch_size,
        "eval_every": eval_every,
        "target": target,
        "blas_threads": blas_threads,
        "inspect": inspect or None,
        "protocol": protocol,
    }
    landscape = isinstance(problem, str) and problem.lower() in LANDSCAPES
    chosen_seeds = tuple(seeds) if isinstance(seeds, Iterable) else None
    number = len(chosen_seeds) if chosen_seeds is not None else seeds
    asked: dict[str, Any] = {**search, **of_networks, "steps": steps, "seeds": number}
    given = {name: value for name, value in asked.items() if value is not None}
    _check(given, landscape, studies, [name for name in of_networks if name in given])
    about: Problem = problem if isinstance(problem, DataProblem) else _problem(problem, landscape)
    if optimizers is not None:
        rates, usual = (RATES[about.name], STEPS[about.name]) if landscape else (None, OPTIONS["steps"])
        horizon = usual if steps is None else steps
        listed = tune_schedules is not None and not isinstance(optimizers, Mapping)
        given["optimizer"] = list(optimizers) if listed else specs_of(optimizers, rates, horizon)
    options = ExecutionOptions(default_jobs() if jobs is None else jobs, resume=resume, run_timeout=run_timeout)
    tuning = None
    if protocol is not None:
        plan, tuning = plan_ladder(given, about)
    elif tune is None:
        plan = plan_comparison(given, about)
    else:
        plan = plan_finals(given, about)
    if chosen_seeds is not None:
        plan = replace(plan, seeds=chosen_seeds)
    if tune is not None or tuning is not None:
        tuning = plan_tuning({"tune": BUDGET, **given}, plan)  # its seeds come after those of the plan
    if protocol == "ladder" and tuning is not None:
        return in_folder(out, lambda folder: run_ladder(plan, tuning, about, folder, options))
    if tuning is not None:
        repeats = checked_integer("studies", 1 if studies is None else studies)
        return in_folder(out, lambda folder: run_studies(plan, tuning, about, folder, options, repeats))
    run = run_book if protocol == "book" else run_comparison
    return in_folder(out, lambda folder: run(plan, about, folder, options))


def _problem(address: str | os.PathLike[str], landscape: bool) -> Problem:
    return LandscapeProblem(os.fspath(address).lower()) if landscape else load_problem(address)


def _check(given: Mapping[str, Any], landscape: bool, studies: int | None, of_networks: Sequence[str]) -> None:
    """Raise UserError for arguments that do not go together."""
    if (protocol := given.get("protocol")) not in (None, "book", "ladder"):
        raise UserError(f"protocol must be 'book' or 'ladder', not {protocol!r}")
    if landscape and "tune" not in given:
        raise UserError("compare trains networks: race descends landscapes; with tune=, compare searches rates there")
    if landscape and of_networks:
        raise UserError(f"{of_networks[0]} is for networks, not for landscapes")
    if "tune" not in given and (studies is not None or (protocol is None and given.keys() & TUNING)):
        misplaced = "studies" if studies is not None else min(given.keys() & TUNING)
        raise UserError(f"{misplaced} needs tune, as in tune=15")
