"""The windows that convolutions and poolings slide over pictures, and im2col, which makes a matrix of them."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike

from zeronet.common.validation import checked_integer
from zeronet.nn.layers.base import Shape, shape_text

Pair = tuple[int, int]  # height, width


def checked_pair(name: str, size: Any) -> Pair:
    """Return (size, size), or size itself if it is a pair. Raises ValueError if these are not integers ≥ 1.

    >>> checked_pair("filter_size", 5), checked_pair("filter_size", (3, 1))
    ((5, 5), (3, 1))
    """
    height, width = size if isinstance(size, tuple | list) and len(size) == 2 else (size, size)
    return checked_integer(name, height), checked_integer(name, width)


def windows_shape(shape: Shape, size: Pair, stride: int, padding: int = 0) -> Pair:
    """Return how many windows fit below and beside each other on a picture: (H + 2P − FH)/S + 1, and so on.

    Raises ValueError if `shape` is not that of a picture (C, H, W), a window is larger than the picture, or the windows
    do not end at its border: the rest would be ignored.

    >>> windows_shape((1, 28, 28), (5, 5), stride=1), windows_shape((1, 28, 28), (4, 2), stride=2, padding=1)
    ((24, 24), (14, 15))
    """
    if len(shape) != 3:
        raise ValueError(f"takes pictures of shape (C, H, W), but gets {shape_text(shape)}: put a Reshape before it")
    number = []
    for length, window in zip(shape[1:], size, strict=True):
        rest = length + 2 * padding - window
        if rest < 0:
            padded = f" with padding {padding}" if padding else ""
            raise ValueError(f"has windows of {shape_text(size)}, but a picture of only {shape_text(shape)}{padded}")
        if rest % stride:
            raise ValueError(
                f"has windows of {shape_text(size)} that do not divide a picture of {shape_text(shape)}: "
                f"({length} + 2·{padding} − {window}) / {stride} is not whole"
            )
        number.append(rest // stride + 1)
    return number[0], number[1]


def windows(x: np.ndarray, size: Pair, stride: int) -> np.ndarray:
    """Return all windows of pictures x (N, C, H, W) as a view (N, C, OH, OW, FH, FW); what is assigned reaches x.

    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> windows(x, (2, 2), stride=1)[0, 0, 1, 0]
    array([[3., 4.],
           [6., 7.]])
    """
    return sliding_window_view(x, size, (2, 3), writeable=x.flags.writeable)[:, :, ::stride, ::stride]


def zeros(shape: Shape, padding: int, dtype: DTypeLike) -> np.ndarray:
    """Return pictures (N, C, H, W) = shape of zeros, with more of them on each side; in memory, channels come first."""
    n, channels, height, width = shape
    return np.zeros((channels, n, height + 2 * padding, width + 2 * padding), dtype).transpose(1, 0, 2, 3)


def without_padding(wide: np.ndarray, padding: int) -> np.ndarray:
    """Return the pictures inside the padding, as a view."""
    return wide[:, :, padding : wide.shape[2] - padding, padding : wide.shape[3] - padding]


def im2col(x: np.ndarray, size: Pair, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Return the windows of pictures x (N, C, H, W) as the columns of a matrix (C·FH·FW, N·OH·OW).

    The book's matrix (7.4.3) is the transposed one. This one is copied by rows of a picture: 3 to 5 times as fast.

    >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), (2, 2))
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    if padding:
        wide = zeros(x.shape, padding, x.dtype)
        without_padding(wide, padding)[...] = x
        x = wide
    view = windows(x, size, stride).transpose(1, 4, 5, 0, 2, 3)
    return view.reshape(x.shape[1] * size[0] * size[1], -1)  # the copy; without padding, the only one


def col2im(columns: np.ndarray, shape: Shape, size: Pair, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Return the pictures (N, C, H, W) = shape in which every pixel is the sum of the places that im2col copied it to.

    >>> col2im(np.ones((4, 4)), (1, 1, 3, 3), (2, 2))  # the middle pixel is in four windows
    array([[[[1., 2., 1.],
             [2., 4., 2.],
             [1., 2., 1.]]]])
    """
    wide = zeros(shape, padding, columns.dtype)
    view = windows(wide, size, stride)
    n, channels, below, beside = view.shape[:4]
    parts = columns.reshape(channels, *size, n, below, beside)
    for i, j in np.ndindex(*size):
        view[..., i, j] += parts[:, i, j].transpose(1, 0, 2, 3)
    return without_padding(wide, padding)
