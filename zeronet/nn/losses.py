"""Losses: how wrong the scores y are, as one number, and the gradient of that number."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from zeronet.common.validation import checked_array
from zeronet.nn.functions import checked_scores, class_targets


class Loss:
    """The end of a network: how far its scores are from the targets.

    L = forward(y, t)             remembers what backward needs
    ∂L/∂y = backward()
    """

    classifies = True  # whether the place of the largest score is the answer, so that there is an accuracy

    def forward(self, y: np.ndarray, t: ArrayLike) -> float:
        """Return the mean loss of the scores y against the targets t."""
        raise NotImplementedError(f"{type(self).__name__} must implement forward(y, t)")

    def backward(self) -> np.ndarray:
        """Return ∂L/∂y of the last forward pass."""
        raise NotImplementedError(f"{type(self).__name__} must implement backward()")


class SoftmaxCrossEntropy(Loss):
    """Minus the log of the probability that softmax gives the right class, averaged over the batch.

        L = (1/N) Σ_n (log Σ_k exp(y_nk) − y_n,t_n)          ∂L/∂y = (softmax(y) − onehot(t)) / N

    y (N, K), scores; t, integer labels (N,) or (N, 1) in 0 … K−1, or rows (N, K) that are one-hot or probabilities.
    With probabilities, L = (1/N) Σ_n (log Σ_k exp(y_nk) − Σ_k t_nk y_nk). L is in nats: guessing costs ln K.

    Raises
    ------
    ValueError in `forward`, if t has another shape or type, a label is not in 0 … K−1, or a row does not sum to 1.

    References
    ----------
    『ゼロから作るDeep Learning』, 5.6.3, where it is called SoftmaxWithLoss; here through log-sum-exp, which cannot
    overflow. PyTorch: CrossEntropyLoss; Keras: SparseCategoricalCrossentropy(from_logits=True).

    Examples
    --------
    >>> loss = SoftmaxCrossEntropy()
    >>> round(loss.forward(np.log([[1.0, 3.0]]), np.array([1])), 4)  # −ln 0.75
    0.2877
    >>> loss.backward()
    array([[ 0.25, -0.25]])
    """

    def forward(self, y: np.ndarray, t: ArrayLike) -> float:
        """Return the mean cross-entropy."""
        y = checked_scores(y, ndim=2)
        t = class_targets(t, *y.shape)
        z = y.T.copy()  # (K, N): reductions over a short last axis are slow
        z -= z.max(axis=0)  # changes neither loss nor gradient, and exp cannot overflow
        self.p = np.exp(z)
        sums = self.p.sum(axis=0)
        self.p /= sums
        if t.ndim == 2:
            self.t: Any = t.T.astype(z.dtype)
            return float((np.log(sums) - (self.t * z).sum(axis=0)).sum() / len(y))
        self.t = t, np.arange(len(y))  # where each example has its right class
        return float((np.log(sums) - z[self.t]).sum() / len(y))

    def backward(self) -> np.ndarray:
        """Return (softmax(y) − onehot(t)) / N."""
        dy = self.p / self.p.shape[1]
        if isinstance(self.t, tuple):
            dy[self.t] -= 1 / self.p.shape[1]
        else:
            dy -= self.t / self.p.shape[1]
        return dy.T


class MeanSquaredError(Loss):
    """The mean of the squared errors, over the batch and all outputs.

        L = (1/NM) Σ (y − t)²          ∂L/∂y = 2 (y − t) / NM

    y (N, M), outputs; t (N, M), targets.

    Raises
    ------
    ValueError in `forward`, if the shapes of y and t differ.

    References
    ----------
    『ゼロから作るDeep Learning』, 4.2.1, has ½ Σ (y − t)²; PyTorch's MSELoss and scikit-learn average as here.

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> loss.forward(np.array([[1.0, 5.0]]), np.array([[0.0, 2.0]]))  # (1² + 3²) / 2
    5.0
    >>> loss.backward()
    array([[1., 3.]])
    """

    classifies = False

    def forward(self, y: np.ndarray, t: ArrayLike) -> float:
        """Return the mean squared error."""
        y = checked_scores(y)
        if not len(y):
            raise ValueError("there are no examples to compare with their targets")
        t = np.asarray(checked_array("t", t), y.dtype)
        if t.shape != y.shape:
            raise ValueError(f"targets have shape {t.shape}, but the outputs have {y.shape}")
        self.error = y - t
        return float((self.error * self.error).mean())

    def backward(self) -> np.ndarray:
        """Return 2 (y − t) / NM."""
        return 2 * self.error / self.error.size


LOSSES = {loss.__name__: loss for loss in (SoftmaxCrossEntropy, MeanSquaredError)}
