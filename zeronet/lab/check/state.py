"""What an optimizer keeps: its attributes and settings, its states of each parameter, and a copy that continues."""

import copy
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.check.subject import SWALLOWING, Subject, is_number
from zeronet.optimizers import Optimizer


def attributes(thing: Any) -> dict[str, Any]:
    """Return the attributes of an object, from its __dict__ and its slots.

    >>> attributes(type("Slotted", (), {"__slots__": ("h",), "__init__": lambda self: setattr(self, "h", 1)})())
    {'h': 1}
    """
    slots = [kind.__dict__.get("__slots__", ()) for kind in type(thing).__mro__]
    names = [name for each in slots for name in ([each] if isinstance(each, str) else each) if hasattr(thing, name)]
    return {name: getattr(thing, name) for name in names if not name.startswith("__")} | getattr(thing, "__dict__", {})


def settings_of_object(optimizer: Any) -> dict[str, Any]:
    """Return what an optimizer was made from: its attributes with the names that its class is made from.

    Raises UserError if they do not make the same object again.

    >>> from zeronet import SGD
    >>> settings_of_object(SGD(lr=0.5))
    {'lr': 0.5}
    """
    if isinstance(optimizer, Optimizer) and (optimizer.transforms or optimizer.schedule):
        raise UserError(f"the bench takes {type(optimizer).__name__} without its schedule and its transforms")
    try:
        parameters = inspect.signature(type(optimizer)).parameters.values()
    except (TypeError, ValueError):  # a class written in C may have no signature
        return {}
    name, known = type(optimizer).__name__, attributes(optimizer)
    names = [each.name for each in parameters if each.kind not in SWALLOWING]
    settings = {each: known[each] for each in names if each in known}
    if lost := [each for each in names if each not in known]:
        try:
            again = attributes(type(optimizer)(**settings))
        except Exception:
            again = {}
        if any(again.get(each) != value for each, value in known.items() if is_number(value)):
            raise UserError(f"{name} keeps no attribute {', '.join(lost)} to be made from again: check the class")
    return settings


def remembered(optimizer: Any, params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the arrays that an optimizer keeps, per state and parameter: {"h": {"W1": …}}.

    A state is found under a parameter's name, at any depth, and has its shape.
    """
    found: dict[str, dict[str, Any]] = {}

    def look(thing: Any, path: tuple[Any, ...]) -> None:
        if hasattr(thing, "items"):
            for key, value in thing.items():
                look(value, (*path, *(key if isinstance(key, tuple) else (key,))))
        elif isinstance(thing, np.ndarray | np.number | float) and np.shape(thing) in shapes.values():
            for name in params:
                if name in path and np.shape(thing) == shapes[name]:
                    words = ".".join(str(part) for part in path if part != name)
                    found.setdefault(words, {})[name] = thing

    shapes = {name: np.shape(value) for name, value in params.items()}
    for name, value in attributes(optimizer).items():
        look(value, (name,))
    return found


def restored(subject: Subject, optimizer: Any) -> Any:
    """Return a new optimizer, of a subject, that continues from this one's state_dict, or a copy of its attributes."""
    twin = subject.new()
    if callable(getattr(optimizer, "state_dict", None)) and callable(getattr(twin, "load_state_dict", None)):
        twin.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    else:
        kept = copy.deepcopy(attributes(optimizer))
        if hasattr(twin, "__dict__"):
            twin.__dict__.update({name: kept.pop(name) for name in vars(optimizer)})
        for name, value in kept.items():  # slots
            setattr(twin, name, value)
    return twin
