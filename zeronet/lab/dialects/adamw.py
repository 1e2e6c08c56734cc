"""AdamW with ε added to the uncorrected root."""

import math

import numpy as np

from zeronet.optimizers import AdamW


class AdamWUncorrected(AdamW):
    """Keras: ε is where its Adam has it.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        w ← w − η λ w                         η = lr, λ = weight_decay
        w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)        ε = eps

    >>> params = {"x": 1.0}
    >>> AdamWUncorrected(lr=0.5, beta2=0.75, eps=2.0, weight_decay=0.2).update(params, {"x": 4.0})  # √v = 2
    >>> round(params["x"], 6)  # 1 − 0.5 · 0.2, less 0.25 as in AdamUncorrected
    0.65
    """

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        w -= self.lr * self.weight_decay * w
        lr = self.lr * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        w -= lr * m / (np.sqrt(v) + self.eps)
