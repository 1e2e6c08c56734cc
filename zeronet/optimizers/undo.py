"""Undo an update that fails halfway: parameters and states are then as before."""

import warnings
from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np

from zeronet.nn.parameters import Parameters
from zeronet.optimizers.runner import run_rule


def restorer(optimizer: Any, params: MutableMapping[str, Any] | Parameters) -> Callable[[], None]:
    """Return what restores parameters and states as they are now; optimizer: an Optimizer."""
    attributes = dict(vars(optimizer))
    copies: list[tuple[np.ndarray, np.ndarray]] = []
    values = {} if isinstance(params, Parameters) else dict(params)
    if not _fails_before_changes(optimizer, params):
        for mapping in (params, *(attributes.get(name) or {} for name in optimizer.state_names)):
            members = [mapping.flat] if isinstance(mapping, Parameters) else mapping.values()
            copies += [(array, array.copy()) for array in members if isinstance(array, np.ndarray)]

    def restore() -> None:
        for array, before in copies:
            array[...] = before
        for name, value in values.items():
            if params[name] is not value:
                params[name] = value
        for name in (*optimizer.state_names, *optimizer.scalar_names, "t", "lr", "_shapes"):
            if name in attributes:
                setattr(optimizer, name, attributes[name])

    return restore


def _fails_before_changes(optimizer: Any, params: MutableMapping[str, Any] | Parameters) -> bool:
    """Return whether an update that raises has changed no array: then none need be copied to restore it."""
    all_or_nothing = optimizer.elementwise and optimizer._transforms_change_all_or_nothing
    if not (isinstance(params, Parameters) and all_or_nothing):
        return False
    run = run_rule.get()
    in_loop = run is not None and not optimizer.transforms and run.has_loop(optimizer)
    if optimizer._own_rules:
        return in_loop or not numpy_may_raise()
    return in_loop and not optimizer._has_before_update


def numpy_may_raise() -> bool:
    """Return whether an overflow in NumPy may be an error here."""
    modes = np.geterr().values()
    return not {"raise", "call"}.isdisjoint(modes) or (
        "warn" in modes and any(action == "error" for action, *_ in warnings.filters)
    )
