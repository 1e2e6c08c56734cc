"""A comparison of optimizers on networks: plan it, run it, write its files, draw its figure."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.lab.comparison.files import write_inspection, write_results
from zeronet.lab.comparison.table import Table, summarize
from zeronet.lab.runner.execution.options import ExecutionOptions, default_jobs
from zeronet.lab.runner.experiment import Experiment, Result, in_folder
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.runner.problem import TARGETS, DataProblem, Problem, load_problem, network_plan
from zeronet.lab.specs.spec import specs_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def compare(
    problem: str | DataProblem,
    optimizers: Sequence[Any] | Mapping[str, Any],
    *,
    steps: int = 2000,
    seeds: int | Iterable[int] = 3,
    hidden_sizes: int | Sequence[int] = (50,),
    batch_size: int = 128,
    eval_every: int = 100,
    target: float | None = None,
    jobs: int | None = None,
    blas_threads: int = 1,
    inspect: bool = False,
    out: str | Path | None = None,
) -> Result:
    """Compare optimizers on the same networks and the same batches, as train.py does.

        result = compare("mnist", ["sgd", RMSProp(lr=0.002), MyAdaGrad()], steps=500)
        print(result.table)

    Parameters
    ----------
    problem : str or DataProblem
        "mnist", "fashion-mnist", "digits", an .npz file's path, or a problem.
    optimizers : sequence, or mapping of label to optimizer
        Names with settings ("sgd:lr=0.5"), zeronet's objects, or any unused objects with update(params, grads).
    steps : int
        Updates per run.
    seeds : int or iterable of int
        How many, from 0, or which.
    hidden_sizes : int or sequence of int
        (50,) makes a TwoLayerNet, several a MultiLayerNet.
    batch_size, eval_every : int
        Examples per step; steps between two evaluations on the test images.
    target : float, optional
        The test accuracy to reach; default: the problem's.
    jobs : int, optional
        Processes; default: one per core.
    blas_threads : int
        Threads of each run's matrix products.
    inspect : bool
        Whether to look inside the networks, too.
    out : path, optional
        A folder for the files; default: they are not kept.

    Raises
    ------
    UserError
        A ValueError, for what cannot be run.
    """
    data = problem if isinstance(problem, DataProblem) else load_problem(problem)
    plan = Plan(
        problem=data.about(),
        network=network_plan(tuple(hidden_sizes) if isinstance(hidden_sizes, Iterable) else (hidden_sizes,)),
        optimizers=tuple(specs_of(optimizers, steps=steps)),
        seeds=tuple(seeds) if isinstance(seeds, Iterable) else consecutive(0, seeds),
        batch_size=batch_size,
        steps=steps,
        eval_every=eval_every,
        target=TARGETS.get(data.name) if target is None else target,
        blas_threads=blas_threads,
        inspect=inspect,
    )
    options = ExecutionOptions(default_jobs() if jobs is None else jobs)
    return in_folder(out, lambda folder: run_comparison(plan, data, folder, options))


def run_comparison(plan: Plan, problem: Problem, folder: Path, options: ExecutionOptions) -> Result:
    """Run the plan, write all files of the comparison into folder, and return what they say.

    Raises UserError if folder cannot be used, or if what is there belongs to another plan than is resumed.
    """
    from zeronet.lab.comparison.figure import comparison_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.comparison.inspection import save_inspection
    from zeronet.lab.plots import save_figure

    protocol = plan.protocol()
    with Experiment(folder, protocol, problem, options) as experiment:
        runs = experiment.run(plan)
        table = Table(protocol, summarize(protocol, runs))

        def write(new: Path) -> "Figure":
            write_results(new, protocol, runs, table)
            figure = comparison_figure(new)
            save_figure(figure, new)
            if plan.inspect:
                write_inspection(new, protocol, runs)
                save_inspection(new)
            return figure

        return experiment.publish(table, runs, write, "comparison.png")
