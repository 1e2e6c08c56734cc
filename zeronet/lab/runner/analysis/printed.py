"""What the tables of all experiments share: printed in a terminal, shown in a notebook, with what failed below them."""

from collections.abc import Mapping
from typing import Any

from zeronet.common.notebook import html_table
from zeronet.common.text import aligned, folded
from zeronet.lab.runner.analysis.summary import Records
from zeronet.lab.runner.runs import Runs
from zeronet.locale import translate

MOST_MESSAGES = 20  # of runs that failed, one a line


class PrintedTable:
    """The table of an experiment: str(table), or the last line of a notebook's cell; records() are its numbers."""

    protocol: Mapping[str, Any]
    runs: Runs
    one_seed = False  # whether a run's label alone names it

    def cells(self) -> list[list[str]]:
        """Return the head and the rows."""
        raise NotImplementedError

    def notes(self) -> list[str]:
        """Return the lines below the table."""
        raise NotImplementedError

    def records(self) -> Records:
        """Return header and rows for machines: numbers as numbers."""
        raise NotImplementedError

    def messages(self) -> list[str]:
        """Return a line for each run that has something to say, such as why it raised."""
        lines = []
        for (label, seed), run in self.runs.items():
            if run.message:
                name = label if self.one_seed else f"{label}, {translate('seed')} {seed}"
                lines.append(f"{name} {run.outcome}: {run.message}")
        left_out = len(lines) - MOST_MESSAGES
        return lines[:MOST_MESSAGES] + ([translate("… and {n} more", n=left_out)] if left_out > 0 else [])

    def __str__(self) -> str:
        return "\n".join([*aligned(folded(self.cells())), "", *self.notes(), *self.messages()])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return html_table(self.cells(), [*filter(None, self.notes()), *self.messages()])
