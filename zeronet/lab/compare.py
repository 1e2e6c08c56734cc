"""compare(): from Python what `zeronet train` does from the command line."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.lab.comparison.run import run_comparison
from zeronet.lab.runner.analysis.pairwise import MARGIN
from zeronet.lab.runner.execution.options import ExecutionOptions, default_jobs
from zeronet.lab.runner.experiment import Result, in_folder
from zeronet.lab.runner.plan import Plan, consecutive, split_sizes
from zeronet.lab.runner.problem import TARGETS, DataProblem, load_problem
from zeronet.lab.specs.networks import network_plan, networks_of
from zeronet.lab.specs.spec import on_networks, specs_of
from zeronet.lab.tuning.planning import FINAL_SEEDS, plan_tuning
from zeronet.lab.tuning.studies import run_studies


def compare(
    problem: str | DataProblem,
    optimizers: Sequence[Any] | Mapping[str, Any],
    *,
    steps: int = 2000,
    seeds: int | Iterable[int] | None = None,
    hidden_sizes: int | Sequence[int] | None = None,
    networks: Sequence[Any] | Mapping[str, Any] | None = None,
    batch_size: int = 128,
    eval_every: int = 100,
    target: float | None = None,
    tune: int | None = None,
    margin: float = MARGIN,
    studies: int = 1,
    jobs: int | None = None,
    blas_threads: int = 1,
    inspect: bool = False,
    out: str | Path | None = None,
) -> Result:
    """Compare optimizers on the same networks and the same batches, as train.py does.

        result = compare("mnist", ["sgd", RMSProp(lr=0.002), MyAdaGrad()], steps=500)
        print(result.table)
        result = compare("digits", ["sgd", "rmsprop"], steps=500, tune=15)
        print(result.table, result.verdict)

    Parameters
    ----------
    problem : str or DataProblem
        "mnist", "fashion-mnist", "digits", the path of an .npz file, or a problem.
    optimizers : sequence, or mapping of label to optimizer
        Names with settings ("sgd:lr=0.5"), or unused objects with update(params, grads).
    steps : int
        Updates per run.
    seeds : int or iterable of int, optional
        Their number, counted from 0, or the seeds; default: 3, or 10 of the final runs if learning rates are tuned.
    hidden_sizes : int or sequence of int, default 50
        One makes a TwoLayerNet, several a MultiLayerNet.
    networks : sequence, or mapping of label to network; instead of hidden_sizes
        Names with settings ("mlp:hidden=100x4,batch_norm=true", "cnn"), or functions (input_size, output_size, seed)
        that return a new Network. Every optimizer runs on every network.
    batch_size, eval_every : int
        Examples per step, at most all that there are; steps between two evaluations on the test images, or on the
        validation images if learning rates are tuned.
    target : float, optional
        Accuracy to reach, in (0, 1]; default: the problem's.
    tune : int, optional
        Trials of each optimizer in the search for its learning rate; default: none, as given. Optimizers must be names.
    margin : float
        With tune: losses within this share count as equal.
    studies : int
        With tune: how often search and final runs are repeated on fresh seeds.
    jobs : int, optional
        Number of processes; default: one per core.
    blas_threads : int
        Threads of each run's matrix products.
    inspect : bool
        Whether to measure what happens inside the networks.
    out : path, optional
        Folder for the files; default: they are not kept.

    Raises
    ------
    UserError
        A ValueError, if an argument is out of range, or a problem, a network or an optimizer is not found.
    """
    data = problem if isinstance(problem, DataProblem) else load_problem(problem)
    if tune is None and (studies != 1 or margin != MARGIN):
        raise UserError("studies and margin need tune, as in tune=15")
    if seeds is None:
        seeds = 3 if tune is None else FINAL_SEEDS
    if networks is not None and hidden_sizes is not None:
        raise UserError("hidden_sizes is the short form of networks: leave one of them out")
    if networks is None:
        sizes = 50 if hidden_sizes is None else hidden_sizes
        networks = [network_plan(tuple(sizes) if isinstance(sizes, Iterable) else (sizes,))]
    about = data.to_dict()
    split = None if tune is None else split_sizes(len(data.x_train))
    batch_size = min(checked_integer("batch-size", batch_size), split[0] if split else len(data.x_train))
    specs = [network.fitted(about, data.image_shape, batch_size) for network in networks_of(networks)]
    plan = Plan(
        problem=about,
        optimizers=on_networks(specs_of(optimizers, steps=steps), specs),
        seeds=tuple(seeds) if isinstance(seeds, Iterable) else consecutive(0, seeds),
        batch_size=batch_size,
        steps=steps,
        eval_every=eval_every,
        target=TARGETS.get(data.name) if target is None else target,
        blas_threads=blas_threads,
        inspect=inspect,
        split=split,
    )
    options = ExecutionOptions(default_jobs() if jobs is None else jobs)
    if tune is None:
        return in_folder(out, lambda folder: run_comparison(plan, data, folder, options))
    tuning, studies = plan_tuning({"tune": tune, "margin": margin}, plan), checked_integer("studies", studies)
    return in_folder(out, lambda folder: run_studies(plan, tuning, data, folder, options, studies))
