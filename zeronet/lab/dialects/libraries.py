"""The table of dialects: one row for each optimizer of a library, from which its class is made."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zeronet.common.text import equation_of
from zeronet.lab.dialects.adagrad import AdaGradInsideRoot, AdaGradWithStart
from zeronet.lab.dialects.adam import AdamUncorrected
from zeronet.lab.dialects.adamw import AdamWUncorrected
from zeronet.lab.dialects.amsgrad import AMSGradOfUncorrected, AMSGradUncorrected
from zeronet.lab.dialects.momentum import MomentumOfGradients
from zeronet.lab.dialects.nadam import NAdamRising, NAdamRisingSlowly
from zeronet.lab.dialects.nesterov import NesterovOfGradients, NesterovStepFirst
from zeronet.lab.dialects.radam import RAdamUncorrected
from zeronet.lab.dialects.rmsprop import RMSPropInsideRoot
from zeronet.optimizers import SGD, AdaGrad, Adam, AdamW, AMSGrad, Momentum, NAdam, Nesterov, Optimizer, RAdam, RMSProp


@dataclass(frozen=True)
class LibraryNames:
    """What a library calls an optimizer and its settings.

    call: the library's name of the optimizer; names: our name → theirs, "" for a number that is fixed in their code;
    defaults: our name → what the library has if it is not the default here; facts: what else differs.
    """

    call: str
    names: Mapping[str, str]
    defaults: Mapping[str, str]
    facts: Mapping[str, str]


class Dialect:
    """An optimizer exactly as the book or a library has it: its defaults, its equation, its names.

    A dialect is a subclass of the class that has its equation and of this one. Its settings keep our names, so that
    dialects can be compared; on the command line it also answers to the names of its library.
    """

    says: LibraryNames


@dataclass(frozen=True)
class Library:
    """prefix: of its classes; names: our name of a setting → theirs, if different; defaults: as in LibraryNames."""

    prefix: str
    names: Mapping[str, str]
    defaults: Mapping[str, str]


START = {"start": "initial_accumulator_value"}
LIBRARIES = {
    "book": Library("Book", {"rho": "decay_rate", "eps": ""}, {}),
    "pytorch": Library(
        "PyTorch", {"rho": "alpha", "beta1": "betas[0]", "beta2": "betas[1]", **START}, {"momentum": "0"}
    ),
    "keras": Library(
        "Keras",
        {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon", **START},
        {"momentum": "0"},
    ),
    "optax": Library(
        "Optax",
        {"lr": "learning_rate", "rho": "decay", "beta1": "b1", "beta2": "b2", **START},
        {"lr": "no default", "momentum": "None"},
    ),
}

ADDED = "ε is added"
OUTSIDE, INSIDE = {ADDED: "outside the root"}, {ADDED: "inside the root"}
CORRECTED, UNCORRECTED = {ADDED: "to the corrected root"}, {ADDED: "to the uncorrected root"}
LARGEST, AHEAD, BIAS = "v̂ is the largest", "β₁ of the look ahead", "bias correction"

# What tells the rules of one optimizer apart.
FACTS: dict[type[Optimizer], dict[str, str]] = {
    SGD: {},
    Momentum: {"η stands": "inside v"},
    MomentumOfGradients: {"η stands": "outside v"},
    Nesterov: {"η stands": "inside v"},
    NesterovStepFirst: {"η stands": "inside v"},
    NesterovOfGradients: {"η stands": "outside v"},
    AdaGrad: OUTSIDE,
    AdaGradWithStart: OUTSIDE,
    AdaGradInsideRoot: INSIDE,
    RMSProp: OUTSIDE | {BIAS: "no"},
    RMSPropInsideRoot: INSIDE | {BIAS: "no"},
    Adam: CORRECTED | {BIAS: "yes"},
    AdamUncorrected: UNCORRECTED | {BIAS: "yes"},
    AdamW: CORRECTED,
    AdamWUncorrected: UNCORRECTED,
    NAdam: {AHEAD: "constant"} | CORRECTED,
    NAdamRising: {AHEAD: "rises: 1 − ½ · 0.96ᵗ of it"} | CORRECTED,
    NAdamRisingSlowly: {AHEAD: "rises: 1 − ½ · 0.96^(ψt) of it"} | CORRECTED,
    AMSGrad: {LARGEST: "corrected v"} | CORRECTED,
    AMSGradOfUncorrected: {LARGEST: "uncorrected v"} | CORRECTED,
    AMSGradUncorrected: {LARGEST: "uncorrected v"} | UNCORRECTED,
    RAdam: CORRECTED,
    RAdamUncorrected: UNCORRECTED,
}

Row = tuple[str, str, type[Optimizer], dict[str, float]]
# Library, its call, the class that has its equation, and the defaults that differ from those of that class.
ROWS: dict[type[Optimizer], tuple[Row, ...]] = {
    SGD: (
        ("book", "SGD", SGD, {"lr": 0.01}),
        ("pytorch", "torch.optim.SGD", SGD, {"lr": 0.001}),
        ("keras", "keras.optimizers.SGD", SGD, {"lr": 0.01}),
        ("optax", "optax.sgd", SGD, {"lr": 0.01}),
    ),
    Momentum: (
        ("book", "Momentum", Momentum, {"lr": 0.01}),
        ("pytorch", "torch.optim.SGD(momentum=…)", MomentumOfGradients, {"lr": 0.001}),
        ("keras", "keras.optimizers.SGD(momentum=…)", Momentum, {"lr": 0.01}),
        ("optax", "optax.sgd(momentum=…)", MomentumOfGradients, {"lr": 0.01}),
    ),
    Nesterov: (
        ("book", "Nesterov", NesterovStepFirst, {"lr": 0.01}),
        ("pytorch", "torch.optim.SGD(momentum=…, nesterov=True)", NesterovOfGradients, {"lr": 0.001}),
        ("keras", "keras.optimizers.SGD(momentum=…, nesterov=True)", Nesterov, {"lr": 0.01}),
        ("optax", "optax.sgd(momentum=…, nesterov=True)", NesterovOfGradients, {"lr": 0.01}),
    ),
    AdaGrad: (
        ("book", "AdaGrad", AdaGrad, {"lr": 0.01, "eps": 1e-7}),
        ("pytorch", "torch.optim.Adagrad", AdaGradWithStart, {"lr": 0.01, "eps": 1e-10, "start": 0.0}),
        ("keras", "keras.optimizers.Adagrad", AdaGradInsideRoot, {"lr": 0.001, "eps": 1e-7, "start": 0.1}),
        ("optax", "optax.adagrad", AdaGradInsideRoot, {"lr": 0.01, "eps": 1e-7, "start": 0.1}),
    ),
    RMSProp: (
        ("book", "RMSprop", RMSProp, {"lr": 0.01, "rho": 0.99, "eps": 1e-7}),
        ("pytorch", "torch.optim.RMSprop", RMSProp, {"lr": 0.01, "rho": 0.99, "eps": 1e-8}),
        ("keras", "keras.optimizers.RMSprop", RMSPropInsideRoot, {"lr": 0.001, "rho": 0.9, "eps": 1e-7}),
        ("optax", "optax.rmsprop", RMSPropInsideRoot, {"lr": 0.001, "rho": 0.9, "eps": 1e-8}),
    ),
    Adam: (
        ("book", "Adam", AdamUncorrected, {"lr": 0.001, "eps": 1e-7}),
        ("pytorch", "torch.optim.Adam", Adam, {"lr": 0.001, "eps": 1e-8}),
        ("keras", "keras.optimizers.Adam", AdamUncorrected, {"lr": 0.001, "eps": 1e-7}),
        ("optax", "optax.adam", Adam, {"lr": 0.001, "eps": 1e-8}),
    ),
    AdamW: (
        ("pytorch", "torch.optim.AdamW", AdamW, {"lr": 0.001, "eps": 1e-8, "weight_decay": 0.01}),
        ("keras", "keras.optimizers.AdamW", AdamWUncorrected, {"lr": 0.001, "eps": 1e-7, "weight_decay": 0.004}),
        ("optax", "optax.adamw", AdamW, {"lr": 0.001, "eps": 1e-8, "weight_decay": 0.0001}),
    ),
    NAdam: (
        ("pytorch", "torch.optim.NAdam", NAdamRisingSlowly, {"lr": 0.002, "eps": 1e-8, "momentum_decay": 0.004}),
        ("keras", "keras.optimizers.Nadam", NAdamRising, {"lr": 0.001, "eps": 1e-7}),
        ("optax", "optax.nadam", NAdam, {"lr": 0.001, "eps": 1e-8}),
    ),
    AMSGrad: (
        ("pytorch", "torch.optim.Adam(amsgrad=True)", AMSGradOfUncorrected, {"lr": 0.001, "eps": 1e-8}),
        ("keras", "keras.optimizers.Adam(amsgrad=True)", AMSGradUncorrected, {"lr": 0.001, "eps": 1e-7}),
        ("optax", "optax.amsgrad", AMSGrad, {"lr": 0.001, "eps": 1e-8}),
    ),
    RAdam: (
        ("pytorch", "torch.optim.RAdam", RAdamUncorrected, {"lr": 0.001, "eps": 1e-8}),
        ("optax", "optax.radam", RAdam, {"lr": 0.001, "eps": 1e-8}),
    ),
}


def _made(ours: type[Optimizer], library: str, call: str, rule: type[Optimizer], defaults: dict[str, float]) -> type:
    """Return the class of a row: a subclass of its rule with the library's defaults."""
    parameters = inspect.signature(rule).parameters
    signature = inspect.Signature([p.replace(default=defaults.get(name, p.default)) for name, p in parameters.items()])

    def __init__(self: Any, *args: Any, **settings: Any) -> None:
        given = signature.bind(*args, **settings)
        given.apply_defaults()
        rule.__init__(self, **given.arguments)

    about = LIBRARIES[library]
    names = {name: about.names.get(name, name) for name in parameters}
    theirs = {name: default for name, default in about.defaults.items() if name in parameters}
    equation = "".join(f"        {line}\n" for line in equation_of(rule))
    body = {
        "__doc__": f"{call}: the rule of {rule.__name__}, with other defaults.\n\n{equation}\n    {signature}\n    ",
        "__module__": __name__,
        "__signature__": signature,
        "__init__": __init__,
        "says": LibraryNames(call, names, theirs, FACTS[rule]),
    }
    return type(f"{about.prefix}{ours.__name__}", (Dialect, rule), body)


DIALECTS: dict[type[Optimizer], dict[str, Any]] = {
    ours: {row[0]: _made(ours, *row) for row in rows} for ours, rows in ROWS.items()
}
globals().update({cls.__name__: cls for each in DIALECTS.values() for cls in each.values()})  # where pickle looks


def dialect_of(cls: type, name: str) -> Any:
    """Return an optimizer's class in a dialect. Raises ValueError if it has none of this name.

    >>> dialect_of(RMSProp, "keras").says.call
    'keras.optimizers.RMSprop'
    """
    known = DIALECTS.get(cls, {})
    if str(name).lower() not in known:
        has = f"it has {', '.join(known)}" if known else f"{', '.join(c.__name__ for c in DIALECTS)} have"
        raise ValueError(f"no dialect {name!r}: {has}")
    return known[str(name).lower()]
