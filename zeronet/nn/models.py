"""Ready-made networks of 『ゼロから作るDeep Learning』.

TwoLayerNet (chapters 4 and 5), MultiLayerNet (6), SimpleConvNet (7), DeepConvNet (8).
"""

import inspect
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from zeronet.common.errors import UserError
from zeronet.nn.initializers import Initializer, Normal, initializer
from zeronet.nn.layers import (
    ACTIVATIONS,
    Affine,
    BatchNormalization,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    MaxPooling,
    ReLU,
    Reshape,
)
from zeronet.nn.layers.base import Shape
from zeronet.nn.losses import Loss
from zeronet.nn.network import Network
from zeronet.nn.rng import checked_seed, stream
from zeronet.nn.shapes import shapes_through

# The book's names of arguments → what they are here.
BOOK_NAMES = {
    "hidden_size_list": "hidden_sizes",
    "weight_init_std": "weight_init, a number, 'he' (the book's 'relu') or 'xavier' (its 'sigmoid')",
    "weight_decay_lambda": "the optimizer's: with_transforms(L2(…))",
    "use_batchnorm": "batch_norm",
    "use_dropout": "dropout, the ratio, or 0",
    "dropout_ration": "dropout",
    "input_dim": "image_shape",
    "conv_param": "filters, filter_size, stride and padding",
}


class _AnswersBookNames:
    """A class whose constructor answers the book's names of its arguments with ours."""

    def __new__(cls, *args: Any, **named: Any) -> Self:
        known = inspect.signature(cls.__init__).parameters
        for name in (name for name in named if name in BOOK_NAMES and name not in known):
            raise UserError(f"{cls.__name__} has no argument {name}: here it is {BOOK_NAMES[name]}")
        return super().__new__(cls)


class TwoLayerNet(_AnswersBookNames, Network):
    """The book's two-layer network: affine – activation – affine, then softmax with cross-entropy.

        y = f(x W1 + b1) W2 + b2               W ~ weight_init_std · N(0, 1), b = 0; f(a) = max(a, 0)

    Parameters
    ----------
    input_size : int; numbers per example
    hidden_size : int; hidden units
    output_size : int; classes
    weight_init_std : float, ≥ 0, default 0.01; the standard deviation of the initial weights
    seed : int ≥ 0 or None, default 0; decides the initial weights; None draws one, kept in `net.seed`
    dtype : float type, default float32; of all parameters and of the computation
    activation : "relu", "leaky_relu", "gelu", "sigmoid" or "tanh", default "relu"; f

    Raises
    ------
    ValueError if a size is below 1, `weight_init_std` or `seed` is negative, `dtype` is not a float type, or
    `activation` is none of these.

    References
    ----------
    『ゼロから作るDeep Learning』, 5.7.2; 4.5.1 has the sigmoid.

    Examples
    --------
    >>> net = TwoLayerNet(4, 3, 2, seed=0)
    >>> x, t = np.eye(4)[:2], np.array([0, 1])
    >>> round(net.loss_and_grad(x, t), 3)  # untrained, it guesses: ln 2
    0.693
    >>> net.grads["W2"].shape
    (3, 2)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        seed: int | None = 0,
        dtype: DTypeLike = np.float32,
        activation: str = "relu",
    ):
        seed = checked_seed(seed)
        layers = _stack([input_size, hidden_size, output_size], activation, Normal(weight_init_std), seed)
        super().__init__(layers, dtype=dtype, seed=seed)


class MultiLayerNet(_AnswersBookNames, Network):
    """Any number of affine layers with an activation between them, then a loss.

        y = f(… f(x W1 + b1) …) WL + bL          f, the activation

    With batch_norm, f(BatchNormalization(x W + b)); with dropout, Dropout(f(…)).

    Parameters
    ----------
    input_size : int; numbers per example
    hidden_sizes : sequence of int; hidden units, layer by layer
    output_size : int; classes, or outputs
    activation : "relu", "leaky_relu", "gelu", "sigmoid" or "tanh", default "relu"
    weight_init : "he", "xavier" or float ≥ 0, default "he"; a number is the standard deviation of the initial weights
    seed, dtype : as in TwoLayerNet
    loss_function : Loss, default SoftmaxCrossEntropy()
    batch_norm : bool, default False; whether there is a BatchNormalization before each activation
    dropout : float, 0 ≤ dropout < 1, default 0; the ratio of the Dropout behind each activation, if not 0

    Raises
    ------
    ValueError if a size is below 1, `activation` or `weight_init` is none of these, `seed` is negative, `dtype` is
    not a float type, or `dropout` is out of range.

    References
    ----------
    『ゼロから作るDeep Learning』, 6.1.7, compares optimizers on MultiLayerNet(784, [100, 100, 100, 100], 10). With
    batch normalization and dropout it is the book's MultiLayerNetExtend (6.3, 6.4).

    Examples
    --------
    >>> MultiLayerNet(784, [100, 50], 10).params
    Parameters(W1 (784, 100), b1 (100,), W2 (100, 50), b2 (50,), W3 (50, 10), b3 (10,); float32)
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: Sequence[int],
        output_size: int,
        activation: str = "relu",
        weight_init: str | float = "he",
        seed: int | None = 0,
        dtype: DTypeLike = np.float32,
        loss_function: Loss | None = None,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ):
        seed, init = checked_seed(seed), initializer(weight_init)
        layers = _stack([input_size, *hidden_sizes, output_size], activation, init, seed, batch_norm, dropout)
        super().__init__(layers, loss_function, dtype, seed)


class SimpleConvNet(_AnswersBookNames, Network):
    """The book's simple convolutional network: convolution – ReLU – pooling – affine – ReLU – affine.

    Parameters
    ----------
    image_shape : (C, H, W), default (1, 28, 28); of the images, which come as rows (N, C·H·W)
    filters, filter_size, stride, padding : int, default 30, 5, 1, 0; of the convolution
    hidden_size : int, default 100; hidden units of the first affine layer
    output_size : int, default 10; classes
    weight_init : "he", "xavier" or float ≥ 0, default 0.01
    seed, dtype : as in TwoLayerNet

    Raises
    ------
    ValueError if a size is below 1, the filters or the pooling of 2×2 pixels do not divide the image, `weight_init` or
    `seed` is none of these, or `dtype` is not a float type.

    References
    ----------
    『ゼロから作るDeep Learning』, 7.5, trains it with Adam(lr=0.001).

    Examples
    --------
    >>> print(SimpleConvNet().summary())
    layer          output  parameters  multiply-adds
    Reshape       1×28×28           0              0
    Convolution  30×24×24         780        432,000
    ReLU         30×24×24           0              0
    MaxPooling   30×12×12           0              0
    Flatten          4320           0              0
    Affine            100     432,100        432,000
    ReLU              100           0              0
    Affine             10       1,010          1,000
    total                     433,890        865,000
    """

    def __init__(
        self,
        image_shape: Shape = (1, 28, 28),
        filters: int = 30,
        filter_size: int = 5,
        stride: int = 1,
        padding: int = 0,
        hidden_size: int = 100,
        output_size: int = 10,
        weight_init: str | float = 0.01,
        seed: int | None = 0,
        dtype: DTypeLike = np.float32,
    ):
        seed, init = checked_seed(seed), initializer(weight_init)
        rng = stream(seed, "weights")
        layers: list[Layer] = [_pictures(image_shape)]
        layers += [Convolution(image_shape[0], filters, filter_size, stride, padding, init, rng), ReLU(), MaxPooling(2)]
        layers += [Flatten(), Affine(_numbers(layers), hidden_size, init, rng), ReLU()]
        layers += [Affine(hidden_size, output_size, init, rng)]
        super().__init__(layers, dtype=dtype, seed=seed)


class DeepConvNet(_AnswersBookNames, Network):
    """The book's deep convolutional network: three times two convolutions and a pooling, then two affine layers.

        conv 16 – conv 16 – pool – conv 32 – conv 32 – pool – conv 64 – conv 64 – pool – affine – affine

    Each but the last affine layer has a ReLU behind it; all convolutions have 3×3 pixels and padding 1, the fourth 2,
    which makes 28 pixels come out even; a Dropout follows each affine layer, the last as well, as in the book.

    Parameters
    ----------
    image_shape : (C, H, W), default (1, 28, 28); of the images, which come as rows (N, C·H·W)
    hidden_size : int, default 50; hidden units of the first affine layer
    output_size : int, default 10; classes
    dropout : float, 0 ≤ dropout < 1, default 0.5
    seed, dtype : as in TwoLayerNet; the initial weights are He's

    Raises
    ------
    ValueError if a size is below 1, the poolings of 2×2 pixels do not divide the image, `dropout` is out of range,
    `seed` is negative, or `dtype` is not a float type.

    References
    ----------
    『ゼロから作るDeep Learning』, 8.1.1.

    Examples
    --------
    >>> DeepConvNet()
    DeepConvNet(784 → 10, 22 layers, 123,552 parameters, float32)
    """

    def __init__(
        self,
        image_shape: Shape = (1, 28, 28),
        hidden_size: int = 50,
        output_size: int = 10,
        dropout: float = 0.5,
        seed: int | None = 0,
        dtype: DTypeLike = np.float32,
    ):
        seed, rng = checked_seed(seed), stream(checked_seed(seed), "weights")
        layers: list[Layer] = [_pictures(image_shape)]
        channels = image_shape[0]
        for filters, paddings in ((16, (1, 1)), (32, (1, 2)), (64, (1, 1))):
            for padding in paddings:
                layers += [Convolution(channels, filters, 3, padding=padding, rng=rng), ReLU()]
                channels = filters
            layers.append(MaxPooling(2))
        layers += [Flatten(), Affine(_numbers(layers), hidden_size, rng=rng), ReLU(), Dropout(dropout)]
        layers += [Affine(hidden_size, output_size, rng=rng), Dropout(dropout)]
        super().__init__(layers, dtype=dtype, seed=seed)


def _pictures(image_shape: Shape) -> Reshape:
    if not isinstance(image_shape, tuple | list) or len(image_shape) != 3:
        raise UserError(f"image_shape must be (channels, height, width), not {image_shape!r}")
    return Reshape(*image_shape)


def _numbers(layers: Sequence[Layer]) -> int:
    """Return how many numbers the last of these layers makes of an example."""
    shape = shapes_through(layers)[-1]
    return math.prod(shape) if shape else 0


def _stack(
    sizes: Sequence[int], activation: str, init: Initializer, seed: int, batch_norm: bool = False, dropout: float = 0.0
) -> list[Layer]:
    """Return affine layers of these sizes, and between them all that stands between two affine layers."""
    if str(activation).lower() not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, not {activation!r}")
    rng = stream(seed, "weights")
    layers: list[Layer] = [Affine(sizes[0], sizes[1], init, rng)]
    for rows, columns in pairwise(sizes[1:]):
        layers += [BatchNormalization(rows)] if batch_norm else []
        layers += [ACTIVATIONS[activation.lower()]()]
        layers += [Dropout(dropout)] if dropout else []
        layers += [Affine(rows, columns, init, rng)]
    return layers
