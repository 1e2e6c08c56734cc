"""Optimizers on a landscape: which paths there are, each of them, and what they say."""

import math
import platform
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.text import aligned
from zeronet.common.validation import checked_integer
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.runner.protocol import FORMAT
from zeronet.lab.specs.plugins import explained
from zeronet.lab.specs.spec import Spec, distinct, from_protocol
from zeronet.landscapes import LANDSCAPES, PathPoint, walk
from zeronet.locale import translate

TARGET = 0.01  # f − f_min of a path that has arrived


@dataclass(frozen=True)
class PathPlan:
    """Every optimizer from one start.

    landscape: its name in LANDSCAPES; optimizers: with distinct labels; start: (x, y); steps: updates of each;
    version: zeronet's. Raises UserError for what cannot be run.
    """

    landscape: str
    optimizers: tuple[Spec, ...]
    start: tuple[float, float]
    steps: int
    version: str

    def __post_init__(self) -> None:
        distinct(self.optimizers)
        checked_integer("number of optimizers", len(self.optimizers))
        if checked_integer("steps", self.steps) > 100_000:
            raise UserError(f"a path has at most 100000 steps, not {self.steps}")
        if len(self.start) != 2 or not all(math.isfinite(each) for each in self.start):
            raise UserError(f"the start is a pair of finite numbers, not {','.join(map(str, self.start))}")

    def protocol(self) -> dict[str, Any]:
        """Return all that is needed to repeat the comparison."""
        return {
            "format": FORMAT,
            "zeronet": self.version,
            "landscape": self.landscape,
            "optimizers": [spec.about() for spec in self.optimizers],
            "start": list(self.start),
            "steps": self.steps,
            "environment": {"python": platform.python_version(), "numpy": np.__version__},
        }


def path_plan_from_protocol(protocol: Mapping[str, Any], version: str) -> PathPlan:
    """Return the plan that a protocol file keeps. Raises UserError where it is damaged, or a plug-in has changed."""
    try:
        if protocol["landscape"] not in LANDSCAPES:
            raise UserError(f"unknown landscape {protocol['landscape']!r}: ({', '.join(LANDSCAPES)})")
        return PathPlan(
            landscape=protocol["landscape"],
            optimizers=tuple(from_protocol(about) for about in protocol["optimizers"]),
            start=tuple(protocol["start"]),
            steps=protocol["steps"],
            version=version,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"the protocol is damaged ({type(error).__name__}: {error})") from error


@dataclass
class Trajectory:
    """Where an optimizer went.

    moments: of the start and of each update; outcome: "finished", "diverged" (it left for infinity) or "raised";
    message: what there is to say about it, in one line; traceback: where an error arose.
    """

    moments: list[PathPoint] = field(default_factory=list)
    outcome: str = "finished"
    message: str = ""
    traceback: str = ""

    @property
    def points(self) -> np.ndarray:
        """The places, (moments, 2)."""
        return np.array([(m.x, m.y) for m in self.moments])

    @property
    def heights(self) -> np.ndarray:
        """f at the places, (moments,)."""
        return np.array([m.f for m in self.moments])


def travel(plan: PathPlan) -> dict[str, Trajectory]:
    """Return label → path, whatever happens on the way."""
    return {spec.label: _travel(plan, spec) for spec in plan.optimizers}


def _travel(plan: PathPlan, spec: Spec) -> Trajectory:
    path = Trajectory()
    try:
        for moment in walk(LANDSCAPES[plan.landscape](), spec.build(), plan.start, plan.steps):
            path.moments.append(moment)
    except (Exception, SystemExit) as error:  # the optimizer may be anybody's
        path.outcome = "raised"
        path.message = explained(error, spec.plugin.blamed if spec.plugin else None)
        path.traceback = "".join(traceback.format_exception(error))
        return path
    if len(path.moments) <= plan.steps:
        path.outcome = "diverged"
        path.message = f"it left for infinity at update {len(path.moments)}"
    return path


class PathTable:
    """Where each optimizer came: str(table), or the last line of a notebook's cell."""

    def __init__(self, protocol: Mapping[str, Any], paths: Mapping[str, Trajectory]):
        self.protocol, self.paths = protocol, paths

    def __str__(self) -> str:
        landscape, lowest = LANDSCAPES[self.protocol["landscape"]](), self.lowest
        head = [translate("optimizer"), translate("settings"), translate("end point (x, y)")]
        arrival = translate("updates to {target:g}", target=TARGET)
        head += ["f"] if lowest is None else ["f − f_min", translate("to the minimum"), arrival]
        settings = {about["label"]: settings_words(about["settings"]) for about in self.protocol["optimizers"]}
        lines = [head]
        for label, path in self.paths.items():
            end = path.moments[-1] if path.moments else None
            cells = [label, settings[label]]
            if end is None:
                lines.append([*cells, translate(path.outcome), *[""] * (len(head) - 3)])
                continue
            gone = "" if path.outcome == "finished" else f" {translate(path.outcome)}"
            cells.append(f"({end.x:.4g}, {end.y:.4g}){gone}")
            if lowest is None:
                cells.append(f"{end.f:.4g}")
            else:
                distance = np.hypot(*(landscape.minima - (end.x, end.y)).T).min()
                arrived = first_below(path.heights, lowest + TARGET)
                missed = translate("not in {steps}", steps=self.protocol["steps"])
                when = missed if arrived is None else str(arrived)
                cells += [f"{end.f - lowest:.3g}", f"{distance:.3g}", when]
            lines.append(cells)
        return "\n".join([*aligned(lines), "", self.caption()])

    __repr__ = __str__

    @property
    def lowest(self) -> float | None:
        """The lowest value of f, or None."""
        return LANDSCAPES[self.protocol["landscape"]]().lowest

    def caption(self) -> str:
        """Return the line that says what the numbers are."""
        landscape = LANDSCAPES[self.protocol["landscape"]]
        x, y = self.protocol["start"]
        words = translate("{steps} updates from ({x:g}, {y:g})", steps=self.protocol["steps"], x=x, y=y)
        return f"f = {landscape.equation}; {words}"


def first_below(heights: Sequence[float], height: float) -> int | None:
    """Return the first step whose f is below a height, or None.

    >>> first_below([6.0, 0.5, 0.009, 0.5], 0.01)
    2
    """
    return next((step for step, f in enumerate(heights) if f < height), None)
