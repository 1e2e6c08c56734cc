"""ScheduleFreeSGD: SGD that is evaluated at its average."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class ScheduleFreeSGD(Optimizer):
    """Average instead of lowering the learning rate: at every step as good as if training were planned to end there.

        z ← z − η g                           z, plain SGD, starts at w; g, the gradient at w
        c = η² / Σ η²                         the share of the newest: 1/t while the rate η = lr is constant
        x ← x + c (z − x)                     x, the average of all z: what is evaluated and saved; starts at w
        w ← z + β (x − z)                     β = momentum; w, between both, is where gradients are taken

    While lr warms up, z weighs less. x is made from z alone: a change of w by others has no effect.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.5; the learning rate: large, as x needs no small one at the end
    momentum : float in [0, 1), default 0.9; β; 0 is Polyak's averaging

    Raises
    ------
    ValueError if `lr` is not positive, or `momentum` is not in [0, 1).

    References
    ----------
    Defazio et al., "The Road Less Scheduled", 2024, with the c of its Algorithm 1. Its authors' code and optax (both lr
    = 1) keep only w and z, from which x = (w − (1 − β) z) / β, and weigh by the largest lr so far: the same unless lr
    falls.

    Examples
    --------
    >>> params, optimizer = {"a": 1.0}, ScheduleFreeSGD(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"a": 2.0})  # z = 0.5; c = 1, so that x and w are there too
    >>> optimizer.update(params, {"a": 2.0})  # z = 0; c = 1/2, x = 0.25; w half-way
    >>> params, float(optimizer.evaluation_params(params)["a"])
    ({'a': 0.125}, 0.25)
    """

    state_names = ("z", "x")
    scalar_names = ("sum_of_weights",)
    sum_of_weights: float

    def __init__(self, lr: LearningRate = 0.5, momentum: float = 0.9):
        super().__init__(lr=lr, momentum=momentum)

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the start: w, twice."""
        return w.copy(), w.copy()

    def before_update(self, params: Mapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Add this update's weight to the sum."""
        self.sum_of_weights += self.lr * self.lr

    def rule(self, w: np.ndarray, g: np.ndarray, z: np.ndarray, x: np.ndarray) -> None:
        """Make the step."""
        z -= self.lr * g
        c = self.lr * self.lr / self.sum_of_weights if self.sum_of_weights else 1.0  # a schedule may start at 0
        x += c * (z - x)
        w[...] = z + self.momentum * (x - z)

    def evaluation_params(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return x; before the first update the parameters themselves."""
        return self.x or params
