"""RMSProp with ε inside the root."""

import numpy as np

from zeronet.optimizers import RMSProp


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
