"""The fair comparison: each optimizer's learning rate is searched with the same budget, then fresh seeds decide."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zeronet.lab.comparison.run import write_comparison
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.experiment import Result, open_experiment
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import Problem
from zeronet.lab.tuning.files import write_verdict
from zeronet.lab.tuning.grid import Tuning
from zeronet.lab.tuning.search import search
from zeronet.lab.tuning.table import VerdictTable
from zeronet.lab.tuning.timing import step_times

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def run_tuning(
    plan: Plan, tuning: Tuning, problem: Problem, folder: Path, options: ExecutionOptions, html: bool = False
) -> Result:
    """Search each optimizer's learning rate, run the best on plan's seeds, write all files, and return the result.

    A trial runs on tuning.seeds and is judged by its validation losses. The final runs have plan.seeds, which the
    search never used; each reads the test images, which decide, once, after its last step.
    Raises UserError as run_comparison does.
    """
    from zeronet.lab.comparison.figure import comparison_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.comparison.report import write_report
    from zeronet.lab.plots import save_figure
    from zeronet.lab.tuning.figure import verdict_figure

    requested = {**plan.protocol(), "tuning": tuning.to_dict()}
    with open_experiment(folder, requested, problem, options) as experiment:
        best, known_to, trials = search(replace(plan, inspect=False), tuning, experiment.run)
        final = replace(plan, optimizers=best, kind="final")
        runs = experiment.run(final, "final runs")
        protocol = {**final.protocol(), "tuning": {**tuning.to_dict(), "asked": requested["optimizers"]}}
        times = step_times(final, runs, problem) if isinstance(problem, DataProblem) else None
        table = VerdictTable(protocol, runs, known_to, experiment.seconds(), trials, times)

        def draw(new: Path) -> "Figure":
            if problem.has_data:
                save_figure(comparison_figure(new), new)
            return verdict_figure(new)

        def write(new: Path) -> "Figure":
            write_verdict(new, table, trials)
            figure = write_comparison(new, protocol, runs, table.records(), draw, "verdict")
            if html:
                write_report(new, "verdict.html", table, table.sentences())
            return figure

        return experiment.publish(table, runs, write, "verdict.png")
