"""Nesterov in dialects: the rate inside the velocity, or outside."""

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import Nesterov


class BookNesterov(Dialect, Nesterov):
    """Nesterov of the code of 『ゼロから作るDeep Learning』, common/optimizer.py, in its corrected order.

        w ← w + α² v − (1 + α) η g   v starts at 0; α = momentum, η = lr
        v ← α v − η g

    Older copies of the code renew v first, and use the new v above: a first step of (1 + α + α²) η g, another method.
    lr: > 0, default 0.01; momentum: in [0, 1), default 0.9. Raises ValueError for others.

    >>> params, optimizer = {"x": 1.0}, BookNesterov(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # 1 + 0 − 1.5 · 0.25 · 2
    >>> params
    {'x': 0.25}
    """

    says = LibraryNames("Nesterov", {"lr": "lr", "momentum": "momentum"}, facts={"η stands": "inside v"})

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr, momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        w += self.momentum * self.momentum * v
        w -= (1 + self.momentum) * self.lr * g
        v *= self.momentum
        v -= self.lr * g


class PyTorchNesterov(Dialect, Nesterov):
    """torch.optim.SGD(momentum=0.9, nesterov=True): v is a sum of gradients, and the rate comes last.

        v ← α v + g                  v starts at 0; α = momentum
        w ← w − η (g + α v)          η = lr

    lr: > 0, default 0.001; momentum: in [0, 1), default 0.9 here: PyTorch's is 0. Raises ValueError for others.

    >>> params, optimizer = {"x": 1.0}, PyTorchNesterov(lr=0.25, momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # v = 2, x = 1 − 0.25 · (2 + 0.5 · 2)
    >>> params
    {'x': 0.25}
    """

    says = LibraryNames(
        "torch.optim.SGD(momentum=…, nesterov=True)",
        {"lr": "lr", "momentum": "momentum"},
        defaults={"momentum": "0"},
        facts={"η stands": "outside v"},
    )

    def __init__(self, lr: float = 0.001, momentum: float = 0.9):
        super().__init__(lr, momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        v *= self.momentum
        v += g
        w -= self.lr * (g + self.momentum * v)


class KerasNesterov(Dialect, Nesterov):
    """keras.optimizers.SGD(momentum=0.9, nesterov=True) of Keras 3.

        v ← α v − η g                v starts at 0; α = momentum, η = learning_rate
        w ← w + α v − η g

    lr: > 0, default 0.01; momentum: in [0, 1), default 0.9 here: that of Keras is 0. Raises ValueError for others.
    """

    says = LibraryNames(
        "keras.optimizers.SGD(momentum=…, nesterov=True)",
        {"lr": "learning_rate", "momentum": "momentum"},
        defaults={"momentum": "0"},
        facts={"η stands": "inside v"},
    )

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr, momentum)


class OptaxNesterov(PyTorchNesterov):
    """optax.sgd(momentum=0.9, nesterov=True): as in PyTorch.

        v ← α v + g                  v starts at 0; α = momentum
        w ← w − η (g + α v)          η = learning_rate

    lr: > 0, default 0.01 here: optax has none; momentum: in [0, 1), default 0.9 here: that of optax is None. Raises
    ValueError for others.
    """

    says = LibraryNames(
        "optax.sgd(momentum=…, nesterov=True)",
        {"lr": "learning_rate", "momentum": "momentum"},
        defaults={"lr": "no default", "momentum": "None"},
        facts={"η stands": "outside v"},
    )

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr, momentum)
