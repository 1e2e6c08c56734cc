"""RMSProp: AdaGrad that forgets."""

from typing import Any

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class RMSProp(Optimizer):
    """Give each parameter its own step size, and forget old gradients.

        h ← ρ h + (1 − ρ) g ⊙ g               h, mean of recent squared gradients, starts at 0; ρ = rho
        w ← w − η g / (√h + ε)                η = lr, ε = eps

    The gradient k steps ago weighs (1 − ρ) ρᵏ in h: its memory is about 1/(1 − ρ) steps. The first step is η/√(1 − ρ)
    long in every direction, whatever the gradient: 3.2 η here, but 10 η with the ρ = 0.99 of the book's code and of
    PyTorch. With the book's lr = 0.01 that is 0.1 for every weight at once, and the loss leaps up before it falls.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the learning rate
    rho : float in [0, 1), default 0.9; the decay of the mean
    eps : float, ≥ 0, default 1e-7; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, `rho` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Hinton, "Neural Networks for Machine Learning", Coursera lecture 6e, 2012 (there is no paper); 『ゼロから作るDeep
    Learning』, 6.1.5 (アールエムエスプロップ; it forgets: 過去の勾配を忘れる). Keras and optax put ε inside the root.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, RMSProp(lr=0.1, rho=0.75)
    >>> optimizer.update(params, {"x": 4.0})  # h = 0.25 · 16, x = 1 − 0.1 · 4 / 2
    >>> round(params["x"], 6), float(optimizer.h["x"])
    (0.8, 4.0)
    """

    state_names = ("h",)

    def __init__(self, lr: LearningRate = 0.001, rho: float = 0.9, eps: float = 1e-7):
        super().__init__(lr=lr, rho=rho, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        w -= self.lr * g / (np.sqrt(h) + self.eps)

    def effective_step(self, h: np.ndarray) -> Any:
        """Return η / (√h + ε)."""
        return self.lr / (np.sqrt(h) + self.eps)
