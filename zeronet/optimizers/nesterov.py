"""Nesterov: a ball that looks ahead."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Nesterov(Optimizer):
    """Momentum that corrects itself with the gradient at the place it is rolling to.

        v ← α v − η g                v, velocity, starts at 0; α = momentum, η = lr
        w ← w + α v − η g

    w is the place looked ahead to, so that g is the gradient there: the usual rewriting of Nesterov's method.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.01; the learning rate
    momentum : float in [0, 1), default 0.9; the share of the velocity that is kept

    Raises
    ------
    ValueError if `lr` is not positive, or `momentum` is not in [0, 1).

    References
    ----------
    Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k²)", 1983; in this form
    Bengio et al., "Advances in Optimizing Recurrent Networks", 2012. torch.optim.SGD(nesterov=True) takes the same
    path while lr is constant (PyTorch and optax keep lr outside v), and so does the corrected code of
    『ゼロから作るDeep Learning』 (ネステロフの加速勾配法; not printed in the book itself).

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Nesterov(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # v = −0.5, x = 1 − 0.25 − 0.5
    >>> params
    {'x': 0.25}
    """

    state_names = ("v",)

    def __init__(self, lr: LearningRate = 0.01, momentum: float = 0.9):
        super().__init__(lr=lr, momentum=momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        v *= self.momentum
        v -= self.lr * g
        w += self.momentum * v - self.lr * g
