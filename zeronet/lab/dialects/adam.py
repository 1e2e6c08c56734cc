"""Adam in dialects: whether ε is added to the corrected root, or to the uncorrected one."""

import math

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import Adam


class BookAdam(Dialect, Adam):
    """Adam of 『ゼロから作るDeep Learning』, common/optimizer.py: the "ε̂" form of the paper, section 2.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta2
        w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)        η = lr, ε = 1e-7

    The correction is not applied to ε: at the start ε counts as ε/√(1 − β₂) = 32 ε would in Algorithm 1.
    The book's code has m ← m + (1 − β₁) (g − m), the same number.
    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-7, fixed in the book's
    code. Raises ValueError for others.

    >>> params = {"x": 1.0}
    >>> BookAdam(lr=0.5, beta2=0.75, eps=2.0).update(params, {"x": 4.0})  # √v = 2, and 4 = m/(1 − β₁)
    >>> round(params["x"], 6)  # 1 − 0.5 · 0.5 · 4 / (2 + 2)
    0.75
    """

    says = LibraryNames(
        "Adam",
        {"lr": "lr", "beta1": "beta1", "beta2": "beta2", "eps": ""},
        facts={"ε is added": "to the uncorrected root", "bias correction": "yes"},
    )

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7):
        super().__init__(lr, beta1, beta2, eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        lr = self.lr * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        w -= lr * m / (np.sqrt(v) + self.eps)


class PyTorchAdam(Dialect, Adam):
    """torch.optim.Adam: Algorithm 1 of the paper.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁, β₂ = betas
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)                η = lr, ε = eps

    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8. Raises ValueError
    for others.
    """

    says = LibraryNames(
        "torch.optim.Adam",
        {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps"},
        facts={"ε is added": "to the corrected root", "bias correction": "yes"},
    )

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        super().__init__(lr, beta1, beta2, eps)


class KerasAdam(BookAdam):
    """keras.optimizers.Adam of Keras 3: as in the book.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = beta_1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = beta_2
        w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)        η = learning_rate, ε = epsilon

    lr: > 0, default 0.001; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-7. Raises ValueError
    for others.
    """

    says = LibraryNames(
        "keras.optimizers.Adam",
        {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"},
        facts={"ε is added": "to the uncorrected root", "bias correction": "yes"},
    )


class OptaxAdam(PyTorchAdam):
    """optax.adam: as in PyTorch.

        m ← β₁ m + (1 − β₁) g                 m starts at 0; β₁ = b1
        v ← β₂ v + (1 − β₂) g ⊙ g             v starts at 0; β₂ = b2
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)                η = learning_rate, ε = eps

    lr: > 0, default 0.001 here: optax has none; beta1, beta2: in [0, 1), default 0.9 and 0.999; eps: ≥ 0, default 1e-8.
    Raises ValueError for others. optax adds another ε, eps_root, inside the root: it is 0.
    """

    says = LibraryNames(
        "optax.adam",
        {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "eps": "eps"},
        defaults={"lr": "no default"},
        facts={"ε is added": "to the corrected root", "bias correction": "yes"},
    )
