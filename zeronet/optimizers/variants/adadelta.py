"""AdaDelta: RMSProp that finds its own step size."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class AdaDelta(Optimizer):
    """Make each step as long as recent steps were, so that no learning rate needs to be chosen.

        h ← ρ h + (1 − ρ) g ⊙ g               h, mean of recent squared gradients, starts at 0; ρ = rho
        Δ = √(u + ε) / √(h + ε) · g           ε = eps
        u ← ρ u + (1 − ρ) Δ ⊙ Δ               u, mean of recent squared steps, starts at 0
        w ← w − η Δ                           η = lr, which is 1 in the paper

    The unit of Δ is that of w: √(h + ε) cancels the gradient's. As u starts at 0, ε is more than a guard against 0/0:
    it sets the length of the first step, √(ε/(1 − ρ)), and a larger ε is a faster start.

    Parameters
    ----------
    lr : float or schedule, > 0, default 1; a factor for every step
    rho : float in [0, 1), default 0.9; the decay of both means
    eps : float, ≥ 0, default 1e-6; with 0 nothing ever moves

    Raises
    ------
    ValueError if `lr` is not positive, `rho` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, Algorithm 1 (ρ = 0.95 there), as in PyTorch and optax.
    Keras has the same form with lr = 0.001, which is a thousandth of the paper's steps, ρ = 0.95 and ε = 1e-7.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, AdaDelta(rho=0.75, eps=3)
    >>> optimizer.update(params, {"x": 2.0})  # h = 0.25 · 4, Δ = √3 / √(1 + 3) · 2, u = 0.25 · 3
    >>> round(params["x"], 6), round(float(optimizer.u["x"]), 6)  # 1 − √3
    (-0.732051, 0.75)
    """

    state_names = ("h", "u")

    def __init__(self, lr: LearningRate = 1.0, rho: float = 0.9, eps: float = 1e-6):
        super().__init__(lr=lr, rho=rho, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray, u: np.ndarray) -> None:
        """Make the step of Algorithm 1."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        delta = np.sqrt(u + self.eps) / np.sqrt(h + self.eps) * g
        u *= self.rho
        u += (1 - self.rho) * delta * delta
        w -= self.lr * delta
