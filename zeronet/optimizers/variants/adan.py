"""Adan: Adam that looks ahead by the change of the gradient."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Adan(Optimizer):
    """Look ahead like Nesterov, by adding to each gradient what it changed by since the last one.

        d = g − g₋                            g₋, the gradient before; d = 0 at the first update
        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← β₂ v + (1 − β₂) d                 v, mean of recent changes, starts at 0
        n ← β₃ n + (1 − β₃) (g + β₂ d)²       n, mean of recent squares of the gradient ahead, starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), n̂ = n / (1 − β₃ᵗ)      t counts the updates from 1
        w ← (w − η (m̂ + β₂ v̂) / (√n̂ + ε)) / (1 + η λ)       η = lr, ε = eps, λ = weight_decay
        g₋ ← g

    The state g₋ is called g_before.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the learning rate
    beta1, beta2, beta3 : float in [0, 1), default 0.98, 0.92 and 0.99; the decay of the three means
    eps : float, ≥ 0, default 1e-7; prevents 0/0
    weight_decay : float, ≥ 0, default 0; λ

    Raises
    ------
    ValueError if `lr` is not positive, a beta is not in [0, 1), or `eps` or `weight_decay` is negative.

    References
    ----------
    Xie et al., "Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing Deep Models", 2022, Algorithm 1, with
    the corrections of its authors' code (ε = 1e-8); the paper's β is 1 − β here. optax (0.2.8) has 1 − β₂ instead of β₂
    before d and v̂, so that its paths agree at β₂ = 0.5 only; PyTorch and Keras have none.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Adan(lr=0.25, beta1=0, beta2=0.5, beta3=0)
    >>> optimizer.update(params, {"x": 4.0})  # d = 0: the first step is lr long
    >>> optimizer.update(params, {"x": 2.0})  # d = −2, v̂ = −1 / 0.75, √n̂ = 2 − 0.5 · 2
    >>> round(params["x"], 6)  # 0.75 − 0.25 · (2 − 0.5 / 0.75) / 1
    0.416667
    """

    state_names = ("m", "v", "n", "g_before")

    def __init__(
        self,
        lr: LearningRate = 0.001,
        beta1: float = 0.98,
        beta2: float = 0.92,
        beta3: float = 0.99,
        eps: float = 1e-7,
        weight_decay: float = 0.0,
    ):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, beta3=beta3, eps=eps, weight_decay=weight_decay)

    def rule(
        self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, n: np.ndarray, g_before: np.ndarray
    ) -> None:
        """Make the step of Algorithm 1."""
        d = g - g_before if self.t > 1 else np.zeros_like(g)
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * d
        n *= self.beta3
        n += (1 - self.beta3) * (g + self.beta2 * d) ** 2
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        n_hat = n / (1 - self.beta3**self.t)
        w -= self.lr * (m_hat + self.beta2 * v_hat) / (np.sqrt(n_hat) + self.eps)
        w /= 1 + self.lr * self.weight_decay
        g_before[...] = g
