"""The book's common/optimizer.py and trainer.py."""

from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np

from zeronet.lab.dialects import dialect_of
from zeronet.nn.parameters import Parameters
from zeronet.optimizers import SGD as OurSGD
from zeronet.optimizers import AdaGrad as OurAdaGrad
from zeronet.optimizers import Adam as OurAdam
from zeronet.optimizers import Momentum as OurMomentum
from zeronet.optimizers import Nesterov as OurNesterov
from zeronet.optimizers import RMSProp as OurRMSProp

Momentum, Nesterov = dialect_of(OurMomentum, "book"), dialect_of(OurNesterov, "book")
AdaGrad, Adam = dialect_of(OurAdaGrad, "book"), dialect_of(OurAdam, "book")


class SGD(dialect_of(OurSGD, "book")):  # type: ignore[misc]
    """zeronet's SGD; as it remembers nothing, one may serve any number of networks, as in the book's scripts."""

    def update(self, params: MutableMapping[str, Any] | Parameters, grads: Mapping[str, Any]) -> None:
        """Make one update."""
        self._forget()
        super().update(params, grads)


class RMSprop(dialect_of(OurRMSProp, "book")):  # type: ignore[misc]
    """zeronet's RMSProp, with the book's name of ρ."""

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99):
        super().__init__(lr, decay_rate)
        self.decay_rate = decay_rate


OPTIMIZERS = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adam": Adam,
}


class Trainer:
    """The book's training loop: batches with replacement, the loss after the update, accuracies once per epoch.

    zeronet.Trainer differs in all three; zeronet train --ladder shows what they do to a comparison.
    """

    def __init__(
        self,
        network: Any,
        x_train: np.ndarray,
        t_train: np.ndarray,
        x_test: np.ndarray,
        t_test: np.ndarray,
        epochs: int = 20,
        mini_batch_size: int = 100,
        optimizer: str = "SGD",
        optimizer_param: Mapping[str, float] | None = None,
        evaluate_sample_num_per_epoch: int | None = None,
        verbose: bool = True,
    ):
        self.network, self.verbose = network, verbose
        self.x_train, self.t_train, self.x_test, self.t_test = x_train, t_train, x_test, t_test
        self.epochs, self.batch_size = epochs, mini_batch_size
        self.evaluate_sample_num_per_epoch = evaluate_sample_num_per_epoch
        self.optimizer = OPTIMIZERS[optimizer.lower()](**(optimizer_param or {"lr": 0.01}))
        self.train_size = len(x_train)
        self.iter_per_epoch = max(self.train_size / mini_batch_size, 1)
        self.max_iter = int(epochs * self.iter_per_epoch)
        self.current_iter = self.current_epoch = 0
        self.train_loss_list: list[float] = []
        self.train_acc_list: list[float] = []
        self.test_acc_list: list[float] = []

    def train_step(self) -> None:
        """Make one update; at the start of an epoch, measure the accuracies."""
        batch = np.random.choice(self.train_size, self.batch_size)
        x, t = self.x_train[batch], self.t_train[batch]
        self.optimizer.update(self.network.params, self.network.gradient(x, t))
        self.train_loss_list.append(self.network.loss(x, t))
        self._print(f"train loss:{self.train_loss_list[-1]}")
        if self.current_iter % self.iter_per_epoch == 0:
            self.current_epoch += 1
            n = self.evaluate_sample_num_per_epoch  # None: all
            self.train_acc_list.append(self.network.accuracy(self.x_train[:n], self.t_train[:n]))
            self.test_acc_list.append(self.network.accuracy(self.x_test[:n], self.t_test[:n]))
            train, test = self.train_acc_list[-1], self.test_acc_list[-1]
            self._print(f"=== epoch:{self.current_epoch}, train acc:{train}, test acc:{test} ===")
        self.current_iter += 1

    def train(self) -> None:
        """Make all updates, and measure the accuracy on the test images."""
        for _ in range(self.max_iter):
            self.train_step()
        test_acc = self.network.accuracy(self.x_test, self.t_test)
        self._print(f"=============== Final Test Accuracy ===============\ntest acc:{test_acc}")

    def _print(self, text: str) -> None:
        if self.verbose:
            print(text)
