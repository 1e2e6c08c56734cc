"""Activations: the nonlinearity between two affine layers, without which they would be one."""

import numpy as np

from zeronet.nn.layers.base import Layer


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
