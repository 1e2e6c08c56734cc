"""Momentum with the learning rate outside the velocity, and with dampening."""

import numpy as np

from zeronet.optimizers import Momentum
from zeronet.optimizers.base import Optimizer


class MomentumOfGradients(Momentum):
    """PyTorch and optax: v is a sum of gradients, and the learning rate comes last.

        v ← α v + g                  v starts at 0; α = momentum
        w ← w − η v                  η = lr

    While η is constant this is the path of Momentum. If η falls, the whole of v follows at once; in Momentum old
    gradients keep the learning rate that they came with.

    >>> params, optimizer = {"x": 1.0}, MomentumOfGradients(lr=lambda k: (0.5, 0.25)[k], momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # v = 2, x = 1 − 0.5 · 2
    >>> optimizer.update(params, {"x": 1.0})  # v = 1 + 1, x = 0 − 0.25 · 2
    >>> params
    {'x': -0.5}
    """

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        v *= self.momentum
        v += g
        w -= self.lr * v


class MomentumDampened(Momentum):
    """PyTorch with dampening: all gradients but the first are made smaller.

        v ← α v + (1 − τ) g, at the first update v ← g         α = momentum, τ = dampening
        w ← w − η v                  η = lr

    With τ = α, v is a mean of recent gradients, but for the full weight of the first.

    >>> params, optimizer = {"x": 1.0}, MomentumDampened(lr=0.25, momentum=0.5, dampening=0.75)
    >>> optimizer.update(params, {"x": 2.0})  # v = 2, x = 1 − 0.25 · 2
    >>> optimizer.update(params, {"x": 4.0})  # v = 1 + 0.25 · 4, x = 0.5 − 0.25 · 2
    >>> params
    {'x': 0.0}
    """

    dampening: float

    def __init__(self, lr: float = 0.01, momentum: float = 0.9, dampening: float = 0.0):
        Optimizer.__init__(self, lr=lr, momentum=momentum, dampening=dampening)  # Momentum's own has no dampening

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        v *= self.momentum
        v += g if self.t == 1 else (1 - self.dampening) * g
        w -= self.lr * v
