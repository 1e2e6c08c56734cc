"""The functions of the book's common/functions.py, gradient.py and util.py, and its load_mnist."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zeronet.datasets import load
from zeronet.nn.functions import softmax
from zeronet.nn.layers import ReLU, Sigmoid, windows

Pictures = tuple[int, int, int, int]  # N, C, H, W


def identity_function(x: Any) -> Any:
    """Return x."""
    return x


def step_function(x: np.ndarray) -> np.ndarray:
    """Return 1 where x > 0, else 0."""
    return (np.asarray(x) > 0).astype(int)


def sigmoid(x: Any) -> np.ndarray:
    """Return 1 / (1 + exp(−x))."""
    return Sigmoid().forward(np.asarray(x))


def sigmoid_grad(x: Any) -> np.ndarray:
    """Return the derivative y (1 − y) of y = sigmoid(x)."""
    y = sigmoid(x)
    return y * (1 - y)


def relu(x: Any) -> np.ndarray:
    """Return max(x, 0)."""
    return ReLU().forward(np.asarray(x))


def relu_grad(x: np.ndarray) -> np.ndarray:
    """Return 1 where x ≥ 0, else 0, in the type of x."""
    return np.greater_equal(x, 0).astype(x.dtype)


def sum_squared_error(y: np.ndarray, t: np.ndarray) -> float:
    """Return ½ Σ (y − t)² (4.1)."""
    return 0.5 * np.sum((y - t) ** 2)


def targets_of(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return the labels of targets t, which may be one-hot rows."""
    return np.argmax(t, axis=1) if t.size == y.size else t


def cross_entropy_error(y: np.ndarray, t: np.ndarray) -> float:
    """Return −(1/N) Σ log(y_n,t_n + 1e-7) (4.2, 4.3) of probabilities y; the small number is the book's.

    >>> round(float(cross_entropy_error(np.array([0.25, 0.75]), np.array([0, 1]))), 4)  # −ln 0.75
    0.2877
    """
    if y.ndim == 1:
        y, t = y.reshape(1, -1), t.reshape(1, -1)
    return -np.sum(np.log(y[np.arange(len(y)), targets_of(y, t)] + 1e-7)) / len(y)


def softmax_loss(X: np.ndarray, t: np.ndarray) -> float:
    """Return cross_entropy_error(softmax(X), t)."""
    return cross_entropy_error(softmax(X), t)


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray) -> np.ndarray:
    """Measure ∂f/∂x with central differences of step 1e-4, the book's (4.3, 4.4).

    f may read its argument, or x itself, whose numbers are moved one by one; zeronet.nn's calls f with a copy instead.

    >>> numerical_gradient(lambda x: float((x**2).sum()), np.array([3.0, 4.0])).round(6)
    array([6., 8.])
    """
    h, gradient = 1e-4, np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + h
        above = f(x)
        x[index] = value - h
        gradient[index] = (above - f(x)) / (2 * h)
        x[index] = value
    return gradient


def numerical_gradient_2d(f: Callable[[np.ndarray], float], X: np.ndarray) -> np.ndarray:
    """Return numerical_gradient of each row of X, or of X itself if it is one."""
    return numerical_gradient(f, X) if X.ndim == 1 else np.array([numerical_gradient(f, x) for x in X])


def smooth_curve(x: Any) -> np.ndarray:
    """Return the mean over a Kaiser window of 11 values, β = 2, around each value, mirrored at the ends.

    >>> smooth_curve([1.0] * 20).round(6).tolist() == [1.0] * 20
    True
    """
    weights = np.kaiser(11, 2)
    mirrored = np.pad(np.pad(x, (5, 0), mode="reflect"), (0, 5), mode="symmetric")  # only the last value twice
    return np.convolve(mirrored, weights / weights.sum(), mode="valid")


def shuffle_dataset(x: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and t in one new order, drawn from np.random."""
    order = np.random.permutation(len(x))
    return x[order], t[order]


def conv_output_size(input_size: int, filter_size: int, stride: int = 1, pad: int = 0) -> float:
    """Return (H + 2P − FH)/S + 1 (7.1)."""
    return (input_size + 2 * pad - filter_size) / stride + 1


def im2col(input_data: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, pad: int = 0) -> np.ndarray:
    """Return the windows of pictures (N, C, H, W) as the rows of a matrix (N·OH·OW, C·FH·FW)."""
    return windows.im2col(input_data, (filter_h, filter_w), stride, pad).T


def col2im(
    col: np.ndarray, input_shape: Pictures, filter_h: int, filter_w: int, stride: int = 1, pad: int = 0
) -> np.ndarray:
    """Return pictures in which every pixel is the sum of the places that im2col copied it to."""
    return windows.col2im(col.T, input_shape, (filter_h, filter_w), stride, pad)


def load_mnist(normalize: bool = True, flatten: bool = True, one_hot_label: bool = False) -> tuple[Any, Any]:
    """Return (x_train, t_train), (x_test, t_test) of MNIST, from where zeronet.datasets finds it.

    normalize: numbers in [0, 1], else integers 0 … 255; flatten: rows of 784, else pictures (1, 28, 28).
    """
    data = load("mnist")

    def images(x: np.ndarray) -> np.ndarray:
        x = x if normalize else np.rint(x * 255).astype(np.uint8)
        return x if flatten else x.reshape(-1, 1, 28, 28)

    def labels(t: np.ndarray) -> np.ndarray:
        return np.eye(10)[t] if one_hot_label else t

    return (images(data.x_train), labels(data.t_train)), (images(data.x_test), labels(data.t_test))
