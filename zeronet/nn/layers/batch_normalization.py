"""Batch normalization: every feature has mean 0 and variance 1 over the batch, then a scale and a shift of its own."""

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer, is_number
from zeronet.nn.layers.base import Layer, Shape, shape_text


class BatchNormalization(Layer):
    """Normalize each feature over the batch, then scale and shift it.

        x̂ = (x − μ) / √(σ² + ε)          y = γ x̂ + β                         γ starts at 1, β at 0
        training:    μ, σ² = mean and variance over the batch
                     running mean ← ρ · running mean + (1 − ρ) μ             ρ = momentum; starts at 0
                     running var ← ρ · running var + (1 − ρ) σ²              starts at 0
        evaluation:  μ, σ² = running mean, running var

        ∂L/∂γ = Σ ∂L/∂y x̂    ∂L/∂β = Σ ∂L/∂y          sums and means over the batch; in training
        ∂L/∂x = γ / √(σ² + ε) · (∂L/∂y − mean(∂L/∂y) − x̂ mean(∂L/∂y x̂))

    x, y (N, D), or pictures (N, D, H, W), where a feature is a channel and "over the batch" is over batch and places.
    Before the first batch, evaluation only scales and shifts.
    ρ and ε = 10e-7 are the book's; it normalizes each pixel of a picture on its own. PyTorch's momentum is 1 − ρ, its ε
    1e-5; its running var starts at 1 and averages σ² N/(N − 1). Keras has ρ = 0.99, ε = 1e-3.

    Parameters
    ----------
    size : int, ≥ 1; D, features or channels
    momentum : float, 0 ≤ momentum < 1, default 0.9; ρ
    eps : float, > 0, default 1e-6; ε

    Raises
    ------
    ValueError if a parameter is none of these; in `forward`, if x has another size, or a training batch has one number
    for each feature, whose variance says nothing.

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
    2015, and 『ゼロから作るDeep Learning』, 6.3.

    Examples
    --------
    >>> layer = BatchNormalization(1)
    >>> layer.forward(np.array([[1.0], [3.0]]), train=True).round(3).tolist()  # μ = 2, σ² = 1
    [[-1.0], [1.0]]
    >>> layer.running_mean.round(3).tolist(), layer.running_var.round(3).tolist()
    ([0.2], [0.1])
    """

    param_names = ("gamma", "beta")
    buffer_names = ("running_mean", "running_var")

    def __init__(self, size: int, momentum: float = 0.9, eps: float = 10e-7):
        self.size = checked_integer("size", size)
        if not (is_number(momentum) and 0 <= momentum < 1):
            raise UserError(f"momentum must be at least 0 and below 1, not {momentum!r}")
        if not (is_number(eps) and eps > 0):
            raise UserError(f"eps must be positive, not {eps!r}")
        self.momentum, self.eps = float(momentum), float(eps)
        self.gamma, self.beta = np.ones(self.size), np.zeros(self.size)
        self.dgamma, self.dbeta = np.zeros_like(self.gamma), np.zeros_like(self.beta)
        self.running_mean, self.running_var = np.zeros(self.size), np.zeros(self.size)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the same shape."""
        if shape[:1] != (self.size,):
            raise ValueError(f"takes {self.size} features or channels, but gets {shape_text(shape)}")
        return shape

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return γ x̂ + β, with the mean and variance of this batch if train is True."""
        self.checked_output_shape(x)
        self.axes, self.train = (0, *range(2, x.ndim)), train
        if train:
            self._check_batch(x)
            mean = x.mean(self.axes)
            centred = x - self._across(mean, x)
            var = (centred * centred).mean(self.axes)  # x.var would subtract the mean once more
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            centred, var = x - self._across(self.running_mean, x), self.running_var
            if not var.any():  # before the first batch
                var = np.ones_like(var)
        self.std = np.sqrt(var + self.eps)
        self.x_hat = centred / self._across(self.std, x)
        return self._across(self.gamma, x) * self.x_hat + self._across(self.beta, x)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Fill dgamma and dbeta; return ∂L/∂x of the form that forward had."""
        self.dgamma, self.dbeta = (dy * self.x_hat).sum(self.axes), dy.sum(self.axes)
        dx = dy
        if self.train:
            n = dy.size // self.size
            dx = dy - self._across(self.dbeta / n, dy) - self.x_hat * self._across(self.dgamma / n, dy)
        return self._across(self.gamma / self.std, dy) * dx

    def _check_batch(self, x: np.ndarray) -> None:
        if x.size // self.size < 2:
            raise UserError(f"batch normalization needs batches of at least 2 examples to train on, not {len(x)}")

    def _across(self, feature: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return numbers of the features (D,) in a shape that meets x: (D,), or (D, 1, 1) for pictures."""
        return feature.reshape(-1, *(1,) * (x.ndim - 2))
