"""The book's comparison as it was printed, and the ladder from there to a fair one, an unfair choice at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.lab.comparison.files import write_results
from zeronet.lab.comparison.run import Result
from zeronet.lab.comparison.table import Table, summarize
from zeronet.lab.ladder.files import write_ladder
from zeronet.lab.ladder.table import LadderTable
from zeronet.lab.runner.analysis.summary import final_training_loss
from zeronet.lab.runner.book import RUNGS
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.processes import execute
from zeronet.lab.runner.folder import locked_folder, publish
from zeronet.lab.runner.plan import Plan, split_sizes
from zeronet.lab.runner.problem import Problem
from zeronet.lab.runner.resume import start_or_resume
from zeronet.lab.runner.run import Run
from zeronet.lab.runner.runs import prune_runs, results
from zeronet.lab.tuning.grid import Tuning
from zeronet.lab.tuning.search import search
from zeronet.locale import translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Runs = Mapping[tuple[str, int], Run]  # (label, seed) → run


class BookTable(Table):
    """The table of a comparison, and what is unfair about this one."""

    def caption(self) -> str:
        """Return what the numbers are, and what decided them."""
        unfair = translate(
            "The book's way: each optimizer starts from random weights of its own, batches are drawn with replacement, "
            "the loss is that after the update, one run, no tuning. --protocol ladder shows what each choice does."
        )
        return f"{super().caption()}\n{unfair}"


@dataclass(frozen=True)
class LadderResult:
    """What the ladder says.

    folder: where its files are; table: print it; figure: drawn from the files; runs: ("RUNG: LABEL", seed) → run.
    """

    folder: Path
    table: LadderTable
    figure: "Figure"
    runs: Runs


def carry_out_unfair(
    plan: Plan, tuning: Tuning | None, problem: Problem, folder: Path, how: ExecutionOptions
) -> Result | LadderResult:
    """Carry out the ladder where there is a search for its last rung, else the book's comparison."""
    if tuning is None:
        return carry_out_book(plan, problem, folder, how)
    return carry_out_ladder(plan, tuning, problem, folder, how)


def carry_out_book(plan: Plan, problem: Problem, folder: Path, how: ExecutionOptions) -> Result:
    """Run a plan with the book's choices, write all files into folder, its figure as in the book.

    Raises UserError as carry_out does.
    """
    from zeronet.lab.ladder.figure import book_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.plots.style import save_figure

    with locked_folder(folder):
        start_or_resume(folder, plan.protocol(), how.resume)
        execute(plan, problem.arrays, folder, how)
        runs = results(plan, folder)
        table = BookTable(plan.protocol(), summarize(plan.protocol(), runs))
        figures: list[Any] = []

        def write(new: Path) -> None:
            write_results(new, plan.protocol(), runs, table)
            figures.append(book_figure(new))
            save_figure(figures[0], new, "book")

        publish(folder, write)
        prune_runs([plan], folder)
        return Result(folder, table, figures[0], runs)


def carry_out_ladder(plan: Plan, tuning: Tuning, problem: Problem, folder: Path, how: ExecutionOptions) -> LadderResult:
    """Run the rungs one after the other, write all files into folder, return what they say.

    plan: the first rung; tuning: of the last. The search trains on five sixths of the training images and judges by
    the others, on seeds of its own; the rung itself trains on all of them again, so that only the rates have changed.
    Raises UserError as carry_out does.
    """
    from zeronet.lab.ladder.figure import ladder_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.plots.style import save_figure

    asked = {**plan.protocol(), "tuning": tuning.about()}
    with locked_folder(folder):
        start_or_resume(folder, asked, how.resume)
        done: list[Plan] = []

        def runs_of(stage: Plan, name: str) -> Runs:
            if stage not in done:
                execute(stage, problem.arrays, folder, how, name)
                done.append(stage)
            return results(stage, folder)

        rungs: dict[str, Plan] = {}
        found: dict[str, Runs] = {}
        at_edge: list[str] = []
        trials: list[list[Any]] = []
        for number, rung in enumerate(RUNGS):
            rungs[rung.key] = replace(plan, unfair=rung.unfair, kind="rung")
            if rung.tuned:
                trial = replace(rungs[rung.key], unfair=None, split=split_sizes(plan.problem["train"]))
                best, at_edge, trials = search(trial, tuning, runs_of)
                rungs[rung.key] = replace(rungs[rung.key], optimizers=best)
            found[rung.key] = runs_of(rungs[rung.key], f"rung {number}")
        about = [
            {"rung": key, "unfair": list(stage.unfair), "optimizers": stage.protocol()["optimizers"]}
            for key, stage in rungs.items()
        ]
        sizes = dict(zip(("train", "validation"), split_sizes(plan.problem["train"]), strict=True))
        protocol = {**asked, "tuning": {**tuning.about(), **sizes}, "rungs": about}
        losses = {key: _final_losses(plan, runs) for key, runs in found.items()}
        seconds = [run.seconds or 0.0 for stage in done for run in results(stage, folder).values()]
        table = LadderTable(protocol, losses, at_edge, len(seconds), sum(seconds))
        figures: list[Any] = []

        def write(new: Path) -> None:
            write_ladder(new, protocol, found, table, trials)
            figures.append(ladder_figure(new))
            save_figure(figures[0], new, "ladder")

        publish(folder, write)
        prune_runs(done, folder)
        runs = {(f"{key}: {label}", seed): run for key in found for (label, seed), run in found[key].items()}
        return LadderResult(folder, table, figures[0], runs)


def _final_losses(plan: Plan, runs: Runs) -> dict[str, list[float]]:
    return {
        spec.label: [final_training_loss(runs[spec.label, seed]) for seed in plan.seeds] for spec in plan.optimizers
    }
