"""How every experiment is conducted: lock the folder, start or resume, run plans, publish files and figure."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.processes import execute
from zeronet.lab.runner.folder import locked_folder, publish
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import Problem
from zeronet.lab.runner.resume import start_or_resume
from zeronet.lab.runner.runs import Run, prune_runs, results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Runs = Mapping[tuple[str, int], Run]  # (label, seed) → run


@dataclass(frozen=True)
class Result:
    """What an experiment says.

    Attributes
    ----------
    folder : Path or None
        Where its files are; None if they were not kept.
    table
        Print it; its `protocol` and `records()` are what the files hold.
    figure : matplotlib Figure
        Drawn from the files.
    runs : mapping
        (label, seed) → Run.
    drawn : str
        The name of the figure's file.
    """

    folder: Path | None
    table: Any
    figure: "Figure"
    runs: Runs
    drawn: str

    @property
    def histories(self) -> dict[str, dict[int, np.ndarray]]:
        """Label → seed → loss of each step before its update."""
        histories: dict[str, dict[int, np.ndarray]] = {}
        for (label, seed), run in self.runs.items():
            histories.setdefault(label, {})[seed] = np.array(run.losses)
        return histories


class Experiment:
    """The folder of an experiment, held inside a with block.

        with Experiment(folder, protocol, problem, options) as experiment:
            runs = experiment.run(plan)
            …
            return experiment.publish(table, runs, write)

    protocol: what has to be the same when it is resumed. Raises UserError if the folder cannot be used, or belongs to
    another protocol than the one that is resumed.
    """

    def __init__(self, folder: Path, protocol: Mapping[str, Any], problem: Problem, options: ExecutionOptions):
        self.folder, self.protocol, self.problem, self.options = folder, protocol, problem, options
        self.stages: list[tuple[Plan, Runs]] = []
        self._held = ExitStack()

    def __enter__(self) -> "Experiment":
        self._held.enter_context(locked_folder(self.folder))
        try:
            start_or_resume(self.folder, self.protocol, self.options.resume)
        except BaseException:
            self._held.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> bool | None:
        return self._held.__exit__(kind, error, where)

    def run(self, plan: Plan, name: str | None = None) -> Runs:
        """Carry out the runs of a plan that are not done yet, and return them all; name: of the progress bar."""
        for stage, runs in self.stages:
            if stage == plan:
                return runs
        execute(plan, self.problem.arrays, self.folder, self.options, name)
        runs = results(plan, self.folder)
        self.stages.append((plan, runs))
        return runs

    def seconds(self) -> list[float]:
        """Return the seconds of all runs so far; one that stands under two labels was made once."""
        spent: dict[str, float] = {}
        for plan, runs in self.stages:
            spent |= {cell.digest: run.seconds or 0.0 for cell, run in zip(plan.cells(), runs.values(), strict=True)}
        return list(spent.values())

    def publish(self, table: Any, runs: Runs, write: Callable[[Path], "Figure"], drawn: str) -> Result:
        """Let write fill a new folder and return the figure that it drew there; the files replace older ones.

        drawn: the name of the figure's file.
        """
        figures: list[Figure] = []
        publish(self.folder, lambda new: figures.append(write(new)))
        prune_runs([plan for plan, _ in self.stages], self.folder)
        return Result(self.folder, table, figures[0], runs, drawn)


def in_folder(out: str | Path | None, conduct: Callable[[Path], Result]) -> Result:
    """Conduct an experiment in the folder out; in one that is deleted afterwards if it is None."""
    if out is not None:
        return conduct(Path(out))
    with tempfile.TemporaryDirectory(prefix="zeronet-") as folder:
        return replace(conduct(Path(folder)), folder=None)
