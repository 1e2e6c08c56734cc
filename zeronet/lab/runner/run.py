"""One run of a comparison: one optimizer, one seed."""

import math
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zeronet.lab.runner.book import BookTrainer, weights_seed
from zeronet.lab.runner.problem import build_network
from zeronet.lab.runner.split import Rows, split
from zeronet.lab.specs.plugins import explained
from zeronet.lab.specs.spec import Spec
from zeronet.landscapes import LANDSCAPES, walk
from zeronet.nn.functions import accuracy
from zeronet.nn.rng import stream
from zeronet.training.callbacks import Evaluation, History
from zeronet.training.environment import blas_threads
from zeronet.training.inspection import Inspection
from zeronet.training.trainer import Diverged, Trainer

WITHOUT_MODEL = ("trial", "rung")  # kinds of runs: there are hundreds of them, and nobody wants their networks


@dataclass
class Run:
    """What came out of a run.

    outcome: "finished", "diverged" or "raised"; message: what there is to say about it, in one line;
    traceback: where; losses: of step 0, 1, …; evaluations: rows (step, loss, accuracy), on the test images or, where
    the task splits some off, on the validation images; test: loss and accuracy on the test images, read once after
    the last step of a final run; model: arrays of the network's file; inspection: what the microscope saw, where one
    was used; seconds: of training and evaluation, None where it is not known.
    """

    outcome: str = "finished"
    message: str = ""
    traceback: str = ""
    losses: list[float] = field(default_factory=list)
    evaluations: list[tuple[int, float, float]] = field(default_factory=list)
    test: tuple[float, float] | None = None
    model: dict[str, Any] = field(default_factory=dict)
    inspection: dict[str, np.ndarray] = field(default_factory=dict)
    seconds: float | None = None


def run(task: Mapping[str, Any], spec: Spec, arrays: Sequence[np.ndarray]) -> Run:
    """Train as the task says, and return what came out, whatever happens.

    task: Cell.task; spec: the optimizer; arrays: x_train, t_train, x_test, t_test.
    """
    result = Run()
    began = time.perf_counter()
    with blas_threads(task["environment"]["blas_threads"]):
        try:
            if "landscape" in task["problem"]:
                _descend(task, spec, result)
            else:
                _train(task, spec, arrays, task["steps"], result)
        except Diverged as error:
            result.outcome, result.message = "diverged", str(error)
        except (Exception, SystemExit) as error:  # the optimizer may be anybody's
            result.outcome = "raised"
            result.message = explained(error, spec.plugin.blamed if spec.plugin else None)
            result.traceback = "".join(traceback.format_exception(error))
        result.seconds = time.perf_counter() - began
        without = task.get("kind") in WITHOUT_MODEL or "landscape" in task["problem"]
        if result.outcome == "diverged" and not without:
            # Its model is the last one with a finite loss: that of the same run, ended one update earlier.
            with suppress(Exception):  # unless the optimizer does not repeat itself
                again = Run()
                _train(task, spec, arrays, max(len(result.losses) - 1, 0), again)
                result.model = again.model
    return result


def _train(task: Mapping[str, Any], spec: Spec, arrays: Sequence[np.ndarray], steps: int, result: Run) -> None:
    """Train a new network for so many steps; leave losses, evaluations and the model in result."""
    x_train, t_train, x_test, t_test = arrays
    x_seen, t_seen = x_test, t_test  # what it is evaluated on while it learns
    if "split" in task:
        training, held_out = split(t_train, task["split"]["train"], task["split"]["validation"])
        x_seen, t_seen = x_train[held_out], t_train[held_out]
        x_train, t_train = Rows(x_train, training), t_train[training]
    problem, seed = task["problem"], task["seed"]
    start = weights_seed(task)
    network = build_network(problem["input_size"], task["network"]["hidden_sizes"], problem["classes"], start)
    untrained = network.params.flat.copy()
    history, evaluation = History(), Evaluation(x_seen, t_seen, task["eval_every"])
    result.losses, result.evaluations = history.losses, evaluation.rows
    inspection = Inspection(task["eval_every"]) if task.get("inspect") else None
    callbacks = [history, *filter(None, [inspection]), evaluation]  # it looks before an evaluation uses the layers
    if unfair := task.get("unfair"):
        trainer = BookTrainer(unfair, network, spec.build(), task["batch_size"], seed, callbacks)
    else:
        trainer = Trainer(network, spec.build(), task["batch_size"], seed, callbacks)
    try:
        trainer.fit(x_train, t_train, steps=steps)
    finally:
        result.inspection = inspection.arrays() if inspection else {}
    if not math.isfinite(evaluation.rows[-1][1]):  # the last update did it
        raise Diverged(trainer.step, evaluation.rows[-1][1], getattr(trainer.optimizer, "lr", None))
    if steps and np.array_equal(network.params.flat, untrained):
        result.message = "no parameter has changed: does update change params in place (params[k] -= …)?"
    if task.get("kind") in WITHOUT_MODEL:
        return
    with trainer.evaluating():
        result.model = network.contents()
        if task.get("kind") == "final":
            y = network.predict(x_test)
            result.test = network.loss_function.forward(y, t_test), accuracy(y, t_test)


def _descend(task: Mapping[str, Any], spec: Spec, result: Run) -> None:
    """Go down a landscape from a start that the seed draws; losses and evaluations are f − f_min after each update."""
    landscape = LANDSCAPES[task["problem"]["landscape"]]()
    low, high = np.array(landscape.domain).T
    start = stream(task["seed"], "start").uniform(low, high)
    for moment in walk(landscape, spec.build(), tuple(start), task["steps"]):
        result.losses.append(moment.f - landscape.lowest)
        result.evaluations.append((moment.step, moment.f - landscape.lowest, math.nan))
    if len(result.losses) <= task["steps"]:
        raise Diverged(len(result.losses), math.inf, spec.settings.get("lr"))
