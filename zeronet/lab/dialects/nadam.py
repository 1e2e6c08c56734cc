"""NAdam in dialects: whether the β₁ of the look ahead is constant, or rises from half of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import NAdam


class KerasNAdam(Dialect, NAdam):
    """keras.optimizers.Nadam of Keras 3: β₁ of the look ahead rises from half of it, half the way by update 17.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta_1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta_2
        μₜ = β₁ (1 − ½ · 0.96ᵗ), M = μ₁ μ₂ … μₜ
        m̂ = μₜ₊₁ m / (1 − M μₜ₊₁) + (1 − μₜ) g / (1 − M)
        v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)                η = learning_rate, ε = epsilon

    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-7. Raises ValueError
    for others.
    """

    says = LibraryNames(
        "keras.optimizers.Nadam",
        {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"},
        facts={"β₁ of the look ahead": "rises: 1 − ½ · 0.96ᵗ of it", "ε is added": "to the corrected root"},
    )
    scalar_names = ("M",)

    def before_update(self, params: Mapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Take this update's μ into the product."""
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


class PyTorchNAdam(KerasNAdam):
    """torch.optim.NAdam: as in Keras, but that β₁ rises 250 times more slowly (4,250 updates), at twice the rate.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁, β₂ = betas
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0
        μₜ = β₁ (1 − ½ · 0.96^(ψt)), M = μ₁ μ₂ … μₜ         ψ = momentum_decay
        m̂ = μₜ₊₁ m / (1 − M μₜ₊₁) + (1 − μₜ) g / (1 − M)
        v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)                η = lr, ε = eps

    lr: > 0, default 0.002; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8; momentum_decay: ≥ 0,
    default 0.004. Raises ValueError for others. PyTorch keeps M in 32 bits, unless float64 is its default type.

    >>> params = {"x": 1.0}
    >>> PyTorchNAdam(lr=0.25, beta1=0.5, momentum_decay=0).update(params, {"x": 4.0})  # m = 2, μ₁ = μ₂ = M = 0.25
    >>> round(params["x"], 6)  # 1 − 0.25 · (0.25 · 2 / (1 − 0.0625) + 0.75 · 4 / 0.75) / 4
    0.716667
    """

    says = LibraryNames(
        "torch.optim.NAdam",
        {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps", "momentum_decay": "momentum_decay"},
        facts={"β₁ of the look ahead": "rises: 1 − ½ · 0.96^(ψt) of it", "ε is added": "to the corrected root"},
    )

    def __init__(
        self,
        lr: float = 0.002,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        momentum_decay: float = 0.004,
    ):
        # Past NAdam's own __init__, which has no momentum_decay.
        super(NAdam, self).__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps, momentum_decay=momentum_decay)

    def mu(self, t: int) -> float:
        """Return β₁ of the look ahead at update t."""
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))


class OptaxNAdam(Dialect, NAdam):
    """optax.nadam: one constant β₁, as in zeronet.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = b1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = b2
        m̂ = β₁ m / (1 − β₁ᵗ⁺¹) + (1 − β₁) g / (1 − β₁ᵗ)
        v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)                η = learning_rate, ε = eps

    lr: > 0, default 0.001 here: optax has none; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8.
    Raises ValueError for others.
    """

    says = LibraryNames(
        "optax.nadam",
        {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "eps": "eps"},
        defaults={"lr": "no default"},
        facts={"β₁ of the look ahead": "constant", "ε is added": "to the corrected root"},
    )

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__(lr, beta1, beta2, eps)
