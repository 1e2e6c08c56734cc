"""Optimizers exactly as the book and the libraries have them: why do my numbers differ from PyTorch's?

The classes of zeronet.optimizers are the textbook; a dialect is a small subclass with the defaults, the form and the
names of the book's code, PyTorch, Keras 3 or optax. On the command line a dialect is a setting, so that dialects meet
in one figure:

    python train.py --optimizer rmsprop torch=rmsprop:dialect=pytorch keras=rmsprop:dialect=keras
    zeronet dialects rmsprop        what tells them apart, and what it does on the valley
"""

from zeronet.lab.dialects.adagrad import BookAdaGrad, KerasAdaGrad, OptaxAdaGrad, PyTorchAdaGrad
from zeronet.lab.dialects.adam import BookAdam, KerasAdam, OptaxAdam, PyTorchAdam
from zeronet.lab.dialects.adamw import KerasAdamW, OptaxAdamW, PyTorchAdamW
from zeronet.lab.dialects.amsgrad import KerasAMSGrad, OptaxAMSGrad, PyTorchAMSGrad
from zeronet.lab.dialects.base import Dialect, LibraryNames
from zeronet.lab.dialects.momentum import BookMomentum, KerasMomentum, OptaxMomentum, PyTorchMomentum
from zeronet.lab.dialects.nadam import KerasNAdam, OptaxNAdam, PyTorchNAdam
from zeronet.lab.dialects.nesterov import BookNesterov, KerasNesterov, OptaxNesterov, PyTorchNesterov
from zeronet.lab.dialects.radam import OptaxRAdam, PyTorchRAdam
from zeronet.lab.dialects.rmsprop import BookRMSProp, KerasRMSProp, OptaxRMSProp, PyTorchRMSProp
from zeronet.lab.dialects.sgd import BookSGD, KerasSGD, OptaxSGD, PyTorchSGD
from zeronet.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    RAdam,
    RMSProp,
)

NAMES = ("book", "pytorch", "keras", "optax")
_EVERY: dict[type[Optimizer], tuple[type[Dialect] | None, ...]] = {  # None: it does not have this optimizer
    SGD: (BookSGD, PyTorchSGD, KerasSGD, OptaxSGD),
    Momentum: (BookMomentum, PyTorchMomentum, KerasMomentum, OptaxMomentum),
    Nesterov: (BookNesterov, PyTorchNesterov, KerasNesterov, OptaxNesterov),
    AdaGrad: (BookAdaGrad, PyTorchAdaGrad, KerasAdaGrad, OptaxAdaGrad),
    RMSProp: (BookRMSProp, PyTorchRMSProp, KerasRMSProp, OptaxRMSProp),
    Adam: (BookAdam, PyTorchAdam, KerasAdam, OptaxAdam),
    AdamW: (None, PyTorchAdamW, KerasAdamW, OptaxAdamW),
    NAdam: (None, PyTorchNAdam, KerasNAdam, OptaxNAdam),
    AMSGrad: (None, PyTorchAMSGrad, KerasAMSGrad, OptaxAMSGrad),
    RAdam: (None, PyTorchRAdam, None, OptaxRAdam),
}
DIALECTS: dict[type[Optimizer], dict[str, type[Dialect]]] = {
    ours: {name: cls for name, cls in zip(NAMES, theirs, strict=True) if cls} for ours, theirs in _EVERY.items()
}


def dialect_of(cls: type, name: str) -> type[Dialect]:
    """Return an optimizer's class in a dialect. Raises ValueError where it has none of this name.

    >>> dialect_of(RMSProp, "keras").says.call
    'keras.optimizers.RMSprop'
    """
    known = DIALECTS.get(cls, {})
    if str(name).lower() not in known:
        has = f"it has {', '.join(known)}" if known else f"{', '.join(c.__name__ for c in DIALECTS)} have"
        raise ValueError(f"no dialect {name!r}: {has}")
    return known[str(name).lower()]


__all__ = ["DIALECTS", "Dialect", "LibraryNames", "dialect_of"]
