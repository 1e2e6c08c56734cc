"""The affine layer: every output is a weighted sum of all inputs, plus a bias."""

from typing import Any

import numpy as np

from zeronet.nn.initializers import He, Initializer
from zeronet.nn.layers.base import Layer


class Affine(Layer):
    """Weigh and add: y = x W + b. Also called Linear, Dense, fully connected.

        y = x W + b                  x (N, D), W (D, M), b (M,), y (N, M)
        ∂L/∂W = xᵀ ∂L/∂y    ∂L/∂b = Σ over the batch of ∂L/∂y    ∂L/∂x = ∂L/∂y Wᵀ

    input_size is D and output_size is M; init draws W (He() by default) from the generator rng (None: a fresh one); b
    starts at 0. Raises ValueError for a size below 1. (『ゼロから作るDeep Learning』, 5.6; torch.nn.Linear keeps Wᵀ
    instead.)

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
        if input_size < 1 or output_size < 1:
            raise ValueError(f"an affine layer needs sizes of at least 1, not {input_size} and {output_size}")
        self.input_size, self.output_size = int(input_size), int(output_size)
        self.W = (init or He())(rng or np.random.default_rng(), (input_size, output_size))
        self.b = np.zeros(output_size)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments that build this layer again."""
        return {"input_size": self.input_size, "output_size": self.output_size}

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return x W + b."""
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Fill dW and db; return ∂L/∂x."""
        np.matmul(self.x.T, dy, out=self.dW)  # ∂L/∂W = xᵀ ∂L/∂y
        dy.sum(axis=0, out=self.db)  # ∂L/∂b = Σ over the batch
        return dy @ self.W.T if self.input_grad else None
