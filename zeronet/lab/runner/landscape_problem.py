"""A landscape as a problem: where runs start, when an optimizer has arrived, and the path of a run."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.runner.analysis.summary import arrival
from zeronet.lab.runner.runs import Run
from zeronet.lab.specs.plugins import Plugin
from zeronet.lab.specs.spec import Spec
from zeronet.landscapes import LANDSCAPES, Landscape, OwnLandscape, PathPoint, walk
from zeronet.locale import translate
from zeronet.nn.rng import stream
from zeronet.training import Diverged

ARRIVED = 0.01  # f − f_min of an optimizer that has arrived at a minimum

PATH = ("step", "x", "y", "f", "h_x", "h_y", "effective_step_x", "effective_step_y")  # the columns of a path


@dataclass(frozen=True)
class LandscapeProblem:
    """A landscape to be descended; the loss is f − f_min.

    Parameters
    ----------
    name : str
        In LANDSCAPES, or that of a function that was handed over.
    start : (x, y), optional
        Where every run starts; default: at a point of the domain that the run's seed draws.
    digest : str
        Of a function that was handed over in Python (own_landscape).

    Raises
    ------
    UserError
        If there is no landscape `name`, or `start` is not a pair of finite numbers.
    """

    name: str
    start: Sequence[float] | None = None
    digest: str = ""
    has_data: ClassVar = False
    classifies: ClassVar = False
    arrays: ClassVar[tuple[np.ndarray, ...]] = ()
    loss: ClassVar = "loss"
    metric: ClassVar = ""
    loss_name: ClassVar = "f − f_min"

    def __post_init__(self) -> None:
        if not self.digest and self.name not in LANDSCAPES:
            raise UserError(f"unknown landscape {self.name!r}: ({', '.join(LANDSCAPES)})")
        if self.start is None:
            return
        try:
            x, y = map(float, self.start)
        except (TypeError, ValueError, OverflowError):
            x = y = math.nan
        if not (math.isfinite(x) and math.isfinite(y)):
            raise UserError(f"start must be a pair of finite numbers, not {self.start!r}")
        with np.errstate(all="ignore"):
            if not np.isfinite(self.landscape(np.float64(x), np.float64(y))):
                raise UserError(f"{self.name} is not finite at the start {x:g},{y:g}: choose one closer to its domain")
        object.__setattr__(self, "start", (x, y))

    @property
    def landscape(self) -> Landscape:
        """The landscape itself."""
        return landscape_of({"landscape": self.name, "digest": self.digest})

    @property
    def source(self) -> str:
        """Its equation, and where runs start."""
        starts = "one start" if self.start else "starts drawn uniformly from the domain by the seeds"
        return f"{self.name}: f = {self.landscape.equation}, {starts}"

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as the protocol keeps it."""
        start = {} if self.start is None else {"start": list(self.start)}
        own = {"digest": self.digest} if self.digest else {}
        return {"address": self.name, "name": self.name, "source": self.source, "landscape": self.name, **start, **own}

    def target(self, protocol: Mapping[str, Any]) -> float | None:
        """Return the f − f_min below which an optimizer has arrived; None if the landscape has no minimum."""
        return None if self.landscape.lowest is None else ARRIVED

    def final_loss(self, run: Run, steps: int) -> float:
        """Return the geometric mean of f − f_min over the path, in which less than ARRIVED counts as that.

        So it is low for who arrives soon, and nothing is gained by being closer. Infinity for a failed run.
        """
        if run.outcome != "finished":
            return math.inf
        return float(np.exp(np.mean(np.log(np.maximum(run.losses, ARRIVED)))))

    verdict_loss = final_loss

    def steps_to_target(self, protocol: Mapping[str, Any], run: Run) -> tuple[float, float]:
        """Return the number of updates until f − f_min stayed below the target, and 1; infinity if it never did."""
        first = arrival([loss < ARRIVED for loss in run.losses])
        return (math.inf, math.inf) if first is None else (first, min(first, 1))

    def reached(self, rows: np.ndarray, target: float) -> np.ndarray:
        """Return for each row (step, f − f_min) whether it is below the target."""
        reached: np.ndarray = rows[:, 1] < target
        return reached

    def target_words(self, target: float) -> str:
        """Return: f − f_min < 0.01."""
        return f"f − f_min < {target:g}"

    @property
    def judged_by(self) -> str:
        """What final losses are."""
        return translate("f − f_min from random starts, geometric mean over the path")

    def train(self, task: Mapping[str, Any], spec: Spec, steps: int, run: Run) -> None:
        """Descend; losses and evaluations are f − f_min after each update, run.path is the path from a given start.

        A run from a random start fails if it leaves the domain, enlarged to twice its size: otherwise one leap of any
        length that happens to end near the minimum would make a learning rate the best.
        """
        landscape = self.landscape
        low, high = np.array(landscape.domain).T
        centre, size = (low + high) / 2, high - low
        x, y = self.start or stream(task["seed"], "start").uniform(low, high)
        rows = []
        try:
            for point in walk(landscape, spec.build(), (x, y), steps):
                loss = point.f - (landscape.lowest or 0.0)
                run.losses.append(loss)
                run.evaluations.append((point.step, loss, math.nan))
                rows.append(_row(point))
                if not self.start and (np.abs((point.x, point.y) - centre) > size).any():
                    raise PathDiverged(point.step, "the domain")
        finally:
            run.path = np.array(rows) if self.start else None
        if len(run.losses) <= steps:
            raise PathDiverged(len(run.losses))


class PathDiverged(Diverged):
    """A path is no longer finite, or left the domain. step: the update that made it so; left: what for, or from."""

    def __init__(self, step: int, left: str = "for infinity"):
        super().__init__(step, math.inf)
        self.left = left

    def __str__(self) -> str:
        return f"it left {self.left} at update {self.step}"


def _row(point: PathPoint) -> list[float]:
    """Return a row of a path; nan if the optimizer has no h, or its rule is not w ← w − r ⊙ g."""
    nothing = (math.nan, math.nan)
    return [point.step, point.x, point.y, point.f, *point.states.get("h", nothing), *(point.effective_steps or nothing)]


_own: dict[str, Landscape] = {}  # digest → a function that was handed over in Python


def own_landscape(function: Any, start: Any = None) -> LandscapeProblem:
    """Return the problem of a function of one's own. Raises UserError as OwnLandscape does."""
    landscape = OwnLandscape(function, start)
    digest = Plugin.of(function).digest
    _own[digest] = landscape
    return LandscapeProblem(landscape.name, landscape.start, digest)


def landscape_of(about: Mapping[str, Any]) -> Landscape:
    """Return the landscape of a protocol's problem. Raises UserError for a function that this process has not seen."""
    if not about.get("digest"):
        return LANDSCAPES[about["landscape"]]()
    if about["digest"] not in _own:
        raise UserError(f"{about['landscape']} was handed over in Python: its paths can only be drawn there, by race")
    return _own[about["digest"]]
