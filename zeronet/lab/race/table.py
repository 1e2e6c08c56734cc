"""The table of a race: where each optimizer ended on its landscape."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.lab.runner.analysis.printed import PrintedTable
from zeronet.lab.runner.analysis.summary import Records, settings_words, tidy
from zeronet.lab.runner.landscape_problem import ARRIVED, landscape_of
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Runs
from zeronet.locale import translate


class RaceTable(PrintedTable):
    """Where each optimizer ended, as a table to print."""

    one_seed = True

    def __init__(self, protocol: Mapping[str, Any], runs: Runs):
        self.protocol, self.runs = protocol, runs

    def cells(self) -> list[list[str]]:
        """Return the head, and a row for each optimizer."""
        landscape = landscape_of(self.protocol["problem"])
        problem, lowest, steps = problem_of(self.protocol["problem"]), landscape.lowest, self.protocol["steps"]
        place = translate("end point (x, y)") if landscape.variables == 2 else translate("end point x")
        head = [translate("optimizer"), translate("settings"), place]
        arrival = translate("updates to {target:g}", target=ARRIVED)
        head += ["f"] if lowest is None else ["f − f_min", translate("to the minimum"), arrival]
        lines = [head]
        for about, run in zip(self.protocol["optimizers"], self.runs.values(), strict=True):
            cells = [about["label"], settings_words(about["settings"])]
            if run.path is None or not len(run.path):
                lines.append([*cells, translate(run.outcome), *[""] * (len(head) - 3)])
                continue
            x, y, f = run.path[-1, 1:4]
            ended = "" if run.outcome == "finished" else f" {translate(run.outcome)}"
            cells.append(f"({x:.4g}, {y:.4g}){ended}" if landscape.variables == 2 else f"{x:.4g}{ended}")
            if lowest is None:
                cells.append(f"{f:.4g}")
            else:
                distance = np.hypot(*(landscape.minima - (x, y)).T).min()
                arrived, _ = problem.steps_to_target(self.protocol, run)
                updates = f"{arrived:g}" if arrived <= steps else translate("not in {steps}", steps=steps)
                cells += [f"{f - lowest:.3g}", f"{distance:.3g}", updates]
            lines.append(cells)
        return lines

    def records(self) -> Records:
        """Return header and rows: the outcome, and the last finite place and height; None if there is none."""
        rows = []
        for about, run in zip(self.protocol["optimizers"], self.runs.values(), strict=True):
            last = [None] * 4 if run.path is None or not len(run.path) else run.path[-1, :4].tolist()
            rows.append([about["label"], run.outcome, last[0] if last[0] is None else int(last[0]), *last[1:]])
        header = ["optimizer", "outcome", "updates", "x", "y", "f"]
        return tidy(header, rows, [about["settings"] for about in self.protocol["optimizers"]])

    def notes(self) -> list[str]:
        """Return the equation, and what was run."""
        about = self.protocol["problem"]
        return [f"f = {landscape_of(about).equation}; {length_words(about, self.protocol['steps'])}"]


def length_words(problem: Mapping[str, Any], steps: int) -> str:
    """Return how long the paths are, and where they begin."""
    x, y = problem["start"]
    if landscape_of(problem).variables == 1:
        return translate("{steps} updates from {x:g}", steps=steps, x=x)
    return translate("{steps} updates from ({x:g}, {y:g})", steps=steps, x=x, y=y)
