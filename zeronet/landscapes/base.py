"""What every landscape is: a function of two variables whose gradient and minima are known."""

from typing import Any

import numpy as np


class Landscape:
    """A function f(x, y) for optimizers to descend.

        height = f(x, y)              slope = f.gradient(x, y) = (∂f/∂x, ∂f/∂y)

    x and y are numbers, or arrays of one shape; height and both slopes have that shape, in float64. A subclass
    implements __call__ and gradient, and sets the four attributes.
    """

    variables = 2  # that f depends on
    equation: str  # f in plain Unicode
    minima: np.ndarray = np.empty((0, 2))  # (k, 2); none if f is not bounded below
    start: tuple[float, float]  # where a descent begins
    domain: tuple[tuple[float, float], tuple[float, float]]  # ((x from, x to), (y from, y to)), what is drawn

    def __call__(self, x: Any, y: Any) -> Any:
        """Return f(x, y)."""
        raise NotImplementedError(f"{type(self).__name__} must implement __call__(x, y)")

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (∂f/∂x, ∂f/∂y)."""
        raise NotImplementedError(f"{type(self).__name__} must implement gradient(x, y)")

    @property
    def lowest(self) -> float | None:
        """The value of f at its minima, or None if it is not bounded below."""
        return float(min(self(x, y) for x, y in self.minima)) if len(self.minima) else None
