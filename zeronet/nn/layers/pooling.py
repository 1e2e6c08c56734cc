"""Pooling layers: a smaller picture, of one number for each window."""

from functools import reduce

import numpy as np

from zeronet.common.validation import checked_integer
from zeronet.nn.layers.base import Layer, Shape
from zeronet.nn.layers.windows import Pair, checked_pair, windows, windows_shape


class _Pooling(Layer):
    """What both have in common: windows (N, C, OH, OW) of size pixels, one for each number of y."""

    def __init__(self, size: int | Pair, stride: int | None = None):
        self.size = checked_pair("size", size)
        self.stride = checked_integer("stride", self.size[0] if stride is None else stride)

    def output_shape(self, shape: Shape) -> Shape:
        """Return (C, OH, OW) for pictures (C, H, W)."""
        return (*shape[:1], *windows_shape(shape, self.size, self.stride))


class MaxPooling(_Pooling):
    """Keep the largest pixel of each window.

        y = max over the window of x          ∂L/∂x = ∂L/∂y at the first largest pixel of each window, else 0

    x (N, C, H, W), pictures; y (N, C, OH, OW), with OH = (H − FH)/S + 1, S = stride. A pixel that is the largest of
    several windows gets the sum of their gradients. PyTorch, too, takes the first of equal pixels, row by row.

    Parameters
    ----------
    size : int ≥ 1, or pair of them; FH and FW, pixels
    stride : int, ≥ 1, default FH; pixels from one window to the next

    Raises
    ------
    ValueError if `size` or `stride` is none of these; in `forward`, if a picture is smaller than a window, or the
    windows do not end at its border: PyTorch and Keras ignore the rest.

    References
    ----------
    『ゼロから作るDeep Learning』, 7.3 and 7.4.4.

    Examples
    --------
    >>> layer = MaxPooling(2)
    >>> layer.forward(np.array([[[[1.0, 4.0], [3.0, 2.0]]]]))
    array([[[[4.]]]])
    >>> layer.backward(np.array([[[[5.0]]]]))
    array([[[[0., 5.],
             [0., 0.]]]])
    """

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return the largest pixels: those of the rows of a window, and the largest of these."""
        self.checked_output_shape(x)
        self.x, (height, width) = x, self.size
        self.row_max = reduce(np.maximum, _along_rows(x, width, self.stride))  # (N, C, H, OW)
        columns = _along_rows(self.row_max.swapaxes(2, 3), height, self.stride)
        self.y = reduce(np.maximum, columns).swapaxes(2, 3)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y at the first largest pixel of each window: in its first row that has one, the first."""
        height, width = self.size
        alike = np.empty_like(self.y, dy.dtype)  # dy as y lies in memory: half the time
        alike[...] = dy
        turned, turned_y = self.row_max.swapaxes(2, 3), self.y.swapaxes(2, 3)
        d_row_max = _to_first_largest(alike.swapaxes(2, 3), turned, turned_y, height, self.stride).swapaxes(2, 3)
        return _to_first_largest(d_row_max, self.x, self.row_max, width, self.stride)


def _along_rows(x: np.ndarray, size: int, stride: int) -> list[np.ndarray]:
    """Return views of x: the first number of every window along the last axis, the second, …"""
    stop = x.shape[-1] - size + 1
    return [x[..., k : k + stop : stride] for k in range(size)]


def _to_first_largest(dy: np.ndarray, x: np.ndarray, y: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Return ∂L/∂x of y = max over the windows of x along the last axis."""
    tiled = stride == size and x.shape[-1] == size * y.shape[-1]  # each number of x is in one window
    dx = (np.empty_like if tiled else np.zeros_like)(x, dy.dtype)
    searching = np.ones_like(y, bool)
    for k, (number, place) in enumerate(zip(_along_rows(x, size, stride), _along_rows(dx, size, stride), strict=True)):
        first = searching & (number == y) if k < size - 1 else searching  # the last, if no other
        searching = searching ^ first
        if tiled:
            np.multiply(dy, first, out=place)
        else:
            place += dy * first
    return dx


class AveragePooling(_Pooling):
    """Average the pixels of each window.

        y = mean over the window of x         ∂L/∂x = Σ over the windows of a pixel of ∂L/∂y / (FH·FW)

    x, y, parameters and errors as in MaxPooling.

    References
    ----------
    『ゼロから作るDeep Learning』, 7.3.

    Examples
    --------
    >>> layer = AveragePooling(2)
    >>> layer.forward(np.array([[[[1.0, 4.0], [3.0, 2.0]]]]))
    array([[[[2.5]]]])
    >>> layer.backward(np.array([[[[4.0]]]]))
    array([[[[1., 1.],
             [1., 1.]]]])
    """

    def pixels(self, x: np.ndarray) -> list[np.ndarray]:
        """Return views (N, C, OH, OW) of x: the first pixel of every window, the second, …, row by row."""
        view = windows(x, self.size, self.stride)
        return [view[..., i, j] for i, j in np.ndindex(*self.size)]

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return the means."""
        self.checked_output_shape(x)
        self.x = x
        pixels = self.pixels(x)
        return sum(pixels) / len(pixels)  # type: ignore[return-value]

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return to each pixel its share of ∂L/∂y."""
        dx = np.zeros_like(self.x, dy.dtype)
        places = self.pixels(dx)
        for place in places:
            place += dy / len(places)
        return dx
