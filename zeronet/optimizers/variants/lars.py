"""LARS: one step size per layer."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class LARS(Optimizer):
    """Change each array by the same share of its length, however long its gradient is; and roll like Momentum.

        λ = κ ‖w‖ / ‖g‖                       one number for each array; κ = trust
        v ← α v + η λ g                       v, velocity, starts at 0; α = momentum, η = lr
        w ← w − v

    The first update is η κ of the array's length, 0.001 with the defaults; momentum lets it grow tenfold. ‖·‖ is the
    root of the sum of all squares; if one of the two lengths is 0, as with biases at the start, λ = 1: their first
    step is η g, as long as SGD's with lr = 1.

    Parameters
    ----------
    lr : float or schedule, > 0, default 1; the learning rate
    momentum : float in [0, 1), default 0.9; the share of the velocity that is kept
    trust : float > 0, default 0.001; κ

    Raises
    ------
    ValueError if `lr` or `trust` is not positive, or `momentum` is not in [0, 1).

    References
    ----------
    You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017, Algorithm 1, without its weight
    decay β, which optax puts inside the norm, κ ‖w‖ / ‖g + β w‖, and the paper beside it, κ ‖w‖ / (‖g‖ + β ‖w‖).

    Examples
    --------
    >>> params, optimizer = {"W": np.array([3.0, 4.0])}, LARS(lr=1, trust=0.5)
    >>> optimizer.update(params, {"W": np.array([0.0, 10.0])})  # λ = 0.5 · 5 / 10
    >>> params["W"]
    array([3. , 1.5])
    """

    state_names = ("v",)
    elementwise = False

    def __init__(self, lr: LearningRate = 1.0, momentum: float = 0.9, trust: float = 0.001):
        super().__init__(lr=lr, momentum=momentum, trust=trust)

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step of one array."""
        v *= self.momentum
        v += self.lr * ratio(w, g, self.trust) * g
        w -= v


def ratio(w: np.ndarray, u: np.ndarray, trust: float = 1.0) -> float:
    """Return trust · ‖w‖ / ‖u‖, and 1 where one of the two is 0."""
    lengths = float(np.linalg.norm(w)), float(np.linalg.norm(u))
    return trust * lengths[0] / lengths[1] if all(lengths) else 1.0
