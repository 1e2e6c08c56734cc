"""The book's comparison as printed, and the ladder from there to a fair one, one choice at a time."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.lab.comparison.run import run_comparison
from zeronet.lab.comparison.table import Table
from zeronet.lab.ladder.files import write_ladder
from zeronet.lab.ladder.rungs import RUNGS
from zeronet.lab.ladder.table import LadderTable
from zeronet.lab.runner.analysis.summary import final_training_loss
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.experiment import Result, open_experiment
from zeronet.lab.runner.plan import Plan, split_sizes
from zeronet.lab.runner.problem import Problem
from zeronet.lab.runner.runs import Runs
from zeronet.lab.tuning.grid import Tuning
from zeronet.lab.tuning.search import search
from zeronet.locale import translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class BookTable(Table):
    """The table of a comparison, with what is unfair about it."""

    def caption(self) -> str:
        """Return the line that explains the numbers, and what makes them unfair."""
        unfair = translate(
            "The book's way: each optimizer starts from random weights of its own, batches are drawn with replacement, "
            "the loss is that after the update, one run, no tuning. --protocol ladder shows what each choice does."
        )
        return f"{super().caption()}\n{unfair}"


def run_book(plan: Plan, problem: Problem, folder: Path, options: ExecutionOptions) -> Result:
    """Run a plan with the book's choices, write all files into folder, and draw the book's figure.

    Raises UserError as run_comparison does.
    """
    from zeronet.lab.ladder.figure import book_figure  # only here: matplotlib takes a while to import

    return run_comparison(plan, problem, folder, options, BookTable, book_figure, "book")


def run_ladder(plan: Plan, tuning: Tuning, problem: Problem, folder: Path, options: ExecutionOptions) -> Result:
    """Run the rungs one after the other, write all files into folder, and return the result.

    plan: of the first rung; tuning: of the last. The search trains on five sixths of the training images and judges by
    the others, on its own seeds; the rung itself trains on all of them again, so that only the learning rates differ.
    The runs of the result are ("RUNG: LABEL", seed) → run. Raises UserError as run_comparison does.
    """
    from zeronet.lab.ladder.figure import ladder_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.plots import save_figure

    requested = {**plan.protocol(), "tuning": tuning.to_dict()}
    sizes = split_sizes(plan.problem["train"])
    with open_experiment(folder, requested, problem, options) as experiment:
        rungs: dict[str, Plan] = {}
        runs: dict[str, Runs] = {}
        known_to: Mapping[str, float] = {}
        trials: list[list[Any]] = []
        for number, rung in enumerate(RUNGS):
            stage = replace(plan, book_choices=rung.book_choices, kind="rung")
            if rung.tuned:
                trial = replace(stage, book_choices=None, split=sizes)
                best, known_to, trials = search(trial, tuning, experiment.run)
                stage = replace(stage, optimizers=best)
            rungs[rung.key], runs[rung.key] = stage, experiment.run(stage, f"rung {number}")
        about = [
            {"rung": key, "book_choices": list(rung.book_choices or ()), "optimizers": rung.protocol()["optimizers"]}
            for key, rung in rungs.items()
        ]
        split = dict(zip(("train", "validation"), sizes, strict=True))
        protocol = {**requested, "tuning": {**tuning.to_dict(), **split}, "rungs": about}
        losses = {
            key: {
                spec.label: [final_training_loss(on_rung[spec.label, seed]) for seed in plan.seeds]
                for spec in plan.optimizers
            }
            for key, on_rung in runs.items()
        }
        all_runs = {(f"{key}: {label}", seed): run for key in runs for (label, seed), run in runs[key].items()}
        table = LadderTable(protocol, losses, known_to, experiment.seconds(), all_runs)

        def write(new: Path) -> "Figure":
            write_ladder(new, protocol, runs, table, trials)
            figure = ladder_figure(new)
            save_figure(figure, new, "ladder")
            return figure

        return experiment.publish(table, all_runs, write, "ladder.png")
