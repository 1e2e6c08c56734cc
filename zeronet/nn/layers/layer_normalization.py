"""Layer normalization: every example has mean 0 and variance 1 over its features, whatever else is in the batch."""

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer, is_number
from zeronet.nn.layers.base import Layer


class LayerNormalization(Layer):
    """Normalize each example over its features, then scale and shift each feature.

        x̂ = (x − μ) / √(σ² + ε)          y = γ x̂ + β          μ, σ² of the example; γ starts at 1, β at 0

        ∂L/∂γ = Σ ∂L/∂y x̂    ∂L/∂β = Σ ∂L/∂y                  sums over the batch
        ∂L/∂x = (g − mean(g) − x̂ mean(g x̂)) / √(σ² + ε)       g = γ ∂L/∂y; means over the features

    x, y (N, D). It computes the same in training and evaluation, and for a batch of one.

    Parameters
    ----------
    size : int, ≥ 1; D
    eps : float, > 0, default 1e-5, as in PyTorch; ε

    Raises
    ------
    ValueError if a parameter is none of these; in `forward`, if x has another shape.

    References
    ----------
    Ba, Kiros and Hinton, "Layer Normalization", 2016. PyTorch: LayerNorm.

    Examples
    --------
    >>> layer = LayerNormalization(2)
    >>> layer.forward(np.array([[1.0, 3.0], [10.0, 30.0]])).round(3).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """

    param_names = ("gamma", "beta")

    def __init__(self, size: int, eps: float = 1e-5):
        self.size = self.input_size = self.output_size = checked_integer("size", size)
        if not (is_number(eps) and eps > 0):
            raise UserError(f"eps must be positive, not {eps!r}")
        self.eps = float(eps)
        self.gamma, self.beta = np.ones(self.size), np.zeros(self.size)
        self.dgamma, self.dbeta = np.zeros_like(self.gamma), np.zeros_like(self.beta)

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return γ x̂ + β."""
        self.checked_output_shape(x)
        self.std = np.sqrt(x.var(axis=1, keepdims=True) + self.eps)
        self.x_hat = (x - x.mean(axis=1, keepdims=True)) / self.std
        return self.gamma * self.x_hat + self.beta

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Fill dgamma and dbeta; return ∂L/∂x."""
        self.dgamma, self.dbeta = (dy * self.x_hat).sum(axis=0), dy.sum(axis=0)
        g = self.gamma * dy
        mean, along = g.mean(axis=1, keepdims=True), (g * self.x_hat).mean(axis=1, keepdims=True)
        return (g - mean - self.x_hat * along) / self.std
