"""AdaGrad whose h starts above 0, whose learning rate falls, and with ε inside the root."""

import numpy as np

from zeronet.optimizers import AdaGrad
from zeronet.optimizers.base import Optimizer


class AdaGradWithStart(AdaGrad):
    """PyTorch: h may start above 0.

        h ← h + g ⊙ g                h starts at start
        w ← w − η g / (√h + ε)       η = lr, ε = eps

    start: ≥ 0, default 0, as in AdaGrad.
    """

    start: float

    def __init__(self, lr: float = 0.01, eps: float = 1e-7, start: float = 0.0):
        Optimizer.__init__(self, lr=lr, eps=eps, start=start)  # AdaGrad's own has no start

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray]:
        """Return the first h."""
        return (np.full_like(w, self.start),)


class AdaGradSlowing(AdaGradWithStart):
    """PyTorch with lr_decay: the learning rate falls, beside h.

        h ← h + g ⊙ g                h starts at start
        w ← w − η / (1 + κ (t − 1)) · g / (√h + ε)     η = lr, κ = lr_decay, ε = eps; t counts the updates from 1

    >>> params, optimizer = {"x": 1.0}, AdaGradSlowing(lr=0.5, eps=0, lr_decay=3)
    >>> optimizer.update(params, {"x": 3.0})  # √h = 3
    >>> optimizer.update(params, {"x": 4.0})  # √h = 5: 0.5 − 0.5 / (1 + 3) · 4 / 5
    >>> round(params["x"], 6)
    0.4
    """

    lr_decay: float

    def __init__(self, lr: float = 0.01, eps: float = 1e-7, start: float = 0.0, lr_decay: float = 0.0):
        # AdaGrad's own __init__ has neither start nor lr_decay.
        Optimizer.__init__(self, lr=lr, eps=eps, start=start, lr_decay=lr_decay)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step."""
        h += g * g
        w -= self.lr / (1 + self.lr_decay * (self.t - 1)) * g / (np.sqrt(h) + self.eps)

    def effective_step(self, h: np.ndarray) -> np.ndarray:
        """Return η / (1 + κ (t − 1)) / (√h + ε)."""
        return self.lr / (1 + self.lr_decay * (self.t - 1)) / (np.sqrt(h) + self.eps)


class AdaGradInsideRoot(AdaGradWithStart):
    """Keras and optax: h does not start at 0, so that the first step is shorter than lr.

        h ← h + g ⊙ g                h starts at start
        w ← w − η g / √(h + ε)       η = lr, ε = eps

    >>> params = {"x": 1.0}
    >>> AdaGradInsideRoot(lr=0.5, eps=2.0, start=5.0).update(params, {"x": 3.0})  # h = 5 + 9
    >>> params  # 1 − 0.5 · 3 / √(14 + 2)
    {'x': 0.625}
    """

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step."""
        h += g * g
        w -= self.lr * g / np.sqrt(h + self.eps)

    def effective_step(self, h: np.ndarray) -> np.ndarray:
        """Return η / √(h + ε)."""
        return self.lr / np.sqrt(h + self.eps)
