"""The landscapes, simplest first: a valley, a slope, and classic test functions of optimization.

The equations and minima are those of Surjanovic and Bingham, "Virtual Library of Simulation Experiments", and of the
papers cited below; the tests check each gradient by central differences. Squares are products, x * x: NumPy's x**2 of a
single number may differ from that of an array in its last digit.
"""

from typing import Any

import numpy as np

from zeronet.landscapes.base import Landscape

TAU = 2 * np.pi


class Valley(Landscape):
    """A long valley, twenty times as steep across as along.

        f = x²/20 + y²              ∇f = (x/10, 2y)

    Far out, −∇f points across the valley and not at the minimum (0, 0): gradient descent zigzags.
    (『ゼロから作るDeep Learning』, (6.2))

    >>> float(Valley()(-7.0, 2.0)), Valley().gradient(-7.0, 2.0)
    (6.45, (-0.7, 4.0))
    """

    equation = "x²/20 + y²"
    minima = np.array([[0.0, 0.0]])
    start = (-7.0, 2.0)
    domain = ((-10.0, 10.0), (-5.0, 5.0))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return x²/20 + y²."""
        return x * x / 20 + y * y

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (x/10, 2y)."""
        return x / 10, 2 * y


class Slope(Landscape):
    """A plane that falls for ever: on it AdaGrad's steps shrink as η/√t, while RMSProp's tend to η.

        f = x              ∇f = (1, 0)

    >>> float(Slope()(8.0, 5.0))
    8.0
    """

    equation = "x"
    start = (8.0, 0.0)
    domain = ((-10.0, 10.0), (-5.0, 5.0))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return x."""
        return x + 0 * y

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (1, 0)."""
        return np.ones_like(x, dtype=float), np.zeros_like(y, dtype=float)


class Rosenbrock(Landscape):
    """A banana-shaped valley: its floor is found at once, the minimum along it only slowly.

        f = (1 − x)² + 100 (y − x²)²

    Minimum (1, 1). (Rosenbrock, "An Automatic Method for Finding the Greatest or Least Value of a Function", 1960,
    with the start that it uses)

    >>> float(Rosenbrock()(-1.0, 1.0))  # (1 + 1)² on the floor of the valley
    4.0
    """

    equation = "(1 − x)² + 100 (y − x²)²"
    minima = np.array([[1.0, 1.0]])
    start = (-1.2, 1.0)
    domain = ((-2.0, 2.0), (-1.0, 3.0))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return (1 − x)² + 100 (y − x²)²."""
        a, b = 1 - x, y - x * x
        return a * a + 100 * b * b

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (−2 (1 − x) − 400 x (y − x²), 200 (y − x²))."""
        b = y - x * x
        return -2 * (1 - x) - 400 * x * b, 200 * b


class Beale(Landscape):
    """Flat plains with steep walls in their corners.

        f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²

    Minimum (3, 0.5). (Beale, "On an Iterative Method of Finding a Local Minimum of a Function of More than One
    Variable", 1958; start: Moré, Garbow and Hillstrom, "Testing Unconstrained Optimization Software", 1981)

    >>> float(Beale()(1.0, 1.0))  # 1.5² + 2.25² + 2.625²
    14.203125
    """

    equation = "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²"
    minima = np.array([[3.0, 0.5]])
    start = (1.0, 1.0)
    domain = ((-4.5, 4.5), (-4.5, 4.5))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return the sum of the three squares."""
        return sum(error * error for _, _, error in self._errors(x, y))

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return Σ 2 (c_k − x + xyᵏ) (yᵏ − 1, k x yᵏ⁻¹)."""
        errors = self._errors(x, y)
        along = sum(2 * error * (power * y - 1) for _, power, error in errors)
        return along, sum(2 * error * k * x * power for k, power, error in errors)

    @staticmethod
    def _errors(x: Any, y: Any) -> list[tuple[int, Any, Any]]:
        """Return k, yᵏ⁻¹ and c_k − x + xyᵏ for k = 1, 2, 3."""
        powers = 1, y, y * y
        return [(k, p, c - x + x * p * y) for k, p, c in zip((1, 2, 3), powers, (1.5, 2.25, 2.625), strict=True)]


class Himmelblau(Landscape):
    """Four minima, equally deep: which one is found depends on the path.

        f = (x² + y − 11)² + (x + y² − 7)²

    (Himmelblau, "Applied Nonlinear Programming", 1972)

    >>> float(Himmelblau()(3.0, 2.0))
    0.0
    """

    equation = "(x² + y − 11)² + (x + y² − 7)²"
    minima = np.array(
        [
            [3.0, 2.0],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.283185991286170],
            [3.584428340330492, -1.848126526964404],
        ]
    )
    start = (0.0, 0.0)
    domain = ((-6.0, 6.0), (-6.0, 6.0))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return (x² + y − 11)² + (x + y² − 7)²."""
        a, b = x * x + y - 11, x + y * y - 7
        return a * a + b * b

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (4x (x² + y − 11) + 2 (x + y² − 7), 2 (x² + y − 11) + 4y (x + y² − 7))."""
        a, b = x * x + y - 11, x + y * y - 7
        return 4 * x * a + 2 * b, 2 * a + 4 * y * b


class Branin(Landscape):
    """Three minima, equally deep, among gentle hills.

        f = (y − 5.1 x²/4π² + 5x/π − 6)² + 10 (1 − 1/8π) cos x + 10

    Minima (−π, 12.275), (π, 2.275), (3π, 2.475), where f = 10/8π. (Branin, "Widely Convergent Method for Finding
    Multiple Solutions of Simultaneous Nonlinear Equations", 1972)

    >>> round(float(Branin()(np.pi, 2.275)), 6)
    0.397887
    """

    equation = "(y − 5.1 x²/4π² + 5x/π − 6)² + 10 (1 − 1/8π) cos x + 10"
    minima = np.array([[-np.pi, 12.275], [np.pi, 2.275], [3 * np.pi, 2.475]])
    start = (6.0, 13.0)
    domain = ((-5.0, 10.0), (0.0, 15.0))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return a² + 10 (1 − 1/8π) cos x + 10."""
        a = self._a(x, y)
        return a * a + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (2a ∂a/∂x − 10 (1 − 1/8π) sin x, 2a)."""
        a, slope = self._a(x, y), 5 / np.pi - 10.2 * x / TAU**2
        return 2 * a * slope - 10 * (1 - 1 / (8 * np.pi)) * np.sin(x), 2 * a

    @staticmethod
    def _a(x: Any, y: Any) -> Any:
        return y - 5.1 * x * x / TAU**2 + 5 * x / np.pi - 6


class Rastrigin(Landscape):
    """A bowl full of local minima: the nearest one is a trap.

        f = 20 + x² + y² − 10 (cos 2πx + cos 2πy)

    Minimum (0, 0). (Rastrigin, "Systems of Extremal Control", 1974)

    >>> float(Rastrigin()(1.0, 0.0))  # nearly the bottom of the neighbouring local minimum
    1.0
    """

    equation = "20 + x² + y² − 10 (cos 2πx + cos 2πy)"
    minima = np.array([[0.0, 0.0]])
    start = (-3.3, 2.4)
    domain = ((-5.12, 5.12), (-5.12, 5.12))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return 20 + x² + y² − 10 (cos 2πx + cos 2πy)."""
        return 20 + x * x + y * y - 10 * (np.cos(TAU * x) + np.cos(TAU * y))

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (2x + 20π sin 2πx, 2y + 20π sin 2πy)."""
        return 2 * x + 10 * TAU * np.sin(TAU * x), 2 * y + 10 * TAU * np.sin(TAU * y)


class Ackley(Landscape):
    """A rippled plain that falls into a sharp funnel.

        f = −20 exp(−0.2 r) − exp((cos 2πx + cos 2πy)/2) + 20 + e          r = √((x² + y²)/2)

    Minimum (0, 0), where f has a kink; the gradient there is taken as 0. (Ackley, "A Connectionist Machine for Genetic
    Hillclimbing", 1987)

    >>> round(float(Ackley()(0.0, 0.0)), 12)
    0.0
    """

    equation = "−20 exp(−0.2 √((x² + y²)/2)) − exp((cos 2πx + cos 2πy)/2) + 20 + e"
    minima = np.array([[0.0, 0.0]])
    start = (-3.3, 2.4)
    domain = ((-5.0, 5.0), (-5.0, 5.0))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return −20 exp(−0.2 r) − exp((cos 2πx + cos 2πy)/2) + 20 + e."""
        r = np.sqrt((x * x + y * y) / 2)
        return -20 * np.exp(-0.2 * r) - np.exp((np.cos(TAU * x) + np.cos(TAU * y)) / 2) + 20 + np.e

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (2 exp(−0.2 r) x/r + π sin(2πx) exp(…), the same with y)."""
        r = np.sqrt((x * x + y * y) / 2)
        funnel = 2 * np.exp(-0.2 * r) / np.where(r > 0, r, np.inf)
        ripples = np.pi * np.exp((np.cos(TAU * x) + np.cos(TAU * y)) / 2)
        return funnel * x + ripples * np.sin(TAU * x), funnel * y + ripples * np.sin(TAU * y)


class Saddle(Landscape):
    """A pass between two heights: flat in its middle, and not bounded below.

        f = x² − y²              ∇f = (2x, −2y)

    The start is almost on the ridge: optimizers that multiply gradients leave it slowly, those that divide by their
    size at once.

    >>> Saddle().gradient(1.0, 3.0)
    (2.0, -6.0)
    """

    equation = "x² − y²"
    start = (2.0, 0.001)
    domain = ((-3.0, 3.0), (-3.0, 3.0))

    def __call__(self, x: Any, y: Any) -> Any:
        """Return x² − y²."""
        return x * x - y * y

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return (2x, −2y)."""
        return 2 * x, -2 * y
