"""A door for readers of 『ゼロから作るDeep Learning』: the classes and functions of its code, under its names.

The book's scripts of chapters 4 to 8 run with only their imports renamed, and give its numbers where the random numbers
are the same:

    from common.layers import *                                from zeronet.book import *
    from common.multi_layer_net import MultiLayerNet     →     from zeronet.book import MultiLayerNet
    from dataset.mnist import load_mnist                       from zeronet.book import load_mnist

Everything is in float64, and draws from np.random, which the book does not seed: np.random.seed(0) before the first
network makes a run repeatable. Beyond these scripts, zeronet's own classes are faster, and their runs repeatable.

The reading order: functions, layers, networks, training.
"""

import numpy as np  # the book's scripts expect it of `from common.optimizer import *`

from zeronet.book.functions import (
    col2im,
    conv_output_size,
    cross_entropy_error,
    identity_function,
    im2col,
    load_mnist,
    numerical_gradient,
    numerical_gradient_2d,
    relu,
    relu_grad,
    shuffle_dataset,
    sigmoid,
    sigmoid_grad,
    smooth_curve,
    softmax,
    softmax_loss,
    step_function,
    sum_squared_error,
)
from zeronet.book.layers import (
    Affine,
    BatchNormalization,
    Convolution,
    Dropout,
    Pooling,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
)
from zeronet.book.networks import DeepConvNet, MultiLayerNet, MultiLayerNetExtend, SimpleConvNet, TwoLayerNet
from zeronet.book.training import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop, Trainer

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Affine",
    "BatchNormalization",
    "Convolution",
    "DeepConvNet",
    "Dropout",
    "Momentum",
    "MultiLayerNet",
    "MultiLayerNetExtend",
    "Nesterov",
    "Pooling",
    "RMSprop",
    "Relu",
    "Sigmoid",
    "SimpleConvNet",
    "SoftmaxWithLoss",
    "Trainer",
    "TwoLayerNet",
    "col2im",
    "conv_output_size",
    "cross_entropy_error",
    "identity_function",
    "im2col",
    "load_mnist",
    "np",
    "numerical_gradient",
    "numerical_gradient_2d",
    "relu",
    "relu_grad",
    "shuffle_dataset",
    "sigmoid",
    "sigmoid_grad",
    "smooth_curve",
    "softmax",
    "softmax_loss",
    "step_function",
    "sum_squared_error",
]
