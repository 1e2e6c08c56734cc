"""AdaGrad whose h starts above 0, and with ε inside the root."""

import numpy as np

from zeronet.optimizers import AdaGrad
from zeronet.optimizers.base import Optimizer


class AdaGradWithStart(AdaGrad):
    """PyTorch, with its lr_decay left at 0.

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
