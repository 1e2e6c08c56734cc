"""AdamW in dialects: one decay for all in form, and three values of it."""

import math

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import AdamW


class PyTorchAdamW(Dialect, AdamW):
    """torch.optim.AdamW: the paper's Algorithm 2, with λ multiplied by the whole rate.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁, β₂ = betas
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
        w ← w − η (m̂ / (√v̂ + ε) + λ w)        η = lr, ε = eps, λ = weight_decay

    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8; weight_decay: ≥ 0,
    default 0.01. Raises ValueError for others.
    """

    says = LibraryNames(
        "torch.optim.AdamW",
        {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps", "weight_decay": "weight_decay"},
        facts={"ε is added": "to the corrected root"},
    )

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ):
        super().__init__(lr, beta1, beta2, eps, weight_decay)


class KerasAdamW(Dialect, AdamW):
    """keras.optimizers.AdamW of Keras 3: ε where Keras' Adam has it.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta_1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta_2
        w ← w − η λ w                         η = learning_rate, λ = weight_decay
        w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)        ε = epsilon

    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-7; weight_decay: ≥ 0,
    default 0.004. Raises ValueError for others.

    >>> params = {"x": 1.0}
    >>> KerasAdamW(lr=0.5, beta2=0.75, eps=2.0, weight_decay=0.2).update(params, {"x": 4.0})  # √v = 2, as in BookAdam
    >>> round(params["x"], 6)  # 1 − 0.5 · 0.2, less 0.25
    0.65
    """

    says = LibraryNames(
        "keras.optimizers.AdamW",
        {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon", "weight_decay": "weight_decay"},
        facts={"ε is added": "to the uncorrected root"},
    )

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-7,
        weight_decay: float = 0.004,
    ):
        super().__init__(lr, beta1, beta2, eps, weight_decay)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        w -= self.lr * self.weight_decay * w
        lr = self.lr * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        w -= lr * m / (np.sqrt(v) + self.eps)


class OptaxAdamW(PyTorchAdamW):
    """optax.adamw: as in PyTorch, with a hundredth of its decay.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = b1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = b2
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
        w ← w − η (m̂ / (√v̂ + ε) + λ w)        η = learning_rate, ε = eps, λ = weight_decay

    lr: > 0, default 0.001 here: optax has none; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8;
    weight_decay: ≥ 0, default 0.0001. Raises ValueError for others.
    """

    says = LibraryNames(
        "optax.adamw",
        {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "eps": "eps", "weight_decay": "weight_decay"},
        defaults={"lr": "no default"},
        facts={"ε is added": "to the corrected root"},
    )

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.0001,
    ):
        super().__init__(lr, beta1, beta2, eps, weight_decay)
