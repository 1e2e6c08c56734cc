"""zeronet: a neural-network training framework to be read.

The reading order, folder by folder; each stands on those before it, and none looks ahead:

    1  nn/            layers, losses, networks of them; is a gradient right?
    2  optimizers/    one equation per file; schedules, clipping, weight decay
    3  training/      the loop, and what happens beside it
    4  landscapes/    functions of two variables, and the descent on them
    5  datasets/      where the numbers come from
    6  lab/           the laboratory: plans, runs, comparisons, searches, figures, the test bench
    7  cli/           the commands

Under all: common/ (errors, files, text) and locale/ (the words that people see).

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

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zeronet.version import __version__ as __version__

if TYPE_CHECKING:
    from zeronet.lab.comparison.run import compare
    from zeronet.lab.race.run import race
    from zeronet.landscapes import Landscape, descend
    from zeronet.nn import *
    from zeronet.optimizers import *
    from zeronet.training import *

# Where public names are looked for when they are first used: `import zeronet` alone costs nothing.
ROOMS = ("nn", "optimizers", "training", "landscapes", "datasets", "lab", "cli")
LABORATORY = {"compare": "zeronet.lab.comparison.run", "race": "zeronet.lab.race.run"}

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


def __getattr__(name: str) -> Any:
    if name in ROOMS:
        return import_module(f"zeronet.{name}")
    if name in __all__:
        rooms = [LABORATORY[name]] if name in LABORATORY else [f"zeronet.{room}" for room in ROOMS[:4]]
        found = next(module for module in map(import_module, rooms) if hasattr(module, name))
        return globals().setdefault(name, getattr(found, name))
    if not name.startswith("_") and (ours := import_module("zeronet.lab.specs.aliases").our_class(name, __all__)):
        raise AttributeError(f"zeronet has no {name}: here it is called {ours}")
    raise AttributeError(f"module 'zeronet' has no attribute {name!r}")
