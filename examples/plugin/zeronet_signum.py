"""Signum: the direction of the mean gradient, and nothing of its length."""

import numpy as np

from zeronet import Optimizer


class Signum(Optimizer):
    """Go one length in the direction that recent gradients agree on.

        m ← α m + (1 − α) g           m, mean of recent gradients, starts at 0; α = momentum
        w ← w − η sign(m)             η = lr

    lr: the learning rate, > 0, default 0.001; momentum: in [0, 1), default 0.9. ValueError if out of range.
    Bernstein, Wang, Azizzadenesheli and Anandkumar, "signSGD: Compressed Optimisation for Non-Convex Problems", 2018,
    Algorithm 2.

    >>> params, optimizer = {"x": 1.0}, Signum(lr=0.25)
    >>> optimizer.update(params, {"x": 4.0})  # m = 0.4
    >>> params
    {'x': 0.75}
    """

    state_names = ("m",)

    def __init__(self, lr: float = 0.001, momentum: float = 0.9):
        super().__init__(lr=lr, momentum=momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray) -> None:
        """Make the step."""
        m *= self.momentum
        m += (1 - self.momentum) * g
        w -= self.lr * np.sign(m)
