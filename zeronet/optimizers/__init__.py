"""Optimizers: each file is one equation. The book's six are here, the others in variants/.

base.py holds what they share, schedules.py learning rates that change, transforms.py clipping and weight decay, and
adapter.py makes any class with update(params, grads) usable in their place.
"""

from zeronet.optimizers.adagrad import AdaGrad
from zeronet.optimizers.adam import Adam
from zeronet.optimizers.adapter import Adapted, adapt
from zeronet.optimizers.base import Optimizer
from zeronet.optimizers.momentum import Momentum
from zeronet.optimizers.nesterov import Nesterov
from zeronet.optimizers.rmsprop import RMSProp
from zeronet.optimizers.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseSquareRoot,
    OneCycle,
    Polynomial,
    Step,
    Warmup,
)
from zeronet.optimizers.sgd import SGD
from zeronet.optimizers.transforms import L2, ClipNorm, ClipValue, Transform, WeightDecay
from zeronet.optimizers.variants.adabelief import AdaBelief
from zeronet.optimizers.variants.adadelta import AdaDelta
from zeronet.optimizers.variants.adamax import AdaMax
from zeronet.optimizers.variants.adamw import AdamW
from zeronet.optimizers.variants.adan import Adan
from zeronet.optimizers.variants.amsgrad import AMSGrad
from zeronet.optimizers.variants.centered_rmsprop import CenteredRMSProp
from zeronet.optimizers.variants.lamb import LAMB
from zeronet.optimizers.variants.lars import LARS
from zeronet.optimizers.variants.lion import Lion
from zeronet.optimizers.variants.muon import Muon
from zeronet.optimizers.variants.nadam import NAdam
from zeronet.optimizers.variants.prodigy import Prodigy
from zeronet.optimizers.variants.radam import RAdam
from zeronet.optimizers.variants.rmsprop_momentum import RMSPropMomentum
from zeronet.optimizers.variants.rprop import Rprop
from zeronet.optimizers.variants.schedule_free_adamw import ScheduleFreeAdamW
from zeronet.optimizers.variants.schedule_free_sgd import ScheduleFreeSGD
from zeronet.optimizers.variants.shampoo import Shampoo
from zeronet.optimizers.variants.sign_sgd import SignSGD
from zeronet.optimizers.variants.soap import SOAP
from zeronet.optimizers.variants.yogi import Yogi

# The optimizers come first, in order of increasing complexity: OPTIMIZERS keeps this order.
__all__ = [  # noqa: RUF022
    "SGD",  # straight downhill
    "SignSGD",  # only the direction counts
    "Momentum",  # a ball that rolls
    "Nesterov",  # a ball that looks ahead
    "AdaGrad",  # one step size per parameter
    "RMSProp",  # AdaGrad that forgets
    "CenteredRMSProp",  # RMSProp that subtracts the mean
    "RMSPropMomentum",  # RMSProp that rolls
    "AdaDelta",  # RMSProp that finds its own step size
    "Rprop",  # SignSGD whose steps grow while they agree
    "Adam",  # Momentum and RMSProp together
    "AdamW",  # Adam with decoupled weight decay
    "AdaMax",  # Adam that divides by the largest recent gradient
    "NAdam",  # Adam that looks ahead
    "RAdam",  # Adam that trusts its second moment only when it has seen enough
    "AMSGrad",  # Adam whose v̂ never falls
    "AdaBelief",  # Adam that takes long steps while gradients come as expected
    "Yogi",  # Adam whose second moment changes only a little at a time
    "Lion",  # SignSGD with momentum
    "Adan",  # Adam that looks ahead by the change of the gradient
    "ScheduleFreeSGD",  # SGD that is evaluated at its average
    "ScheduleFreeAdamW",  # AdamW that is evaluated at its average
    "Prodigy",  # Adam that measures how far it has to go
    "LARS",  # one step size per layer
    "LAMB",  # LARS with Adam's directions
    "Muon",  # momentum whose steps are equally long in every direction
    "Shampoo",  # AdaGrad for matrices
    "SOAP",  # Adam, in the directions that Shampoo finds
    "OPTIMIZERS",
    "Optimizer",
    "Adapted",
    "adapt",
    "Constant",
    "Step",
    "Exponential",
    "Polynomial",
    "Cosine",
    "OneCycle",
    "InverseSquareRoot",
    "Warmup",
    "Transform",
    "ClipValue",
    "ClipNorm",
    "L2",
    "WeightDecay",
]

OPTIMIZERS: dict[str, type[Optimizer]] = {name: globals()[name] for name in __all__[: __all__.index("OPTIMIZERS")]}
