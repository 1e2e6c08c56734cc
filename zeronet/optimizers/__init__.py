"""Optimizers, simplest first. Each file is one equation; each cures something of the one before.

SGD        straight downhill
Momentum   a ball that rolls
Nesterov   a ball that looks ahead
AdaGrad    a step of its own for each parameter
RMSProp    AdaGrad that forgets
Adam       Momentum and RMSProp together
"""

from zeronet.optimizers.adagrad import AdaGrad
from zeronet.optimizers.adam import Adam
from zeronet.optimizers.adapter import Adapted, adapt
from zeronet.optimizers.base import Optimizer
from zeronet.optimizers.momentum import Momentum
from zeronet.optimizers.nesterov import Nesterov
from zeronet.optimizers.rmsprop import RMSProp
from zeronet.optimizers.sgd import SGD

OPTIMIZERS = {each.__name__: each for each in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam)}

__all__ = ["OPTIMIZERS", "SGD", "AdaGrad", "Adam", "Adapted", "Momentum", "Nesterov", "Optimizer", "RMSProp", "adapt"]
