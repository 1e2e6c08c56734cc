"""Saved states, as state_dict returns them and files hold them: all of one is checked before an optimizer takes it."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.common.validation import checked_integer, is_number, is_shape
from zeronet.optimizers.arrays import copied
from zeronet.optimizers.hyperparameters import checked_number, checked_switch

MOST_CLAIMED = 10**7  # numbers of an array of parameters, beyond those of its states, that a state may claim


def checked_state(optimizer: Any, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return attribute → value of what a state restores; optimizer: an Optimizer.

    Raises ValueError unless this optimizer's state_dict could have returned it.
    """
    if missing := [name for name in ("kind", "t", "settings", "numbers", "shapes", "states") if name not in state]:
        raise ValueError(f"this is no state of an optimizer: it has no {missing[0]}")
    if state["kind"] != optimizer._kind():
        raise ValueError(f"this state is one of {state['kind']}, not one of {optimizer._kind()}")
    for part, names in (("settings", optimizer._setting_names), ("numbers", optimizer.scalar_names)):
        if state[part].keys() != {*names}:
            raise ValueError(f"this state has the {part} {', '.join(state[part])}, not {', '.join(names)}")
    _check_arrays(optimizer, state["states"], state["shapes"] or {})
    at_0 = optimizer.schedule and state["settings"]["lr"] == 0  # a schedule may be 0 at its start and its end
    settings = {}
    for name, value in state["settings"].items():
        check = checked_switch if isinstance(getattr(optimizer, name, None), bool) else checked_number
        settings[name] = 0.0 if name == "lr" and at_0 else check(name, value)
    for name, value in state["numbers"].items():
        if not (isinstance(value, float) or is_number(value)):
            raise ValueError(f"this state's {name} must be a number, not {value!r}")
    numbers = {name: float(value) for name, value in state["numbers"].items()}
    states = {name: copied(arrays, in_one_vector=optimizer.elementwise) for name, arrays in state["states"].items()}
    shapes = state["shapes"] and {name: tuple(shape) for name, shape in state["shapes"].items()}
    return {"t": checked_integer("t", state["t"], 0), **settings, **numbers, **states, "_shapes": shapes}


def _check_arrays(optimizer: Any, states: Mapping[str, Any], shapes: Mapping[str, Any]) -> None:
    """Raise ValueError unless the states are those that the optimizer makes for parameters of these shapes."""
    if missing := [name for name in optimizer.state_names if shapes and not states.get(name)]:
        raise ValueError(f"this state has no {', '.join(missing)}: another version of {optimizer._kind()} wrote it")
    if others := states.keys() - {*optimizer.state_names}:
        raise ValueError(f"this state has {', '.join(sorted(others))}, which {optimizer._kind()} does not keep")
    for s in optimizer.state_names:
        if states.get(s, {}).keys() != shapes.keys():
            raise ValueError(f"this state has {s} of {', '.join(states.get(s, {}))}, not of {', '.join(shapes)}")
    for name, shape in shapes.items() if optimizer.state_names else ():
        found = [np.asarray(states[s][name]) for s in optimizer.state_names]
        most = MOST_CLAIMED + sum(array.size for array in found)
        if not is_shape(shape) or math.prod(shape) > most:
            raise ValueError(f"this state has arrays of {[a.shape for a in found]} for {name} {shape}")
        w = np.zeros(shape, np.float32)
        firsts = optimizer.init_state(w) if w.size else [w] * len(found)
        for s, array, first in zip(optimizer.state_names, found, firsts, strict=False):
            if array.shape != first.shape or array.dtype.kind != first.dtype.kind:
                raise ValueError(f"this state has a {s} of shape {array.shape} for {name} {tuple(shape)}")
