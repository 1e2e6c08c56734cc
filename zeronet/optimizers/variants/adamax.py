"""AdaMax: Adam that divides by the largest recent gradient."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class AdaMax(Optimizer):
    """Divide by the largest recent gradient instead of the root of a mean of squares.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        u ← max(β₂ u, |g| + ε)                u, largest recent gradient, slowly forgotten, starts at 0
        w ← w − η / (1 − β₁ᵗ) · m / u         η = lr, β₁ = beta1, β₂ = beta2, ε = eps; t counts the updates from 1

    It is Adam with the p-th power instead of the square, as p → ∞. u needs no correction: it has its full size at once.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.002; the learning rate
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the decay of m and of u
    eps : float, ≥ 0, default 1e-7; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, Algorithm 2, which has no ε and fails if every
    gradient so far was 0; here ε is where PyTorch and optax have it (with 1e-8). Keras adds it to u in the last line.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, AdaMax(lr=0.25)
    >>> optimizer.update(params, {"x": 4.0})  # m / (1 − β₁) = 4 and u = 4: the first step is lr long
    >>> round(params["x"], 6)
    0.75
    """

    state_names = ("m", "u")

    def __init__(self, lr: LearningRate = 0.002, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, u: np.ndarray) -> None:
        """Make the step of Algorithm 2."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        np.maximum(self.beta2 * u, np.abs(g) + self.eps, out=u)
        w -= self.lr / (1 - self.beta1**self.t) * m / u
