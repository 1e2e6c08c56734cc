"""Nesterov that moves before it updates the velocity, and with the learning rate outside the velocity."""

import numpy as np

from zeronet.optimizers import Nesterov


class NesterovStepFirst(Nesterov):
    """The code of 『ゼロから作るDeep Learning』, common/optimizer.py, in its corrected order.

        w ← w + α² v − (1 + α) η g   v starts at 0; α = momentum, η = lr
        v ← α v − η g

    Older copies of the code update v first, and use the new v above: a first step of (1 + α + α²) η g, another method.

    >>> params, optimizer = {"x": 1.0}, NesterovStepFirst(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # 1 + 0 − 1.5 · 0.25 · 2
    >>> params
    {'x': 0.25}
    """

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        w += self.momentum * self.momentum * v
        w -= (1 + self.momentum) * self.lr * g
        v *= self.momentum
        v -= self.lr * g


class NesterovOfGradients(Nesterov):
    """PyTorch and optax: v is a sum of gradients, and the learning rate comes last.

        v ← α v + g                  v starts at 0; α = momentum
        w ← w − η (g + α v)          η = lr

    >>> params, optimizer = {"x": 1.0}, NesterovOfGradients(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # v = 2, x = 1 − 0.25 · (2 + 0.5 · 2)
    >>> params
    {'x': 0.25}
    """

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        v *= self.momentum
        v += g
        w -= self.lr * (g + self.momentum * v)
