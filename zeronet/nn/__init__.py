"""Layers, losses and networks.

The reading order: functions, rng, initializers, parameters, layers/, losses, network, models, gradient_check.
"""

from zeronet.nn.functions import log_sum_exp, softmax
from zeronet.nn.gradient_check import gradient_check
from zeronet.nn.initializers import He, Initializer, Normal, Xavier
from zeronet.nn.layers import Affine, Layer, ReLU, Sigmoid, Tanh
from zeronet.nn.losses import Loss, MeanSquaredError, SoftmaxCrossEntropy
from zeronet.nn.models import MultiLayerNet, TwoLayerNet
from zeronet.nn.network import Network, load
from zeronet.nn.parameters import Parameters
from zeronet.nn.rng import stream

__all__ = [
    "Affine",
    "He",
    "Initializer",
    "Layer",
    "Loss",
    "MeanSquaredError",
    "MultiLayerNet",
    "Network",
    "Normal",
    "Parameters",
    "ReLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "Tanh",
    "TwoLayerNet",
    "Xavier",
    "gradient_check",
    "load",
    "log_sum_exp",
    "softmax",
    "stream",
]
