"""Activations: the nonlinearity between two affine layers, without which they would be one."""

import math

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import is_number
from zeronet.nn.layers.base import Layer

ROOT_2_OVER_PI = math.sqrt(2 / math.pi)


class ReLU(Layer):
    """Pass positive numbers and zero the others.

        y = max(x, 0)                ∂L/∂x = ∂L/∂y where x > 0, else 0

    x, y of any shape. The derivative at x = 0 is taken as 0, as in PyTorch and Keras.

    References
    ----------
    『ゼロから作るDeep Learning』, 5.5.1.

    Examples
    --------
    >>> layer = ReLU()
    >>> layer.forward(np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    >>> layer.backward(np.array([[5.0, 5.0]]))
    array([[0., 5.]])
    """

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return max(x, 0)."""
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y where x is positive, else 0."""
        return dy * (self.x > 0)


class LeakyReLU(Layer):
    """Pass positive numbers and shrink the others, so that no unit can stop learning.

        y = x where x > 0, else a x          ∂L/∂x = ∂L/∂y where x > 0, else a ∂L/∂y

    x, y of any shape.

    Parameters
    ----------
    slope : float, finite, default 0.01, as in PyTorch (Keras: 0.3); a

    Raises
    ------
    ValueError if `slope` is not a finite number.

    References
    ----------
    Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.

    Examples
    --------
    >>> layer = LeakyReLU(0.5)
    >>> layer.forward(np.array([[-4.0, 2.0]])), layer.backward(np.array([[1.0, 1.0]]))
    (array([[-2.,  2.]]), array([[0.5, 1. ]]))
    """

    def __init__(self, slope: float = 0.01):
        if not is_number(slope):
            raise UserError(f"slope must be a finite number, not {slope!r}")
        self.slope = float(slope)

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return x where it is positive, else a x."""
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y where x is positive, else a ∂L/∂y."""
        return np.where(self.x > 0, dy, self.slope * dy)


class GELU(Layer):
    """Weigh each number with the share of normal random numbers that lie below it.

        y = x (1 + tanh u)/2                 u = √(2/π) (x + 0.044715 x³)
        ∂L/∂x = ∂L/∂y ⊙ ((1 + tanh u)/2 + x (1 − tanh² u)/2 · √(2/π) (1 + 3 · 0.044715 x²))

    x, y of any shape. This is the paper's approximation of x Φ(x), Φ being the normal distribution function; they
    differ by less than 0.0005. PyTorch: GELU(approximate="tanh"); its default, and Keras's, is x Φ(x).

    References
    ----------
    Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)", 2016.

    Examples
    --------
    >>> GELU().forward(np.array([[-10.0, 0.0, 1.0, 10.0]])).round(4).tolist()  # Φ(1) = 0.8413
    [[-0.0, 0.0, 0.8412, 10.0]]
    """

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return x (1 + tanh u)/2."""
        self.x, self.tanh = x, np.tanh(ROOT_2_OVER_PI * x * (1 + 0.044715 * x * x))
        return x * (1 + self.tanh) / 2

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y times the derivative."""
        x, tanh = self.x, self.tanh
        slope = ROOT_2_OVER_PI * (1 + 3 * 0.044715 * x * x)
        return dy * (1 + tanh + x * (1 - tanh * tanh) * slope) / 2


class Sigmoid(Layer):
    """Squeeze every number into (0, 1).

        y = 1 / (1 + exp(−x)) = (1 + tanh(x/2)) / 2          ∂L/∂x = ∂L/∂y ⊙ y (1 − y)

    x, y of any shape. The form with tanh cannot overflow.

    References
    ----------
    『ゼロから作るDeep Learning』, 5.5.2.

    Examples
    --------
    >>> Sigmoid().forward(np.array([[-1000.0, 0.0, 1000.0]]))
    array([[0. , 0.5, 1. ]])
    """

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return 1 / (1 + exp(−x))."""
        self.y = (1 + np.tanh(x / 2)) / 2
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y ⊙ y (1 − y)."""
        return dy * self.y * (1 - self.y)


class Tanh(Layer):
    """Squeeze every number into (−1, 1).

        y = tanh(x)                  ∂L/∂x = ∂L/∂y ⊙ (1 − y²)

    x, y of any shape.

    Examples
    --------
    >>> layer = Tanh()
    >>> layer.forward(np.array([[0.0]])), layer.backward(np.array([[3.0]]))
    (array([[0.]]), array([[3.]]))
    """

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return tanh(x)."""
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y ⊙ (1 − y²)."""
        return dy * (1 - self.y * self.y)
