"""RMSProp with ε inside the root; and centered or with momentum, as PyTorch has them."""

import numpy as np

from zeronet.optimizers import RMSProp, RMSPropMomentum
from zeronet.optimizers.base import Optimizer


class RMSPropInsideRoot(RMSProp):
    """Keras and optax: ε is the least h, and not the least √h.

        h ← ρ h + (1 − ρ) g ⊙ g      h starts at 0; ρ = rho
        w ← w − η g / √(h + ε)       η = lr, ε = eps

    Inside the root 1e-7 counts as √1e-7 = 0.0003 outside: gradients smaller than that make smaller steps.
    optax.rmsprop(eps_in_sqrt=False) adds ε outside, bias_correction=True divides h by 1 − ρᵗ.

    >>> params = {"x": 1.0}
    >>> RMSPropInsideRoot(lr=0.5, rho=0.75, eps=12.0).update(params, {"x": 4.0})  # h = 4
    >>> params  # 1 − 0.5 · 4 / √(4 + 12)
    {'x': 0.5}
    """

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        w -= self.lr * g / np.sqrt(h + self.eps)

    def effective_step(self, h: np.ndarray) -> np.ndarray:
        """Return η / √(h + ε)."""
        return self.lr / np.sqrt(h + self.eps)


class RMSPropMomentumOutside(RMSPropMomentum):
    """PyTorch with momentum: the learning rate comes last, as in its SGD.

        h ← ρ h + (1 − ρ) g ⊙ g      h starts at 0; ρ = rho
        v ← α v + g / (√h + ε)       v starts at 0; α = momentum, ε = eps
        w ← w − η v                  η = lr

    >>> rates = (0.1, 0.2)
    >>> params, optimizer = {"x": 1.0}, RMSPropMomentumOutside(lr=lambda k: rates[k], rho=0.75, momentum=0.5)
    >>> optimizer.update(params, {"x": 4.0})  # h = 0.25 · 16, v = 4 / 2, x = 1 − 0.1 · 2
    >>> optimizer.update(params, {"x": 0.0})  # v = 1, x = 0.8 − 0.2 · 1
    >>> round(params["x"], 6)
    0.6
    """

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        v *= self.momentum
        v += g / (np.sqrt(h) + self.eps)
        w -= self.lr * v


class CenteredRMSPropMomentum(Optimizer):
    """PyTorch, centered and with momentum: the mean is subtracted, and the steps roll.

        h ← ρ h + (1 − ρ) g ⊙ g               h starts at 0; ρ = rho
        m ← ρ m + (1 − ρ) g                   m starts at 0
        v ← α v + g / (√(h − m ⊙ m) + ε)      v starts at 0; α = momentum, ε = eps
        w ← w − η v                           η = lr

    If rounding takes h − m ⊙ m below 0 it counts as 0; PyTorch gets nan there.

    >>> params, optimizer = {"x": 1.0}, CenteredRMSPropMomentum(lr=0.1, rho=0.8, momentum=0.5)
    >>> optimizer.update(params, {"x": 5.0})  # h = 0.2 · 25, m = 0.2 · 5, v = 5 / √(5 − 1), x = 1 − 0.1 · 2.5
    >>> optimizer.update(params, {"x": 0.0})  # v = 1.25
    >>> round(params["x"], 6)
    0.625
    """

    state_names = ("h", "m", "v")

    def __init__(self, lr: float = 0.001, rho: float = 0.9, eps: float = 1e-7, momentum: float = 0.9):
        super().__init__(lr=lr, rho=rho, eps=eps, momentum=momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        m *= self.rho
        m += (1 - self.rho) * g
        variance = np.maximum(h - m * m, 0)
        v *= self.momentum
        v += g / (np.sqrt(variance) + self.eps)
        w -= self.lr * v
