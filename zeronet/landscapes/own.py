"""A function of one's own as a landscape, of one variable or of two."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.landscapes.base import Landscape
from zeronet.nn.gradient_check import numerical_gradient

ROOM = 0.15  # around the paths, as a share of their extent
MUCH_FARTHER = 3.0
FLATTEST = 1 / 3  # height over width of a domain


class OwnLandscape(Landscape):
    """A function f(x, y), or f(x), that optimizers can descend.

        slope = (f(x + ε, y) − f(x − ε, y)) / 2ε, … unless the function has a method gradient

    A function of x alone has the slope 0 along y. Its minima are not known. What is drawn of it follows from the paths
    on it (look_at), unless it has a domain.

    Parameters
    ----------
    function : function of one number, or of two
    start : number, or pair of numbers; default: the function's start, if it has one

    Raises
    ------
    UserError if there is no start, or it is not as many finite numbers as the function takes.

    Examples
    --------
    >>> f = OwnLandscape(lambda x: (x - 1) ** 2, start=3)
    >>> f.variables, f.start, float(f(3.0, 0.0)), [round(slope, 6) for slope in f.gradient(3.0, 0.0)]
    (1, (3.0, 0.0), 4.0, [4.0, 0.0])
    """

    def __init__(self, function: Callable[..., Any], start: Any = None):
        self.function, self.variables = function, _variables(function)
        name = getattr(function, "__name__", type(function).__name__)
        self.name = "f" if name == "<lambda>" else name
        self.equation = getattr(function, "equation", f"{self.name}({'x, y' if self.variables == 2 else 'x'})")
        start = getattr(function, "start", None) if start is None else start
        self.start = _checked_start(self.name, start, self.variables)
        self.domain = getattr(function, "domain", ((-1.0, 1.0), (-1.0, 1.0)))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return f(x, y), or f(x), of numbers or arrays, even if the function takes numbers only."""
        arguments = (x, y)[: self.variables]
        if np.ndim(x) == 0:
            return self._value(*arguments)
        try:
            values = np.asarray(self.function(*arguments), np.float64)
        except (TypeError, ValueError):  # such as those of math take numbers only
            values = np.empty(0)
        return values if values.shape == np.shape(x) else np.vectorize(self._value, otypes=[np.float64])(*arguments)

    def _value(self, *arguments: Any) -> Any:
        try:
            return self.function(*arguments)
        except OverflowError:  # math.exp raises it far out, where NumPy's returns inf
            return np.inf

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (∂f/∂x, ∂f/∂y) of numbers: the function's own, or measured."""
        own = getattr(self.function, "gradient", None)
        if own is not None and self.variables == 2:
            return own(x, y)
        slopes = numerical_gradient(lambda place: self(*place), np.array([x, y], np.float64))
        return float(slopes[0]), float(slopes[1])

    def look_at(self, paths: Sequence[np.ndarray]) -> None:
        """Set the domain so that it shows the paths (n, 2), but those that go much farther than most."""
        if hasattr(self.function, "domain") or not len(paths):
            return
        ends = np.array([[np.min(path, axis=0), np.max(path, axis=0)] for path in paths])  # (k, 2, 2)
        sizes = (ends[:, 1] - ends[:, 0]).max(axis=1)
        shown = ends[sizes <= MUCH_FARTHER * np.sort(sizes)[(len(sizes) - 1) // 2]]
        low, high = shown[:, 0].min(axis=0), shown[:, 1].max(axis=0)
        size = np.maximum((high - low) * (1 + 2 * ROOM), 1e-3)
        size = np.maximum(size, FLATTEST * size.max()) if self.variables == 2 else size
        middle = (low + high) / 2
        (left, bottom), (right, top) = middle - size / 2, middle + size / 2
        self.domain = (float(left), float(right)), (float(bottom), float(top))


def _variables(function: Any) -> int:
    if not callable(function):
        raise UserError(f"{function!r} is no function of one or two variables")
    if isinstance(function, Landscape):
        return 2
    try:
        taken = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a built-in function
        return 1
    needed = [p for p in taken if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(needed) not in (1, 2):
        raise UserError(f"a function to descend takes one or two numbers, x and y, and this one {len(needed)}")
    return len(needed)


def _checked_start(name: str, start: Any, variables: int) -> tuple[float, float]:
    what = "a finite number, as in start=3" if variables == 1 else "two finite numbers, as in start=(-7, 2)"
    if start is None:
        raise UserError(f"{name} has no start: give {what}")
    try:
        place = np.asarray(start, np.float64).reshape(-1)
    except (TypeError, ValueError):
        place = np.empty(0)
    if len(place) != variables or not np.isfinite(place).all():
        raise UserError(f"the start of {name} must be {what}, not {start!r}")
    return float(place[0]), float(place[1]) if variables == 2 else 0.0
