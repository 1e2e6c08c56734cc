"""AMSGrad that remembers the largest v without Adam's correction."""

import math

import numpy as np

from zeronet.optimizers import AMSGrad


class AMSGradOfUncorrected(AMSGrad):
    """PyTorch: the maximum of the uncorrected v, corrected afterwards.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        v̂ ← max(v̂, v)                         v̂ starts at 0
        w ← w − η m / (1 − β₁ᵗ) / (√(v̂ / (1 − β₂ᵗ)) + ε)     η = lr, ε = eps

    While the correction falls to 1, effective steps still grow.

    >>> params, optimizer = {"x": 1.0}, AMSGradOfUncorrected(lr=0.25, beta1=0, beta2=0.75)
    >>> optimizer.update(params, {"x": 4.0})  # v = 4, corrected 16: the first step is lr long
    >>> optimizer.update(params, {"x": 1.0})  # v = 3.25: v̂ stays 4, corrected 4 / (1 − 0.75²)
    >>> round(params["x"], 6)  # 0.75 − 0.25 / √9.142857
    0.66732
    """

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, v_hat: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        np.maximum(v_hat, v, out=v_hat)
        w -= self.lr * (m / (1 - self.beta1**self.t)) / (np.sqrt(v_hat / (1 - self.beta2**self.t)) + self.eps)


class AMSGradUncorrected(AMSGrad):
    """Keras: the maximum of the uncorrected v, and ε added to its root.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        v̂ ← max(v̂, v)                         v̂ starts at 0
        w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v̂ + ε)        η = lr, ε = eps

    As in Keras' Adam, the correction is not applied to ε.
    """

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, v_hat: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        np.maximum(v_hat, v, out=v_hat)
        lr = self.lr * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        w -= lr * m / (np.sqrt(v_hat) + self.eps)
