"""The learning-rate range test: raise the learning rate from step to step, and watch the loss."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.nn.network import Network
from zeronet.optimizers.hyperparameters import checked_number
from zeronet.training.callbacks import Callback
from zeronet.training.trainer import Diverged, Trainer

MEMORY = 0.9  # share of the running mean that the next loss leaves; fastai has 0.98, which lags by half of 100 steps
TOO_HIGH = 4  # the test ends when the smoothed loss is this many times its lowest value
SETTLING = 10  # steps in which the running mean is mostly noise


@dataclass(frozen=True, eq=False)
class LRRange:
    """What lr_range_test measured.

    Attributes
    ----------
    lrs : (K,) float64; the learning rate of each step
    losses : (K,) float64; the loss of its batch, before the update with this learning rate
    smoothed : (K,) float64; the running mean of the losses, (1 − β) Σ βᵏ⁻ⁱ Lᵢ / (1 − βᵏ⁺¹), β = 0.9
    """

    lrs: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray

    @property
    def steepest(self) -> float:
        """Where the smoothed loss falls fastest along the logarithm of the learning rate: a first guess for lr."""
        before = int(np.argmin(self.smoothed)) + 1  # beyond its lowest place, chance alone makes it fall
        first = min(SETTLING, before // 2)
        if len(self.lrs) < 2 or before < 2:
            raise UserError("the loss never falls: begin with a lower min_lr")
        slopes = np.gradient(self.smoothed, np.log(self.lrs))
        return float(self.lrs[first + np.argmin(slopes[first:before])])

    @property
    def lowest(self) -> float:
        """Where the smoothed loss is lowest: the edge, so that a tenth of it is another first guess."""
        return float(self.lrs[np.argmin(self.smoothed)])


def lr_range_test(
    network: Network,
    optimizer: Any,
    x: ArrayLike,
    t: ArrayLike,
    min_lr: float = 1e-5,
    max_lr: float = 10.0,
    steps: int = 100,
    batch_size: int = 100,
    seed: int = 0,
) -> LRRange:
    """Train copies of a network and its optimizer with a learning rate that grows from step to step.

        η(k) = min_lr (max_lr / min_lr)^(k / (steps − 1))          k = 0 … steps − 1

    The test ends early when the loss is no longer finite, or its running mean is four times its lowest value.

    Parameters
    ----------
    network : Network; stays as it is
    optimizer : one of zeronet's, or any object with update(params, grads) and an attribute lr; stays as it is
    x, t, batch_size, seed : as for Trainer
    min_lr, max_lr : float > 0, default 1e-5 and 10; the first and the last learning rate
    steps : int, ≥ 2, default 100

    Returns
    -------
    LRRange, with the learning rates, the losses and two first guesses

    Raises
    ------
    ValueError if `min_lr` is not below `max_lr`, `steps` is below 2, or the optimizer has no lr; Diverged if the loss
    of the first batch is not finite.

    References
    ----------
    Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, 3.3, with the exponential growth and the end of
    fastai's lr_find; PyTorch Lightning's suggests `steepest`.

    Examples
    --------
    >>> from zeronet import SGD, TwoLayerNet
    >>> x, t = np.eye(4), np.array([0, 1, 0, 1])
    >>> result = lr_range_test(TwoLayerNet(4, 8, 2), SGD(), x, t, min_lr=0.01, max_lr=100.0, steps=5)
    >>> result.lrs.round(6).tolist()
    [0.01, 0.1, 1.0, 10.0, 100.0]
    """
    lr, last = checked_number("lr", min_lr), checked_number("lr", max_lr)
    if not lr < last:
        raise UserError(f"min_lr must be below max_lr: {min_lr!r} is not below {max_lr!r}")
    lrs = np.geomspace(lr, last, checked_integer("steps", steps, 2))
    ramp = _Ramp(lrs)
    trainer = Trainer(copy.deepcopy(network), copy.deepcopy(optimizer), batch_size, seed, [ramp])
    if getattr(trainer.optimizer, "lr", None) is None:
        raise UserError(f"{type(optimizer).__name__} has no learning rate named lr")
    try:
        trainer.fit(x, t, steps=len(lrs))
    except Diverged:
        if not ramp.losses:
            raise
    losses, smoothed = np.array(ramp.losses), np.array(ramp.smoothed)
    return LRRange(lrs[: len(losses)], losses, smoothed)


class _Ramp(Callback):
    """Set the learning rate of each step, and keep the losses."""

    def __init__(self, lrs: np.ndarray):
        self.lrs = lrs.tolist()
        self.losses: list[float] = []
        self.smoothed: list[float] = []
        self.mean = 0.0

    def on_fit_start(self, trainer: Trainer) -> None:
        """Set the first learning rate."""
        self._set(trainer, self.lrs[0])

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Keep the loss; set the next learning rate, or stop."""
        self.losses.append(loss)
        self.mean = MEMORY * self.mean + (1 - MEMORY) * loss
        self.smoothed.append(self.mean / (1 - MEMORY ** len(self.losses)))
        if self.smoothed[-1] > TOO_HIGH * min(self.smoothed):
            trainer.stop()
        elif len(self.losses) < len(self.lrs):
            self._set(trainer, self.lrs[len(self.losses)])

    def _set(self, trainer: Trainer, lr: float) -> None:
        optimizer: Any = trainer.optimizer
        optimizer.schedule = None  # of a copy
        optimizer.lr = lr
