"""Layers that change the shape of the examples and no number: rows become pictures, pictures become rows."""

import math

import numpy as np

from zeronet.common.validation import checked_integer
from zeronet.nn.layers.base import Layer, Shape


class Reshape(Layer):
    """Make pictures of rows: y (N, C, H, W) has the numbers of x (N, C·H·W).

    Images travel as rows from the file to the first layer, which this is in a network of convolutions.

    Parameters
    ----------
    channels, height, width : int, ≥ 1; C, H and W

    Raises
    ------
    ValueError if one of them is not an integer ≥ 1; in a network, if the rows have not C·H·W numbers.

    Examples
    --------
    >>> Reshape(1, 2, 3).forward(np.arange(6.0)[None])
    array([[[[0., 1., 2.],
             [3., 4., 5.]]]])
    """

    def __init__(self, channels: int, height: int, width: int):
        self.channels = checked_integer("channels", channels)
        self.height, self.width = checked_integer("height", height), checked_integer("width", width)
        self.input_size: int = self.channels * self.height * self.width
        self.output_size = self.input_size

    def output_shape(self, shape: Shape) -> Shape:
        """Return (C, H, W)."""
        super().output_shape(shape)
        return self.channels, self.height, self.width

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return the pictures."""
        return x.reshape(len(x), *self.checked_output_shape(x))

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return the gradient in rows."""
        return dy.reshape(len(dy), self.input_size)


class Flatten(Layer):
    """Make rows of pictures: y (N, C·H·W) has the numbers of x (N, C, H, W), or of any other shape.

    Examples
    --------
    >>> Flatten().forward(np.ones((2, 3, 4, 5))).shape
    (2, 60)
    """

    def output_shape(self, shape: Shape) -> Shape:
        """Return (C·H·W,)."""
        return (math.prod(shape),)

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return the rows."""
        self.shape = x.shape
        return x.reshape(len(x), *self.output_shape(x.shape[1:]))

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return the gradient in the shape of x."""
        return dy.reshape(self.shape)
