"""RAdam with ε added to the uncorrected root."""

import math

import numpy as np

from zeronet.optimizers import RAdam


class RAdamUncorrected(RAdam):
    """PyTorch: ε is added before the correction.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        m̂ = m / (1 − β₁ᵗ)
        ρ∞ = 2/(1 − β₂) − 1, ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
        r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ))
        w ← w − η r √(1 − β₂ᵗ) m̂ / (√v + ε) if ρ > 5     η = lr, ε = eps
        w ← w − η m̂ else

    >>> params = {"x": 1.0}
    >>> RAdamUncorrected(lr=0.25).update(params, {"x": 2.0})  # ρ = 1: as in RAdam
    >>> round(params["x"], 6)
    0.5
    """

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        m_hat = m / (1 - self.beta1**self.t)
        r = self.rectification()
        if r is None:
            w -= self.lr * m_hat
        else:
            w -= self.lr * r * math.sqrt(1 - self.beta2**self.t) * m_hat / (np.sqrt(v) + self.eps)
