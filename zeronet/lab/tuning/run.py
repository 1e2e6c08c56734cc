"""The fair comparison: each optimizer's rate is searched with the same budget, then fresh seeds decide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.lab.comparison.files import write_inspection, write_results
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.processes import execute
from zeronet.lab.runner.folder import locked_folder, publish
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import LandscapeProblem, Problem
from zeronet.lab.runner.resume import start_or_resume
from zeronet.lab.runner.run import Run
from zeronet.lab.runner.runs import prune_runs, results
from zeronet.lab.tuning.files import write_verdict
from zeronet.lab.tuning.grid import Tuning
from zeronet.lab.tuning.search import search
from zeronet.lab.tuning.table import VerdictTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class TunedResult:
    """What a tuned comparison says.

    folder: where its files are; table: print it; figure: drawn from the files; runs: (label, seed) → final run.
    """

    folder: Path
    table: VerdictTable
    figure: "Figure"
    runs: Mapping[tuple[str, int], Run]


def carry_out_tuned(
    plan: Plan,
    tuning: Tuning,
    problem: Problem | LandscapeProblem,
    folder: Path,
    how: ExecutionOptions,
) -> TunedResult:
    """Search each optimizer's rate, run the best on plan's seeds, write all files into folder, return what they say.

    A trial runs on tuning.seeds and counts with the median of its final validation losses, infinite where it diverged.
    The final runs have plan.seeds, which tuning never saw; each reads the test images once, after its last step.
    Raises UserError as carry_out does.
    """
    from zeronet.lab.comparison.figure import comparison_figure  # only here: matplotlib
    from zeronet.lab.comparison.inspection import save_inspection
    from zeronet.lab.plots import save_figure
    from zeronet.lab.tuning.figure import verdict_figure

    asked = {**plan.protocol(), "tuning": tuning.about()}
    with locked_folder(folder):
        start_or_resume(folder, asked, how.resume)
        done: list[Plan] = []

        def runs_of(stage: Plan, name: str) -> dict[tuple[str, int], Run]:
            execute(stage, problem.arrays, folder, how, name)
            done.append(stage)
            return results(stage, folder)

        best, at_edge, trials = search(replace(plan, inspect=False), tuning, runs_of)
        final = replace(plan, optimizers=best, kind="final")
        runs = runs_of(final, "final runs")
        protocol = {**final.protocol(), "tuning": {**tuning.about(), "asked": asked["optimizers"]}}
        spent: dict[str, float] = {}  # digest → seconds: a run that stands under two labels was made once
        for stage in done:
            each = zip(stage.cells(), results(stage, folder).values(), strict=True)
            spent |= {cell.digest: run.seconds or 0.0 for cell, run in each}
        table = VerdictTable(protocol, runs, at_edge, len(spent), sum(spent.values()))
        figures: list[Any] = []

        def write(new: Path) -> None:
            write_results(new, protocol, runs, table)
            write_verdict(new, table, trials)
            if not plan.on_landscape:
                save_figure(comparison_figure(new), new)
            if plan.inspect:
                write_inspection(new, protocol, runs)
                save_inspection(new)
            figures.append(verdict_figure(new))
            save_figure(figures[0], new, "verdict")

        publish(folder, write)
        prune_runs(done, folder)
        return TunedResult(folder, table, figures[0], runs)
