"""AdaGrad in dialects: where h starts, and where ε is added."""

import numpy as np

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import AdaGrad


class BookAdaGrad(Dialect, AdaGrad):
    """AdaGrad of 『ゼロから作るDeep Learning』, common/optimizer.py.

        h ← h + g ⊙ g                h starts at 0
        w ← w − η g / (√h + ε)       η = lr, ε = 1e-7

    lr: > 0, default 0.01; eps: ≥ 0, default 1e-7, fixed in the book's code. Raises ValueError for others.
    """

    says = LibraryNames("AdaGrad", {"lr": "lr", "eps": ""}, facts={"ε is added": "outside the root"})

    def __init__(self, lr: float = 0.01, eps: float = 1e-7):
        super().__init__(lr, eps)


class PyTorchAdaGrad(Dialect, AdaGrad):
    """torch.optim.Adagrad, with its lr_decay left at 0.

        h ← h + g ⊙ g                h starts at 0 = initial_accumulator_value
        w ← w − η g / (√h + ε)       η = lr, ε = eps

    lr: > 0, default 0.01; eps: ≥ 0, default 1e-10; start: where h starts, ≥ 0, default 0. Raises ValueError for others.
    """

    says = LibraryNames(
        "torch.optim.Adagrad",
        {"lr": "lr", "eps": "eps", "start": "initial_accumulator_value"},
        facts={"ε is added": "outside the root"},
    )

    def __init__(self, lr: float = 0.01, eps: float = 1e-10, start: float = 0.0):
        # Past AdaGrad's own __init__, which has no start.
        super(AdaGrad, self).__init__(lr=lr, eps=eps, start=start)

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray]:
        """Return the first h."""
        return (np.full_like(w, self.start),)


class KerasAdaGrad(PyTorchAdaGrad):
    """keras.optimizers.Adagrad of Keras 3: h does not start at 0, so that the first step is shorter than lr.

        h ← h + g ⊙ g                h starts at 0.1 = initial_accumulator_value
        w ← w − η g / √(h + ε)       η = learning_rate, ε = epsilon

    lr: > 0, default 0.001; eps: ≥ 0, default 1e-7; start: where h starts, ≥ 0, default 0.1. Raises ValueError for
    others.

    >>> params = {"x": 1.0}
    >>> KerasAdaGrad(lr=0.5, eps=2.0, start=5.0).update(params, {"x": 3.0})  # h = 5 + 9, x = 1 − 0.5 · 3 / √(14 + 2)
    >>> params
    {'x': 0.625}
    """

    says = LibraryNames(
        "keras.optimizers.Adagrad",
        {"lr": "learning_rate", "eps": "epsilon", "start": "initial_accumulator_value"},
        facts={"ε is added": "inside the root"},
    )

    def __init__(self, lr: float = 0.001, eps: float = 1e-7, start: float = 0.1):
        super().__init__(lr, eps, start)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray) -> None:
        """Make the step."""
        h += g * g
        w -= self.lr * g / np.sqrt(h + self.eps)

    def effective_step(self, h: np.ndarray) -> np.ndarray:
        """Return η / √(h + ε)."""
        return self.lr / np.sqrt(h + self.eps)


class OptaxAdaGrad(KerasAdaGrad):
    """optax.adagrad: as in Keras.

        h ← h + g ⊙ g                h starts at 0.1 = initial_accumulator_value
        w ← w − η g / √(h + ε)       η = learning_rate, ε = eps

    lr: > 0, default 0.01 here: optax has none; eps: ≥ 0, default 1e-7; start: where h starts, ≥ 0, default 0.1. Raises
    ValueError for others.
    """

    says = LibraryNames(
        "optax.adagrad",
        {"lr": "learning_rate", "eps": "eps", "start": "initial_accumulator_value"},
        defaults={"lr": "no default"},
        facts={"ε is added": "inside the root"},
    )

    def __init__(self, lr: float = 0.01, eps: float = 1e-7, start: float = 0.1):
        super().__init__(lr, eps, start)
