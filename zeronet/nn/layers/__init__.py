"""Layers.

The reading order: base, affine, activations, dropout, batch_normalization, layer_normalization; and for pictures:
reshape, windows (im2col), convolution, pooling.
"""

from zeronet.nn.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from zeronet.nn.layers.affine import Affine
from zeronet.nn.layers.base import Layer
from zeronet.nn.layers.batch_normalization import BatchNormalization
from zeronet.nn.layers.convolution import Convolution
from zeronet.nn.layers.dropout import Dropout
from zeronet.nn.layers.layer_normalization import LayerNormalization
from zeronet.nn.layers.pooling import AveragePooling, MaxPooling
from zeronet.nn.layers.reshape import Flatten, Reshape

ACTIVATIONS = {"relu": ReLU, "leaky_relu": LeakyReLU, "gelu": GELU, "sigmoid": Sigmoid, "tanh": Tanh}
OURS = (Affine, *ACTIVATIONS.values(), BatchNormalization, LayerNormalization, Dropout)
OURS += (Reshape, Flatten, Convolution, MaxPooling, AveragePooling)
LAYERS: dict[str, type[Layer]] = {layer.__name__: layer for layer in OURS}  # those that can be saved

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "LAYERS",
    "Affine",
    "AveragePooling",
    "BatchNormalization",
    "Convolution",
    "Dropout",
    "Flatten",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPooling",
    "ReLU",
    "Reshape",
    "Sigmoid",
    "Tanh",
    "register_layer",
]


def register_layer(kind: type[Layer]) -> type[Layer]:
    """Let networks with this layer of your own be saved and loaded; returns it, so that it may stand as a decorator.

    A file has the name of the class and its settings: the arguments of __init__ that are numbers, strings or tuples.
    Whoever loads it registers the class first. A class that is defined again under its name takes its place.

    Raises
    ------
    ValueError if `kind` is not a subclass of Layer, or has the name of one of zeronet's layers.

    Examples
    --------
    >>> @register_layer
    ... class Double(Layer):
    ...     def forward(self, x, train=False):
    ...         return 2 * x
    ...
    ...     def backward(self, dy):
    ...         return 2 * dy
    >>> LAYERS.pop("Double") is Double
    True
    """
    if not (isinstance(kind, type) and issubclass(kind, Layer)):
        raise ValueError(f"only a subclass of Layer can be registered, not {kind!r}")
    if kind.__name__ in {ours.__name__ for ours in OURS}:
        raise ValueError(f"zeronet has a layer {kind.__name__}: give yours another name")
    LAYERS[kind.__name__] = kind
    return kind
