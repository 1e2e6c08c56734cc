"""The layers of the book's common/layers.py: they are given their parameters, and share them with the caller."""

from typing import Any

import numpy as np

from zeronet import nn
from zeronet.book.functions import cross_entropy_error, targets_of
from zeronet.common.errors import UserError
from zeronet.nn.functions import softmax
from zeronet.nn.layers import ReLU as Relu
from zeronet.nn.layers import Sigmoid as Sigmoid
from zeronet.nn.layers.base import Shape
from zeronet.nn.layers.windows import col2im, im2col

__all__ = ["Affine", "BatchNormalization", "Convolution", "Dropout", "Pooling", "Relu", "Sigmoid", "SoftmaxWithLoss"]


class Affine:
    """zeronet's Affine, of given W (D, M) and b (M,); it takes pictures, too."""

    def __init__(self, W: np.ndarray, b: np.ndarray):
        self.W, self.b = W, b
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x W + b."""
        self.original_x_shape, self.x = x.shape, x.reshape(len(x), -1)
        return self.x @ self.W + self.b

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Set dW and db; return ∂L/∂x in the shape of x."""
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
        return (dout @ self.W.T).reshape(self.original_x_shape)


class SoftmaxWithLoss:
    """zeronet's SoftmaxCrossEntropy, with the book's loss log(p + 1e-7)."""

    def forward(self, x: np.ndarray, t: np.ndarray) -> float:
        """Return the mean cross-entropy of scores x against t, labels or one-hot rows."""
        self.y, self.t = softmax(x), t
        self.loss = cross_entropy_error(self.y, t)
        return self.loss

    def backward(self, dout: float = 1) -> np.ndarray:
        """Return (softmax(x) − onehot(t)) / N."""
        dx = self.y.copy()
        dx[np.arange(len(dx)), targets_of(self.y, self.t)] -= 1
        return dx / len(dx)


class Dropout:
    """The book's form of dropout: all numbers are scaled by 1 − ratio in evaluation, none in training."""

    def __init__(self, dropout_ratio: float = 0.5):
        self.dropout_ratio = dropout_ratio

    def forward(self, x: np.ndarray, train_flg: bool = True) -> np.ndarray:
        """Return x with some numbers zeroed, drawn from np.random, or scaled."""
        if not train_flg:
            return x * (1 - self.dropout_ratio)
        self.mask = np.random.rand(*x.shape) > self.dropout_ratio
        return x * self.mask

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Return ∂L/∂y where x was kept."""
        return dout * self.mask


class BatchNormalization(nn.BatchNormalization):
    """zeronet's BatchNormalization, of given gamma and beta (D,); each pixel of a picture is a feature of its own."""

    def __init__(
        self,
        gamma: np.ndarray,
        beta: np.ndarray,
        momentum: float = 0.9,
        running_mean: np.ndarray | None = None,
        running_var: np.ndarray | None = None,
    ):
        super().__init__(gamma.size, momentum)
        self.bind(gamma=gamma, beta=beta)
        if running_mean is not None and running_var is not None:
            self.running_mean, self.running_var = running_mean, running_var

    def forward(self, x: np.ndarray, train_flg: bool = True) -> np.ndarray:
        """Return γ x̂ + β."""
        return super().forward(x.reshape(len(x), -1), train_flg).reshape(x.shape)

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Set dgamma and dbeta; return ∂L/∂x."""
        self.bind(dgamma=np.empty_like(self.gamma), dbeta=np.empty_like(self.beta))  # as the book: new arrays
        return super().backward(dout.reshape(len(dout), -1)).reshape(dout.shape)

    def _check_batch(self, x: np.ndarray) -> None:
        """Take a batch of one, too: the book checks a gradient with it."""


class Convolution:
    """zeronet's Convolution, of given W (FN, C, FH, FW) and b (FN,); pixels that fill no window are ignored."""

    def __init__(self, W: np.ndarray, b: np.ndarray, stride: int = 1, pad: int = 0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the products of all filters with all windows."""
        size = self.W.shape[2:]
        below, beside = ((n + 2 * self.pad - f) // self.stride + 1 for n, f in zip(x.shape[2:], size, strict=True))
        self.shape, self.columns = x.shape, im2col(x, size, self.stride, self.pad)
        y = self.W.reshape(len(self.W), -1) @ self.columns + np.reshape(self.b, (-1, 1))
        return y.reshape(len(self.W), len(x), below, beside).transpose(1, 0, 2, 3)

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Set dW and db; return ∂L/∂x."""
        dy = dout.transpose(1, 0, 2, 3).reshape(len(self.W), -1)
        self.dW, self.db = (dy @ self.columns.T).reshape(self.W.shape), dy.sum(axis=1)
        columns = self.W.reshape(len(self.W), -1).T @ dy
        return col2im(columns, self.shape, self.W.shape[2:], self.stride, self.pad)


class Pooling(nn.MaxPooling):
    """zeronet's MaxPooling, with the book's arguments; pixels that fill no window are ignored."""

    def __init__(self, pool_h: int, pool_w: int, stride: int = 2, pad: int = 0):
        if pad:
            raise UserError(f"pad must be 0, not {pad}: the book's output size leaves it out")
        super().__init__((pool_h, pool_w), stride)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape for pictures (C, H, W), rounded down."""
        return (shape[0], *((n - f) // self.stride + 1 for n, f in zip(shape[1:], self.size, strict=True)))
