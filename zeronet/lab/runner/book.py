"""The choices of chapter 6's comparison that a fair one avoids, and a trainer that repeats them.

『ゼロから作るDeep Learning』 (Saito, 2016), ch06/optimizer_compare_mnist.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from zeronet.nn.rng import stream
from zeronet.training.batches import batches
from zeronet.training.progress import Watch
from zeronet.training.trainer import Trainer

OWN_START, REPLACEMENT, LOSS_AFTER = "own start", "batches with replacement", "loss after the update"
BOOK_CHOICES = (OWN_START, REPLACEMENT, LOSS_AFTER)  # those that change a run's numbers, in the ladder's order

# What the book compares; RMSProp is there as a comment.
BOOK = (
    "SGD=sgd:lr=0.01",
    "Momentum=momentum:lr=0.01,momentum=0.9",
    "AdaGrad=adagrad:lr=0.01",
    "RMSProp=rmsprop:lr=0.01,rho=0.99",
    "Adam=adam:lr=0.001",
)
BOOK_HIDDEN = (100, 100, 100, 100)


def weights_seed(task: Mapping[str, Any]) -> int:
    """Return the seed of a run's initial weights: the run's own, or one drawn from the stream of its optimizer.

    task: Cell.task; its "start" is the optimizer's index if each optimizer starts from its own network.
    """
    if OWN_START not in task.get("book_choices", ()):
        return task["seed"]
    return int(stream(task["seed"], "own start", task["start"]).integers(2**32))


def batches_with_replacement(n: int, batch_size: int, seed: int, start: int, stop: int) -> Iterator[np.ndarray]:
    """Yield the indices (batch_size,) of the examples of the steps start … stop − 1, each drawn from all n.

    The book's np.random.choice(n, batch_size) may draw an example twice, and no epoch contains all of them.

    >>> [batch.tolist() for batch in batches_with_replacement(5, 3, seed=0, start=0, stop=2)]
    [[0, 1, 1], [2, 1, 4]]
    """
    for step in range(start, stop):
        yield stream(seed, "replacement", step).choice(n, batch_size)


class BookTrainer(Trainer):
    """A Trainer that can draw its batches with replacement, and record the loss after the update.

    choices: some of BOOK_CHOICES; the rest as in Trainer. The loss after the update is that of the same batch on the
    network that has just learned from it: a second forward pass.
    """

    def __init__(self, choices: Sequence[str], *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.choices = tuple(choices)

    def _loop(self, x: np.ndarray, t: np.ndarray, watch: Watch) -> None:
        network, optimizer = self.network, self.optimizer
        draw = batches_with_replacement if REPLACEMENT in self.choices else batches
        for batch in watch(self._steps(draw(len(x), self.batch_size, self.seed, self.step, self.last_step))):
            x_batch, t_batch = self.batch_of(x, t, batch)
            loss = self.finite(network.loss_and_grad(x_batch, t_batch), x_batch, t_batch)
            optimizer.update(network.params, network.grads)
            self.step += 1
            if LOSS_AFTER in self.choices:
                loss = self.finite(network.loss(x_batch, t_batch), x_batch, t_batch)
            self.last_loss = loss
            self.notify("on_step_end", loss)
