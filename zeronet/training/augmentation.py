"""Data augmentation: a network never sees the same picture twice."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.nn.rng import stream
from zeronet.training.callbacks import Callback
from zeronet.training.trainer import Trainer


class Augmentation(Callback):
    """Change the inputs of every batch at random; the targets stay.

        x of step k ← change(x, stream(seed, "augmentation", k))

    What is drawn follows from the trainer's seed and the step alone: all optimizers of a seed see the same changed
    batches, and a resumed training continues with them.

    Parameters
    ----------
    change : function (x, rng) → array of x's shape; x (B, …) is a copy of a batch's inputs, rng a numpy Generator

    Raises
    ------
    ValueError in `fit`, if change returns another shape than that of x.

    References
    ----------
    『ゼロから作るDeep Learning』, 8.1.2.

    Examples
    --------
    >>> from zeronet.nn.models import TwoLayerNet
    >>> from zeronet.optimizers import SGD
    >>> noise = Augmentation(lambda x, rng: x + rng.normal(0, 0.1, x.shape))
    >>> x, t = np.eye(2), np.array([0, 1])
    >>> Trainer(TwoLayerNet(2, 3, 2), SGD(), callbacks=[noise]).fit(x, t, steps=10).step
    10
    """

    def __init__(self, change: Callable[[np.ndarray, np.random.Generator], np.ndarray]):
        self.change = change

    def on_batch(self, trainer: Trainer, x: Any, t: Any) -> tuple[Any, Any]:
        """Return the changed x, and t."""
        changed = self.change(np.array(x), stream(trainer.seed, "augmentation", trainer.step))
        if np.shape(changed) != np.shape(x):
            raise UserError(f"the augmentation makes {np.shape(changed)} of a batch of shape {np.shape(x)}")
        return changed, t

    def state(self) -> dict[str, Any]:
        """Return nothing but that it is there: a Checkpoint does not resume without it."""
        return {}
