"""What every landscape is: a function of two variables whose slope and lowest places are known."""

from typing import Any

import numpy as np


class Landscape:
    """A function f(x, y) that optimizers go down on.

        height = f(x, y)              slope = f.gradient(x, y) = (∂f/∂x, ∂f/∂y)

    x, y: numbers, or arrays of one shape; height and both slopes have that shape, in float64. A subclass says f and
    gradient, and where to look: equation, as a reader writes it; minima, the lowest places (k, 2), none where f has
    no bottom; start, where a descent begins; domain, ((x from, x to), (y from, y to)), what is drawn.
    """

    equation: str
    minima: np.ndarray = np.empty((0, 2))
    start: tuple[float, float]
    domain: tuple[tuple[float, float], tuple[float, float]]

    def __call__(self, x: Any, y: Any) -> Any:
        """Return f(x, y)."""
        raise NotImplementedError(f"{type(self).__name__} must say __call__(x, y)")

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (∂f/∂x, ∂f/∂y)."""
        raise NotImplementedError(f"{type(self).__name__} must say gradient(x, y)")

    @property
    def lowest(self) -> float | None:
        """The value of f at its minima, or None where it has no bottom."""
        return float(min(self(x, y) for x, y in self.minima)) if len(self.minima) else None
