"""RMSProp in dialects: four names for one decay, and where ε is added."""

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import RMSProp


class BookRMSProp(Dialect, RMSProp):
    """RMSprop of 『ゼロから作るDeep Learning』, common/optimizer.py: a long memory, and a leap at the start.

        h ← ρ h + (1 − ρ) g ⊙ g      h starts at 0; ρ = decay_rate
        w ← w − η g / (√h + ε)       η = lr, ε = 1e-7

    lr: > 0, default 0.01; rho: in [0, 1), default 0.99; eps: ≥ 0, default 1e-7, fixed in the book's code. Raises
    ValueError for others.
    """

    says = LibraryNames(
        "RMSprop",
        {"lr": "lr", "rho": "decay_rate", "eps": ""},
        facts={"ε is added": "outside the root", "bias correction": "no"},
    )

    def __init__(self, lr: float = 0.01, rho: float = 0.99, eps: float = 1e-7):
        super().__init__(lr, rho, eps)


class PyTorchRMSProp(Dialect, RMSProp):
    """torch.optim.RMSprop: a long memory, and a leap at the start.

        h ← ρ h + (1 − ρ) g ⊙ g      h starts at 0; ρ = alpha
        w ← w − η g / (√h + ε)       η = lr, ε = eps

    lr: > 0, default 0.01; rho: in [0, 1), default 0.99; eps: ≥ 0, default 1e-8. Raises ValueError for others.
    """

    says = LibraryNames(
        "torch.optim.RMSprop",
        {"lr": "lr", "rho": "alpha", "eps": "eps"},
        facts={"ε is added": "outside the root", "bias correction": "no"},
    )

    def __init__(self, lr: float = 0.01, rho: float = 0.99, eps: float = 1e-8):
        super().__init__(lr, rho, eps)


class KerasRMSProp(Dialect, RMSProp):
    """keras.optimizers.RMSprop of Keras 3: ε is the least h, and not the least √h.

        h ← ρ h + (1 − ρ) g ⊙ g      h starts at 0; ρ = rho
        w ← w − η g / √(h + ε)       η = learning_rate, ε = epsilon

    Inside the root 1e-7 counts as √1e-7 = 0.0003 would outside: gradients smaller than that make smaller steps.
    lr: > 0, default 0.001; rho: in [0, 1), default 0.9; eps: ≥ 0, default 1e-7. Raises ValueError for others.

    >>> params = {"x": 1.0}
    >>> KerasRMSProp(lr=0.5, rho=0.75, eps=12.0).update(params, {"x": 4.0})  # h = 4, x = 1 − 0.5 · 4 / √(4 + 12)
    >>> params
    {'x': 0.5}
    """

    says = LibraryNames(
        "keras.optimizers.RMSprop",
        {"lr": "learning_rate", "rho": "rho", "eps": "epsilon"},
        facts={"ε is added": "inside the root", "bias correction": "no"},
    )

    def __init__(self, lr: float = 0.001, rho: float = 0.9, eps: float = 1e-7):
        super().__init__(lr, rho, eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        w -= self.lr * g / np.sqrt(h + self.eps)

    def effective_step(self, h: np.ndarray) -> np.ndarray:
        """Return η / √(h + ε)."""
        return self.lr / np.sqrt(h + self.eps)


class OptaxRMSProp(KerasRMSProp):
    """optax.rmsprop: as in Keras, with another ε.

        h ← ρ h + (1 − ρ) g ⊙ g      h starts at 0; ρ = decay
        w ← w − η g / √(h + ε)       η = learning_rate, ε = eps

    lr: > 0, default 0.001 here: optax has none; rho: in [0, 1), default 0.9; eps: ≥ 0, default 1e-8. Raises ValueError
    for others. optax.rmsprop(eps_in_sqrt=False) adds ε outside, bias_correction=True divides h by 1 − ρᵗ.
    """

    says = LibraryNames(
        "optax.rmsprop",
        {"lr": "learning_rate", "rho": "decay", "eps": "eps"},
        defaults={"lr": "no default"},
        facts={"ε is added": "inside the root", "bias correction": "no"},
    )

    def __init__(self, lr: float = 0.001, rho: float = 0.9, eps: float = 1e-8):
        super().__init__(lr, rho, eps)
