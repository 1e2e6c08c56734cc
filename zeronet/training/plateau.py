"""What to do when an evaluation stops improving: stop the training, or lower the learning rate."""

import math
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer, is_number
from zeronet.training.callbacks import Callback, Evaluation
from zeronet.training.trainer import Trainer

MONITORS = {"loss": 1, "accuracy": 2}  # their place in a row of an Evaluation


class _Plateau(Callback):
    """Hear of one Evaluation, and remember its best measurement."""

    best: float | None = None

    def __init__(self, evaluation: Evaluation, monitor: str):
        if not isinstance(evaluation, Evaluation):
            raise UserError(f"evaluation must be an Evaluation, as in Evaluation(x, t), not {evaluation!r}")
        if monitor not in MONITORS:
            raise UserError(f"monitor must be {' or '.join(map(repr, MONITORS))}, not {monitor!r}")
        self.evaluation, self.monitor = evaluation, monitor

    def on_fit_start(self, trainer: Trainer) -> None:
        """Refuse an evaluation that is never made, or has no accuracy."""
        if not any(callback is self.evaluation for callback in trainer.callbacks):
            raise UserError(f"the evaluation of {type(self).__name__} must be one of the trainer's callbacks, too")
        if self.monitor == "accuracy" and not trainer.network.loss_function.classifies:
            raise UserError(f"{type(trainer.network.loss_function).__name__} has no accuracy: monitor the loss")

    def on_evaluation(self, trainer: Trainer, evaluation: Evaluation) -> None:
        """Judge the newest row, if it is the evaluation's."""
        if evaluation is self.evaluation:
            self.judge(trainer, evaluation.rows[-1][MONITORS[self.monitor]])

    def judge(self, trainer: Trainer, value: float) -> None:
        """Compare a new measurement with the best, and act."""
        raise NotImplementedError

    def _is_below(self, value: float, bound: float) -> bool:
        """Return whether a loss is below its bound, or an accuracy above it."""
        return value < bound if self.monitor == "loss" else value > bound


class EarlyStopping(_Plateau):
    """Stop the training when an evaluation has not improved for a while.

        m < best − min_delta              best ← m, wait ← 0          for an accuracy m > best + min_delta
        else                              wait ← wait + 1; stop if wait ≥ patience

    The measurements before the first step and at the end of fit count, too. After it has stopped, another fit with it
    makes no step, so that a training that is resumed from a Checkpoint stays stopped.

    Parameters
    ----------
    evaluation : Evaluation; on data that are not trained on; it must be among the trainer's callbacks, too
    monitor : "loss" or "accuracy", default "loss"; what must improve
    min_delta : float, ≥ 0, default 0; a smaller change is no improvement
    patience : int, ≥ 0, default 0; evaluations in a row without improvement; 0 is as 1
    restore_best_weights : bool, default False; whether fit ends with the parameters and buffers of the best evaluation;
        the optimizer's state, and the evaluation's rows, stay those of the last step

    Attributes
    ----------
    best, best_step : the best measurement, and the updates made before it; None before the first
    stopped_step : int or None; the updates made when it stopped the training

    Raises
    ------
    ValueError if `evaluation` is none, `monitor` is none of these, or `min_delta` or `patience` is out of range; in
    `fit`, if `evaluation` is not one of the callbacks, or has no accuracy to monitor.

    References
    ----------
    Keras's EarlyStopping, whose evaluations are at the ends of epochs. Prechelt, "Early Stopping — But When?", 1998.

    Examples
    --------
    >>> from zeronet import SGD, TwoLayerNet
    >>> x, t = np.eye(2), np.array([0, 1])
    >>> wrong = Evaluation(x, 1 - t, every=5)  # the better the training, the worse this evaluation
    >>> stopping = EarlyStopping(wrong, patience=3)
    >>> trainer = Trainer(TwoLayerNet(2, 2, 2), SGD(lr=1.0), callbacks=[wrong, stopping]).fit(x, t, steps=1000)
    >>> trainer.step, stopping.best_step  # the third evaluation after the best one
    (15, 0)
    """

    after_others = True  # so that the last evaluation is made before the best parameters return

    def __init__(
        self,
        evaluation: Evaluation,
        monitor: str = "loss",
        min_delta: float = 0.0,
        patience: int = 0,
        restore_best_weights: bool = False,
    ):
        super().__init__(evaluation, monitor)
        self.min_delta, self.patience = _at_least_0("min_delta", min_delta), checked_integer("patience", patience, 0)
        self.restore_best_weights = bool(restore_best_weights)
        self.best_step: int | None = None
        self.stopped_step: int | None = None
        self.wait = 0
        self._best_weights: dict[str, np.ndarray] = {}

    def on_fit_start(self, trainer: Trainer) -> None:
        """Stay stopped."""
        super().on_fit_start(trainer)
        if self.stopped_step is not None:
            trainer.stop()

    def judge(self, trainer: Trainer, value: float) -> None:
        """Keep what has improved, or wait, or stop."""
        delta = -self.min_delta if self.monitor == "loss" else self.min_delta
        if not math.isnan(value) and (self.best is None or self._is_below(value, self.best + delta)):
            self.best, self.best_step, self.wait = value, trainer.step, 0
            if self.restore_best_weights:
                network = trainer.network
                self._best_weights = {"params": network.params.flat.copy(), "buffers": network.buffers.flat.copy()}
            return
        self.wait += 1
        if self.wait >= self.patience and self.stopped_step is None:
            self.stopped_step = trainer.step
            trainer.stop()

    def on_fit_end(self, trainer: Trainer) -> None:
        """Return to the best parameters, if that is wanted."""
        if self._best_weights:
            trainer.network.params.flat = self._best_weights["params"]
            trainer.network.buffers.flat = self._best_weights["buffers"]

    def state(self) -> dict[str, Any]:
        """Return the best measurement, how long ago it was, and its parameters if they are wanted."""
        counts = {"best": self.best, "best_step": self.best_step, "wait": self.wait, "stopped_step": self.stopped_step}
        return counts | self._best_weights

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore them."""
        self.best, self.best_step, self.wait = state["best"], state["best_step"], state["wait"]
        self.stopped_step = state["stopped_step"]
        self._best_weights = {name: state[name] for name in ("params", "buffers") if name in state}


class ReduceLROnPlateau(_Plateau):
    """Lower the learning rate when an evaluation has not improved for a while.

        m < best (1 − threshold)          best ← m, bad ← 0           for an accuracy m > best (1 + threshold)
        else                              bad ← bad + 1
        bad > patience                    η ← max(factor · η, min_lr), bad ← 0

    During the cooldown after that, bad stays 0. The measurements before the first step and at the end of fit count.

    Parameters
    ----------
    evaluation, monitor : as in EarlyStopping
    factor : float, 0 < factor < 1, default 0.1
    patience : int, ≥ 0, default 10; the evaluations in a row without improvement that change nothing
    threshold : float, ≥ 0, default 1e-4; a smaller change is no improvement
    threshold_mode : "rel" or "abs", default "rel"; "abs": the bound is best − threshold, or best + threshold
    cooldown : int, ≥ 0, default 0; evaluations after a reduction in which none is bad
    min_lr : float, ≥ 0, default 0
    eps : float, ≥ 0, default 1e-8; a reduction by no more than this is not made

    Attributes
    ----------
    best : the best measurement; None before the first
    reductions : list of (step, lr); updates made before, and the new learning rate

    Raises
    ------
    ValueError if a setting is out of range; in `fit`, as EarlyStopping, or if the optimizer has no learning rate, or a
    schedule that decides it.

    References
    ----------
    PyTorch's ReduceLROnPlateau, with its names and defaults. Keras's reduces at the patience-th evaluation without
    improvement, one earlier, and its min_delta is absolute.

    Examples
    --------
    >>> from zeronet import SGD, TwoLayerNet
    >>> x, t = np.eye(2), np.array([0, 1])
    >>> wrong = Evaluation(x, 1 - t, every=5)
    >>> plateau = ReduceLROnPlateau(wrong, factor=0.5, patience=1)
    >>> _ = Trainer(TwoLayerNet(2, 2, 2), SGD(lr=1.0), callbacks=[wrong, plateau]).fit(x, t, steps=20)
    >>> plateau.reductions  # the evaluations at 5, 10, 15 and 20 are bad
    [(10, 0.5), (20, 0.25)]
    """

    def __init__(
        self,
        evaluation: Evaluation,
        monitor: str = "loss",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ):
        super().__init__(evaluation, monitor)
        if not is_number(factor) or not 0 < factor < 1:
            raise UserError(f"factor must be above 0 and below 1, not {factor!r}")
        if threshold_mode not in ("rel", "abs"):
            raise UserError(f"threshold_mode must be 'rel' or 'abs', not {threshold_mode!r}")
        self.factor, self.threshold_mode = float(factor), threshold_mode
        self.patience, self.cooldown = (
            checked_integer("patience", patience, 0),
            checked_integer("cooldown", cooldown, 0),
        )
        self.threshold, self.min_lr = _at_least_0("threshold", threshold), _at_least_0("min_lr", min_lr)
        self.eps = _at_least_0("eps", eps)
        self.bad = self.cooling = 0
        self.reductions: list[tuple[int, float]] = []

    def on_fit_start(self, trainer: Trainer) -> None:
        """Refuse an optimizer whose learning rate cannot be set."""
        super().on_fit_start(trainer)
        if getattr(trainer.optimizer, "schedule", None):
            raise UserError("ReduceLROnPlateau needs an optimizer whose lr is a number: a schedule decides this one's")
        if not is_number(getattr(trainer.optimizer, "lr", None)):
            raise UserError("ReduceLROnPlateau needs an optimizer with a learning rate named lr")

    def judge(self, trainer: Trainer, value: float) -> None:
        """Count a bad measurement, and reduce the learning rate after too many."""
        if not math.isnan(value) and (self.best is None or self._is_below(value, self._bound())):
            self.best, self.bad = value, 0
        else:
            self.bad += 1
        if self.cooling:
            self.cooling, self.bad = self.cooling - 1, 0
        if self.bad > self.patience:
            self.cooling, self.bad = self.cooldown, 0
            optimizer: Any = trainer.optimizer
            lr = max(self.factor * optimizer.lr, self.min_lr)
            if optimizer.lr - lr > self.eps:
                optimizer.lr = lr
                self.reductions.append((trainer.step, lr))

    def _bound(self) -> float:
        best, sign = self.best or 0.0, -1 if self.monitor == "loss" else 1
        return best * (1 + sign * self.threshold) if self.threshold_mode == "rel" else best + sign * self.threshold

    def state(self) -> dict[str, Any]:
        """Return the best measurement and the counts; the learning rate is in the optimizer's state."""
        return {"best": self.best, "bad": self.bad, "cooling": self.cooling, "reductions": self.reductions}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore them."""
        self.best, self.bad, self.cooling = state["best"], state["bad"], state["cooling"]
        self.reductions[:] = [(step, lr) for step, lr in state["reductions"]]


def _at_least_0(name: str, value: Any) -> float:
    if not is_number(value) or value < 0:
        raise UserError(f"{name} must be a number ≥ 0, not {value!r}")
    return float(value)
