"""zeronet: a neural-network training framework to be read.

The reading order; each file stands on those before it, and none looks ahead (under all: mistakes.py, which end in one
line, and language/, the words that people see):

     1  functions.py          softmax, log-sum-exp, labels
     2  streams.py            every random number has an address
     3  initializers.py       first weights
     4  parameters.py         many named arrays, one vector
     5  layers/               base, affine, activations
     6  losses.py             softmax with cross-entropy, squared error
     7  files.py, network.py, saving.py    layers in a row; TwoLayerNet, MultiLayerNet; to files and back
     8  gradient_check.py     is a gradient right?
     9  settings.py, optimizers/, schedules.py    ranges; one equation per file; rates that change
    10  transforms.py, transformed.py    clipping, weight decay
    11  float_environment.py  subnormal numbers, BLAS threads, freed memory
    12  trainer.py            the loop
    13  callbacks.py, inspection.py    what happens beside it; a microscope
    14  landscapes/, explanation.py    functions of two variables, descent on them; its first steps in numbers
    15  dialects/             optimizers exactly as the book, PyTorch, Keras and optax have them
    16  plugins.py, spec_text.py, assembly.py, specs.py, catalogue.py    names and settings ↔ optimizers
    17  problems.py           data, network, target
    18  comparison/           plan, run, store, execute, statistics; paths; split, tuning, verdict, report, resume
    19  plots/                figures, drawn from files
    20  experiment.py, tuned_experiment.py, ladder_experiment.py, path_experiment.py, many_problems.py    whole answers
    21  planning.py           from options to plans
    22  command.py            which of train.py's options go together
    23  check/                a test bench for one's own optimizer

What each optimizer cures, and what it still suffers from:

    optimizer          cures                                             still suffers from
    SGD                —                                                 zigzags across valleys; one rate for all
    SignSGD            the length of gradients: only signs count         never settles: each step is η long
    Momentum           zigzags: alternating steps cancel out             overshoots; one rate for all
    Nesterov           overshooting: looks ahead before it corrects      one rate for all
    AdaGrad            one rate for all: each parameter has its own      its rates shrink for ever
    RMSProp            shrinking: forgets gradients of long ago          a wild first step, η/√(1 − ρ); no momentum
    CenteredRMSProp    short steps where gradients agree                 steps explode where they do not vary
    RMSPropMomentum    no momentum                                       a wild first step, which rolls on
    AdaDelta           the rate: steps as long as recent steps           starts slowly, by its ε
    Rprop              the rate: steps grow and shrink by signs          wants the gradient of the whole data
    Adam               the wild first step, and has momentum             more to tune; tuned, a tie with RMSProp
    AdamW              uneven weight decay through Adam's gradient       one more number to tune
    AdaMax             the root and the square                           one outlier is remembered for long
    NAdam              Adam's overshooting: looks ahead                  as Adam
    RAdam              Adam's trust in its first few gradients           as Adam, later on
    AMSGrad            rates that grow again in Adam                     rates that never recover
    AdaBelief          short steps where gradients are as expected       its tiny ε matters
    Yogi               Adam's rates that leap up where gradients vanish  another rate and ε than Adam's
    Lion               Adam's second state                               never settles; wants a small rate
    Adan               Adam's overshooting: looks ahead by the change    four states, three βs
    ScheduleFreeSGD    the schedule: it averages instead                 is at another place than it is evaluated
    ScheduleFreeAdamW  the schedule, with a step for each parameter      the same
    Prodigy            the rate: estimates the distance to go            five vectors; may take too long steps
    LARS               large batches: steps in proportion to weights     needs a warm-up
    LAMB               the same, with Adam's steps                       the same
    Muon               matrices: makes all directions equally long       vectors need another optimizer
    Shampoo            one rate per direction of rows and columns        roots of matrices: slow
    SOAP               Adam in Shampoo's directions                      the same
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
from zeronet.optimizers import (
    LAMB,
    LARS,
    SGD,
    SOAP,
    AdaBelief,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    Adan,
    AMSGrad,
    CenteredRMSProp,
    Lion,
    Momentum,
    Muon,
    NAdam,
    Nesterov,
    Optimizer,
    Prodigy,
    RAdam,
    RMSProp,
    RMSPropMomentum,
    Rprop,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    Shampoo,
    SignSGD,
    Yogi,
)
from zeronet.parameters import Parameters
from zeronet.saving import load
from zeronet.schedules import Constant, Cosine, Exponential, InverseSquareRoot, OneCycle, Polynomial, Step, Warmup
from zeronet.streams import stream
from zeronet.trainer import Diverged, Trainer
from zeronet.transformed import Transformed
from zeronet.transforms import L2, ClipNorm, ClipValue, WeightDecay

__version__ = "0.1.0"

__all__ = [
    "L2",
    "LAMB",
    "LARS",
    "SGD",
    "SOAP",
    "AMSGrad",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "Adan",
    "Affine",
    "Callback",
    "CenteredRMSProp",
    "Checkpoint",
    "ClipNorm",
    "ClipValue",
    "Constant",
    "Cosine",
    "Diverged",
    "Evaluation",
    "Exponential",
    "He",
    "History",
    "Initializer",
    "InverseSquareRoot",
    "Landscape",
    "Layer",
    "Lion",
    "Log",
    "Loss",
    "MeanSquaredError",
    "Momentum",
    "MultiLayerNet",
    "Muon",
    "NAdam",
    "Nesterov",
    "Network",
    "Normal",
    "OneCycle",
    "Optimizer",
    "Parameters",
    "Polynomial",
    "Prodigy",
    "Progress",
    "RAdam",
    "RMSProp",
    "RMSPropMomentum",
    "ReLU",
    "Rprop",
    "ScheduleFreeAdamW",
    "ScheduleFreeSGD",
    "Shampoo",
    "Sigmoid",
    "SignSGD",
    "SoftmaxCrossEntropy",
    "Step",
    "Tanh",
    "Trainer",
    "Transformed",
    "TwoLayerNet",
    "Warmup",
    "WeightDecay",
    "Xavier",
    "Yogi",
    "compare",
    "descend",
    "gradient_check",
    "load",
    "log_sum_exp",
    "race",
    "softmax",
    "stream",
]

OTHERS_NAMES = {
    "RMSprop": "RMSProp",
    "Relu": "ReLU",
    "SoftmaxWithLoss": "SoftmaxCrossEntropy",
    "Adagrad": "AdaGrad",
    "Adadelta": "AdaDelta",
    "Adamax": "AdaMax",
}


def __getattr__(name: str) -> Any:
    if name in ("compare", "race"):  # imported when they are wanted: files, processes and figures take a while
        from zeronet import experiment, path_experiment

        return experiment.compare if name == "compare" else path_experiment.race
    if name in OTHERS_NAMES:
        raise AttributeError(f"zeronet has no {name}: here it is called {OTHERS_NAMES[name]}")
    raise AttributeError(f"module 'zeronet' has no attribute {name!r}")
