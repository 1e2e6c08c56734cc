"""Ready-made networks of 『ゼロから作るDeep Learning』: TwoLayerNet (chapter 5) and MultiLayerNet (chapter 6)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike

from zeronet.nn.initializers import Initializer, Normal, initializer
from zeronet.nn.layers import ACTIVATIONS, Affine, Layer
from zeronet.nn.losses import Loss
from zeronet.nn.network import Network
from zeronet.nn.rng import checked_seed, stream


class TwoLayerNet(Network):
    """The book's two-layer network: affine – ReLU – affine, then softmax with cross-entropy.

        y = max(x W1 + b1, 0) W2 + b2          W ~ weight_init_std · N(0, 1), b = 0

    Parameters
    ----------
    input_size : int; numbers per example
    hidden_size : int; hidden units
    output_size : int; classes
    weight_init_std : float, ≥ 0, default 0.01; the standard deviation of the initial weights
    seed : int ≥ 0 or None, default 0; decides the initial weights; None draws one, kept in `net.seed`
    dtype : float type, default float32; of all parameters and of the computation

    Raises
    ------
    ValueError if a size is below 1, `weight_init_std` or `seed` is negative, or `dtype` is not a float type.

    References
    ----------
    『ゼロから作るDeep Learning』, 5.7.2.

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
    ):
        seed = checked_seed(seed)
        layers = _stack([input_size, hidden_size, output_size], "relu", Normal(weight_init_std), seed)
        super().__init__(layers, dtype=dtype, seed=seed)


class MultiLayerNet(Network):
    """Any number of affine layers with an activation between them, then a loss.

        y = f(… f(x W1 + b1) …) WL + bL          f, the activation

    Parameters
    ----------
    input_size : int; numbers per example
    hidden_sizes : sequence of int; hidden units, layer by layer
    output_size : int; classes, or outputs
    activation : "relu", "sigmoid" or "tanh", default "relu"
    weight_init : "he", "xavier" or float ≥ 0, default "he"; a number is the standard deviation of the initial weights
    seed, dtype : as in TwoLayerNet
    loss_function : Loss, default SoftmaxCrossEntropy()

    Raises
    ------
    ValueError if a size is below 1, `activation` or `weight_init` is none of these, `seed` is negative, or `dtype` is
    not a float type.

    References
    ----------
    『ゼロから作るDeep Learning』, 6.1.7, compares optimizers on MultiLayerNet(784, [100, 100, 100, 100], 10).

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
    ):
        seed = checked_seed(seed)
        layers = _stack([input_size, *hidden_sizes, output_size], activation, initializer(weight_init), seed)
        super().__init__(layers, loss_function, dtype, seed)


def _stack(sizes: Sequence[int], activation: str, init: Initializer, seed: int) -> list[Layer]:
    """Return affine layers of these sizes with activations between them."""
    if str(activation).lower() not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, not {activation!r}")
    rng = stream(seed, "weights")
    layers: list[Layer] = []
    for rows, columns in pairwise(sizes):
        layers += [Affine(rows, columns, init, rng), ACTIVATIONS[activation.lower()]()]
    return layers[:-1]
