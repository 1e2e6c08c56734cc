"""The convolution layer: the same small filters at every place of a picture."""

import numpy as np

from zeronet.common.validation import checked_integer
from zeronet.nn.initializers import He, Initializer
from zeronet.nn.layers.base import Layer, Shape
from zeronet.nn.layers.windows import Pair, checked_pair, col2im, im2col, windows_shape


class Convolution(Layer):
    """Weigh the pixels of a small window with a filter, at every place of a picture. Also called Conv2D.

        Y = Wᵀ X + b                 X = im2col(x) (C·FH·FW, N·OH·OW), W (C·FH·FW, FN), b (FN,)
        ∂L/∂W = X ∂L/∂Yᵀ    ∂L/∂b = Σ over batch and places of ∂L/∂Y    ∂L/∂x = col2im(W ∂L/∂Y)

    x (N, C, H, W), pictures; y (N, FN, OH, OW), with OH = (H + 2P − FH)/S + 1, S = stride, P = padding. The filters are
    the columns of one matrix, so that optimizers and initial weights treat it as that of an affine layer.

    Parameters
    ----------
    input_channels, output_channels : int, ≥ 1; C and FN, the number of filters
    filter_size : int ≥ 1, or pair of them; FH and FW, pixels
    stride : int, ≥ 1, default 1; pixels from one window to the next
    padding : int, ≥ 0, default 0; zeros on each side of the picture
    init : Initializer, default He(); draws W for fan-in C·FH·FW; b starts at 0
    rng : numpy Generator, default a fresh one; what `init` draws from

    Raises
    ------
    ValueError if a size is none of these; in `forward`, if pictures have other channels or are smaller than a filter,
    or the windows do not end at their border: PyTorch and Keras ignore the rest.

    References
    ----------
    『ゼロから作るDeep Learning』, 7.2 and 7.4.

    Examples
    --------
    >>> layer = Convolution(1, 1, filter_size=2)
    >>> layer.W = [[1.0], [10.0], [100.0], [1000.0]]
    >>> layer.filters[0, 0]
    array([[   1.,   10.],
           [ 100., 1000.]])
    >>> layer.forward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    array([[[[4321.]]]])
    >>> layer.backward(np.array([[[[1.0]]]]))
    array([[[[   1.,   10.],
             [ 100., 1000.]]]])
    """

    param_names = ("W", "b")

    def __init__(
        self,
        input_channels: int,
        output_channels: int,
        filter_size: int | Pair,
        stride: int = 1,
        padding: int = 0,
        init: Initializer | None = None,
        rng: np.random.Generator | None = None,
    ):
        self.input_channels = checked_integer("input_channels", input_channels)
        self.output_channels = checked_integer("output_channels", output_channels)
        self.filter_size = checked_pair("filter_size", filter_size)
        self.stride, self.padding = checked_integer("stride", stride), checked_integer("padding", padding, least=0)
        rows = self.input_channels * self.filter_size[0] * self.filter_size[1]
        self.W = (init or He())(rng or np.random.default_rng(), (rows, self.output_channels), rows)
        self.b = np.zeros(self.output_channels)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    @property
    def filters(self) -> np.ndarray:
        """W as the book and PyTorch have it: a view (FN, C, FH, FW)."""
        return self.W.T.reshape(self.output_channels, self.input_channels, *self.filter_size)

    def output_shape(self, shape: Shape) -> Shape:
        """Return (FN, OH, OW) for pictures (C, H, W)."""
        places = windows_shape(shape, self.filter_size, self.stride, self.padding)
        if shape[0] != self.input_channels:
            raise ValueError(f"takes pictures of {self.input_channels} channels, but gets {shape[0]}")
        return (self.output_channels, *places)

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return the products of all filters with all windows."""
        channels, *places = self.checked_output_shape(x)
        self.shape, self.columns = x.shape, im2col(x, self.filter_size, self.stride, self.padding)
        y = self.W.T @ self.columns
        y += self.b[:, None]
        return y.reshape(channels, len(x), *places).transpose(1, 0, 2, 3)

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Fill dW and db; return ∂L/∂x."""
        n, places = len(dy), dy.shape[2] * dy.shape[3]
        dy = dy.transpose(1, 0, 2, 3).reshape(self.output_channels, n * places)
        X = self.columns.reshape(len(self.W), n, places).transpose(1, 0, 2)  # (N, C·FH·FW, OH·OW)
        dY = dy.reshape(self.output_channels, n, places).transpose(1, 2, 0)  # (N, OH·OW, FN)
        (X @ dY).sum(axis=0, out=self.dW)  # ∂L/∂W = Σ X ∂L/∂Yᵀ over the pictures: faster than one long product
        dy.sum(axis=1, out=self.db)  # ∂L/∂b = Σ over batch and places
        if not self.input_grad:
            return None
        return col2im(self.W @ dy, self.shape, self.filter_size, self.stride, self.padding)
