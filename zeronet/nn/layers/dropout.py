"""Dropout: a network that cannot rely on any single unit."""

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import is_number
from zeronet.nn.layers.base import Layer


class Dropout(Layer):
    """Zero each number with probability p while training, and enlarge the others, so that the mean stays.

        y = x ⊙ m / (1 − p)          m = 1 with probability 1 − p, else 0; a new m for each batch
        ∂L/∂x = ∂L/∂y ⊙ m / (1 − p)

    x, y of any shape. In evaluation y = x. A Trainer draws m from its seed, the step and the layer's place, so that a
    resumed training drops the same units; a network alone draws from its own seed.
    The book multiplies by 1 − p in evaluation instead; the expectation is the same, up to that factor in both modes.

    Parameters
    ----------
    ratio : float, 0 ≤ ratio < 1, default 0.5; p

    Raises
    ------
    ValueError if `ratio` is not such a number: with 1, nothing would be left.

    References
    ----------
    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014, section 10, and
    『ゼロから作るDeep Learning』, 6.4.3.

    Examples
    --------
    >>> layer = Dropout(0.5)
    >>> layer.rng = np.random.default_rng(0)
    >>> layer.forward(np.array([[1.0, 2.0, 3.0]]), train=True)
    array([[2., 4., 6.]])
    >>> layer.forward(np.array([[1.0, 2.0, 3.0]]))
    array([[1., 2., 3.]])
    """

    random = True

    def __init__(self, ratio: float = 0.5):
        if not (is_number(ratio) and 0 <= ratio < 1):
            raise UserError(f"the ratio of dropout must be at least 0 and below 1, not {ratio!r}")
        self.ratio = float(ratio)

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return x with some numbers dropped if train is True, else x."""
        self.scale: np.ndarray | None = None
        if not train:
            return x
        if self.rng is None:
            self.rng = np.random.default_rng()
        kept = self.rng.random(x.shape, np.float32) >= self.ratio
        self.scale = kept.astype(x.dtype) / (1 - self.ratio)  # m / (1 − p)
        return x * self.scale

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y where x was kept, as enlarged as x was."""
        return dy if self.scale is None else dy * self.scale
