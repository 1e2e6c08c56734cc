"""SGD: straight downhill."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent: step against the gradient. Also called GD if the gradient is exact.

        w ← w − η g                  (6.1)    η = lr

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.01; the learning rate

    Raises
    ------
    ValueError if `lr` is not positive.

    References
    ----------
    Robbins and Monro, "A Stochastic Approximation Method", 1951; 『ゼロから作るDeep Learning』, 6.1.2
    (確率的勾配降下法). The same in every library.

    Examples
    --------
    >>> params = {"x": -7.0, "y": 2.0}
    >>> SGD(lr=0.5).update(params, {"x": -0.5, "y": 4.0})
    >>> params  # −7 + 0.5 · 0.5, 2 − 0.5 · 4
    {'x': -6.75, 'y': 0.0}
    """

    def __init__(self, lr: LearningRate = 0.01):
        super().__init__(lr=lr)

    def rule(self, w: np.ndarray, g: np.ndarray) -> None:
        """Make the step (6.1)."""
        w -= self.lr * g

    def effective_step(self) -> float:
        """Return η: the same for every parameter, for ever."""
        return self.lr
