"""The table of dialects: one row for each optimizer of a library, from which its class is made."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from zeronet.common.text import equation_of
from zeronet.lab.dialects.adagrad import AdaGradInsideRoot, AdaGradSlowing, AdaGradWithStart
from zeronet.lab.dialects.adam import AdamUncorrected
from zeronet.lab.dialects.adamw import AdamWUncorrected
from zeronet.lab.dialects.amsgrad import AMSGradOfUncorrected, AMSGradUncorrected
from zeronet.lab.dialects.dialect import Dialect, LibraryNames
from zeronet.lab.dialects.momentum import MomentumDampened, MomentumOfGradients
from zeronet.lab.dialects.muon import MuonUncorrected
from zeronet.lab.dialects.nadam import NAdamRising, NAdamRisingSlowly
from zeronet.lab.dialects.nesterov import NesterovOfGradients, NesterovStepFirst
from zeronet.lab.dialects.radam import RAdamUncorrected
from zeronet.lab.dialects.rmsprop import CenteredRMSPropMomentum, RMSPropInsideRoot, RMSPropMomentumOutside
from zeronet.optimizers import (
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    CenteredRMSProp,
    Momentum,
    Muon,
    NAdam,
    Nesterov,
    Optimizer,
    RAdam,
    RMSProp,
    Rprop,
)
from zeronet.optimizers.hyperparameters import checked_number, checked_switch


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
        "PyTorch",
        {
            **{"rho": "alpha", "beta1": "betas[0]", "beta2": "betas[1]", **START},
            **{"shrink": "etas[0]", "grow": "etas[1]", "min_step": "step_sizes[0]", "max_step": "step_sizes[1]"},
            **{"a": "ns_coefficients[0]", "b": "ns_coefficients[1]", "c": "ns_coefficients[2]"},
        },
        {"momentum": "0"},
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
    "sklearn": Library(
        "Sklearn", {"lr": "learning_rate_init", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"}, {}
    ),
}

ADDED = "ε is added"
OUTSIDE, INSIDE = {ADDED: "outside the root"}, {ADDED: "inside the root"}
CORRECTED, UNCORRECTED = {ADDED: "to the corrected root"}, {ADDED: "to the uncorrected root"}
LARGEST, AHEAD, BIAS, DIVISOR = "v̂ is the largest", "β₁ of the look ahead", "bias correction", "u is divided by"

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
    AdaDelta: {},
    Rprop: {},
    AdaMax: {},
    Muon: {DIVISOR: "‖u‖ + ε"},
    MuonUncorrected: {DIVISOR: "max(‖u‖, ε)"},
}


class Row(NamedTuple):
    """A library's optimizer.

    call: the library's name of it; rule: the class that has its equation; defaults: those that differ from the class's,
    and those of settings that it does not have; forms: settings → the class that has the equation if they are not 0;
    names, theirs: as names and defaults of LIBRARIES, where those do not hold, "none" for a setting that is only here.
    """

    library: str
    call: str
    rule: type[Optimizer]
    defaults: Mapping[str, float]
    forms: Mapping[tuple[str, ...], type[Optimizer]] = {}
    names: Mapping[str, str] = {}
    theirs: Mapping[str, str] = {}


TORCH = {"weight_decay": 0.0, "maximize": False}
KERAS = {"weight_decay": 0.0}
ROWS: dict[type[Optimizer], tuple[Row, ...]] = {
    SGD: (
        Row("book", "SGD", SGD, {"lr": 0.01}),
        Row(
            "pytorch",
            "torch.optim.SGD",
            SGD,
            {"lr": 0.001, "momentum": 0.0, "dampening": 0.0, "nesterov": False, **TORCH},
            {
                ("momentum",): MomentumOfGradients,
                ("momentum", "dampening"): MomentumDampened,
                ("momentum", "nesterov"): NesterovOfGradients,
            },
        ),
        Row("keras", "keras.optimizers.SGD", SGD, {"lr": 0.01, **KERAS}),
        Row("optax", "optax.sgd", SGD, {"lr": 0.01}),
    ),
    Momentum: (
        Row("book", "Momentum", Momentum, {"lr": 0.01}),
        Row(
            "pytorch",
            "torch.optim.SGD(momentum=…)",
            MomentumOfGradients,
            {"lr": 0.001, "dampening": 0.0, **TORCH},
            {("dampening",): MomentumDampened},
        ),
        Row("keras", "keras.optimizers.SGD(momentum=…)", Momentum, {"lr": 0.01, **KERAS}),
        Row("optax", "optax.sgd(momentum=…)", MomentumOfGradients, {"lr": 0.01}),
    ),
    Nesterov: (
        Row("book", "Nesterov", NesterovStepFirst, {"lr": 0.01}),
        Row("pytorch", "torch.optim.SGD(momentum=…, nesterov=True)", NesterovOfGradients, {"lr": 0.001, **TORCH}),
        Row("keras", "keras.optimizers.SGD(momentum=…, nesterov=True)", Nesterov, {"lr": 0.01, **KERAS}),
        Row("optax", "optax.sgd(momentum=…, nesterov=True)", NesterovOfGradients, {"lr": 0.01}),
    ),
    AdaGrad: (
        Row("book", "AdaGrad", AdaGrad, {"lr": 0.01, "eps": 1e-7}),
        Row(
            "pytorch",
            "torch.optim.Adagrad",
            AdaGradWithStart,
            {"lr": 0.01, "eps": 1e-10, "start": 0.0, "lr_decay": 0.0, **TORCH},
            {("lr_decay",): AdaGradSlowing},
        ),
        Row("keras", "keras.optimizers.Adagrad", AdaGradInsideRoot, {"lr": 0.001, "eps": 1e-7, "start": 0.1, **KERAS}),
        Row("optax", "optax.adagrad", AdaGradInsideRoot, {"lr": 0.01, "eps": 1e-7, "start": 0.1}),
    ),
    RMSProp: (
        Row("book", "RMSprop", RMSProp, {"lr": 0.01, "rho": 0.99, "eps": 1e-7}),
        Row(
            "pytorch",
            "torch.optim.RMSprop",
            RMSProp,
            {"lr": 0.01, "rho": 0.99, "eps": 1e-8, "momentum": 0.0, "centered": False, **TORCH},
            {
                ("momentum",): RMSPropMomentumOutside,
                ("centered",): CenteredRMSProp,
                ("centered", "momentum"): CenteredRMSPropMomentum,
            },
        ),
        Row("keras", "keras.optimizers.RMSprop", RMSPropInsideRoot, {"lr": 0.001, "rho": 0.9, "eps": 1e-7, **KERAS}),
        Row("optax", "optax.rmsprop", RMSPropInsideRoot, {"lr": 0.001, "rho": 0.9, "eps": 1e-8}),
    ),
    Adam: (
        Row("book", "Adam", AdamUncorrected, {"lr": 0.001, "eps": 1e-7}),
        Row(
            "pytorch",
            "torch.optim.Adam",
            Adam,
            {"lr": 0.001, "eps": 1e-8, "amsgrad": False, **TORCH},
            {("amsgrad",): AMSGradOfUncorrected},
        ),
        Row(
            "keras",
            "keras.optimizers.Adam",
            AdamUncorrected,
            {"lr": 0.001, "eps": 1e-7, "amsgrad": False, **KERAS},
            {("amsgrad",): AMSGradUncorrected},
        ),
        Row("optax", "optax.adam", Adam, {"lr": 0.001, "eps": 1e-8}),
        Row("sklearn", 'MLPClassifier(solver="adam")', AdamUncorrected, {"lr": 0.001, "eps": 1e-8}),
    ),
    AdamW: (
        Row(
            "pytorch",
            "torch.optim.AdamW",
            AdamW,
            {"lr": 0.001, "eps": 1e-8, "weight_decay": 0.01, "amsgrad": False, "maximize": False},
            {("amsgrad",): AMSGradOfUncorrected},
        ),
        Row(
            "keras",
            "keras.optimizers.AdamW",
            AdamWUncorrected,
            {"lr": 0.001, "eps": 1e-7, "weight_decay": 0.004, "amsgrad": False},
            {("amsgrad",): AMSGradUncorrected},
        ),
        Row("optax", "optax.adamw", AdamW, {"lr": 0.001, "eps": 1e-8, "weight_decay": 0.0001}),
    ),
    NAdam: (
        Row(
            "pytorch",
            "torch.optim.NAdam",
            NAdamRisingSlowly,
            {"lr": 0.002, "eps": 1e-8, "momentum_decay": 0.004, **TORCH, "decoupled_weight_decay": False},
        ),
        Row("keras", "keras.optimizers.Nadam", NAdamRising, {"lr": 0.001, "eps": 1e-7, **KERAS}),
        Row("optax", "optax.nadam", NAdam, {"lr": 0.001, "eps": 1e-8}),
    ),
    AMSGrad: (
        Row("pytorch", "torch.optim.Adam(amsgrad=True)", AMSGradOfUncorrected, {"lr": 0.001, "eps": 1e-8, **TORCH}),
        Row("keras", "keras.optimizers.Adam(amsgrad=True)", AMSGradUncorrected, {"lr": 0.001, "eps": 1e-7, **KERAS}),
        Row("optax", "optax.amsgrad", AMSGrad, {"lr": 0.001, "eps": 1e-8}),
    ),
    RAdam: (
        Row(
            "pytorch",
            "torch.optim.RAdam",
            RAdamUncorrected,
            {"lr": 0.001, "eps": 1e-8, **TORCH, "decoupled_weight_decay": False},
        ),
        Row("optax", "optax.radam", RAdam, {"lr": 0.001, "eps": 1e-8}),
    ),
    AdaDelta: (
        Row(
            "pytorch",
            "torch.optim.Adadelta",
            AdaDelta,
            {"lr": 1.0, "rho": 0.9, "eps": 1e-6, **TORCH},
            names={"rho": "rho"},
        ),
    ),
    Rprop: (Row("pytorch", "torch.optim.Rprop", Rprop, {"lr": 0.01, "maximize": False}),),
    AdaMax: (Row("pytorch", "torch.optim.Adamax", AdaMax, {"lr": 0.002, "eps": 1e-8, **TORCH}),),
    Muon: (
        Row(
            "pytorch",
            "torch.optim.Muon",
            MuonUncorrected,
            {"lr": 0.001, "eps": 1e-7, "weight_decay": 0.1},
            names={"beta1": "beta1", "beta2": "beta2"},
            theirs={"momentum": "0.95", "beta1": "none", "beta2": "none"},
        ),
    ),
}


def _made(ours: type[Optimizer], row: Row) -> type:
    """Return the class of a row: a subclass of its rule with the library's defaults, and with its other settings."""
    about, rule = LIBRARIES[row.library], row.rule
    own = inspect.signature(rule).parameters
    more = {name: default for name, default in row.defaults.items() if name not in own}
    parameters = [p.replace(default=row.defaults.get(name, p.default)) for name, p in own.items()]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=type(default))
        for name, default in more.items()
    ]
    signature = inspect.Signature(parameters)
    forms = {(): rule, **{tuple(sorted(settings)): form for settings, form in row.forms.items()}}
    choosing = sorted({name for settings in forms for name in settings})

    def __init__(self: Any, *args: Any, **settings: Any) -> None:
        given = signature.bind(*args, **settings)
        given.apply_defaults()
        for name, default in more.items():
            check = checked_switch if isinstance(default, bool) else checked_number
            given.arguments[name] = check(name, given.arguments[name])
        chosen = tuple(name for name in choosing if given.arguments[name])
        if chosen not in forms:
            can_have = "; ".join(" and ".join(settings) for settings in row.forms)
            how = "alone" if len(chosen) == 1 else "together"
            raise ValueError(f"{row.call} cannot have {' and '.join(chosen)} {how}: it can have {can_have}")
        if given.arguments.get("decoupled_weight_decay") and not given.arguments["weight_decay"]:
            raise ValueError("decoupled_weight_decay needs a weight_decay")
        self.form, self.state_names = forms[chosen], forms[chosen].state_names
        rule.__init__(self, **{name: value for name, value in given.arguments.items() if name in own})
        self.__dict__.update({name: given.arguments[name] for name in more})
        self._setting_names = tuple(signature.parameters)

    names = {name: {**about.names, **row.names}.get(name, name) for name in signature.parameters}
    theirs = {
        name: default
        for name, default in {**about.defaults, **row.theirs}.items()
        if name in signature.parameters and default != f"{signature.parameters[name].default:g}"
    }
    equation = "".join(f"        {line}\n" for line in equation_of(rule))
    body = {
        "__doc__": f"{row.call}: as {rule.__name__}, with other defaults.\n\n{equation}\n    {signature}\n    ",
        "__module__": __name__,
        "__signature__": signature,
        "__init__": __init__,
        "says": LibraryNames(row.call, names, theirs, FACTS[rule]),
        "forms": forms,
        "options": tuple(name for name, default in more.items() if not default),
        "decoupled": row.library == "keras" or ours in (AdamW, Muon),
    }
    return type(f"{about.prefix}{ours.__name__}", (Dialect, rule), body)


DIALECTS: dict[type[Optimizer], dict[str, Any]] = {
    ours: {row.library: _made(ours, row) for row in rows} for ours, rows in ROWS.items()
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
