"""One run of a comparison: one optimizer, one seed."""

import math
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zeronet.callbacks import Evaluation, History
from zeronet.float_environment import blas_threads
from zeronet.inspection import Inspection
from zeronet.plugins import explained
from zeronet.problems import build_network
from zeronet.specs import Spec
from zeronet.trainer import Diverged, Trainer


@dataclass
class Run:
    """What came out of a run.

    outcome: "finished", "diverged" or "raised"; message: what there is to say about it, in one line;
    traceback: where; losses: of step 0, 1, …; evaluations: rows (step, test loss, test accuracy); model: arrays of
    the network's file; inspection: what the microscope saw, where one was used; seconds: of training and evaluation,
    None where it is not known.
    """

    outcome: str = "finished"
    message: str = ""
    traceback: str = ""
    losses: list[float] = field(default_factory=list)
    evaluations: list[tuple[int, float, float]] = field(default_factory=list)
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
            _train(task, spec, arrays, task["steps"], result)
        except Diverged as error:
            result.outcome, result.message = "diverged", str(error)
        except (Exception, SystemExit) as error:  # the optimizer may be anybody's
            result.outcome = "raised"
            result.message = explained(error, spec.plugin.place if spec.plugin else None)
            result.traceback = "".join(traceback.format_exception(error))
        result.seconds = time.perf_counter() - began
        if result.outcome == "diverged":
            # Its model is the last one with a finite loss: that of the same run, ended one update earlier.
            with suppress(Exception):  # unless the optimizer does not repeat itself
                again = Run()
                _train(task, spec, arrays, max(len(result.losses) - 1, 0), again)
                result.model = again.model
    return result


def _train(task: Mapping[str, Any], spec: Spec, arrays: Sequence[np.ndarray], steps: int, result: Run) -> None:
    """Train a new network for so many steps; leave losses, evaluations and the model in result."""
    x_train, t_train, x_test, t_test = arrays
    problem, seed = task["problem"], task["seed"]
    network = build_network(problem["input_size"], task["network"]["hidden_sizes"], problem["classes"], seed)
    untrained = network.params.flat.copy()
    history, evaluation = History(), Evaluation(x_test, t_test, task["eval_every"])
    result.losses, result.evaluations = history.losses, evaluation.rows
    inspection = Inspection(task["eval_every"]) if task.get("inspect") else None
    callbacks = [history, *filter(None, [inspection]), evaluation]  # it looks before an evaluation uses the layers
    trainer = Trainer(network, spec.build(), task["batch_size"], seed, callbacks)
    try:
        trainer.fit(x_train, t_train, steps=steps)
    finally:
        result.inspection = inspection.arrays() if inspection else {}
    if not math.isfinite(evaluation.rows[-1][1]):  # the last update did it
        raise Diverged(trainer.step, evaluation.rows[-1][1], getattr(trainer.optimizer, "lr", None))
    if steps and np.array_equal(network.params.flat, untrained):
        result.message = "no parameter has changed: does update change params in place (params[k] -= …)?"
    with trainer.evaluating():
        result.model = network.contents()
