"""What happens beside the training loop: history, evaluation, log.

Derive your own from Callback and override the events that you need.
"""

import csv
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import ArrayLike

from zeronet.common.files import replacing
from zeronet.common.validation import checked_array, checked_integer
from zeronet.nn.functions import accuracy, r_squared
from zeronet.nn.network import Network
from zeronet.training.trainer import Trainer


class Callback:
    """Listen to a Trainer; each event does nothing unless a subclass overrides it.

    Any event may call trainer.stop(), which ends the training after the current step.
    """

    after_others = False  # whether it is notified after the callbacks that follow it in the list

    def on_fit_start(self, trainer: Trainer) -> None:
        """Fit begins; trainer.last_step is where it will end."""

    def on_batch(self, trainer: Trainer, x: Any, t: Any) -> tuple[Any, Any]:
        """A step begins; return x (B, …) and t (B, …), or others to train on instead: arrays of their own."""
        return x, t

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """An update was made; loss is that of its batch before the update, trainer.step counts it."""

    def on_evaluation(self, trainer: Trainer, evaluation: "Evaluation") -> None:
        """An Evaluation measured the network as it is now; evaluation.rows[-1]: its new row (step, loss, accuracy)."""

    def on_fit_end(self, trainer: Trainer) -> None:
        """Fit made its last update, or stop() was called; that update may still turn out to have diverged."""

    def on_fit_interrupted(self, trainer: Trainer) -> None:
        """Fit ended with an exception: close what is open."""

    def state(self) -> dict[str, Any] | None:
        """Return what a Checkpoint keeps of this callback: name → array or JSON value; None if there is nothing."""
        return None

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what state() returned."""


class History(Callback):
    """Keep the loss of every step: losses[k] is the one that the gradient of update k + 1 came from.

    Examples
    --------
    >>> from zeronet.nn.models import TwoLayerNet
    >>> from zeronet.optimizers import SGD
    >>> history = History()
    >>> x, t = np.eye(2), np.array([0, 1])
    >>> _ = Trainer(TwoLayerNet(2, 2, 2), SGD(), batch_size=2, callbacks=[history]).fit(x, t, steps=3)
    >>> len(history.losses), round(history.losses[0], 3)
    (3, 0.693)
    """

    def __init__(self) -> None:
        self.losses: list[float] = []

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Append the loss."""
        self.losses.append(loss)

    def state(self) -> dict[str, Any]:
        """Return the losses."""
        return {"losses": np.array(self.losses, float)}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore the losses."""
        self.losses[:] = state["losses"].tolist()


class Evaluation(Callback):
    """Measure loss and accuracy on other data: before the first step, at regular steps, and at the end.

    After training, rows holds tuples (step, loss, accuracy), where step counts the updates made before. If the loss
    function does not classify, as MeanSquaredError, R² is in the place of the accuracy.

    Parameters
    ----------
    x : array (N, D); t : array (N,) or (N, K); the data
    every : int, ≥ 1, default 100; steps from one measurement to the next

    Raises
    ------
    ValueError if `every` is not an integer ≥ 1, or `x` or `t` holds no numbers; in `fit`, Diverged if a loss is not
    finite: its row is the last.
    """

    def __init__(self, x: ArrayLike, t: ArrayLike, every: int = 100):
        self.x, self.t, self.every = checked_array("x", x), checked_array("t", t), checked_integer("every", every)
        self.rows: list[tuple[int, float, float]] = []

    def measure(self, trainer: Trainer) -> None:
        """Append a row and notify on_evaluation, unless this step has a row."""
        if self.rows and self.rows[-1][0] == trainer.step:
            return
        with trainer.evaluating() as network:
            loss, score = self.loss_and_score(network)
            self.rows.append((trainer.step, loss, score))
            trainer.notify("on_evaluation", self)
            trainer.finite(loss, self.x, self.t)

    def loss_and_score(self, network: Network) -> tuple[float, float]:
        """Return the loss, and the accuracy or R², of a network."""
        y, loss = network.predict(self.x), network.loss_function
        return loss.forward(y, self.t), (accuracy if loss.classifies else r_squared)(y, self.t)

    def on_fit_start(self, trainer: Trainer) -> None:
        """Measure the network before the first step."""
        if not self.rows:  # a continued training has rows already
            self.measure(trainer)

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Measure if it is due."""
        if trainer.step % self.every == 0:
            self.measure(trainer)

    def on_fit_end(self, trainer: Trainer) -> None:
        """Measure the result."""
        self.measure(trainer)

    def state(self) -> dict[str, Any]:
        """Return the rows."""
        return {"rows": self.rows}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore the rows."""
        self.rows[:] = [(step, loss, accuracy) for step, loss, accuracy in state["rows"]]


class Log(Callback):
    """Write the loss of every step to a csv file, line by line.

    A training that starts at step 0 starts a new file; a continued one keeps the rows before its step.

    Parameters
    ----------
    path : path of the csv file, with the columns step and loss
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.file: TextIO | None = None

    def on_fit_start(self, trainer: Trainer) -> None:
        """Open the file to append to the rows that are kept."""
        kept = []
        if trainer.step and self.path.exists():
            with self.path.open(newline="", encoding="utf-8") as file:
                kept = [
                    row for row in csv.reader(file) if len(row) == 2 and row[0].isdigit() and int(row[0]) < trainer.step
                ]
        with replacing(self.path) as file:
            file.write("\n".join(["step,loss", *map(",".join, kept), ""]).encode())
        self.file = self.path.open("a", encoding="utf-8", buffering=1)  # line-buffered: a killed run keeps its rows

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Write a row."""
        if self.file:
            self.file.write(f"{trainer.step - 1},{loss!r}\n")

    def on_fit_end(self, trainer: Trainer) -> None:
        """Close the file."""
        if self.file:
            self.file.close()

    on_fit_interrupted = on_fit_end
