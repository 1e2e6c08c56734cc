"""A comparison of optimizers on networks: plan, run, write the files, draw the figure."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.lab.comparison.files import write_inspection, write_results
from zeronet.lab.comparison.table import Table, summarize
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.experiment import Result, open_experiment
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import Problem
from zeronet.lab.runner.runs import Runs

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def run_comparison(
    plan: Plan,
    problem: Problem,
    folder: Path,
    options: ExecutionOptions,
    table_class: type[Table] = Table,
    draw: "Callable[[Path], Figure] | None" = None,
    stem: str = "comparison",
    html: bool = False,
) -> Result:
    """Run the plan, write all files of the comparison into folder, and return its result.

    table_class, draw, stem: the table, the function that draws the figure, and the name of its files; html: whether to
    write a page for the browser too. Raises UserError if folder cannot be used, or contains the runs of another plan
    than the one that is resumed.
    """
    protocol = plan.protocol()
    with open_experiment(folder, protocol, problem, options) as experiment:
        runs = experiment.run(plan)
        from zeronet.lab.comparison.figure import comparison_figure  # only now: matplotlib takes a while to import
        from zeronet.lab.comparison.report import write_report

        table = table_class(protocol, summarize(protocol, runs), runs)

        def write(new: Path) -> "Figure":
            figure = write_comparison(new, protocol, runs, table.records(), draw or comparison_figure, stem)
            if html:
                write_report(new, f"{stem}.html", table, table.caption().splitlines())
            return figure

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
