"""Optimizers, simplest first. Each file is one equation; each cures something of the one before.

SGD                straight downhill
SignSGD            only the direction counts
Momentum           a ball that rolls
Nesterov           a ball that looks ahead
AdaGrad            a step of its own for each parameter
RMSProp            AdaGrad that forgets
CenteredRMSProp    RMSProp that subtracts the mean
RMSPropMomentum    RMSProp that rolls
AdaDelta           RMSProp that finds its own rate
Rprop              SignSGD whose steps grow while they agree
Adam               Momentum and RMSProp together
AdamW              Adam with a weight decay of its own
AdaMax             Adam that divides by the largest recent gradient
NAdam              Adam that looks ahead
RAdam              Adam that trusts its second moment only when it has seen enough
AMSGrad            Adam whose rates never grow
AdaBelief          Adam that goes far where gradients come as expected
Yogi               Adam whose second moment changes only a little at a time
Lion               SignSGD with momentum
Adan               Adam that looks ahead by the change of the gradient
ScheduleFreeSGD    SGD that is evaluated at its average
ScheduleFreeAdamW  AdamW that is evaluated at its average
Prodigy            Adam that measures how far it has to go
LARS               a step of its own for each layer
LAMB               LARS with Adam's directions
Muon               momentum whose steps are as long in every direction
Shampoo            AdaGrad for matrices
SOAP               Adam, in the directions that Shampoo finds
"""

from zeronet.optimizers.adabelief import AdaBelief
from zeronet.optimizers.adadelta import AdaDelta
from zeronet.optimizers.adagrad import AdaGrad
from zeronet.optimizers.adam import Adam
from zeronet.optimizers.adamax import AdaMax
from zeronet.optimizers.adamw import AdamW
from zeronet.optimizers.adan import Adan
from zeronet.optimizers.adapter import Adapted, adapt
from zeronet.optimizers.amsgrad import AMSGrad
from zeronet.optimizers.base import Optimizer
from zeronet.optimizers.centered_rmsprop import CenteredRMSProp
from zeronet.optimizers.lamb import LAMB
from zeronet.optimizers.lars import LARS
from zeronet.optimizers.lion import Lion
from zeronet.optimizers.momentum import Momentum
from zeronet.optimizers.muon import Muon
from zeronet.optimizers.nadam import NAdam
from zeronet.optimizers.nesterov import Nesterov
from zeronet.optimizers.prodigy import Prodigy
from zeronet.optimizers.radam import RAdam
from zeronet.optimizers.rmsprop import RMSProp
from zeronet.optimizers.rmsprop_momentum import RMSPropMomentum
from zeronet.optimizers.rprop import Rprop
from zeronet.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from zeronet.optimizers.schedule_free_sgd import ScheduleFreeSGD
from zeronet.optimizers.sgd import SGD
from zeronet.optimizers.shampoo import Shampoo
from zeronet.optimizers.sign_sgd import SignSGD
from zeronet.optimizers.soap import SOAP
from zeronet.optimizers.yogi import Yogi

# In order of increasing complexity.
OPTIMIZERS: dict[str, type[Optimizer]] = {
    each.__name__: each
    for each in (
        SGD,
        SignSGD,
        Momentum,
        Nesterov,
        AdaGrad,
        RMSProp,
        CenteredRMSProp,
        RMSPropMomentum,
        AdaDelta,
        Rprop,
        Adam,
        AdamW,
        AdaMax,
        NAdam,
        RAdam,
        AMSGrad,
        AdaBelief,
        Yogi,
        Lion,
        Adan,
        ScheduleFreeSGD,
        ScheduleFreeAdamW,
        Prodigy,
        LARS,
        LAMB,
        Muon,
        Shampoo,
        SOAP,
    )
}

__all__ = ["OPTIMIZERS", "Adapted", "Optimizer", "adapt", *OPTIMIZERS]
