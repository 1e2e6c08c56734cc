"""zeronet as a user calls it."""

import os
from collections.abc import Callable

import numpy as np

from benchmarks.task import Task
from zeronet import History, Trainer


def contestant(task: Task, compiled: bool = True) -> Callable[[], float]:
    """Return one epoch; compiled: with its rule as a loop, where the extra fast is installed."""

    def epoch() -> float:
        os.environ["ZERONET_COMPILE"] = "auto" if compiled else "never"
        history = History()
        Trainer(task.network(), task.optimizer(), task.batch_size, callbacks=[history]).fit(task.x, task.t, epochs=1)
        return float(np.mean(history.losses))

    return epoch
