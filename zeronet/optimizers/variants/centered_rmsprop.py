"""CenteredRMSProp: RMSProp that subtracts the mean."""

from typing import Any

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class CenteredRMSProp(Optimizer):
    """Divide by how much gradients vary, not by how long they are: long steps if they agree.

        h ← ρ h + (1 − ρ) g ⊙ g               h, mean of recent squared gradients, starts at 0; ρ = rho
        m ← ρ m + (1 − ρ) g                   m, mean of recent gradients, starts at 0
        w ← w − η g / (√(h − m ⊙ m) + ε)      η = lr, ε = eps

    h − m ⊙ m is the variance of recent gradients. Under a constant gradient it goes to 0, and the steps grow until ε
    limits them.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the learning rate
    rho : float in [0, 1), default 0.9; the decay of both means
    eps : float, ≥ 0, default 1e-7; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, `rho` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Graves, "Generating Sequences With Recurrent Neural Networks", 2013, equations (38)–(41), with momentum and ε = 1e-4
    inside the root, where optax (1e-8) and Keras (1e-7) have it too. PyTorch's RMSprop(centered=True) has it outside,
    as here and in RMSProp.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, CenteredRMSProp(lr=0.1, rho=0.8)
    >>> optimizer.update(params, {"x": 5.0})  # h = 0.2 · 25, m = 0.2 · 5, x = 1 − 0.1 · 5 / √(5 − 1)
    >>> round(params["x"], 6)
    0.75
    """

    state_names = ("h", "m")

    def __init__(self, lr: LearningRate = 0.001, rho: float = 0.9, eps: float = 1e-7):
        super().__init__(lr=lr, rho=rho, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray, m: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        m *= self.rho
        m += (1 - self.rho) * g
        variance = np.maximum(h - m * m, 0)  # rounding may take it below 0
        w -= self.lr * g / (np.sqrt(variance) + self.eps)

    def effective_step(self, h: np.ndarray, m: np.ndarray) -> Any:
        """Return η / (√(h − m ⊙ m) + ε)."""
        return self.lr / (np.sqrt(np.maximum(h - m * m, 0)) + self.eps)
