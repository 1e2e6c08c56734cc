"""Functions of arrays that losses and networks share. They never change their arguments."""

import numpy as np
from numpy.typing import ArrayLike

from zeronet.common.validation import checked_array


def checked_scores(y: ArrayLike, ndim: int | None = None) -> np.ndarray:
    """Return scores as a float array, float32 at least. Raises ValueError if there are no classes, or other axes.

    >>> checked_scores([1, 2])
    array([1., 2.])
    """
    scores = np.asarray(checked_array("y", y))
    if scores.ndim == 0 or scores.shape[-1] == 0 or ndim not in (None, scores.ndim):
        raise ValueError(f"scores must have shape (N, K), with K ≥ 1, not {scores.shape}")
    if ndim and not len(scores):
        raise ValueError("there are no examples to compare with their targets")
    if scores.dtype.kind != "f":
        return scores.astype(np.float64)
    return scores.astype(np.float32) if scores.dtype.itemsize < 4 else scores


def log_sum_exp(y: ArrayLike) -> np.ndarray:
    """Return log Σ exp(y) of each row, without overflow.

        log Σ_k exp(y_k) = m + log Σ_k exp(y_k − m)          m = max_k y_k

    Parameters
    ----------
    y : array (N, K), or one row (K,); scores

    Returns
    -------
    array (N, 1) or (1,), of the type of `y`, and float64 for integers

    Raises
    ------
    ValueError if `y` is a single number or holds no numbers.

    Examples
    --------
    >>> log_sum_exp(np.array([[0.0, 0.0], [1000.0, 1000.0]])) - np.log(2)
    array([[   0.],
           [1000.]])
    """
    y = checked_scores(y)
    m = y.max(axis=-1, keepdims=True)
    return m + np.log(np.exp(y - m).sum(axis=-1, keepdims=True))


def softmax(y: ArrayLike) -> np.ndarray:
    """Turn each row of scores into probabilities.

        p_k = exp(y_k) / Σ_j exp(y_j)

    Parameters
    ----------
    y : array (N, K), or one row (K,); scores

    Returns
    -------
    array of the shape of `y`, ≥ 0, of its type, and float64 for integers; each row sums to 1

    Raises
    ------
    ValueError if `y` is a single number or holds no numbers.

    References
    ----------
    『ゼロから作るDeep Learning』, 3.5.

    Examples
    --------
    >>> softmax(np.log([[1.0, 3.0]]))
    array([[0.25, 0.75]])
    """
    y = checked_scores(y)
    return np.exp(y - log_sum_exp(y))


def class_indices(t: ArrayLike, rows: int, classes: int) -> np.ndarray:
    """Return the class indices of targets, which are integer labels or one-hot rows.

    Parameters
    ----------
    t : array (N,) or (N, 1) of labels, or (N, K) of one-hot rows
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
        if not _is_one_hot(t):
            raise ValueError("each row of one-hot targets must hold a single 1 and zeros")
        return t.argmax(axis=1)
    if t.shape == (rows, 1):
        t = t[:, 0]
    if t.shape != (rows,):
        raise ValueError(
            f"targets have shape {t.shape}, but scores of shape {(rows, classes)} need {(rows,)} or {(rows, classes)}"
        )
    if t.dtype.kind not in "iu":
        raise ValueError(f"labels must be integers, not {t.dtype}: give t.astype(int)")
    if t.size and (t.min() < 0 or t.max() >= classes):
        raise ValueError(f"labels run from {t.min()} to {t.max()}, but {classes} classes allow 0 to {classes - 1}")
    return t


def class_targets(t: ArrayLike, rows: int, classes: int) -> np.ndarray:
    """Return the class indices (N,) of targets, or the targets themselves (N, K) if they are probabilities.

    t: as in class_indices, or rows of numbers ≥ 0 that sum to 1. Raises ValueError if it is anything else.

    >>> class_targets([[0.25, 0.75], [1, 0]], rows=2, classes=2)
    array([[0.25, 0.75],
           [1.  , 0.  ]])
    """
    t = np.asarray(checked_array("t", t))
    if t.shape != (rows, classes) or t.dtype.kind != "f" or _is_one_hot(t):
        return class_indices(t, rows, classes)
    sums = t.sum(axis=1, dtype=np.float64)
    wrong = ~((t.min(axis=1) >= 0) & (np.abs(sums - 1) < 1e-3))
    if wrong.any():
        n = int(wrong.argmax())
        raise ValueError(
            f"each row of targets must hold a single 1 and zeros, or probabilities that sum to 1: row {n} has the sum "
            f"{sums[n]:g} and the smallest number {t[n].min():g}"
        )
    return t


def _is_one_hot(t: np.ndarray) -> bool:
    return bool((np.count_nonzero(t, axis=1) == 1).all() and (t.max(axis=1) == 1).all())


def r_squared(y: ArrayLike, t: ArrayLike) -> float:
    """Return R², the share of the variance of the targets t (N, M) that the outputs y (N, M) explain.

        R² = 1 − Σ (t − y)² / Σ (t − t̄)²          of each of the M outputs, and their mean

    1 is perfect; always to say the mean of t has R² 0. An output whose targets are all the same has 1 if it is perfect,
    and else 0, as in scikit-learn's r2_score. Raises ValueError if the shapes differ.

    >>> r_squared([[1.0], [2.0], [2.0]], [[1.0], [2.0], [3.0]])  # 1 − 1/2
    0.5
    """
    y, t = np.asarray(y, np.float64), np.asarray(checked_array("t", t), np.float64)
    if y.shape != t.shape:
        raise ValueError(f"targets have shape {t.shape}, but the outputs have {y.shape}")
    errors, variances = ((t - y) ** 2).sum(axis=0), ((t - t.mean(axis=0)) ** 2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(np.where(variances > 0, 1 - errors / variances, errors == 0)))


def accuracy(y: ArrayLike, t: ArrayLike) -> float:
    """Return the share of rows of the scores y (N, K) whose largest score is at the label: t (N,), or one-hot (N, K).

    With probabilities t, the largest of a row is its label. A row with a score that is nan is wrong.

    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), [1, 1])
    0.5
    """
    y = checked_scores(y, ndim=2)
    t = class_targets(t, *y.shape)
    rows, best = np.arange(len(y)), y.argmax(axis=1)  # the first nan, if there is one
    right = best == t if t.ndim == 1 else t[rows, best] == t.max(axis=1)
    return float((right & ~np.isnan(y[rows, best])).mean())
