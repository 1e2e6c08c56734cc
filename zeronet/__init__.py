"""zeronet: a neural-network training framework to be read.

The reading order; each file stands on those before it, and none looks ahead (under all: mistakes.py, one class, and
language.py, the words that people see):

     1  functions.py          softmax, log-sum-exp, labels
     2  streams.py            every random number has an address
     3  initializers.py       first weights
     4  parameters.py         many named arrays, one vector
     5  layers/               base, affine, activations
     6  losses.py             softmax with cross-entropy, squared error
     7  files.py, network.py, saving.py    layers in a row; TwoLayerNet, MultiLayerNet; to files and back
     8  gradient_check.py     is a gradient right?
     9  optimizers/           base, then one equation per file: sgd, momentum, nesterov, adagrad, rmsprop, adam
    10  float_environment.py  subnormal numbers, BLAS threads, freed memory
    11  trainer.py            the loop
    12  callbacks.py, inspection.py    what happens beside it; a microscope
    13  landscapes/, explanation.py    functions of two variables, descent on them; its first steps in numbers
    14  plugins.py, specs.py  names and settings ↔ optimizers
    15  problems.py           data, network, target
    16  comparison/           plan, run, store, execute, statistics; paths; split, tuning, verdict, report, resume
    17  plots/                figures, drawn from files
    18  experiment.py, tuned_experiment.py, path_experiment.py, many_problems.py    from a question to its answer
    19  command.py            from train.py's options to a plan

What each optimizer cures, and what it still suffers from:

    optimizer  cures                                             still suffers from
    SGD        —                                                 zigzags across valleys; one rate for all
    Momentum   zigzags: alternating steps cancel out             overshoots; one rate for all
    Nesterov   overshooting: looks ahead before it corrects      one rate for all
    AdaGrad    one rate for all: each parameter has its own      its rates shrink for ever
    RMSProp    shrinking: forgets gradients of long ago          a wild first step, η/√(1 − ρ); no momentum
    Adam       the wild first step, and has momentum             more to tune; not better once all are tuned
"""

from typing import Any

from zeronet.callbacks import Callback, Checkpoint, Evaluation, History, Log, Progress
from zeronet.functions import log_sum_exp, softmax
from zeronet.gradient_check import gradient_check
from zeronet.initializers import He, Initializer, Normal, Xavier
from zeronet.landscapes import Landscape, descend
from zeronet.layers import Affine, Layer, ReLU, Sigmoid, Tanh
from zeronet.losses import Loss, MeanSquaredError, SoftmaxCrossEntropy
from zeronet.network import MultiLayerNet, Network, TwoLayerNet
from zeronet.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSProp
from zeronet.parameters import Parameters
from zeronet.saving import load
from zeronet.streams import stream
from zeronet.trainer import Diverged, Trainer

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Affine",
    "Callback",
    "Checkpoint",
    "Diverged",
    "Evaluation",
    "He",
    "History",
    "Initializer",
    "Landscape",
    "Layer",
    "Log",
    "Loss",
    "MeanSquaredError",
    "Momentum",
    "MultiLayerNet",
    "Nesterov",
    "Network",
    "Normal",
    "Optimizer",
    "Parameters",
    "Progress",
    "RMSProp",
    "ReLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "Tanh",
    "Trainer",
    "TwoLayerNet",
    "Xavier",
    "compare",
    "descend",
    "gradient_check",
    "load",
    "log_sum_exp",
    "race",
    "softmax",
    "stream",
]

OTHERS_NAMES = {"RMSprop": "RMSProp", "Relu": "ReLU", "SoftmaxWithLoss": "SoftmaxCrossEntropy", "Adagrad": "AdaGrad"}


def __getattr__(name: str) -> Any:
    if name in ("compare", "race"):  # imported when they are wanted: files, processes and figures take a while
        from zeronet import experiment, path_experiment

        return experiment.compare if name == "compare" else path_experiment.race
    if name in OTHERS_NAMES:
        raise AttributeError(f"zeronet has no {name}: here it is called {OTHERS_NAMES[name]}")
    raise AttributeError(f"module 'zeronet' has no attribute {name!r}")
