"""The training loop."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Real
from typing import Any

import numpy as np

from zeronet.common.validation import as_float, checked_array, checked_integer
from zeronet.nn.network import Network
from zeronet.nn.rng import checked_seed, stream
from zeronet.optimizers import adapt
from zeronet.training.batches import batches, batches_per_epoch
from zeronet.training.compiled import compiled_rules
from zeronet.training.environment import flushed_subnormals, keep_freed_memory, threads_by_shape
from zeronet.training.progress import Watch, progress_bar


class Diverged(ArithmeticError):
    """The loss is no longer finite.

    Parameters
    ----------
    step : int; updates made before
    loss : float; inf or nan
    lr : float or None; the optimizer's learning rate, if it has one
    cause : str or None; what else than the learning rate did it, such as nan in the data
    """

    def __init__(self, step: int, loss: float, lr: float | None = None, cause: str | None = None):
        super().__init__(step, loss, lr, cause)
        self.step, self.loss, self.lr, self.cause = step, loss, lr, cause

    def __str__(self) -> str:
        if self.cause:
            return f"the loss is {self.loss} at step {self.step}: {self.cause}"
        known = isinstance(self.lr, Real)  # a plug-in's lr may be anything
        rate = f" (learning rate {as_float(self.lr):g})" if known else ""
        return f"the loss is {self.loss} at step {self.step}{rate}"


class Trainer:
    """Train a network: batch by batch, one forward and one backward pass each.

        for each batch:   L, g ← loss and gradient;   w ← optimizer(w, g)

    trainer.step counts the updates made. Schedule-free optimizers train one set of weights and evaluate another:
    inside fit the network holds the training weights, except in evaluating() and on_evaluation; outside it holds the
    evaluation weights, so that net.predict, net.loss and net.save agree.

    Parameters
    ----------
    network : Network
    optimizer : one of zeronet's, or any object with update(params, grads)
    batch_size : int, ≥ 1, default 100; examples per step; all examples if there are fewer
    seed : int ≥ 0 or None, default 0; decides the order of the batches; None draws one, kept in `trainer.seed`
    callbacks : sequence of Callback; what happens beside the loop
    drop_last : bool, default True; whether an epoch ends without the examples that do not fill a batch; if not, they
        are a shorter batch, whose loss and gradient are means over fewer examples
    progress : bool or None, default None; whether fit shows a bar with the loss and the time left; None: in terminals
        and notebooks, if it takes more than a second

    Raises
    ------
    ValueError if `batch_size` is not an integer ≥ 1, `seed` not an integer ≥ 0, or `optimizer` has no method update.

    Examples
    --------
    >>> from zeronet.nn.models import TwoLayerNet
    >>> from zeronet.optimizers import SGD
    >>> x, t = np.eye(4), np.array([0, 1, 0, 1])
    >>> net = TwoLayerNet(4, 8, 2, weight_init_std=0.1)
    >>> trainer = Trainer(net, SGD(lr=1.0), batch_size=2).fit(x, t, epochs=50)
    >>> trainer.step, net.accuracy(x, t)
    (100, 1.0)
    """

    def __init__(
        self,
        network: Network,
        optimizer: Any,
        batch_size: int = 100,
        seed: int | None = 0,
        callbacks: Sequence[Any] = (),
        drop_last: bool = True,
        progress: bool | None = None,
    ):
        self.network, self.optimizer = network, adapt(optimizer)
        self.batch_size, self.seed = checked_integer("batch_size", batch_size), checked_seed(seed)
        self.callbacks, self.drop_last = list(callbacks), bool(drop_last)
        self.progress = progress
        self.step = 0
        self.last_loss: float | None = None  # of the last step
        self.last_step = 0  # when the current fit ends
        self.order_shift = 0  # the order of the data at step k is that of step k + order_shift of its stream
        self.last_batch: tuple[Any, ...] | None = None  # of the last fit: number of examples, indices, x, t

    def __repr__(self) -> str:
        loss = "" if self.last_loss is None else f", last loss {self.last_loss:.4g}"
        optimizer = type(getattr(self.optimizer, "optimizer", self.optimizer)).__name__
        return f"Trainer({type(self.network).__name__}, {optimizer}, {self.step:,} steps{loss})"

    def fit(self, x: Any, t: Any, epochs: int | None = None, steps: int | None = None) -> "Trainer":
        """Train for a number of steps, or of epochs of len(x) // batch_size steps.

        A second fit continues the first: on the same data in the middle of its epoch, on other data with a new epoch.

        Parameters
        ----------
        x : array (N, D), list or pandas object; read batch by batch, so that it may be a memory map larger than memory
        t : array (N,) of labels, or (N, K) of targets; the k-th belongs to the k-th example, whatever pandas' index
        epochs, steps : int, ≥ 0; one of them

        Returns
        -------
        the trainer

        Raises
        ------
        ValueError if not exactly one of `epochs` and `steps` is given, or `x` or `t` holds no numbers, or they
        differ in length or are empty; Diverged before the update of a step whose loss is not finite, and at the end if
        the last update made the loss of its own batch so.
        """
        x, t = checked_array("x", x), checked_array("t", t)
        self.last_step = self.step + self._count_steps(x, t, epochs, steps)
        self._find_place_in_order(x, t)
        start = self.step
        self.callbacks.sort(key=lambda callback: callback.after_others)
        keep_freed_memory()
        threads = threads_by_shape(min(self.batch_size, len(x)), self.network.params.flat.size)
        unreported = np.errstate(over="ignore", invalid="ignore", divide="ignore")
        rules = compiled_rules(self.network.params.flat.size * (self.last_step - self.step))
        bar = progress_bar(self.progress, self.step, self.last_step, lambda: self.last_loss)
        with threads, flushed_subnormals(), unreported, rules, bar as watch:
            try:
                try:
                    with self.training():
                        self.notify("on_fit_start")
                        self._loop(x, t, watch)
                finally:
                    self.optimizer.swap_to_evaluation(self.network.params)
                self.notify("on_fit_end")
            except BaseException:
                self.notify("on_fit_interrupted")
                raise
            if self.step > start and self.last_batch is not None:  # the last update may have destroyed the network
                _, _, last_x, last_t = self.last_batch
                self.finite(self.network.loss(last_x, last_t), last_x, last_t)
        return self

    def finite(self, loss: float, x: Any, t: Any) -> float:
        """Return the loss of x and t, or raise Diverged: nothing else judges whether a training has diverged."""
        if not math.isfinite(loss):
            raise Diverged(self.step, loss, getattr(self.optimizer, "lr", None), self._cause(x, t))
        return loss

    def _cause(self, x: Any, t: Any) -> str | None:
        """Return why the loss of x and t is not finite, if not for the learning rate."""
        dtype = self.network.params.flat.dtype
        for name, array in (("x", np.asarray(x)), ("t", np.asarray(t))):
            cast = array.astype(dtype)
            if not np.isfinite(cast).all():
                bad = array[~np.isfinite(cast)].ravel()[0]
                return f"{name} holds {bad:g}" + ("" if not np.isfinite(bad) else f", which is too large for {dtype}")
        for name, array in self.network.params.items():
            if not self.step and not np.isfinite(array).all():
                return f"{name} was not finite before the first update"
        if getattr(self.optimizer, "eps", None) == 0 and self._undefined():
            return "eps is 0, and a parameter whose gradients are all 0 becomes 0/0"
        largest = np.abs(np.asarray(x)).max()
        if largest > 1e6:
            return f"x holds numbers up to {largest:g}: scale them"
        return None if self.step else "before the first update: the first weights are too large"

    def _undefined(self) -> bool:
        """Return whether parameters are nan while all others are of usual size."""
        w = self.network.params.flat
        return bool(np.isnan(w).any() and np.abs(w[~np.isnan(w)]).max(initial=0) < 1e6)

    def _loop(self, x: Any, t: Any, watch: Watch) -> None:
        network, optimizer = self.network, self.optimizer
        start, stop = self.step + self.order_shift, self.last_step + self.order_shift
        order = batches(len(x), self.batch_size, self.seed, start, stop, self.drop_last)
        for batch in watch(self._steps(order)):
            x_batch, t_batch = self.batch_of(x, t, batch)
            loss = self.finite(network.loss_and_grad(x_batch, t_batch), x_batch, t_batch)
            optimizer.update(network.params, network.grads)
            self.last_loss = loss
            self.step += 1
            self.notify("on_step_end", loss)

    def batch_of(self, x: Any, t: Any, batch: np.ndarray) -> tuple[Any, Any]:
        """Return the examples of the next step, after the callbacks that change them."""
        x_batch, t_batch = _gathered(x, batch), _gathered(t, batch)
        self.last_batch = len(x), batch, x_batch, t_batch
        for callback in self.callbacks:
            x_batch, t_batch = callback.on_batch(self, x_batch, t_batch)
        return x_batch, t_batch

    def _find_place_in_order(self, x: Any, t: Any) -> None:
        """Begin a new epoch if these are not the data of the last fit."""
        if self.last_batch is None:
            return
        n, batch, *content = self.last_batch
        epoch = -(-(self.step + self.order_shift) // batches_per_epoch(n, self.batch_size, self.drop_last))
        same = n == len(x) and all(np.array_equal(a[batch], b) for a, b in zip((x, t), content, strict=True))
        if not same:
            self.order_shift = epoch * batches_per_epoch(len(x), self.batch_size, self.drop_last) - self.step

    def _steps(self, order: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the batches until the last step or stop(), and set the generators of random layers before each."""
        random = [(place, layer) for place, layer in enumerate(self.network.layers) if layer.random]
        for batch in order:
            if self.step >= self.last_step:
                return
            for place, layer in random:
                layer.rng = stream(self.seed, "layers", self.step, place)
            yield batch

    def stop(self) -> None:
        """End fit after the current step, as if that were its last: callbacks still get on_fit_end."""
        self.last_step = self.step

    def notify(self, event: str, *values: Any) -> None:
        """Call the method named event of every callback, with the trainer and the values."""
        for callback in self.callbacks:
            getattr(callback, event)(self, *values)

    @contextmanager
    def evaluating(self) -> Iterator[Network]:
        """Inside the block, the network has the parameters that the optimizer wants evaluated and saved, as after fit.

        Only inside fit they may be others than those of the network anyway.
        """
        params, optimizer = self.network.params, self.optimizer
        if not (already := optimizer.has_swapped(params)):
            optimizer.swap_to_evaluation(params)
        try:
            yield self.network
        finally:
            if not already:
                optimizer.swap_to_training(params)

    @contextmanager
    def training(self) -> Iterator[Network]:
        """Inside the block, the network has the parameters that the optimizer trains, as inside fit."""
        params, optimizer = self.network.params, self.optimizer
        if swapped := optimizer.has_swapped(params):
            optimizer.swap_to_training(params)
        try:
            yield self.network
        finally:
            if swapped:
                optimizer.swap_to_evaluation(params)

    def _count_steps(self, x: Any, t: Any, epochs: int | None, steps: int | None) -> int:
        if (epochs is None) == (steps is None):
            raise ValueError("fit takes either epochs or steps")
        name, number = ("steps", steps) if epochs is None else ("epochs", epochs)
        number = checked_integer(name, number, least=0)
        if not x.shape or not t.shape or len(x) != len(t):
            raise ValueError(f"x and t must be arrays of equal length, not of shapes {x.shape} and {t.shape}")
        if not len(x):
            raise ValueError("there are no examples to train on")
        return number if epochs is None else number * batches_per_epoch(len(x), self.batch_size, self.drop_last)


def _gathered(array: Any, batch: np.ndarray) -> Any:
    """Return array[batch], which NumPy's take finds sooner."""
    return array.take(batch, axis=0) if type(array) is np.ndarray else array[batch]
