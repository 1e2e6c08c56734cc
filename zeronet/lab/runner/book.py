"""The unfair choices of chapter 6's comparison, and the ladder that removes one of them at a time.

『ゼロから作るDeep Learning』 (Saito, 2016), ch06/optimizer_compare_mnist.py.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zeronet.locale import translate
from zeronet.nn.network import Network
from zeronet.nn.rng import stream
from zeronet.training.trainer import Diverged, Trainer, batches

OWN_START, REPLACEMENT, LOSS_AFTER = "own start", "batches with replacement", "loss after the update"
UNFAIR = (OWN_START, REPLACEMENT, LOSS_AFTER)  # the choices that change a run's numbers, in the ladder's order

# What the book compares; it has RMSProp, too, as a comment.
BOOK = (
    "SGD=sgd:lr=0.01",
    "Momentum=momentum:lr=0.01,momentum=0.9",
    "AdaGrad=adagrad:lr=0.01",
    "RMSProp=rmsprop:lr=0.01,rho=0.99",
    "Adam=adam:lr=0.001",
)
BOOK_HIDDEN = (100, 100, 100, 100)
BUDGET = 9  # trials of each optimizer on the last rung, fewer than --tune's, so that the ladder takes minutes


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    key: its name in files; unfair: the choices that are left; raw: whether the raw losses are drawn beside the
    smoothed; tuned: whether each optimizer has a rate of its own, searched with one budget.
    """

    key: str
    unfair: tuple[str, ...] = ()
    raw: bool = False
    tuned: bool = False

    @property
    def name(self) -> str:
        """What it is called where people read it."""
        return {
            "book": translate("the book's way"),
            "start": translate("the same start"),
            "batches": translate("batches as permutations"),
            "before": translate("loss before the update"),
            "raw": translate("raw beside smoothed"),
            "tuned": translate("own tuned rates"),
        }[self.key]


# Each keeps what those before it have put right.
RUNGS = (
    Rung("book", UNFAIR),
    Rung("start", UNFAIR[1:]),
    Rung("batches", UNFAIR[2:]),
    Rung("before"),
    Rung("raw", raw=True),  # the same runs, drawn otherwise
    Rung("tuned", raw=True, tuned=True),
)


def weights_seed(task: Mapping[str, Any]) -> int:
    """Return the seed of a run's first weights: the run's own, or one drawn from the stream of its optimizer.

    task: Cell.task; its "start" is the optimizer's number, where each starts from a network of its own.
    """
    if OWN_START not in task.get("unfair", ()):
        return task["seed"]
    return int(stream(task["seed"], "own start", task["start"]).integers(2**32))


def batches_with_replacement(n: int, batch_size: int, seed: int, start: int, stop: int) -> Iterator[np.ndarray]:
    """Yield the example numbers (batch_size,) of the steps start … stop − 1, each drawn from all n, as in the book.

    The book's np.random.choice(n, batch_size) may draw an example twice, and none of its epochs meets all of them.

    >>> [batch.tolist() for batch in batches_with_replacement(5, 3, seed=0, start=0, stop=2)]
    [[0, 1, 1], [2, 1, 4]]
    """
    for step in range(start, stop):
        yield stream(seed, "replacement", step).choice(n, batch_size)


class BookTrainer(Trainer):
    """A Trainer that can draw its batches with replacement, and look at the loss after the update.

    unfair: some of UNFAIR; the rest as in Trainer. With the loss after the update, losses[k] is that of batch k + 1
    on the network that has just learned from it: a second forward pass.
    """

    def __init__(
        self,
        unfair: Sequence[str],
        network: Network,
        optimizer: Any,
        batch_size: int,
        seed: int,
        callbacks: Sequence[Any] = (),
    ):
        super().__init__(network, optimizer, batch_size, seed, callbacks)
        self.unfair = tuple(unfair)

    def _loop(self, x: np.ndarray, t: np.ndarray) -> None:
        network, optimizer = self.network, self.optimizer
        draw = batches_with_replacement if REPLACEMENT in self.unfair else batches
        for batch in self._steps(draw(len(x), self.batch_size, self.seed, self.step, self.last_step)):
            loss = self._finite(network.loss_and_grad(x[batch], t[batch]))
            optimizer.update(network.params, network.grads)
            self.step += 1
            if LOSS_AFTER in self.unfair:
                loss = self._finite(network.loss(x[batch], t[batch]))
            self.notify("on_step_end", loss)

    def _finite(self, loss: float) -> float:
        if not math.isfinite(loss):
            raise Diverged(self.step, loss, getattr(self.optimizer, "lr", None))
        return loss
