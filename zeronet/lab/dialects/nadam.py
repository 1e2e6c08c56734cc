"""NAdam whose β₁ of the look ahead rises from half of its value."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.optimizers import NAdam
from zeronet.optimizers.base import Optimizer


class NAdamRising(NAdam):
    """Keras: β₁ of the look ahead rises from half of it, half the way by update 17.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        μₜ = β₁ (1 − ½ · 0.96ᵗ), M = μ₁ μ₂ … μₜ
        m̂ = μₜ₊₁ m / (1 − M μₜ₊₁) + (1 − μₜ) g / (1 − M)
        v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)                η = lr, ε = eps

    The paper's schedule for β₁, with t in place of its t/250.
    """

    scalar_names = ("M",)
    M: float

    def before_update(self, params: Mapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Multiply the product by this update's μ."""
        self.M = (self.M if self.t > 1 else 1) * self.mu(self.t)

    def mu(self, t: int) -> float:
        """Return β₁ of the look ahead at update t."""
        return self.beta1 * (1 - 0.5 * 0.96**t)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        now, following = self.mu(self.t), self.mu(self.t + 1)
        m_hat = following * m / (1 - self.M * following) + (1 - now) * g / (1 - self.M)
        v_hat = v / (1 - self.beta2**self.t)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class NAdamRisingSlowly(NAdamRising):
    """PyTorch: as in Keras, but β₁ rises 250 times more slowly (4,250 updates).

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        μₜ = β₁ (1 − ½ · 0.96^(ψt)), M = μ₁ μ₂ … μₜ         ψ = momentum_decay
        m̂ = μₜ₊₁ m / (1 − M μₜ₊₁) + (1 − μₜ) g / (1 − M)
        v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)                η = lr, ε = eps

    PyTorch keeps M in 32 bits, unless float64 is its default type.

    >>> params = {"x": 1.0}
    >>> NAdamRisingSlowly(lr=0.25, beta1=0.5, momentum_decay=0).update(params, {"x": 4.0})  # m = 2, μ₁ = μ₂ = M = 0.25
    >>> round(params["x"], 6)  # 1 − 0.25 · (0.25 · 2 / (1 − 0.0625) + 0.75 · 4 / 0.75) / 4
    0.716667
    """

    momentum_decay: float

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-7,
        momentum_decay: float = 0.004,
    ):
        # NAdam's own __init__ has no momentum_decay.
        Optimizer.__init__(self, lr=lr, beta1=beta1, beta2=beta2, eps=eps, momentum_decay=momentum_decay)

    def mu(self, t: int) -> float:
        """Return β₁ of the look ahead at update t."""
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))
