"""Momentum: a ball that rolls."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Momentum(Optimizer):
    """Keep rolling: steps that agree add up, steps that alternate cancel out.

        v ← α v − η g                (6.3)    v, velocity, starts at 0; α = momentum, η = lr
        w ← w + v                    (6.4)

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.01; the learning rate
    momentum : float in [0, 1), default 0.9; the share of the velocity that is kept

    Raises
    ------
    ValueError if `lr` is not positive, or `momentum` is not in [0, 1).

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; 『ゼロから作るDeep Learning』,
    6.1.4 (モーメンタム, 運動量). The book, Keras and scikit-learn keep lr inside v, as here; PyTorch and optax
    outside: the same path while lr is constant.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Momentum(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # v = −0.5
    >>> optimizer.update(params, {"x": 1.0})  # v = −0.25 − 0.25
    >>> params
    {'x': 0.0}
    """

    state_names = ("v",)

    def __init__(self, lr: LearningRate = 0.01, momentum: float = 0.9):
        super().__init__(lr=lr, momentum=momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step (6.3), (6.4)."""
        v *= self.momentum
        v -= self.lr * g
        w += v
