"""Several studies: search and final runs repeated on fresh seeds and splits, and how often each verdict holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zeronet.common.files import write_csv
from zeronet.lab.comparison.words import unit
from zeronet.lab.runner.analysis.pairwise import Pair
from zeronet.lab.runner.analysis.printed import PrintedTable
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.experiment import Result
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import Problem
from zeronet.lab.runner.runs import Run, Runs
from zeronet.lab.tuning.grid import Tuning
from zeronet.lab.tuning.run import run_tuning
from zeronet.locale import translate


class StudiesTable(PrintedTable):
    """How often each outcome of each pair was found, as a table to print.

    protocol: of the first study; verdicts: the pairs of each study; runs: ("study 1: LABEL", seed) → run.
    """

    def __init__(self, protocol: Mapping[str, Any], verdicts: Sequence[Sequence[Pair]], runs: Runs):
        self.protocol, self.verdicts, self.runs = protocol, verdicts, runs

    def cells(self) -> list[list[str]]:
        """Return the head, and a row for each pair."""
        head = ["A", "B", *map(translate, ("A wins", "B wins", "equal", "cannot tell"))]
        return [head, *([a, b, *map(str, counts)] for a, b, *counts in self.records()[1])]

    def notes(self) -> list[str]:
        """Return what was repeated."""
        text = translate(
            "{n} studies, each with its own search, seeds and validation {unit}; test {unit}: the same for all.",
            n=len(self.verdicts),
            unit=unit(self.protocol["problem"]),
        )
        return [text]

    @property
    def pairs(self) -> list[Pair]:
        """The pairs of all studies, study by study."""
        return [pair for pairs in self.verdicts for pair in pairs]

    def records(self) -> tuple[list[str], list[list[Any]]]:
        """Return header and rows of studies.csv: a row for each pair."""
        rows = []
        for repeated in zip(*self.verdicts, strict=True):
            a, b = repeated[0].a, repeated[0].b
            counts = Counter(pair.better if pair.outcome == "wins" else (pair.outcome,) for pair in repeated)
            rows.append([a, b, *(counts[outcome] for outcome in (a, b, ("equal",), ("cannot tell",)))])
        return ["a", "b", "a_wins", "b_wins", "equal", "cannot_tell"], rows


def run_studies(
    plan: Plan,
    tuning: Tuning,
    problem: Problem,
    folder: Path,
    options: ExecutionOptions,
    studies: int,
    html: bool = False,
) -> Result:
    """Carry out a tuned comparison several times, each in a folder of its own, study-1, study-2 … with other seeds.

    Figure and protocol of the result are those of the first study; its runs are ("study 1: LABEL", seed) → run. Raises
    UserError as run_tuning does.
    """
    if studies == 1:
        return run_tuning(plan, tuning, problem, folder, options, html)
    results, runs = [], dict[tuple[str, int], Run]()
    for number in range(studies):
        shift = number * (len(plan.seeds) + len(tuning.seeds))
        own = replace(plan, seeds=tuple(seed + shift for seed in plan.seeds))
        search = replace(tuning, seeds=tuple(seed + shift for seed in tuning.seeds))
        result = run_tuning(own, search, problem, folder / f"study-{number + 1}", options, html)
        results.append(result)
        runs |= {(f"study {number + 1}: {label}", seed): run for (label, seed), run in result.runs.items()}
    table = StudiesTable(results[0].table.protocol, [result.table.pairs for result in results], runs)
    write_csv(folder / "studies.csv", *table.records())
    return Result(folder, table, results[0].figure, runs, f"study-1/{results[0].drawn}")
