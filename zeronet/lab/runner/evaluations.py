"""When a run is evaluated: regularly, more often where it may reach its target, and in the last tenth of the steps."""

from typing import Any

from zeronet.lab.runner.analysis.summary import FINAL_SHARE
from zeronet.training import Evaluation, Trainer

FINER = 10  # as many evaluations as usual, between two at which the target may be reached
LEAST = 10  # evaluations in the last tenth, whose mean is the final loss


class RunEvaluation(Evaluation):
    """Measure a run at regular steps, and more often where that decides a number of the report.

    Between two regular evaluations there are FINER − 1 others if the accuracy is below the target now, and would be
    above it at the next one after another gain like the last. In the last tenth there are at least LEAST.

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
        self.target, self.curve, self.near, self.before = target, curve, False, 0.0
        self.finer, self.every_final = max(1, every // FINER), max(1, int(FINAL_SHARE * steps) // LEAST)
        self.steps, self.final_from = steps, (1 - FINAL_SHARE) * steps if final else steps

    def on_fit_start(self, trainer: Trainer) -> None:
        """Measure the untrained network."""
        if self.curve:
            super().on_fit_start(trainer)
            self._look_ahead()

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Measure if it is due."""
        step = trainer.step
        regular = self.curve and step % self.every == 0
        near = self.near and step % self.finer == 0
        if regular or near or (step >= self.final_from and (self.steps - step) % self.every_final == 0):
            self.measure(trainer)
        if regular:
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Note whether the target may be reached before the next regular evaluation."""
        accuracy = self.rows[-1][2]
        first = len(self.rows) == 1
        gain = 1.0 if first else accuracy - self.before
        self.near = self.target is not None and accuracy < self.target <= accuracy + gain
        self.before = accuracy
