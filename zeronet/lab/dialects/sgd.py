"""SGD in dialects: one equation, w ← w − η g, and different defaults."""

from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.optimizers import SGD


class BookSGD(Dialect, SGD):
    """SGD of 『ゼロから作るDeep Learning』, common/optimizer.py.

        w ← w − η g                  η = lr

    lr: > 0, default 0.01. Raises ValueError for another one.
    """

    says = LibraryNames("SGD", {"lr": "lr"})

    def __init__(self, lr: float = 0.01):
        super().__init__(lr)


class PyTorchSGD(Dialect, SGD):
    """torch.optim.SGD.

        w ← w − η g                  η = lr

    lr: > 0, default 0.001. Raises ValueError for another one.
    """

    says = LibraryNames("torch.optim.SGD", {"lr": "lr"})

    def __init__(self, lr: float = 0.001):
        super().__init__(lr)


class KerasSGD(Dialect, SGD):
    """keras.optimizers.SGD of Keras 3.

        w ← w − η g                  η = learning_rate

    lr: > 0, default 0.01. Raises ValueError for another one.
    """

    says = LibraryNames("keras.optimizers.SGD", {"lr": "learning_rate"})

    def __init__(self, lr: float = 0.01):
        super().__init__(lr)


class OptaxSGD(Dialect, SGD):
    """optax.sgd.

        w ← w − η g                  η = learning_rate

    lr: > 0, default 0.01 here: optax has none. Raises ValueError for another one.
    """

    says = LibraryNames("optax.sgd", {"lr": "learning_rate"}, defaults={"lr": "no default"})

    def __init__(self, lr: float = 0.01):
        super().__init__(lr)
