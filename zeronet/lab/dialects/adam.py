"""Adam with ε added to the uncorrected root."""

import math

import numpy as np

from zeronet.optimizers import Adam


class AdamUncorrected(Adam):
    """The book, Keras and scikit-learn: the "ε̂" form of the paper, section 2.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)        η = lr, ε = eps

    The correction is not applied to ε: at the start ε counts as ε/√(1 − β₂) = 32 ε would in Algorithm 1.
    The book's code has m ← m + (1 − β₁) (g − m), the same number.

    >>> params = {"x": 1.0}
    >>> AdamUncorrected(lr=0.5, beta2=0.75, eps=2.0).update(params, {"x": 4.0})  # √v = 2, and 4 = m/(1 − β₁)
    >>> round(params["x"], 6)  # 1 − 0.5 · 0.5 · 4 / (2 + 2)
    0.75
    """

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        lr = self.lr * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        w -= lr * m / (np.sqrt(v) + self.eps)
