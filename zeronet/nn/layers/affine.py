"""The affine layer: every output is a weighted sum of all inputs, plus a bias."""

import numpy as np

from zeronet.common.validation import checked_integer
from zeronet.nn.initializers import He, Initializer
from zeronet.nn.layers.base import Layer


class Affine(Layer):
    """A weighted sum of all inputs for each output, plus a bias. Also called Linear, Dense, fully connected.

        y = x W + b                  x (N, D), W (D, M), b (M,), y (N, M)
        ∂L/∂W = xᵀ ∂L/∂y    ∂L/∂b = Σ over the batch of ∂L/∂y    ∂L/∂x = ∂L/∂y Wᵀ

    Parameters
    ----------
    input_size, output_size : int, ≥ 1; D and M
    init : Initializer, default He(); draws W; b starts at 0
    rng : numpy Generator, default a fresh one; what `init` draws from

    Raises
    ------
    ValueError if a size is not an integer ≥ 1.

    References
    ----------
    『ゼロから作るDeep Learning』, 5.6. PyTorch's Linear stores Wᵀ.

    Examples
    --------
    >>> layer = Affine(2, 1)
    >>> layer.W = [[1.0], [10.0]]
    >>> layer.forward(np.array([[3.0, 4.0]]))
    array([[43.]])
    >>> layer.backward(np.array([[1.0]]))
    array([[ 1., 10.]])
    >>> layer.dW.tolist(), layer.db.tolist()
    ([[3.0], [4.0]], [1.0])
    """

    param_names = ("W", "b")

    def __init__(
        self, input_size: int, output_size: int, init: Initializer | None = None, rng: np.random.Generator | None = None
    ):
        self.input_size = checked_integer("input_size", input_size)
        self.output_size = checked_integer("output_size", output_size)
        self.W = (init or He())(rng or np.random.default_rng(), (self.input_size, self.output_size), self.input_size)
        self.b = np.zeros(output_size)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return x W + b."""
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Fill dW and db; return ∂L/∂x."""
        np.matmul(self.x.T, dy, out=self.dW)  # ∂L/∂W = xᵀ ∂L/∂y
        dy.sum(axis=0, out=self.db)  # ∂L/∂b = Σ over the batch
        return dy @ self.W.T if self.input_grad else None
