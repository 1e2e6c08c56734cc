"""A problem to learn: a data set, or a landscape. It knows its data, its metric, its target and how to run a task.

`problem_of` makes the right kind; everything else asks the problem.
"""

import functools
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, cast

import numpy as np

from zeronet.common.errors import UserError
from zeronet.datasets import NAMES, is_own, load
from zeronet.lab.runner.analysis.summary import arrival, final_evaluation_loss
from zeronet.lab.runner.book import BookTrainer, weights_seed
from zeronet.lab.runner.evaluations import RunEvaluation
from zeronet.lab.runner.runs import Run
from zeronet.lab.runner.split import Rows, split
from zeronet.lab.specs.networks import NetworkSpec
from zeronet.lab.specs.plugins import Plugin
from zeronet.lab.specs.spec import Spec
from zeronet.landscapes import LANDSCAPES, Landscape, OwnLandscape, PathPoint, walk
from zeronet.locale import translate
from zeronet.nn.functions import accuracy, r_squared
from zeronet.nn.rng import stream
from zeronet.training import Diverged, History, Trainer
from zeronet.training.inspection import Inspection

# The test accuracy to reach.
TARGETS = {"mnist": 0.90, "mnist-sample": 0.90, "fashion-mnist": 0.80, "digits": 0.95}

ARRIVED = 0.01  # f − f_min of an optimizer that has arrived at a minimum

WITHOUT_MODEL = ("trial", "rung")  # kinds of runs whose networks are not kept: there are hundreds of them
PATH = ("step", "x", "y", "f", "h_x", "h_y", "effective_step_x", "effective_step_y")  # the columns of a path


@dataclass(frozen=True)
class DataProblem:
    """A data set to be learned by networks: examples to be classified, or numbers to be predicted.

    Parameters
    ----------
    address : str
        Where to load the data from again: a name, or a file's path.
    name, source, digest : str
        Their name, a line on where they come from, and a hash of their content.
    x_train, t_train, x_test, t_test : ndarray
        Inputs (N, D) as numbers; integer labels (N,), or floats (N, K) to be predicted.
    image_shape : tuple of int, optional
        The shape of one input as an image; its product is D.
    class_names : tuple of str, optional
        What the classes are called, if not by their numbers.
    """

    address: str
    name: str
    source: str
    digest: str
    x_train: np.ndarray = field(repr=False)
    t_train: np.ndarray = field(repr=False)
    x_test: np.ndarray = field(repr=False)
    t_test: np.ndarray = field(repr=False)
    image_shape: tuple[int, ...] = ()
    class_names: tuple[str, ...] = field(default=(), repr=False)
    has_data: ClassVar = True  # its runs have a model, and evaluations on other data

    @property
    def classifies(self) -> bool:
        """Whether its runs have accuracies; else they have R²."""
        return self.t_train.dtype.kind != "f"

    @property
    def white(self) -> float:
        """The largest value of (at most 2,000) training examples: 255 if an .npz file has bytes; at least 1."""
        some = self.x_train[:: max(1, len(self.x_train) // 2000)]
        return float(some.max(initial=1.0))

    @property
    def metric(self) -> str:
        """The name of what evaluations measure beside the loss."""
        return "accuracy" if self.classifies else "R²"

    @property
    def loss(self) -> str:
        """The name of the loss, behind "training", "validation" or "test"."""
        return "loss" if self.classifies else "MSE"

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """The four arrays."""
        return self.x_train, self.t_train, self.x_test, self.t_test

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as the protocol keeps it."""
        about: dict[str, Any] = {
            "address": self.address,
            "name": self.name,
            "source": self.source,
            "digest": self.digest,
            "train": len(self.x_train),
            "test": len(self.x_test),
            "input_size": self.x_train.shape[1],
        }
        if self.classifies:
            about["classes"] = 1 + int(max(self.t_train.max(), self.t_test.max()))
        else:
            variance = self.t_train.astype(np.float64).var(axis=0).mean()
            about |= {"outputs": self.t_train.shape[1], "variance": float(f"{variance:.9g}")}
        if self.class_names:
            about["class_names"] = list(self.class_names)
        if len(self.image_shape) == 1:
            about["unit"] = "rows"
        elif self.image_shape:
            about["image_shape"] = list(self.image_shape)
        if (white := self.white) > 1:
            about["white"] = white
        return about

    def target(self, protocol: Mapping[str, Any]) -> float | None:
        """Return the accuracy to reach, or None."""
        target: float | None = protocol["target"]
        return target

    def final_loss(self, run: Run, steps: int) -> float:
        """Return the mean validation loss of the last tenth of the steps, by which trials are judged."""
        return final_evaluation_loss(run, steps)

    def verdict_loss(self, run: Run, steps: int) -> float:
        """Return the loss on the test images, on which nothing was chosen; infinity for a failed run."""
        return run.test[0] if run.test and math.isfinite(run.test[0]) else math.inf

    def steps_to_target(self, protocol: Mapping[str, Any], run: Run) -> tuple[float, float]:
        """Return the updates before the first evaluation from which on the accuracy stayed at the target.

        And by how many that may be too late: the updates since the evaluation before. Infinity if there is none.
        """
        return _arrival([(step, share >= protocol["target"]) for step, _, share in run.evaluations])

    def reached(self, rows: np.ndarray, target: float) -> np.ndarray:
        """Return for each row (step, loss, accuracy) whether its accuracy is at least the target."""
        reached: np.ndarray = rows[:, 2] >= target
        return reached

    def target_words(self, target: float) -> str:
        """Return: accuracy 0.9."""
        return translate("accuracy {target:g}", target=target) if self.classifies else f"R² {target:g}"

    @property
    def loss_name(self) -> str:
        """What evaluations measure."""
        return translate(f"validation {self.loss}")

    @property
    def judged_by(self) -> str:
        """What verdicts are about."""
        return translate(f"test {self.loss}")

    def train(self, task: Mapping[str, Any], spec: Spec, steps: int, run: Run) -> None:
        """Train a new network; store losses, evaluations and the model in run."""
        x_train: Any = self.x_train
        t_train = self.t_train
        x_seen, t_seen = self.x_test, self.t_test  # for evaluations during training
        if "split" in task:
            training, held_out = split(t_train, task["split"]["train"], task["split"]["validation"], task["seed"])
            x_seen, t_seen = x_train[held_out], t_train[held_out]
            x_train, t_train = Rows(x_train, training), t_train[training]
        optimizer = spec.build()  # before the network: if they come from one file, it runs again and defines its layers
        network = cast(NetworkSpec, spec.network).build(task["problem"], weights_seed(task))
        untrained = network.params.flat.copy()
        kind = task.get("kind")
        final, curve = kind in ("trial", "final"), kind != "trial"
        evaluation = RunEvaluation(x_seen, t_seen, task["eval_every"], task["steps"], task["target"], final, curve)
        history = History()
        run.losses, run.evaluations = history.losses, evaluation.rows
        inspection = Inspection(task["eval_every"]) if task.get("inspect") else None
        callbacks = [history, *filter(None, [inspection]), evaluation]  # evaluations overwrite what layers remember
        choices = task.get("book_choices")
        trainer_class = functools.partial(BookTrainer, choices) if choices else Trainer
        trainer = trainer_class(network, optimizer, task["batch_size"], task["seed"], callbacks, progress=False)
        try:
            trainer.fit(x_train, t_train, steps=steps)
        finally:
            run.inspection = inspection.arrays() if inspection else {}
        if steps and np.array_equal(network.params.flat, untrained):
            run.message = "no parameter has changed: does update change params in place (params[k] -= …)?"
        if kind in WITHOUT_MODEL:
            return
        run.model = network.contents()
        if kind == "final":
            y = network.predict(self.x_test)
            score = accuracy if self.classifies else r_squared
            run.test = network.loss_function.forward(y, self.t_test), score(y, self.t_test)


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
        return _arrival(list(enumerate(loss < ARRIVED for loss in run.losses)))

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


Problem = DataProblem | LandscapeProblem  # they have the same methods: mypy names one that is missing


def problem_of(about: Mapping[str, Any], arrays: Sequence[np.ndarray] = ()) -> Problem:
    """Return the problem of a protocol; arrays: x_train, t_train, x_test, t_test, needed to run it."""
    if "landscape" in about:
        return LandscapeProblem(about["landscape"], about.get("start"), about.get("digest", ""))
    t = np.empty((0, about["outputs"])) if "outputs" in about else np.empty(0, int)
    empty = [np.empty((0, about.get("input_size", 0))), t] * 2
    names = [about.get(field.name, "") for field in fields(DataProblem)[:4]]
    return DataProblem(*names, *(arrays or empty))


def _arrival(reached: Sequence[tuple[int, bool]]) -> tuple[float, float]:
    """Return the step from which on all are true, and the steps since the one before; infinity if there is none."""
    steps = [step for step, _ in reached]
    first = arrival([there for _, there in reached])
    if first is None:
        return math.inf, math.inf
    return steps[first], steps[first] - steps[first - 1] if first else 0


def load_problem(address: str | os.PathLike[str], data_dir: str | None = None) -> DataProblem:
    """Return the problem mnist, fashion-mnist or digits, or that of data of one's own (zeronet.datasets.load).

    data_dir: where to look for files first. Raises UserError if there are no such data.
    """
    address = os.fspath(address)
    data = load(address, data_dir)
    arrays = data.x_train, data.t_train, data.x_test, data.t_test
    found_at = address if is_own(address) and address not in NAMES else data.name
    return DataProblem(found_at, data.name, data.source, data.digest, *arrays, data.image_shape, data.class_names)


def load_or_digits(address: str) -> DataProblem:
    """Return load_problem(address), or the digits, and a note that says so, if it is missing."""
    try:
        return load_problem(address)
    except UserError as missing:
        print(f"note: {missing}; so the digits of scikit-learn, 8×8 pixels, take its place", file=sys.stderr)
        return load_problem("digits")


def _row(point: PathPoint) -> list[float]:
    """Return a row of a path; nan if the optimizer has no h, or its rule is not w ← w − r ⊙ g."""
    nothing = (math.nan, math.nan)
    return [point.step, point.x, point.y, point.f, *point.states.get("h", nothing), *(point.effective_steps or nothing)]
