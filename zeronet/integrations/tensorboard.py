"""TensorBoard: a callback that writes what it shows. Needs the extra tensorboard."""

import time
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.training.callbacks import Callback, Evaluation
from zeronet.training.trainer import Trainer


class TensorBoard(Callback):
    """Write losses, evaluations and the learning rate into a folder that `tensorboard --logdir FOLDER` shows.

    The tags are training/loss, training/learning rate, evaluation/loss and evaluation/accuracy, or evaluation/R² in a
    regression; a second Evaluation among the callbacks has evaluation 2/…. The loss at step k is the one that the
    gradient of update k + 1 came from; an evaluation at step k came after k updates. A training that goes on where
    another was interrupted takes the place of that one's later steps.

    Parameters
    ----------
    folder : path; of one training
    every : int, ≥ 1, default 10; steps between two training losses

    Raises
    ------
    UserError if `every` is not an integer ≥ 1, or tensorboard is not installed.
    """

    after_others = True  # evaluations at the end of fit come before the file is closed

    def __init__(self, folder: str | Path, every: int = 10):
        try:
            from tensorboard.compat.proto import event_pb2, summary_pb2
            from tensorboard.summary.writer import event_file_writer
        except ImportError:
            raise UserError("TensorBoard needs tensorboard: pip install 'zeronet-dl[tensorboard]'") from None
        self.folder, self.every = Path(folder), checked_integer("every", every)
        self._events, self._summaries, self._writers = event_pb2, summary_pb2, event_file_writer
        self._writer: Any = None

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Write the loss and the learning rate, if it is due."""
        step = trainer.step - 1
        if step % self.every == 0:
            numbers = {"loss": loss, "learning rate": getattr(trainer.optimizer, "lr", None)}
            self._write_numbers(step, "training", numbers)

    def on_evaluation(self, trainer: Trainer, evaluation: Evaluation) -> None:
        """Write the newest row."""
        evaluations = [callback for callback in trainer.callbacks if isinstance(callback, Evaluation)]
        number = next((k for k, each in enumerate(evaluations, start=1) if each is evaluation), 1)
        step, loss, score = evaluation.rows[-1]
        metric = "accuracy" if trainer.network.loss_function.classifies else "R²"
        group = "evaluation" if number == 1 else f"evaluation {number}"
        self._write_numbers(step, group, {"loss": loss, metric: score})

    def on_fit_end(self, trainer: Trainer) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    on_fit_interrupted = on_fit_end

    def _write_numbers(self, step: int, group: str, numbers: dict[str, Any]) -> None:
        """Write numbers; the first of a fit opens a file, and says that it goes on from this step."""
        if self._writer is None:
            self._writer = self._writers.EventFileWriter(str(self.folder))
            self._write(step, session_log=self._events.SessionLog(status=self._events.SessionLog.START))
        value = self._summaries.Summary.Value
        values = [value(tag=f"{group}/{name}", simple_value=n) for name, n in numbers.items() if isinstance(n, float)]
        self._write(step, summary=self._summaries.Summary(value=values))

    def _write(self, step: int, **content: Any) -> None:
        self._writer.add_event(self._events.Event(wall_time=time.time(), step=step, **content))
