"""AdaGrad: a step of its own for each parameter."""

import numpy as np

from zeronet.optimizers.base import Optimizer


class AdaGrad(Optimizer):
    """Give each parameter its own step: short where gradients have been large.

        h ← h + g ⊙ g                (6.5)    h, sum of squared gradients, starts at 0
        w ← w − η g / (√h + ε)       (6.6)    η = lr, ε = eps

    h only grows, so the rates η/√h only shrink: on a constant slope as η/√t. RMSProp cures that.
    lr: the learning rate, > 0, default 0.01; eps: keeps 0/0 away, ≥ 0, default 1e-7. Raises ValueError for others.
    Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011;
    『ゼロから作るDeep Learning』, 6.1.5 (アダグラッド; h is 過去の勾配の2乗和), which prints (6.6) without ε.
    PyTorch has ε = 1e-10; Keras and optax put it inside the root and start h at 0.1.

    >>> params, optimizer = {"x": -7.0, "y": 2.0}, AdaGrad(lr=1.5)
    >>> optimizer.update(params, {"x": -0.7, "y": 4.0})  # the first step is lr long in every direction
    >>> round(params["x"], 6), round(params["y"], 6)
    (-5.5, 0.5)
    >>> float(optimizer.h["y"])
    16.0
    """

    state_names = ("h",)

    def __init__(self, lr: float = 0.01, eps: float = 1e-7):
        super().__init__(lr=lr, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step (6.5), (6.6)."""
        h += g * g
        w -= self.lr * g / (np.sqrt(h) + self.eps)

    def effective_step(self, h: np.ndarray) -> np.ndarray:
        """Return η / (√h + ε)."""
        return self.lr / (np.sqrt(h) + self.eps)
