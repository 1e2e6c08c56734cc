"""RAdam in dialects: whether ε is added to the corrected root, or to the uncorrected one."""

import math

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import RAdam


class PyTorchRAdam(Dialect, RAdam):
    """torch.optim.RAdam: ε is added before the correction.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁, β₂ = betas
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0
        m̂ = m / (1 − β₁ᵗ)
        ρ∞ = 2/(1 − β₂) − 1, ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
        r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ))
        w ← w − η r √(1 − β₂ᵗ) m̂ / (√v + ε) if ρ > 5     η = lr, ε = eps
        w ← w − η m̂ else

    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8. Raises ValueError
    for others.

    >>> params = {"x": 1.0}
    >>> PyTorchRAdam(lr=0.25).update(params, {"x": 2.0})  # ρ = 1: as in RAdam
    >>> round(params["x"], 6)
    0.5
    """

    says = LibraryNames(
        "torch.optim.RAdam",
        {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps"},
        facts={"ε is added": "to the uncorrected root"},
    )

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__(lr, beta1, beta2, eps)

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


class OptaxRAdam(Dialect, RAdam):
    """optax.radam: ε where zeronet and Adam's Algorithm 1 have it.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = b1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = b2
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
        ρ∞ = 2/(1 − β₂) − 1, ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
        r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ))
        w ← w − η r m̂ / (√v̂ + ε) if ρ > 5     η = learning_rate, ε = eps
        w ← w − η m̂ else

    lr: > 0, default 0.001 here: optax has none; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8.
    Raises ValueError for others.
    """

    says = LibraryNames(
        "optax.radam",
        {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "eps": "eps"},
        defaults={"lr": "no default"},
        facts={"ε is added": "to the corrected root"},
    )

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__(lr, beta1, beta2, eps)
