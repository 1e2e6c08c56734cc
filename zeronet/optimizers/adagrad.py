"""AdaGrad: one step size per parameter."""

from typing import Any

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class AdaGrad(Optimizer):
    """Give each parameter its own step size: small if its gradients have been large.

        h ← h + g ⊙ g                (6.5)    h, sum of squared gradients, starts at 0
        w ← w − η g / (√h + ε)       (6.6)    η = lr, ε = eps

    h only grows, so that the effective steps η/√h only shrink: under a constant gradient as η/√t. RMSProp cures that.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.01; the learning rate
    eps : float, ≥ 0, default 1e-7; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, or `eps` is negative.

    References
    ----------
    Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011;
    『ゼロから作るDeep Learning』, 6.1.5 (アダグラッド; h is 過去の勾配の2乗和), which prints (6.6) without ε.
    PyTorch has ε = 1e-10; Keras and optax put it inside the root and start h at 0.1.

    Examples
    --------
    >>> params, optimizer = {"x": -7.0, "y": 2.0}, AdaGrad(lr=1.5)
    >>> optimizer.update(params, {"x": -0.7, "y": 4.0})  # the first step is lr long in every direction
    >>> round(params["x"], 6), round(params["y"], 6)
    (-5.5, 0.5)
    >>> float(optimizer.h["y"])
    16.0
    """

    state_names = ("h",)

    def __init__(self, lr: LearningRate = 0.01, eps: float = 1e-7):
        super().__init__(lr=lr, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step (6.5), (6.6)."""
        h += g * g
        w -= self.lr * g / (np.sqrt(h) + self.eps)

    def effective_step(self, h: np.ndarray) -> Any:
        """Return η / (√h + ε)."""
        return self.lr / (np.sqrt(h) + self.eps)
