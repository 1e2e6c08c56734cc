"""Nesterov: a ball that looks ahead."""

import numpy as np

from zeronet.optimizers.base import Optimizer


class Nesterov(Optimizer):
    """Momentum that corrects itself with the gradient of the place it is rolling to.

        v ← α v − η g                v, velocity, starts at 0; α = momentum, η = lr
        w ← w + α v − η g

    w is the place looked ahead to, so that g is the gradient there: the usual rewriting of Nesterov's method.
    lr: the learning rate, > 0, default 0.01; momentum: the share of velocity that is kept, in [0, 1), default 0.9.
    Raises ValueError for others.
    Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k²)", 1983; in this form
    Bengio et al., "Advances in Optimizing Recurrent Networks", 2012. torch.optim.SGD(nesterov=True) takes the same
    path while lr is constant (PyTorch and optax keep lr outside v), and so does the code of
    『ゼロから作るDeep Learning』 since it was corrected (ネステロフの加速勾配法; the book itself does not print it).

    >>> params, optimizer = {"x": 1.0}, Nesterov(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # v = −0.5, x = 1 − 0.25 − 0.5
    >>> params
    {'x': 0.25}
    """

    state_names = ("v",)

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr=lr, momentum=momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        v *= self.momentum
        v -= self.lr * g
        w += self.momentum * v - self.lr * g
