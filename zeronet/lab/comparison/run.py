"""A comparison of optimizers on networks: plan, run, write the files, draw the figure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.lab.comparison.files import write_inspection, write_results
from zeronet.lab.comparison.table import Table, summarize
from zeronet.lab.runner.execution.options import ExecutionOptions, default_jobs
from zeronet.lab.runner.experiment import Result, in_folder, open_experiment
from zeronet.lab.runner.networks import network_plan
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.runner.problem import TARGETS, DataProblem, Problem, load_problem
from zeronet.lab.runner.runs import Runs
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
        "mnist", "fashion-mnist", "digits", the path of an .npz file, or a problem.
    optimizers : sequence, or mapping of label to optimizer
        Names with settings ("sgd:lr=0.5"), or unused objects with update(params, grads).
    steps : int
        Updates per run.
    seeds : int or iterable of int
        Their number, counted from 0, or the seeds.
    hidden_sizes : int or sequence of int
        One makes a TwoLayerNet, several a MultiLayerNet.
    batch_size, eval_every : int
        Examples per step; steps between two evaluations on the test images.
    target : float, optional
        Test accuracy to reach, in (0, 1]; default: the problem's.
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
        A ValueError, if an argument is out of range, or a problem or an optimizer is not found.
    """
    data = problem if isinstance(problem, DataProblem) else load_problem(problem)
    plan = Plan(
        problem=data.to_dict(),
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


def run_comparison(
    plan: Plan,
    problem: Problem,
    folder: Path,
    options: ExecutionOptions,
    table_class: type[Table] = Table,
    draw: "Callable[[Path], Figure] | None" = None,
    stem: str = "comparison",
) -> Result:
    """Run the plan, write all files of the comparison into folder, and return its result.

    table_class, draw, stem: the table, the function that draws the figure, and the name of its files. Raises UserError
    if folder cannot be used, or contains the runs of another plan than the one that is resumed.
    """
    from zeronet.lab.comparison.figure import comparison_figure  # only here: matplotlib takes a while to import

    protocol = plan.protocol()
    with open_experiment(folder, protocol, problem, options) as experiment:
        runs = experiment.run(plan)
        table = table_class(protocol, summarize(protocol, runs))

        def write(new: Path) -> "Figure":
            return write_comparison(new, protocol, runs, table.records(), draw or comparison_figure, stem)

        return experiment.publish(table, runs, write, f"{stem}.png")


def write_comparison(
    folder: Path,
    protocol: Mapping[str, Any],
    runs: Runs,
    summary: tuple[Sequence[str], Sequence[Sequence[Any]]],
    draw: "Callable[[Path], Figure]",
    stem: str,
) -> "Figure":
    """Write all files of a comparison into an empty folder, draw its figures, and return the one that draw makes."""
    from zeronet.lab.comparison.inspection import save_inspection
    from zeronet.lab.plots import save_figure

    write_results(folder, protocol, runs, summary)
    if any(name.startswith("rows/") for run in runs.values() for name in run.inspection):
        write_inspection(folder, protocol, runs)
        save_inspection(folder)
    figure = draw(folder)
    save_figure(figure, folder, stem)
    return figure
