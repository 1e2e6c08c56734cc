"""Is a gradient right? Compare it with measured slopes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from zeronet.nn.network import Network

STEP = 1e-5  # rounding and curvature disturb float64 slopes least about here


def numerical_gradient(f: Callable[[], float], array: np.ndarray) -> np.ndarray:
    """Measure ∂f/∂array with central differences.

        ∂f/∂a ≈ (f(a + ε) − f(a − ε)) / 2ε          ε = 1e-5

    Parameters
    ----------
    f : function of no argument that reads `array`
    array : array of float64, any shape; changed in place element by element, and restored

    Returns
    -------
    array of the shape of `array`

    References
    ----------
    『ゼロから作るDeep Learning』, 4.3.

    Examples
    --------
    >>> x = np.array([3.0, 4.0])
    >>> numerical_gradient(lambda: float((x**2).sum()), x).round(6)
    array([6., 8.])
    """
    slopes = np.empty_like(array)
    for index in np.ndindex(array.shape):
        value = array[index]
        array[index] = value + STEP
        above = f()
        array[index] = value - STEP
        below = f()
        array[index] = value
        slopes[index] = (above - below) / (2 * STEP)
    return slopes


def relative_error(a: np.ndarray, n: np.ndarray) -> float:
    """Return max|a − n| / max(|a|∞, |n|∞), or 0 if both are 0.

    >>> relative_error(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    0.5
    """
    scale = max(np.abs(a).max(), np.abs(n).max())
    return float(np.abs(a - n).max() / scale) if scale else 0.0


def gradient_check(net: Network, x: ArrayLike, t: ArrayLike) -> dict[str, float]:
    """Return how far the gradient of backpropagation is from measured slopes, for each parameter array.

        error = max|a − n| / max(|a|∞, |n|∞)          a analytic, n numerical

    Parameters
    ----------
    net : Network; stays as it is, for a float64 copy is checked
    x, t : arrays as for `net.loss`; a few examples are enough, since each parameter costs two forward passes

    Returns
    -------
    dict of name → error; that of a right gradient is below 1e-6

    References
    ----------
    『ゼロから作るDeep Learning』, 5.7.3.

    Examples
    --------
    >>> from zeronet.nn.models import TwoLayerNet
    >>> errors = gradient_check(TwoLayerNet(3, 4, 2), np.eye(3), np.array([0, 1, 1]))
    >>> list(errors), max(errors.values()) < 1e-6
    (['W1', 'b1', 'W2', 'b2'], True)
    """
    net = net.astype(np.float64)
    analytic = net.gradient(x, t)
    return {
        name: relative_error(analytic[name], numerical_gradient(lambda: net.loss(x, t), array))
        for name, array in net.params.items()
    }
