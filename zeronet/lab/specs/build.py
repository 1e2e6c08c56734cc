"""Plain settings ↔ an optimizer in its dialect, with a schedule for its rate and transforms around it.

{"lr": 0.1, "schedule": "cosine", "horizon": 9, "clip_norm": 1.0}  ↔  Transformed(SGD(Cosine(0.1, 9)), ClipNorm(1.0))
"""

import difflib
import inspect
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from zeronet.common.errors import UserError
from zeronet.lab.dialects import DIALECTS, Dialect, dialect_of
from zeronet.lab.specs.aliases import our_settings
from zeronet.optimizers import OPTIMIZERS, Optimizer
from zeronet.optimizers.schedules import SCHEDULES, Schedule, Warmup
from zeronet.optimizers.transformed import Transformed
from zeronet.optimizers.transforms import L2, ClipNorm, ClipValue, WeightDecay

# In the order in which they work. decay goes with the last two.
TRANSFORMS = {"clip_value": ClipValue, "clip_norm": ClipNorm, "l2": L2, "weight_decay": WeightDecay}


@dataclass(frozen=True)
class SplitSettings:
    """Settings, taken apart.

    cls: the class in its dialect; named: all settings under their proper names, as they were given; own: those of cls;
    rate: those of the schedule; around: those of the transforms.
    """

    cls: type
    named: dict[str, Any]
    own: dict[str, Any]
    rate: dict[str, Any]
    around: dict[str, Any]

    def complete(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """Return all settings, with those that cls has when none are given.

        defaults: settings that take the place of the class's own; a horizon only where a schedule needs one.
        """
        schedule = SCHEDULES.get(self.rate.get("schedule", ""))
        if schedule is None or "horizon" not in {field.name for field in fields(schedule)}:
            defaults = {name: value for name, value in defaults.items() if name != "horizon"}
        return {**_defaults(self.cls), **defaults, **self.named}


def split_settings(cls: type, settings: Mapping[str, Any]) -> SplitSettings:
    """Return whose each setting is. A name that the optimizer itself has is the optimizer's.

    Raises UserError for a name that nobody has, and ValueError for an unknown dialect.

    >>> parts = split_settings(OPTIMIZERS["RMSProp"], {"dialect": "pytorch", "alpha": 0.8, "warmup": 10, "l2": 0.1})
    >>> parts.cls.__name__, parts.own, parts.rate, parts.around
    ('PyTorchRMSProp', {'rho': 0.8}, {'warmup': 10}, {'l2': 0.1})
    """
    if any(p.kind is p.VAR_KEYWORD for p in parameters(cls).values()):  # they are all its own
        return SplitSettings(cls, dict(settings), dict(settings), {}, {})
    lower = {key.lower(): value for key, value in settings.items()}
    if "dialect" in lower and "dialect" not in parameters(cls):
        cls = dialect_of(cls, lower["dialect"])
    known, rated = _names(cls), {"schedule", "warmup"}
    if lower.keys() & rated - known.keys():
        rated |= {field.name for field in fields(_schedule_named(lower.get("schedule", "constant")))[1:]}
    parts = SplitSettings(cls, {}, {}, {}, {})
    for key, value in settings.items():
        name, place = key.lower(), None
        if name == "decay" and isinstance(value, str) and name not in parameters(cls):
            place = parts.around  # though it may be the library's word for ρ
        elif name not in known:
            if name in rated:
                place = parts.rate
            elif name in TRANSFORMS:
                place = parts.around
            elif name == "dialect":
                place = {}
        if place is None:
            name, place = _renamed(key, cls), parts.own
        if name in parts.named:
            raise UserError(f"{cls.__name__}: {name} is given twice")
        place[name] = parts.named[name] = value
    return parts


def assemble(cls: type, settings: Mapping[str, Any]) -> Any:
    """Return an optimizer of class cls with these settings. Raises ValueError, or what cls raises, for wrong ones.

    >>> from zeronet.optimizers import SGD
    >>> assemble(SGD, {"lr": 0.1, "schedule": "cosine", "horizon": 500, "clip_norm": 1})
    Transformed(SGD(lr=Cosine(lr=0.1, horizon=500, end=0.0)), ClipNorm(1.0))
    """
    parts = split_settings(cls, settings)
    if (parts.rate or parts.around) and not (isinstance(cls, type) and issubclass(cls, Optimizer)):
        raise ValueError(f"{', '.join([*parts.rate, *parts.around])} needs a class derived from zeronet.Optimizer")
    own = dict(parts.own)
    if parts.rate:
        peak = own.get("lr", _defaults(parts.cls).get("lr"))
        if peak is None:
            raise ValueError("a schedule needs an optimizer with a setting lr")
        own["lr"] = schedule(peak, **parts.rate)
    optimizer = parts.cls(**own)
    around = dict(parts.around)
    decay = {"decay": around.pop("decay")} if "decay" in around else {}
    if decay and not {"l2", "weight_decay"} & around.keys():
        if "weight_decay" in own:
            raise ValueError("its own weight_decay takes all parameters: decay goes with l2")
        raise ValueError(f"decay={decay['decay']} says what l2 or weight_decay is for, and needs one of them")
    transforms = [
        kind(around[name], **(decay if kind in (L2, WeightDecay) else {}))
        for name, kind in TRANSFORMS.items()
        if name in around
    ]
    return Transformed(optimizer, *transforms) if transforms else optimizer


def schedule(lr: float, schedule: str = "constant", horizon: Any = None, warmup: Any = None, **own: Any) -> Schedule:
    """Return the schedule that plain settings describe.

    lr: its peak; schedule: a name in SCHEDULES; horizon: the updates of the whole run, of which the warm-up is a part;
    own: the settings of this schedule alone. Raises ValueError for what is unknown, missing or does not fit.

    >>> schedule(0.1, "cosine", horizon=100, warmup=10)
    Warmup(lr=0.1, after=Cosine(lr=0.1, horizon=90, end=0.0), warmup=10)
    """
    cls = _schedule_named(schedule)
    names = {field.name: field.default for field in fields(cls)[1:]}
    if horizon is not None and "horizon" in names:
        own["horizon"] = horizon
    if warmup is not None and "warmup" in names:
        own["warmup"] = warmup
    if missing := [name for name, default in names.items() if default is MISSING and name not in own]:
        raise ValueError(f"the schedule {schedule} needs {' and '.join(f'{name}=…' for name in missing)}")
    whole = cls(lr, **own)
    if warmup is None or "warmup" in names:
        return whole
    ramp = Warmup(whole, warmup)
    if "horizon" not in names:
        return ramp
    if warmup >= horizon:
        raise ValueError(f"a warm-up of {warmup} updates leaves none of {horizon} for the schedule {schedule}")
    return Warmup(cls(lr, **{**own, "horizon": horizon - warmup}), warmup)


def _schedule_named(name: str) -> type[Schedule]:
    """Return a schedule's class. Raises ValueError for an unknown one."""
    if name not in SCHEDULES:
        near = difflib.get_close_matches(str(name).lower(), SCHEDULES, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"unknown schedule {name!r}: {guess}({', '.join(SCHEDULES)})")
    return SCHEDULES[name]


def settings_of(optimizer: Optimizer) -> dict[str, Any]:
    """Return all plain settings of an optimizer: those that assemble makes it of again, where they are ours.

    >>> settings_of(assemble(OPTIMIZERS["SGD"], {"lr": 0.1, "schedule": "cosine", "horizon": 9, "warmup": 4}))
    {'lr': 0.1, 'schedule': 'cosine', 'horizon': 9, 'end': 0.0, 'warmup': 4}
    """
    inner, transforms = optimizer, ()
    if isinstance(optimizer, Transformed):
        inner, transforms = optimizer.optimizer, optimizer.transforms
    try:
        found = dict(inner.settings)
    except AttributeError as error:
        name = type(inner).__name__
        raise UserError(f"{name}.__init__ must hand its settings on: super().__init__(lr=lr, …)") from error
    if isinstance(inner, Dialect):
        found["dialect"] = next(name for each in DIALECTS.values() for name, k in each.items() if k is type(inner))
    if isinstance(rate := found.get("lr"), Schedule):
        whole = rate.after if isinstance(rate, Warmup) else rate
        found["lr"], found["schedule"] = rate.lr, next(name for name, k in SCHEDULES.items() if k is type(whole))
        found |= {field.name: getattr(whole, field.name) for field in fields(whole)[1:]}
        if isinstance(rate, Warmup):
            found["warmup"] = rate.warmup
            if "horizon" in found:
                found["horizon"] += rate.warmup
    for transform in transforms:
        found |= transform.settings
    return found


def spec_settings_of(optimizer: Optimizer) -> tuple[str, dict[str, Any]] | None:
    """Return name and settings, without those that are defaults anyway; None where they do not tell all of it."""
    inner, around = optimizer, set()
    if isinstance(optimizer, Transformed):
        inner, around = optimizer.optimizer, {name for each in optimizer.transforms for name in each.settings}
    cls = next((ours for ours, each in DIALECTS.items() if type(inner) in each.values()), type(inner))
    if cls not in OPTIMIZERS.values() or (callable(inner.settings.get("lr")) and not _is_plain(inner.settings["lr"])):
        return None
    if around & inner.settings.keys():  # one name for two settings
        return None
    settings = settings_of(optimizer)
    if repr(assemble(cls, settings)) != repr(optimizer):
        return None
    defaults = {"decay": "weights", **_defaults(type(inner))}
    if "schedule" in settings:
        defaults |= {field.name: field.default for field in fields(SCHEDULES[settings["schedule"]])[1:]}
    return cls.__name__, {k: v for k, v in settings.items() if k not in defaults or v != defaults[k]}


def parameters(cls: type) -> Mapping[str, inspect.Parameter]:
    """Return name → parameter of a class's __init__; none where a class, written in C, does not say."""
    try:
        return inspect.signature(cls).parameters
    except (TypeError, ValueError):
        return {}


def _is_plain(rate: Any) -> bool:
    whole = rate.after if isinstance(rate, Warmup) else rate
    return type(whole) in SCHEDULES.values()


def _names(cls: type) -> dict[str, str]:
    """Return lower-case name → setting: the class's own names, and in a dialect the library's."""
    theirs = {theirs.lower(): ours for ours, theirs in cls.says.names.items()} if issubclass(cls, Dialect) else {}
    return theirs | {name.lower(): name for name in parameters(cls)}


def _renamed(key: str, cls: type) -> str:
    """Return the name that cls has for a setting, whatever its case. Raises UserError where it has none."""
    names = _names(cls)
    if key.lower() in names:
        return names[key.lower()]
    ours = [name for name in our_settings(key) if name in parameters(cls)]
    hint = f"here it is called {ours[0]}" if ours else f"it has {', '.join(parameters(cls)) or 'none'}"
    raise UserError(f"{cls.__name__} has no setting {key!r}: {hint}")


def _defaults(cls: type) -> dict[str, Any]:
    """Return the settings that cls has when none are given, as far as they are plain values."""
    return {name: p.default for name, p in parameters(cls).items() if isinstance(p.default, bool | int | float | str)}
