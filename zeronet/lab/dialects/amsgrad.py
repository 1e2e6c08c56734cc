"""AMSGrad in dialects: whether the largest v is remembered with Adam's correction, or without it."""

import math

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import AMSGrad


class PyTorchAMSGrad(Dialect, AMSGrad):
    """torch.optim.Adam(amsgrad=True): the maximum of the uncorrected v, corrected afterwards.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁, β₂ = betas
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0
        v̂ ← max(v̂, v)                         v̂ starts at 0
        w ← w − η m / (1 − β₁ᵗ) / (√(v̂ / (1 − β₂ᵗ)) + ε)     η = lr, ε = eps

    While the correction falls to 1, rates still grow.
    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8. Raises ValueError
    for others.

    >>> params, optimizer = {"x": 1.0}, PyTorchAMSGrad(lr=0.25, beta1=0, beta2=0.75)
    >>> optimizer.update(params, {"x": 4.0})  # v = 4, corrected 16: the first step is lr long
    >>> optimizer.update(params, {"x": 1.0})  # v = 3.25: v̂ stays 4, corrected 4 / (1 − 0.75²)
    >>> round(params["x"], 6)  # 0.75 − 0.25 / √9.142857
    0.66732
    """

    says = LibraryNames(
        "torch.optim.Adam(amsgrad=True)",
        {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps"},
        facts={"v̂ is the largest": "uncorrected v", "ε is added": "to the corrected root"},
    )

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__(lr, beta1, beta2, eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, v_hat: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        np.maximum(v_hat, v, out=v_hat)
        w -= self.lr * (m / (1 - self.beta1**self.t)) / (np.sqrt(v_hat / (1 - self.beta2**self.t)) + self.eps)


class KerasAMSGrad(Dialect, AMSGrad):
    """keras.optimizers.Adam(amsgrad=True) of Keras 3: the maximum of the uncorrected v, and ε beside its root.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta_1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta_2
        v̂ ← max(v̂, v)                         v̂ starts at 0
        w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v̂ + ε)        η = learning_rate, ε = epsilon

    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-7. Raises ValueError
    for others.
    """

    says = LibraryNames(
        "keras.optimizers.Adam(amsgrad=True)",
        {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"},
        facts={"v̂ is the largest": "uncorrected v", "ε is added": "to the uncorrected root"},
    )

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, v_hat: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        np.maximum(v_hat, v, out=v_hat)
        lr = self.lr * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        w -= lr * m / (np.sqrt(v_hat) + self.eps)


class OptaxAMSGrad(Dialect, AMSGrad):
    """optax.amsgrad: the maximum of the corrected v, as in zeronet.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = b1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = b2
        m̂ = m / (1 − β₁ᵗ)
        v̂ ← max(v̂, v / (1 − β₂ᵗ))             v̂ starts at 0
        w ← w − η m̂ / (√v̂ + ε)                η = learning_rate, ε = eps

    lr: > 0, default 0.001 here: optax has none; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8.
    Raises ValueError for others.
    """

    says = LibraryNames(
        "optax.amsgrad",
        {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "eps": "eps"},
        defaults={"lr": "no default"},
        facts={"v̂ is the largest": "corrected v", "ε is added": "to the corrected root"},
    )

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__(lr, beta1, beta2, eps)
