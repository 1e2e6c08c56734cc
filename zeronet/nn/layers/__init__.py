"""Layers. The reading order: base, affine, activations."""

from zeronet.nn.layers.activations import ReLU, Sigmoid, Tanh
from zeronet.nn.layers.affine import Affine
from zeronet.nn.layers.base import Layer

ACTIVATIONS = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}
LAYERS = {layer.__name__: layer for layer in (Affine, ReLU, Sigmoid, Tanh)}

__all__ = ["ACTIVATIONS", "LAYERS", "Affine", "Layer", "ReLU", "Sigmoid", "Tanh"]
