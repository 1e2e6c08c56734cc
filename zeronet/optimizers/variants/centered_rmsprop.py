"""CenteredRMSProp: RMSProp that subtracts the mean."""

import numpy as np

from zeronet.optimizers.base import Optimizer


class CenteredRMSProp(Optimizer):
    """Divide by how much gradients vary, not by how long they are: go far where they agree.

        h ← ρ h + (1 − ρ) g ⊙ g               h, mean of recent squared gradients, starts at 0; ρ = rho
        m ← ρ m + (1 − ρ) g                   m, mean of recent gradients, starts at 0
        w ← w − η g / (√(h − m ⊙ m) + ε)      η = lr, ε = eps

    h − m ⊙ m is the variance of recent gradients. On a constant slope it goes to 0, and the steps grow until ε stops
    them.
    lr: the learning rate, > 0, default 0.001; rho: in [0, 1), default 0.9; eps: keeps 0/0 away, ≥ 0, default 1e-7.
    Raises ValueError for others.
    Graves, "Generating Sequences With Recurrent Neural Networks", 2013, equations (38)–(41), who adds momentum and
    has ε = 1e-4 inside the root, as optax (1e-8) and Keras (1e-7) have it. PyTorch, RMSprop(centered=True), outside,
    as here and in RMSProp.

    >>> params, optimizer = {"x": 1.0}, CenteredRMSProp(lr=0.1, rho=0.8)
    >>> optimizer.update(params, {"x": 5.0})  # h = 0.2 · 25, m = 0.2 · 5, x = 1 − 0.1 · 5 / √(5 − 1)
    >>> round(params["x"], 6)
    0.75
    """

    state_names = ("h", "m")

    def __init__(self, lr: float = 0.001, rho: float = 0.9, eps: float = 1e-7):
        super().__init__(lr=lr, rho=rho, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray, m: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        m *= self.rho
        m += (1 - self.rho) * g
        variance = np.maximum(h - m * m, 0)  # rounding may take it below 0
        w -= self.lr * g / (np.sqrt(variance) + self.eps)

    def effective_step(self, h: np.ndarray, m: np.ndarray) -> np.ndarray:
        """Return η / (√(h − m ⊙ m) + ε)."""
        return self.lr / (np.sqrt(np.maximum(h - m * m, 0)) + self.eps)
