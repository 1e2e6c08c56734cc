"""Momentum with the learning rate outside the velocity."""

import numpy as np

from zeronet.optimizers import Momentum


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
