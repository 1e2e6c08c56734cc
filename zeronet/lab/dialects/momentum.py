"""Momentum in dialects: the rate inside the velocity, or outside."""

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import Momentum


class BookMomentum(Dialect, Momentum):
    """Momentum of 『ゼロから作るDeep Learning』, common/optimizer.py.

        v ← α v − η g                v starts at 0; α = momentum, η = lr
        w ← w + v

    lr: > 0, default 0.01; momentum: in [0, 1), default 0.9. Raises ValueError for others.
    """

    says = LibraryNames("Momentum", {"lr": "lr", "momentum": "momentum"}, facts={"η stands": "inside v"})

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr, momentum)


class PyTorchMomentum(Dialect, Momentum):
    """torch.optim.SGD(momentum=0.9): v is a sum of gradients, and the rate comes last.

        v ← α v + g                  v starts at 0; α = momentum
        w ← w − η v                  η = lr

    While η is constant this is the path of the book. Where η falls, the whole v obeys at once; in the book old
    gradients keep the rate that they came with.
    lr: > 0, default 0.001; momentum: in [0, 1), default 0.9 here: PyTorch's is 0. Raises ValueError for others.

    >>> params, optimizer = {"x": 1.0}, PyTorchMomentum(lr=lambda k: (0.5, 0.25)[k], momentum=0.5)
    >>> optimizer.update(params, {"x": 2.0})  # v = 2, x = 1 − 0.5 · 2
    >>> optimizer.update(params, {"x": 1.0})  # v = 1 + 1, x = 0 − 0.25 · 2
    >>> params
    {'x': -0.5}
    """

    says = LibraryNames(
        "torch.optim.SGD(momentum=…)",
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
        w -= self.lr * v


class KerasMomentum(Dialect, Momentum):
    """keras.optimizers.SGD(momentum=0.9) of Keras 3.

        v ← α v − η g                v starts at 0; α = momentum, η = learning_rate
        w ← w + v

    lr: > 0, default 0.01; momentum: in [0, 1), default 0.9 here: that of Keras is 0. Raises ValueError for others.
    """

    says = LibraryNames(
        "keras.optimizers.SGD(momentum=…)",
        {"lr": "learning_rate", "momentum": "momentum"},
        defaults={"momentum": "0"},
        facts={"η stands": "inside v"},
    )

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr, momentum)


class OptaxMomentum(PyTorchMomentum):
    """optax.sgd(momentum=0.9): as in PyTorch.

        v ← α v + g                  v starts at 0; α = momentum
        w ← w − η v                  η = learning_rate

    lr: > 0, default 0.01 here: optax has none; momentum: in [0, 1), default 0.9 here: that of optax is None. Raises
    ValueError for others.
    """

    says = LibraryNames(
        "optax.sgd(momentum=…)",
        {"lr": "learning_rate", "momentum": "momentum"},
        defaults={"lr": "no default", "momentum": "None"},
        facts={"η stands": "outside v"},
    )

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr, momentum)
