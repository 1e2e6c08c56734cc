"""scikit-learn's interface: ZeronetClassifier and ZeronetRegressor, for pipelines, searches and cross-validation."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.integrations.weighted_losses import WeightedCrossEntropy, WeightedSquaredError
from zeronet.lab.specs.spec import from_object
from zeronet.nn.functions import softmax
from zeronet.nn.losses import Loss, MeanSquaredError, SoftmaxCrossEntropy
from zeronet.nn.models import MultiLayerNet
from zeronet.optimizers import Optimizer
from zeronet.optimizers.transforms import L2
from zeronet.training.batches import batches_per_epoch
from zeronet.training.callbacks import Callback
from zeronet.training.trainer import Trainer

DTYPES = (np.float64, np.float32)  # what x may be, and the network is then


class _Epochs(Callback):
    """Keep the loss of each epoch, and stop where it, or the validation score, no longer gets better."""

    def __init__(self, estimator: "_ZeronetEstimator", per_epoch: int, validation: tuple[Any, ...] | None):
        self.estimator, self.per_epoch, self.validation = estimator, per_epoch, validation
        self.total, self.seen = 0.0, 0
        self.best_weights: tuple[np.ndarray, np.ndarray] | None = None

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Add up the batch's loss, and judge at the end of an epoch."""
        batch = len(trainer.last_batch[1])  # type: ignore[index]  # there is one after a step
        self.total, self.seen = self.total + loss * batch, self.seen + batch
        if trainer.step % self.per_epoch == 0:
            self._on_epoch_end(trainer)

    def _on_epoch_end(self, trainer: Trainer) -> None:
        estimator = self.estimator
        estimator.loss_ = self.total / self.seen
        estimator.loss_curve_.append(estimator.loss_)
        estimator.best_loss_ = min(estimator.best_loss_, estimator.loss_)
        estimator.n_iter_, estimator.t_ = estimator.n_iter_ + 1, estimator.t_ + self.seen
        self.total, self.seen = 0.0, 0
        message = f"Iteration {estimator.n_iter_}, loss = {estimator.loss_:.8f}"
        gain = -estimator.loss_
        if self.validation is not None:
            with trainer.evaluating():
                gain = estimator._validation_score(*self.validation)
                if gain > estimator.best_validation_score_:
                    estimator.best_validation_score_ = gain
                    self.best_weights = trainer.network.params.flat.copy(), trainer.network.buffers.flat.copy()
            estimator.validation_scores_.append(gain)
            message += f", validation score = {gain:.6f}"
        if estimator.verbose:
            print(message)
        improved = gain > estimator._best_gain + estimator.tol
        estimator._best_gain = max(estimator._best_gain, gain)
        estimator._epochs_without_gain = 0 if improved else estimator._epochs_without_gain + 1
        if estimator._epochs_without_gain > estimator.n_iter_no_change:
            trainer.stop()


class _ZeronetEstimator(BaseEstimator):
    """What the two estimators share: settings, training, weights."""

    _loss: type[Loss]
    _weighted_loss: type[Loss]
    _steps: int  # updates made so far

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str = "relu",
        *,
        optimizer: Any = "adam",
        schedule: str | None = None,
        l2: float = 0.0,
        dropout: float = 0.0,
        batch_norm: bool = False,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.schedule = schedule
        self.l2 = l2
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weights of the affine layers, first to last."""
        return [array for name, array in self.network_.params.items() if name.startswith("W")]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases of the affine layers, first to last."""
        return [array for name, array in self.network_.params.items() if name.startswith("b") and name[1:].isdigit()]

    def _train(
        self,
        x: np.ndarray,
        t: np.ndarray,
        weights: np.ndarray | None,
        epochs: int,
        incremental: bool,
        stratify: Any = None,
    ) -> Self:
        """Train on x (N, D) and t (N, K), from new weights unless there are some to go on from."""
        epochs = checked_integer("max_iter", epochs)
        checked_integer("n_iter_no_change", self.n_iter_no_change)
        auto = isinstance(self.batch_size, str) and self.batch_size == "auto"
        size = 200 if auto else checked_integer("batch_size", self.batch_size)
        if fresh := not hasattr(self, "network_") or not (self.warm_start or incremental):
            self._start(x, t)
        if not incremental or fresh:
            self._best_gain, self._epochs_without_gain = -np.inf, 0
        validation = None
        if self.early_stopping:
            x, t, weights, validation = self._set_aside(x, t, weights, stratify)
        size, drop_last = min(size, len(x)), self.batch_norm  # a last batch of one example has no variance
        per_epoch = batches_per_epoch(len(x), size, drop_last)
        if fresh or not incremental:
            self.optimizer_ = self._new_optimizer(epochs * per_epoch)
        if weights is not None:
            self.network_.loss_function = self._weighted_loss()
            t = np.column_stack([t, weights])
        ends = _Epochs(self, per_epoch, validation)
        trainer = Trainer(self.network_, self.optimizer_, size, self._seed, [ends], drop_last, progress=False)
        trainer.step = -(-self._steps // per_epoch) * per_epoch  # a new epoch, of an order of its own
        try:
            trainer.fit(x, t, epochs=epochs)
        finally:
            self._steps, self.network_.loss_function = trainer.step, self._loss()
        if ends.best_weights is not None:
            self.network_.params.flat[:], self.network_.buffers.flat[:] = ends.best_weights
        return self

    def _start(self, x: np.ndarray, t: np.ndarray) -> None:
        """Make the untrained network."""
        sizes: Any = self.hidden_layer_sizes
        sizes = (sizes,) if isinstance(sizes, Integral) else tuple(sizes)
        self._seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        self.network_ = MultiLayerNet(
            x.shape[1],
            [checked_integer("hidden_layer_sizes", size) for size in sizes],
            t.shape[1],
            activation=self.activation,
            weight_init="xavier" if self.activation in ("sigmoid", "tanh") else "he",
            seed=self._seed,
            dtype=x.dtype,
            loss_function=self._loss(),
            batch_norm=self.batch_norm,
            dropout=self.dropout,
        )
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] = []
        self.best_loss_, self.best_validation_score_ = np.inf, -np.inf
        self.n_iter_ = self.t_ = self._steps = 0

    def _set_aside(self, x: Any, t: Any, weights: Any, stratify: Any) -> tuple[Any, ...]:
        """Return x, t and weights of the training examples, and x and t of the others."""
        places = train_test_split(
            np.arange(len(x)), test_size=self.validation_fraction, random_state=self._seed, stratify=stratify
        )
        train, test = map(np.sort, places)
        return x[train], t[train], None if weights is None else weights[train], (x[test], t[test])

    def _scores(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return self.network_.predict(validate_data(self, X, dtype=DTYPES, reset=False))

    def _validation_score(self, x: np.ndarray, t: np.ndarray) -> float:
        raise NotImplementedError(f"{type(self).__name__} must implement _validation_score(x, t)")

    def _new_optimizer(self, steps: int) -> Any:
        """Return an unused optimizer for this many updates."""
        named = self.optimizer
        if self.schedule is not None:
            if not isinstance(named, str):
                raise UserError("schedule goes with the name of an optimizer; an object has it as lr=Cosine(…)")
            named += ("," if ":" in named else ":") + f"schedule={self.schedule}"
        optimizer = from_object(named, steps=steps).build()
        if not self.l2:
            return optimizer
        if not isinstance(optimizer, Optimizer):
            raise UserError("l2 needs one of zeronet's optimizers, or a class derived from zeronet.Optimizer")
        return optimizer.with_transforms(*optimizer.transforms, L2(self.l2))


class ZeronetClassifier(ClassifierMixin, _ZeronetEstimator):
    """A zeronet network that classifies, trained by any optimizer, as an estimator of scikit-learn.

        p = softmax(f(… f(x W1 + b1) …) WL + bL)          L = −(1/N) Σ_n log p_n,t_n

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (100,); hidden units, layer by layer
    activation : "relu", "leaky_relu", "gelu", "sigmoid" or "tanh", default "relu"; f
    optimizer : str or optimizer, default "adam"; a name with settings, such as "rmsprop:lr=0.01" or
        "adam:dialect=keras", or an unused object with update(params, grads), of which a copy is trained with
    schedule : str or None, default None; such as "cosine", over all steps of max_iter epochs; for a named optimizer
    l2 : float, ≥ 0, default 0; λ, whose λ W is added to the gradients of the weights
    dropout : float, 0 ≤ dropout < 1, default 0; ratio of the units that are dropped behind each activation
    batch_norm : bool, default False; whether there is batch normalization before each activation
    batch_size : int or "auto", default "auto", min(200, N); clipped to N
    max_iter : int, ≥ 1, default 200; epochs
    tol, n_iter_no_change : float, default 1e-4, and int ≥ 1, default 10; training ends early if the loss, or with
        early_stopping the validation score, did not improve by more than tol for n_iter_no_change epochs in a row
    early_stopping : bool, default False; whether a share validation_fraction (default 0.1) of the examples is set
        aside, to stop by, and the weights that were best on them are kept
    warm_start : bool, default False; whether fit goes on from the weights of the last fit
    random_state : int, RandomState or None, default None; decides first weights, batches, dropout and the split
    verbose : bool, default False; whether each epoch's loss is printed

    Attributes
    ----------
    classes_ : array (K,); the labels
    network_, optimizer_ : the trained network and its optimizer
    coefs_, intercepts_ : list of array; weights and biases of the affine layers
    loss_, best_loss_, loss_curve_ : the last, the lowest and all epochs' mean training losses, before each update
    validation_scores_, best_validation_score_ : accuracies, if early_stopping
    n_iter_, t_ : int; epochs and examples seen

    Raises
    ------
    ValueError in `fit`, if a setting is out of range, an optimizer or schedule is unknown, or x or y does not fit;
    TypeError if x is sparse; Diverged if the loss is no longer finite.

    Notes
    -----
    x in float32 is computed in float32, all else in float64. With the same weights and batches the loss curve is that
    of scikit-learn's MLPClassifier for three classes or more, whose Adam is "adam:dialect=keras,eps=1e-8"; for two
    classes it has one sigmoid, this a softmax. Both clip batch_size, and neither drops the last, short batch, unless
    batch_norm is set. Several labels per example are not supported.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> x, y = load_iris(return_X_y=True, as_frame=True)
    >>> model = make_pipeline(StandardScaler(), ZeronetClassifier(optimizer="rmsprop:lr=0.01", random_state=0))
    >>> bool(model.fit(x, y).score(x, y) > 0.95)
    True
    """

    _loss, _weighted_loss = SoftmaxCrossEntropy, WeightedCrossEntropy

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str = "relu",
        *,
        optimizer: Any = "adam",
        schedule: str | None = None,
        l2: float = 0.0,
        dropout: float = 0.0,
        batch_norm: bool = False,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        class_weight: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ):
        super().__init__(
            hidden_layer_sizes, activation, optimizer=optimizer, schedule=schedule, l2=l2, dropout=dropout,
            batch_norm=batch_norm, batch_size=batch_size, max_iter=max_iter, tol=tol, n_iter_no_change=n_iter_no_change,
            early_stopping=early_stopping, validation_fraction=validation_fraction, warm_start=warm_start,
            random_state=random_state, verbose=verbose,
        )  # fmt: skip
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for max_iter epochs at most. X (N, D), y (N,) labels of any kind, sample_weight (N,) or None."""
        return self._fit(X, y, None, sample_weight, self.max_iter, incremental=False)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch, and go on from the call before; classes: all labels, for the first call."""
        if self.early_stopping:
            raise UserError("partial_fit has no epochs to stop early: set early_stopping=False")
        return self._fit(X, y, classes, sample_weight, 1, incremental=True)

    def _fit(self, X: Any, y: Any, classes: Any, sample_weight: Any, epochs: int, incremental: bool) -> Self:
        new = not hasattr(self, "network_") or not (incremental or self.warm_start)
        X, y = validate_data(self, X, y, dtype=DTYPES, reset=new)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if new:
            self.classes_ = np.unique(y if classes is None else classes)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise UserError(f"classes are not those of the first call: {np.unique(classes)}, not {self.classes_}")
        if unknown := sorted(set(np.unique(y)) - set(self.classes_)):
            raise UserError(f"y has labels that the first call did not have: {unknown}")
        weights = None
        if sample_weight is not None or self.class_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
            weights = weights * compute_sample_weight(self.class_weight, y)
        t = np.eye(len(self.classes_), dtype=X.dtype)[np.searchsorted(self.classes_, y)]
        return self._train(X, t, weights, epochs, incremental, stratify=y)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probabilities (N, K) of the classes, in the order of classes_."""
        return softmax(self._scores(X))

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Return the logarithms of predict_proba."""
        return log_softmax(self._scores(X), axis=1)

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable label (N,) of each example."""
        best = self._scores(X).argmax(axis=1)
        return self.classes_[best]

    def _validation_score(self, x: np.ndarray, t: np.ndarray) -> float:
        return self.network_.accuracy(x, t)


class ZeronetRegressor(RegressorMixin, _ZeronetEstimator):
    """A zeronet network for numbers, trained by any optimizer, as an estimator of scikit-learn.

        y = f(… f(x W1 + b1) …) WL + bL          L = (1/NM) Σ (y − t)²

    Its settings and attributes are those of ZeronetClassifier, but for class_weight and classes_; the validation score
    is R². It does not scale the targets: large ones want a StandardScaler (TransformedTargetRegressor).

    Raises
    ------
    ValueError in `fit`, if a setting is out of range, an optimizer or schedule is unknown, or x or y does not fit;
    TypeError if x is sparse; Diverged if the loss is no longer finite.

    Notes
    -----
    The loss is the mean squared error; scikit-learn's MLPRegressor halves it, so that there a learning rate of SGD is
    half of the one here for one output.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 100)[:, None]
    >>> model = ZeronetRegressor(optimizer="adam:lr=0.01", random_state=0).fit(x, x.ravel() ** 2)
    >>> bool(model.score(x, x.ravel() ** 2) > 0.95)
    True
    """

    _loss, _weighted_loss = MeanSquaredError, WeightedSquaredError

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for max_iter epochs at most. X (N, D), y (N,) or (N, M) numbers, sample_weight (N,) or None."""
        return self._fit(X, y, sample_weight, self.max_iter, incremental=False)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these examples, and go on from the call before."""
        if self.early_stopping:
            raise UserError("partial_fit has no epochs to stop early: set early_stopping=False")
        return self._fit(X, y, sample_weight, 1, incremental=True)

    def _fit(self, X: Any, y: Any, sample_weight: Any, epochs: int, incremental: bool) -> Self:
        new = not hasattr(self, "network_") or not (incremental or self.warm_start)
        X, y = validate_data(self, X, y, dtype=DTYPES, multi_output=True, y_numeric=True, reset=new)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        outputs = 1 if y.ndim == 1 else y.shape[1]
        if not new and outputs != self.network_.params[f"b{len(self.intercepts_)}"].size:
            raise UserError(f"y has {outputs} outputs, but the first call had {self.intercepts_[-1].size}")
        self._ravel = y.ndim == 1
        return self._train(X, y.reshape(len(X), outputs).astype(X.dtype), weights, epochs, incremental)

    def predict(self, X: Any) -> np.ndarray:
        """Return the outputs: (N,), or (N, M) if y had M columns."""
        y = self._scores(X)
        return y.ravel() if self._ravel else y

    def _validation_score(self, x: np.ndarray, t: np.ndarray) -> float:
        return float(r2_score(t, self.network_.predict(x)))
