"""LARS: one step size per layer."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer
from zeronet.optimizers.transforms import scaled_norm


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
        rate, direction = rated(w, g, self.trust)
        v += self.lr * rate * direction
        w -= v


def rated(w: np.ndarray, u: np.ndarray, trust: float = 1.0) -> tuple[float, np.ndarray]:
    """Return two factors of λ u, λ = trust · ‖w‖ / ‖u‖, or 1 if a norm is 0: λ and u, if u is not of extreme length."""
    (w_norm, w_unit), (u_norm, u_unit) = norm(w), norm(u)
    if not (w_norm and u_norm):
        return 1.0, u
    return trust * w_norm / u_norm * w_unit, u if u_unit == 1 else u / u_unit


def norm(a: np.ndarray) -> tuple[float, float]:
    """Return n and s: ‖a‖ = n s, as scaled_norm does."""
    with np.errstate(over="ignore", under="ignore"):
        n = float(np.linalg.norm(a))
    return (n, 1.0) if 1e-12 < n < 1e15 else scaled_norm([a])
