"""Yogi: Adam whose second moment changes only a little at a time."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Yogi(Optimizer):
    """Move v towards g ⊙ g by a step as long as g ⊙ g, not as their difference: effective steps grow again only slowly.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← v − (1 − β₂) sign(v − g ⊙ g) g ⊙ g      v, about the mean of recent squared gradients, starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)     Adam's corrections; t counts the updates from 1
        w ← w − η m̂ / (√v̂ + ε)                η = lr, β₁ = beta1, β₂ = beta2, ε = eps

    If gradients become small, Adam's v is soon forgotten and its effective steps leap up; Yogi's v falls by
    (1 − β₂) g ⊙ g, which is small too.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.01; the learning rate: the paper's advice, about ten times Adam's
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the decay of m, and the pace of v
    eps : float, ≥ 0, default 0.001; the paper's advice, about 10,000 times Adam's

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Zaheer et al., "Adaptive Methods for Nonconvex Optimization", 2018, Algorithm 2, with Adam's corrections kept, so
    that v is all that differs from Adam: for this v they are too much, 1.6 times at update 1,000 under a constant
    gradient. optax corrects too, but starts m and v at 1e-6; PyTorch and Keras have none.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Yogi(lr=0.25, beta1=0, beta2=0.75, eps=0)
    >>> optimizer.update(params, {"x": 4.0})  # v = 0.25 · 16, √v̂ = 4: the first step is lr long
    >>> optimizer.update(params, {"x": 1.0})  # v > 1 falls by 0.25 · 1
    >>> round(params["x"], 6), float(optimizer.v["x"])  # 0.75 − 0.25 / √(3.75 / 0.4375)
    (0.664609, 3.75)
    """

    state_names = ("m", "v")

    def __init__(self, lr: LearningRate = 0.01, beta1: float = 0.9, beta2: float = 0.999, eps: float = 0.001):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v -= (1 - self.beta2) * np.sign(v - g * g) * g * g
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
