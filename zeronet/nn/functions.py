"""Functions of arrays that losses and networks share. They never change their arguments."""

import numpy as np
from numpy.typing import ArrayLike

from zeronet.common.validation import checked_array


def log_sum_exp(y: np.ndarray) -> np.ndarray:
    """Return log Σ exp(y) of each row, without overflow.

        log Σ_k exp(y_k) = m + log Σ_k exp(y_k − m)          m = max_k y_k

    Parameters
    ----------
    y : array (N, K); scores

    Returns
    -------
    array (N, 1), of the type of `y`

    Examples
    --------
    >>> log_sum_exp(np.array([[0.0, 0.0], [1000.0, 1000.0]])) - np.log(2)
    array([[   0.],
           [1000.]])
    """
    m = y.max(axis=1, keepdims=True)
    return m + np.log(np.exp(y - m).sum(axis=1, keepdims=True))


def softmax(y: np.ndarray) -> np.ndarray:
    """Turn each row of scores into probabilities.

        p_k = exp(y_k) / Σ_j exp(y_j)

    Parameters
    ----------
    y : array (N, K); scores

    Returns
    -------
    array (N, K), positive, of the type of `y`; each row sums to 1

    References
    ----------
    『ゼロから作るDeep Learning』, 3.5.

    Examples
    --------
    >>> softmax(np.log([[1.0, 3.0]]))
    array([[0.25, 0.75]])
    """
    return np.exp(y - log_sum_exp(y))


def class_indices(t: ArrayLike, rows: int, classes: int) -> np.ndarray:
    """Return the class indices of targets, which are integer labels or one-hot rows.

    Parameters
    ----------
    t : array (N,) of labels, or (N, K) of one-hot rows
    rows : int; N of the scores
    classes : int; K of the scores

    Returns
    -------
    array (N,) of integers

    Raises
    ------
    ValueError if `t` has another shape, a label is not an integer or not in 0 … K−1, or a row is not one-hot.

    Examples
    --------
    >>> class_indices([[0, 1, 0], [1, 0, 0]], rows=2, classes=3)
    array([1, 0])
    """
    t = np.asarray(checked_array("t", t))
    if t.shape == (rows, classes):
        if not (np.count_nonzero(t, axis=1) == 1).all() or not (t.max(axis=1) == 1).all():
            raise ValueError("each row of one-hot targets must hold a single 1 and zeros")
        return t.argmax(axis=1)
    if t.shape != (rows,):
        raise ValueError(
            f"targets have shape {t.shape}, but scores of shape {(rows, classes)} need {(rows,)} or {(rows, classes)}"
        )
    if t.dtype.kind not in "iu":
        raise ValueError(f"labels must be integers, not {t.dtype}")
    if t.size and (t.min() < 0 or t.max() >= classes):
        raise ValueError(f"labels run from {t.min()} to {t.max()}, but {classes} classes allow 0 to {classes - 1}")
    return t


def accuracy(y: np.ndarray, t: ArrayLike) -> float:
    """Return the share of rows of the scores y (N, K) whose largest score is at the label: t (N,), or one-hot (N, K).

    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), [1, 1])
    0.5
    """
    return float((y.argmax(axis=1) == class_indices(t, *y.shape)).mean())
