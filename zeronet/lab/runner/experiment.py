"""How every experiment is conducted: lock the folder, start or resume, run plans, publish files and figure."""

import base64
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zeronet.common.text import listed
from zeronet.lab.runner.analysis.pairwise import Verdict
from zeronet.lab.runner.analysis.summary import frame_of
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.processes import execute, workers_kept
from zeronet.lab.runner.folder import locked_folder, publish
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import Problem
from zeronet.lab.runner.resume import start_or_resume
from zeronet.lab.runner.runs import Runs, prune_runs, results

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Result:
    """The result of an experiment. As the last line of a notebook's cell it shows its table and its figure.

    Attributes
    ----------
    folder : Path or None
        Where its files are; None if they were not kept.
    table
        Print it; its `protocol` is what the files keep.
    figure : matplotlib Figure
        Drawn from the files.
    runs : mapping
        (label, seed) → Run.
    drawn : str
        The name of the figure's file.
    animation : bytes
        The file of the animation, if there is one; then a notebook shows it instead of the figure.
    """

    folder: Path | None
    table: Any
    figure: "Figure"
    runs: Runs
    drawn: str
    animation: bytes = b""

    def __repr__(self) -> str:
        protocol, failed = self.table.protocol, sum(run.outcome != "finished" for run in self.runs.values())
        labels = listed([about["label"] for about in protocol["optimizers"]], 5)
        failures = f", {failed} failed" if failed else ""
        name = protocol["problem"]["name"]
        return f"Result({name}: {labels}; {len(self.runs)} runs{failures}; .table, .figure, .runs)"

    def _repr_html_(self) -> str:
        figure: Any = self.figure
        content = base64.b64encode(self.animation or figure._repr_png_()).decode()
        if self.drawn.endswith(".mp4"):
            return f'{self.table._repr_html_()}\n<video controls loop src="data:video/mp4;base64,{content}"></video>'
        kind = "gif" if self.animation else "png"
        return f'{self.table._repr_html_()}\n<img alt="{self.drawn}" src="data:image/{kind};base64,{content}">'

    @property
    def histories(self) -> dict[str, dict[int, np.ndarray]]:
        """Label → seed → loss of each step before its update."""
        histories: dict[str, dict[int, np.ndarray]] = {}
        for (label, seed), run in self.runs.items():
            histories.setdefault(label, {})[seed] = np.array(run.losses)
        return histories

    @property
    def verdict(self) -> Verdict | None:
        """The pairs of a tuned comparison, with outcomes and intervals; None if nothing was tuned."""
        pairs = getattr(self.table, "pairs", None)
        return None if pairs is None else Verdict(pairs)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame; ImportError, in one line, if pandas is not installed."""
        return frame_of(*self.table.records())


@dataclass
class Experiment:
    """An experiment in its folder: run() plans, then publish() the files.

    Parameters
    ----------
    folder : Path
        Locked, with the protocol noted (open_experiment).
    problem : Problem
        What is learned.
    options : ExecutionOptions
        How the runs are executed.
    """

    folder: Path
    problem: Problem
    options: ExecutionOptions
    stages: list[tuple[Plan, Runs]] = field(default_factory=list)

    def run(self, plan: Plan, name: str | None = None) -> Runs:
        """Execute the runs of a plan that are not finished, and return them all; name: of the progress bar."""
        for stage, runs in self.stages:
            if stage == plan:
                return runs
        execute(plan, self.problem.arrays, self.folder, self.options, name)
        runs = results(plan, self.folder)
        self.stages.append((plan, runs))
        return runs

    def seconds(self) -> list[float]:
        """Return the seconds of each run so far; a run with two labels counts once."""
        seconds: dict[str, float] = {}
        for plan, runs in self.stages:
            seconds |= {cell.digest: run.seconds or 0.0 for cell, run in zip(plan.cells(), runs.values(), strict=True)}
        return list(seconds.values())

    def publish(self, table: Any, runs: Runs, write: Callable[[Path], "Figure"], drawn: str) -> Result:
        """Replace the folder's results by the files that write puts into an empty folder.

        Parameters
        ----------
        table, runs, drawn
            As in Result.
        write : callable
            Given the empty folder, writes all files and returns the figure that it drew there.
        """
        figure = publish(self.folder, write)
        prune_runs([plan for plan, _ in self.stages], self.folder)
        return Result(self.folder, table, figure, runs, drawn)


@contextmanager
def open_experiment(
    folder: Path, protocol: Mapping[str, Any], problem: Problem, options: ExecutionOptions
) -> Iterator[Experiment]:
    """Hold the folder of an experiment inside the block.

        with open_experiment(folder, protocol, problem, options) as experiment:
            runs = experiment.run(plan)
            …
            return experiment.publish(table, runs, write, "comparison.png")

    Parameters
    ----------
    protocol : mapping
        What must be unchanged when the experiment is resumed.

    Raises
    ------
    UserError
        If the folder cannot be used, or options.resume is set and the folder belongs to another protocol.
    """
    with locked_folder(folder), workers_kept():
        start_or_resume(folder, protocol, options.resume)
        yield Experiment(folder, problem, options)


def in_folder(out: str | Path | None, conduct: Callable[[Path], Result]) -> Result:
    """Conduct an experiment in the folder out; if that is None, in a temporary one."""
    if out is not None:
        return conduct(Path(out))
    with tempfile.TemporaryDirectory(prefix="zeronet-") as folder:
        return replace(conduct(Path(folder)), folder=None)
