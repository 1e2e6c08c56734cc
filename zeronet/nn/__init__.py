"""Layers, losses and networks.

The reading order: functions, rng, initializers, parameters, layers/, losses, shapes, network, models, loading,
gradient_check.
"""

from zeronet.nn.functions import log_sum_exp, softmax
from zeronet.nn.gradient_check import gradient_check
from zeronet.nn.initializers import He, Initializer, Normal, Xavier
from zeronet.nn.layers import (
    GELU,
    Affine,
    AveragePooling,
    BatchNormalization,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    LayerNormalization,
    LeakyReLU,
    MaxPooling,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
    register_layer,
)
from zeronet.nn.loading import load
from zeronet.nn.losses import Loss, MeanSquaredError, SoftmaxCrossEntropy
from zeronet.nn.models import DeepConvNet, MultiLayerNet, SimpleConvNet, TwoLayerNet
from zeronet.nn.network import Network
from zeronet.nn.parameters import Parameters
from zeronet.nn.rng import stream

__all__ = [
    "GELU",
    "Affine",
    "AveragePooling",
    "BatchNormalization",
    "Convolution",
    "DeepConvNet",
    "Dropout",
    "Flatten",
    "He",
    "Initializer",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Loss",
    "MaxPooling",
    "MeanSquaredError",
    "MultiLayerNet",
    "Network",
    "Normal",
    "Parameters",
    "ReLU",
    "Reshape",
    "Sigmoid",
    "SimpleConvNet",
    "SoftmaxCrossEntropy",
    "Tanh",
    "TwoLayerNet",
    "Xavier",
    "gradient_check",
    "load",
    "log_sum_exp",
    "register_layer",
    "softmax",
    "stream",
]
