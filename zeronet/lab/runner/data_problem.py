"""A data set as a problem: its metric, its target, and how a network is trained on it."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

import numpy as np

from zeronet.lab.runner.analysis.summary import arrival, final_evaluation_loss
from zeronet.lab.runner.book import BookTrainer, weights_seed
from zeronet.lab.runner.evaluations import RunEvaluation
from zeronet.lab.runner.runs import Run
from zeronet.lab.runner.split import Rows, split
from zeronet.lab.specs.networks import NetworkSpec
from zeronet.lab.specs.spec import Spec
from zeronet.locale import translate
from zeronet.nn.functions import accuracy, r_squared
from zeronet.training import History, Trainer
from zeronet.training.inspection import Inspection

# The test accuracy to reach.
TARGETS = {"mnist": 0.90, "mnist-sample": 0.90, "fashion-mnist": 0.80, "digits": 0.95}

WITHOUT_MODEL = ("trial", "rung")  # kinds of runs whose networks are not kept: there are hundreds of them


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
        first = arrival([share >= protocol["target"] for _, _, share in run.evaluations])
        if first is None:
            return math.inf, math.inf
        step = run.evaluations[first][0]
        return step, step - run.evaluations[first - 1][0] if first else 0

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
