"""When a run is evaluated: regularly, more often where it reached its target, and in the last tenth of the steps."""

from typing import Any

import numpy as np

from zeronet.lab.runner.analysis.summary import FINAL_SHARE
from zeronet.training import Evaluation, Trainer

FINER = 10  # parts of the steps between two evaluations, to one of which it is known where the target was reached
KEPT = 2**28  # bytes that the networks at these steps may take; if they are larger, fewer are kept
LEAST = 10  # evaluations in the last tenth, whose mean is the final loss


class RunEvaluation(Evaluation):
    """Measure a run at regular steps, and where it reached its target.

    As long as the accuracy is below the target, the network is kept every few steps. When it has reached the target at
    a regular step, the kept networks are measured, from the last one back to one that had not reached it. In the last
    tenth of the steps there are at least LEAST evaluations.

    Parameters
    ----------
    x, t, every : as of Evaluation
    steps : int; of the whole run
    target : float or None; the accuracy to reach
    final : bool; whether the last tenth is measured more often, for the final loss
    curve : bool; whether anything else than the last tenth is measured
    """

    def __init__(
        self,
        x: Any,
        t: Any,
        every: int,
        steps: int,
        target: float | None = None,
        final: bool = False,
        curve: bool = True,
    ):
        super().__init__(x, t, every)
        self.target, self.curve, self.finer = target, curve, every
        self.every_final = max(1, int(FINAL_SHARE * steps) // LEAST)
        self.steps, self.final_from = steps, (1 - FINAL_SHARE) * steps if final else steps
        self.kept: list[tuple[int, np.ndarray, np.ndarray]] = []  # step, parameters, buffers, since the last row

    def on_fit_start(self, trainer: Trainer) -> None:
        """Measure the untrained network."""
        self.finer = max(1, self.every // min(FINER, 1 + KEPT // trainer.network.params.flat.nbytes))
        if self.curve:
            super().on_fit_start(trainer)

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Measure if it is due, or keep the network."""
        step = trainer.step
        final = step >= self.final_from and (self.steps - step) % self.every_final == 0
        if final or (self.curve and step % self.every == 0):
            self.measure(trainer)
        elif self.curve and step % self.finer == 0 and not self._reached():
            with trainer.evaluating() as network:
                self.kept.append((step, network.params.flat.copy(), network.buffers.flat.copy()))

    def measure(self, trainer: Trainer) -> None:
        """Append a row, and before it those that show where the target was reached since the row before."""
        super().measure(trainer)
        kept, self.kept = self.kept, []
        if not kept or not self._reached():
            return
        network, place = trainer.network, len(self.rows) - 1
        now = network.params.flat.copy(), network.buffers.flat.copy()
        for step, *arrays in reversed(kept):
            network.params.flat, network.buffers.flat = arrays
            self.rows.insert(place, (step, *self.loss_and_score(network)))
            if not self._reached(place):
                break
        network.params.flat, network.buffers.flat = now

    def _reached(self, row: int = -1) -> bool:
        return self.target is None or self.rows[row][2] >= self.target
