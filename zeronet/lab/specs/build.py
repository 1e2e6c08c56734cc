"""Plain settings ↔ an optimizer in its dialect, with its schedule and its transforms.

{"lr": 0.1, "schedule": "cosine", "horizon": 9, "clip_norm": 1.0}  ↔  SGD(Cosine(0.1, 9)).with_transforms(ClipNorm(1.0))
"""

import difflib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from zeronet.common.errors import UserError
from zeronet.lab.dialects import DIALECTS, Dialect, dialect_of
from zeronet.lab.specs.aliases import our_settings
from zeronet.optimizers import OPTIMIZERS, Optimizer
from zeronet.optimizers.schedules import SCHEDULES, Schedule, Warmup
from zeronet.optimizers.transforms import L2, ClipNorm, ClipValue, WeightDecay

# In the order in which they are applied. decay goes with the last two.
TRANSFORMS = {"clip_value": ClipValue, "clip_norm": ClipNorm, "l2": L2, "weight_decay": WeightDecay}


@dataclass(frozen=True)
class SplitSettings:
    """Settings, split by what they belong to."""

    cls: type  # the class in its dialect
    named: dict[str, Any]  # all settings that were given, under their proper names
    own: dict[str, Any]  # those of cls
    schedule: dict[str, Any]
    transforms: dict[str, Any]

    def complete(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """Return all settings, with the defaults of cls.

        defaults: settings that replace the defaults of cls; a horizon is used only if the schedule needs one.
        """
        schedule = SCHEDULES.get(self.schedule.get("schedule", ""))
        if schedule is None or "horizon" not in {field.name for field in fields(schedule)}:
            defaults = {name: value for name, value in defaults.items() if name != "horizon"}
        return {**_defaults(self.cls), **defaults, **self.named}


def split_settings(cls: type, settings: Mapping[str, Any]) -> SplitSettings:
    """Split settings into those of the optimizer, whose names come first, of its schedule and of its transforms.

    Raises UserError for an unknown name or one given twice, and ValueError for an unknown dialect.

    >>> parts = split_settings(OPTIMIZERS["RMSProp"], {"dialect": "pytorch", "alpha": 0.8, "warmup": 10, "l2": 0.1})
    >>> parts.cls.__name__, parts.own, parts.schedule, parts.transforms
    ('PyTorchRMSProp', {'rho': 0.8}, {'warmup': 10}, {'l2': 0.1})
    """
    if any(p.kind is p.VAR_KEYWORD for p in parameters(cls).values()):  # all are its own
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
            place = parts.transforms  # though it may be the library's name of ρ
        elif name not in known:
            if name in rated:
                place = parts.schedule
            elif name in TRANSFORMS:
                place = parts.transforms
            elif name == "dialect":
                place = {}
        if place is None:
            name, place = _renamed(key, cls), parts.own
        if name in parts.named:
            raise UserError(f"{cls.__name__}: {name} is given twice")
        place[name] = parts.named[name] = value
    return parts


def assemble(cls: type, settings: Mapping[str, Any]) -> Any:
    """Return an optimizer of class cls with these settings. Raises ValueError, or what cls raises, if they do not fit.

    >>> from zeronet.optimizers import SGD
    >>> assemble(SGD, {"lr": 0.1, "schedule": "cosine", "horizon": 500, "clip_norm": 1})
    SGD(lr=Cosine(lr=0.1, horizon=500, end=0.0)).with_transforms(ClipNorm(1.0))
    """
    parts = split_settings(cls, settings)
    own, around = dict(parts.own), dict(parts.transforms)
    if (parts.schedule or around) and not (isinstance(cls, type) and issubclass(cls, Optimizer)):
        raise ValueError(f"{', '.join([*parts.schedule, *around])} needs a class derived from zeronet.Optimizer")
    if parts.schedule:
        peak = own.get("lr", _defaults(parts.cls).get("lr"))
        if peak is None:
            raise ValueError("a schedule needs an optimizer with a setting lr")
        own["lr"] = schedule(peak, **parts.schedule)
    optimizer = parts.cls(**own)
    decay = {"decay": around.pop("decay")} if "decay" in around else {}
    if decay and not {"l2", "weight_decay"} & around.keys():
        if "weight_decay" in own:
            raise ValueError("its own weight_decay takes all parameters: decay goes with l2")
        raise ValueError(f"decay={decay['decay']} goes with l2 or weight_decay, and needs one of them")
    if around:
        optimizer.transforms = [
            kind(around[name], **(decay if kind in (L2, WeightDecay) else {}))
            for name, kind in TRANSFORMS.items()
            if name in around
        ]
    return optimizer


def schedule(lr: float, schedule: str = "constant", horizon: Any = None, warmup: Any = None, **own: Any) -> Schedule:
    """Return the schedule that plain settings describe.

    lr: its peak; schedule: a name in SCHEDULES; horizon: the updates of the whole run, including the warm-up; own: the
    other settings of this schedule. Raises ValueError if a name is unknown, a setting is missing or does not fit.

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
    """Return a schedule's class. Raises ValueError for an unknown name."""
    if name not in SCHEDULES:
        near = difflib.get_close_matches(str(name).lower(), SCHEDULES, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"unknown schedule {name!r}: {guess}({', '.join(SCHEDULES)})")
    return SCHEDULES[name]


def settings_of(optimizer: Optimizer) -> dict[str, Any]:
    """Return all plain settings of an optimizer; assemble builds it from them again if its class is zeronet's.

    >>> settings_of(assemble(OPTIMIZERS["SGD"], {"lr": 0.1, "schedule": "cosine", "horizon": 9, "warmup": 4}))
    {'lr': 0.1, 'schedule': 'cosine', 'horizon': 9, 'end': 0.0, 'warmup': 4}
    """
    try:
        settings = dict(optimizer.settings)
    except AttributeError as error:
        name = type(optimizer).__name__
        raise UserError(f"{name}.__init__ must hand its settings on: super().__init__(lr=lr, …)") from error
    around = {name: settings.pop(name) for name in _transform_settings(optimizer)}
    if isinstance(optimizer, Dialect):
        cls = type(optimizer)
        settings["dialect"] = next(name for each in DIALECTS.values() for name, k in each.items() if k is cls)
    if isinstance(rate := settings.get("lr"), Schedule):
        whole = rate.after if isinstance(rate, Warmup) else rate
        settings["lr"], settings["schedule"] = rate.lr, next(name for name, k in SCHEDULES.items() if k is type(whole))
        settings |= {field.name: getattr(whole, field.name) for field in fields(whole)[1:]}
        if isinstance(rate, Warmup):
            settings["warmup"] = rate.warmup
            if "horizon" in settings:
                settings["horizon"] += rate.warmup
    return settings | around


def spec_settings_of(optimizer: Optimizer) -> tuple[str, dict[str, Any]] | None:
    """Return name and settings, without those that are defaults anyway; None if they do not describe all of it."""
    schedule = optimizer.schedule
    cls = next((ours for ours, each in DIALECTS.items() if type(optimizer) in each.values()), type(optimizer))
    if cls not in OPTIMIZERS.values() or (
        schedule and type(getattr(schedule, "after", schedule)) not in SCHEDULES.values()
    ):
        return None
    if _transform_settings(optimizer).keys() & parameters(type(optimizer)).keys():  # one name for two settings
        return None
    settings = settings_of(optimizer)
    if repr(assemble(cls, settings)) != repr(optimizer):
        return None
    defaults = {"decay": "weights", **_defaults(type(optimizer))}
    if "schedule" in settings:
        defaults |= {field.name: field.default for field in fields(SCHEDULES[settings["schedule"]])[1:]}
    return cls.__name__, {k: v for k, v in settings.items() if k not in defaults or v != defaults[k]}


def _transform_settings(optimizer: Optimizer) -> dict[str, Any]:
    return {name: value for transform in optimizer.transforms for name, value in transform.settings.items()}


def parameters(cls: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return name → parameter of a class's __init__ or of a function; none if what is written in C has no signature."""
    try:
        return inspect.signature(cls).parameters
    except (TypeError, ValueError):
        return {}


def _names(cls: type) -> dict[str, str]:
    """Return lower-case name → setting: the class's own names, and in a dialect the library's."""
    theirs = {theirs.lower(): ours for ours, theirs in cls.says.names.items()} if issubclass(cls, Dialect) else {}
    return theirs | {name.lower(): name for name in parameters(cls)}


def _renamed(key: str, cls: type) -> str:
    """Return the name that cls has for a setting, whatever its case. Raises UserError if it has none."""
    names = _names(cls)
    if key.lower() in names:
        return names[key.lower()]
    ours = [name for name in our_settings(key) if name in parameters(cls)]
    hint = f"here it is called {ours[0]}" if ours else f"it has {', '.join(parameters(cls)) or 'none'}"
    raise UserError(f"{cls.__name__} has no setting {key!r}: {hint}")


def _defaults(cls: type) -> dict[str, Any]:
    """Return the defaults of cls, as far as they are plain values."""
    return {name: p.default for name, p in parameters(cls).items() if isinstance(p.default, bool | int | float | str)}
