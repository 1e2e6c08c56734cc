"""Is a gradient right? Compare it with measured slopes."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_array
from zeronet.nn.network import Network
from zeronet.nn.rng import stream

STEP = 1e-5  # rounding and curvature disturb float64 slopes least about here
STEPS = {np.dtype(np.float64): (STEP, 2.0**-32), np.dtype(np.float32): (1e-2, 2.0**-13)}  # least, relative to |a|
RIGHT = 1e-6  # the error of a right gradient is below this
NOISE = 4  # how many times its rounding a loss may be off


def numerical_gradient(f: Callable[..., Any], array: Any) -> np.ndarray:
    """Measure ∂f/∂array with central differences.

        ∂f/∂a ≈ (f(a + ε) − f(a − ε)) / 2ε          ε = 1e-5, 0.01 in float32, more if |a| is large

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
    if not array.flags.writeable:
        raise UserError("array is read-only, and f reads it: give an f(array) with an argument, or array.copy()")
    slopes, (least, relative) = np.empty(array.shape), STEPS[array.dtype]
    for index in np.ndindex(array.shape):
        value = array[index]
        step = max(least, relative * abs(float(value)))
        try:
            array[index] = value + step
            width, above = float(array[index]), real_number(f())
            array[index] = value - step
            width, below = width - float(array[index]), real_number(f())  # not 2 ε: a ± ε is rounded
        finally:
            array[index] = value
        slopes[index] = (above - below) / width
    return slopes


def _takes_an_argument(f: Callable[..., Any]) -> bool:
    try:
        inspect.signature(f).bind()
    except (TypeError, ValueError):  # ValueError: a built-in function, which has no signature
        return True
    return False


def real_number(value: Any) -> float:
    """Return the value of a function as a float. Raises ValueError if it is complex or several numbers."""
    value = np.asarray(value)
    if value.size != 1 or value.dtype.kind not in "fiub":
        raise UserError(f"f must return one real number, not {value.dtype} of shape {value.shape}")
    return float(value.reshape(()))


def relative_error(a: np.ndarray, n: np.ndarray) -> float:
    """Return max|a − n| / max(|a|∞, |n|∞), or 0 if both are 0.

    >>> relative_error(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    0.5
    """
    a, n = np.asarray(a), np.asarray(n)
    scale = max(_largest(a), _largest(n))
    return _largest(a - n) / scale if scale else 0.0


class GradientErrors(dict[str, float]):
    """Name of a parameter array → error of its gradient; verdicts has the same names → what it means.

    A verdict is "right", "wrong by 0.5", or "not measurable: …" with the reason. Not measurable are slopes that are
    lost in the rounding of the loss, and those at a kink of the loss, such as a ReLU whose input is 0.
    """

    def __init__(self, errors: Mapping[str, float], verdicts: Mapping[str, str]):
        super().__init__(errors)
        self.verdicts = dict(verdicts)


def gradient_check(net: Network, x: ArrayLike, t: ArrayLike) -> GradientErrors:
    """Return how far the gradient of backpropagation is from measured slopes, for each parameter array.

        error = max|a − n| / max(|a|∞, |n|∞)          a analytic, n numerical

    Both are those of a training step: batch normalization uses the batch, and dropout drops the same units each time.
    Differences that the rounding of the loss can explain count as 0, and slopes across a kink are measured again with
    smaller steps. At a kink itself the check moves all parameters a little, and leaves out what remains.

    Parameters
    ----------
    net : Network; stays as it is, for a float64 copy is checked
    x, t : arrays as for `net.loss`; a few examples are enough, since each parameter costs two forward passes

    Returns
    -------
    dict of name → error; that of a right gradient is below 1e-6. Its attribute `verdicts` says for each array whether
    it is right, wrong by so much, or not measurable and why.

    References
    ----------
    『ゼロから作るDeep Learning』, 5.7.3.

    Examples
    --------
    >>> from zeronet.nn.models import TwoLayerNet
    >>> errors = gradient_check(TwoLayerNet(3, 4, 2), np.eye(3), np.array([0, 1, 1]))
    >>> list(errors), max(errors.values()) < 1e-6
    (['W1', 'b1', 'W2', 'b2'], True)
    >>> errors.verdicts["W1"]
    'right'
    """
    net = net.astype(np.float64)
    x, t = checked_array("x", x), checked_array("t", t)
    rng = stream(0, "noise")
    first = results = _check_arrays(net, x, t)
    for distance in (1e-3, 1e-2, 1e-1):  # aside from kinks, by many steps; two that cancel look like a wrong gradient
        if all(error <= RIGHT and "kink" not in verdict for error, verdict in results.values()):
            break
        net.params.flat += distance * rng.standard_normal(net.params.flat.shape)
        results = _check_arrays(net, x, t)
        if not any("kink" in verdict for _, verdict in results.values()):
            break
    for name, (error, _) in results.items():
        if min(error, first[name][0]) > RIGHT:
            results[name] = first[name]  # at the parameters of the network itself
    return GradientErrors(
        {name: error for name, (error, _) in results.items()}, {name: v for name, (_, v) in results.items()}
    )


def _check_arrays(net: Network, x: Any, t: Any) -> dict[str, tuple[float, str]]:
    """Return name → error and verdict at the present parameters."""
    buffers = net.buffers.flat.copy()

    def prepare() -> None:
        net.buffers.flat = buffers
        for place, layer in enumerate(net.layers):
            if layer.random:
                layer.rng = stream(0, "layers", 0, place)

    def loss() -> float:
        prepare()
        return net.loss_function.forward(net.scores(x, train=True), t)

    prepare()
    analytic = net.gradient(x, t)
    here, rounding = loss(), _rounding(net, loss)
    if not np.isfinite(here):
        raise UserError(f"the loss is {here}: its gradient cannot be checked")
    results = {}
    for name, array in net.params.items():
        a, noise = analytic[name], NOISE * rounding / STEP
        n = numerical_gradient(loss, array)
        kinks = 0
        differs = ~(np.abs(a - n) <= max(noise, RIGHT / 10 * _largest(n)))
        for index in zip(*np.nonzero(differs), strict=True):
            n[index], at_kink = _closer_slope(loss, array, index, a[index], n[index], here, rounding)
            kinks += at_kink
        difference, size = _largest(a - n), max(_largest(a), _largest(n))
        error = difference / size if size else 0.0
        if error > RIGHT and difference <= noise:
            error = 0.0
        if not error <= RIGHT:
            verdict = f"wrong by {error:.2g}"
        elif kinks:
            verdict = f"not measurable: the loss has a kink at {kinks} of {array.size} numbers"
        elif size <= 100 * noise:
            verdict = f"not measurable: its slopes are below {100 * noise:.1g}, too close to the rounding of the loss"
        else:
            verdict = "right"
        results[name] = float(error), verdict
    net.buffers.flat = buffers
    return results


def _closer_slope(
    loss: Callable[[], float], array: np.ndarray, index: Any, a: float, n: float, here: float, rounding: float
) -> tuple[float, bool]:
    """Return the slope that smaller steps measure, and whether there is a kink; at a kink the slope is a."""
    value = array[index]
    below = above = n
    for step in (STEP / 10, STEP / 100):
        array[index] = value + step
        above = (loss() - here) / step
        array[index] = value - step
        below = (here - loss()) / step
        array[index] = value
        if abs((above + below) / 2 - a) <= NOISE * rounding / step + RIGHT / 10 * abs(a):
            return a, False
    jump = abs(above - below)  # at a kink as large as the slopes themselves, elsewhere ε f''
    at_kink = jump > 2 * NOISE * rounding / step and abs((above + below) / 2 - a) <= 2 * jump
    return (a, True) if at_kink else (n, False)


def _rounding(net: Network, loss: Callable[[], float]) -> float:
    """Return how much the rounding of parameters to float64 changes the loss, and at least that of the loss itself."""
    eps, rng, params = np.finfo(float).eps, stream(0, "noise", 1), net.params.flat.copy()
    here, changes = loss(), []
    for _ in range(8):
        net.params.flat = params * (1 + eps * rng.uniform(-1, 1, params.shape))
        changes.append(abs(loss() - here))
    net.params.flat = params
    return float(max(eps * abs(here), *changes))


def _largest(a: np.ndarray) -> float:
    return float(np.abs(a).max(initial=0))
