"""What happens beside the training loop: history, evaluation, progress bar, log, checkpoint.

Every callback is told four things: on_fit_start(trainer), on_step_end(trainer, loss), on_fit_end(trainer), and
on_fit_interrupted(trainer) where an exception ends the training. Derive yours from Callback, which ignores them all.
"""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from zeronet.common.files import replacing
from zeronet.nn.functions import accuracy
from zeronet.training.trainer import Trainer

if TYPE_CHECKING:
    from tqdm.auto import tqdm


class Callback:
    """Listen to a Trainer. A subclass says what it wants to hear; the rest is silence."""

    def on_fit_start(self, trainer: Trainer) -> None:
        """Hear that fit begins; trainer.last_step is where it will end."""

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Hear that an update was made; loss is that of its batch before the update, trainer.step counts it."""

    def on_fit_end(self, trainer: Trainer) -> None:
        """Hear that fit ended well."""

    def on_fit_interrupted(self, trainer: Trainer) -> None:
        """Hear that fit ended with an exception: time to close what is open."""


class History(Callback):
    """Keep the loss of every step: losses[k] is the one that update k + 1's gradient came from.

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


class Evaluation(Callback):
    """Measure loss and accuracy on other data: before the first step, every so many steps, and at the end.

    x (N, D), t: the data; every: steps between two measurements, ≥ 1. rows holds (updates made before, loss, accuracy).
    Raises ValueError for every < 1.
    """

    def __init__(self, x: np.ndarray, t: np.ndarray, every: int = 100):
        if every < 1:
            raise ValueError(f"evaluations are at least 1 step apart, not {every}")
        self.x, self.t, self.every = x, t, every
        self.rows: list[tuple[int, float, float]] = []

    def measure(self, trainer: Trainer) -> None:
        """Append a row, unless this step has one."""
        if self.rows and self.rows[-1][0] == trainer.step:
            return
        with trainer.evaluating() as network:
            y = network.predict(self.x)
            self.rows.append((trainer.step, network.loss_function.forward(y, self.t), accuracy(y, self.t)))

    def on_fit_start(self, trainer: Trainer) -> None:
        """Measure the network as it is before the first step."""
        self.measure(trainer)

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Measure when it is time."""
        if trainer.step % self.every == 0:
            self.measure(trainer)

    def on_fit_end(self, trainer: Trainer) -> None:
        """Measure the result."""
        self.measure(trainer)


class Progress(Callback):
    """Show a progress bar with the loss, on stderr; silent where stderr is no terminal."""

    def __init__(self) -> None:
        self.bar: tqdm | None = None

    def on_fit_start(self, trainer: Trainer) -> None:
        """Begin the bar."""
        from tqdm.auto import tqdm  # only here: it takes as long to import as half of zeronet

        self.bar = tqdm(total=trainer.last_step, initial=trainer.step, unit="step", disable=None)

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Move on."""
        self.bar.update()
        if trainer.step % 100 == 0:
            self.bar.set_postfix(loss=f"{loss:.4f}", refresh=False)

    def on_fit_end(self, trainer: Trainer) -> None:
        """Close the bar."""
        if self.bar:
            self.bar.close()

    on_fit_interrupted = on_fit_end


class Log(Callback):
    """Write step and loss of every step to a csv file, as they come.

    path: the file. A training that starts at step 0 begins it anew; one that goes on keeps the rows before its step.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.file: TextIO | None = None

    def on_fit_start(self, trainer: Trainer) -> None:
        """Open the file behind the rows that stay."""
        kept = []
        if trainer.step and self.path.exists():
            with self.path.open(newline="", encoding="utf-8") as file:
                kept = [
                    row for row in csv.reader(file) if len(row) == 2 and row[0].isdigit() and int(row[0]) < trainer.step
                ]
        with replacing(self.path) as file:
            file.write("\n".join(["step,loss", *map(",".join, kept), ""]).encode())
        self.file = self.path.open("a", encoding="utf-8", buffering=1)  # by the line: a killed run keeps its rows

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Write a row."""
        self.file.write(f"{trainer.step - 1},{loss!r}\n")

    def on_fit_end(self, trainer: Trainer) -> None:
        """Close the file."""
        if self.file:
            self.file.close()

    on_fit_interrupted = on_fit_end
