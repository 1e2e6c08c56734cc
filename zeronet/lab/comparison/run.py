"""From a question to its answer: plan a comparison, carry it out, write its files, draw its figure."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.comparison.files import write_inspection, write_results
from zeronet.lab.comparison.table import Table, summarize
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.processes import execute
from zeronet.lab.runner.folder import locked_folder, publish
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.runner.problem import TARGETS, Problem, load_problem
from zeronet.lab.runner.resume import start_or_resume
from zeronet.lab.runner.run import Run
from zeronet.lab.runner.runs import prune_runs, results
from zeronet.lab.specs.spec import Spec, from_object
from zeronet.version import __version__

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Result:
    """What a comparison says.

    folder: where its files are, or None where they were not kept; table: print it; histories: label → seed → training
    losses; figure: drawn from the files; runs: (label, seed) → Run.
    """

    folder: Path | None
    table: Table
    figure: "Figure"
    runs: Mapping[tuple[str, int], Run]

    @property
    def histories(self) -> dict[str, dict[int, np.ndarray]]:
        """Label → seed → loss of each step before its update."""
        found: dict[str, dict[int, np.ndarray]] = {}
        for (label, seed), run in self.runs.items():
            found.setdefault(label, {})[seed] = np.array(run.losses)
        return found


def compare(
    problem: str | Problem,
    optimizers: Sequence[Any] | Mapping[str, Any],
    *,
    steps: int = 2000,
    seeds: int | Iterable[int] = 3,
    hidden_sizes: Sequence[int] = (50,),
    batch_size: int = 128,
    eval_every: int = 100,
    target: float | None = None,
    jobs: int | None = None,
    blas_threads: int = 1,
    inspect: bool = False,
    out: str | Path | None = None,
) -> Result:
    """Compare optimizers on the same networks and the same batches, as train.py does.

    problem: "mnist", "fashion-mnist", "digits", an .npz file's path, or a Problem; optimizers: names with settings
    ("sgd:lr=0.5"), zeronet's objects, or any unused objects with update(params, grads), listed or as label → optimizer;
    steps: updates per run; seeds: how many, from 0, or which; hidden_sizes: (50,) makes a TwoLayerNet, several a
    MultiLayerNet; target: the test accuracy to reach (default: the problem's); jobs: processes (default: one per
    core); inspect: whether to look inside the networks, too; out: a folder for the files (default: they are not kept).
    Raises UserError, a ValueError, for what cannot be run.

        result = compare("mnist", ["sgd", RMSProp(lr=0.002), MyAdaGrad()], steps=500)
        print(result.table)
    """
    if not isinstance(problem, Problem):
        problem = load_problem(problem)
    plan = Plan(
        problem=problem.about(),
        hidden_sizes=tuple(hidden_sizes) if isinstance(hidden_sizes, Iterable) else (hidden_sizes,),
        optimizers=tuple(specs_of(optimizers, steps=steps)),
        seeds=tuple(seeds) if isinstance(seeds, Iterable) else consecutive(0, seeds),
        batch_size=batch_size,
        steps=steps,
        eval_every=eval_every,
        target=TARGETS.get(problem.name) if target is None else target,
        blas_threads=blas_threads,
        version=__version__,
        inspect=inspect,
    )
    how = ExecutionOptions(default_jobs() if jobs is None else jobs)
    if out is not None:
        return carry_out(plan, problem, Path(out), how)
    with tempfile.TemporaryDirectory(prefix="zeronet-") as folder:
        return replace(carry_out(plan, problem, Path(folder), how), folder=None)


def carry_out(plan: Plan, problem: Problem, folder: Path, how: ExecutionOptions) -> Result:
    """Run the plan, write all files of the comparison into folder, and return what they say.

    Raises UserError where folder cannot be used, and where what is there belongs to another plan than is resumed.
    """
    from zeronet.lab.comparison.figure import comparison_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.comparison.inspection import save_inspection
    from zeronet.lab.plots import save_figure

    with locked_folder(folder):
        start_or_resume(folder, plan.protocol(), how.resume)
        execute(plan, problem.arrays, folder, how)
        runs = results(plan, folder)
        table = Table(plan.protocol(), summarize(plan.protocol(), runs))

        figures = []

        def write(new: Path) -> None:
            write_results(new, plan.protocol(), runs, table)
            figures.append(comparison_figure(new))
            save_figure(figures[0], new)
            if plan.inspect:
                write_inspection(new, plan.protocol(), runs)
                save_inspection(new)

        publish(folder, write)
        prune_runs([plan], folder)
        return Result(folder, table, figures[0], runs)


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    import joblib

    return joblib.cpu_count()


def specs_of(
    optimizers: Sequence[Any] | Mapping[str, Any], rates: Mapping[str, float] | None = None, steps: int | None = None
) -> list[Spec]:
    """Return the specs of optimizers, listed or as label → optimizer; rates, steps: as in specs.parse."""
    if isinstance(optimizers, str) or not isinstance(optimizers, Iterable):
        raise UserError(f"optimizers is a list, as in [{optimizers!r}]")
    if isinstance(optimizers, Mapping):
        return [replace(from_object(each, rates, steps), label=str(label)) for label, each in optimizers.items()]
    return [from_object(each, rates, steps) for each in optimizers]
