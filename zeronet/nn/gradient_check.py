"""Is a gradient right? Compare it with measured slopes."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_array
from zeronet.nn.network import Network

STEP = 1e-5  # rounding and curvature disturb float64 slopes least about here
STEP32 = 1e-2  # and float32 slopes here


def numerical_gradient(f: Callable[..., Any], array: Any) -> np.ndarray:
    """Measure ∂f/∂array with central differences.

        ∂f/∂a ≈ (f(a + ε) − f(a − ε)) / 2ε          ε = 1e-5, or 0.01 max(1, |a|) in float32

    Parameters
    ----------
    f : function of one argument, the array, as in the book; or of none, if it reads `array` itself
    array : array or list of real numbers, any shape; a function of no argument needs a float32 or float64 array, which
        is changed in place element by element, and restored; another function gets a float64 copy

    Returns
    -------
    array of float64, of the shape of `array`

    Raises
    ------
    ValueError if `array` holds no real numbers, or a function of no argument reads an array of another type, or the
    value of `f` is not one real number.

    References
    ----------
    『ゼロから作るDeep Learning』, 4.3.

    Examples
    --------
    >>> x = np.array([3.0, 4.0])
    >>> numerical_gradient(lambda: float((x**2).sum()), x).round(6)
    array([6., 8.])
    """
    given, array = array, checked_array("array", array)
    if _takes_an_argument(f):
        place = np.array(array, np.float64)
        return numerical_gradient(lambda: f(place), place)
    if given is not array or array.dtype not in (np.float32, np.float64):
        raise UserError(
            f"array must be an array of float32 or float64, not {getattr(given, 'dtype', type(given).__name__)}: "
            "no small step can be added to others. Give an f(array) with an argument, or array.astype(float)"
        )
    slopes = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        value = array[index]
        step = STEP if array.dtype == np.float64 else STEP32 * max(1.0, abs(float(value)))
        try:
            array[index] = value + step
            width, above = float(array[index]), _real(f())
            array[index] = value - step
            width, below = width - float(array[index]), _real(f())  # not 2 ε in float32: it rounds a ± ε
        finally:
            array[index] = value
        slopes[index] = (above - below) / (2 * STEP if array.dtype == np.float64 else width)
    return slopes


def _takes_an_argument(f: Callable[..., Any]) -> bool:
    try:
        inspect.signature(f).bind()
    except (TypeError, ValueError):  # ValueError: a built-in function, which has no signature
        return True
    return False


def _real(value: Any) -> float:
    """Return the value of f as a float."""
    value = np.asarray(value)
    if value.size != 1 or value.dtype.kind not in "fiub":
        raise UserError(f"f must return one real number, not {value.dtype} of shape {value.shape}")
    return float(value.reshape(()))


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
