"""Undo an update that fails halfway: parameters and states are then as before."""

import warnings
from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np

from zeronet.nn.parameters import Parameters


def restorer(optimizer: Any, params: MutableMapping[str, Any] | Parameters, arrays: bool = True) -> Callable[[], None]:
    """Return what restores parameters and states as they are now; optimizer: an Optimizer.

    arrays: whether arrays may be changed, and not only numbers.
    """
    names = (*optimizer.state_names, *optimizer.scalar_names, "t", "lr", "_shapes")
    attributes = {name: getattr(optimizer, name) for name in names if hasattr(optimizer, name)}
    copies: list[tuple[np.ndarray, np.ndarray]] = []
    values = {} if isinstance(params, Parameters) else dict(params)
    for mapping in (params, *(attributes[name] or {} for name in optimizer.state_names)) if arrays else ():
        members = [mapping.flat] if isinstance(mapping, Parameters) else mapping.values()
        copies += [(array, array.copy()) for array in members if isinstance(array, np.ndarray)]

    def restore() -> None:
        for array, before in copies:
            array[...] = before
        for name, value in values.items():
            if params[name] is not value:
                params[name] = value
        for name, value in attributes.items():
            setattr(optimizer, name, value)

    return restore


def numpy_may_raise() -> bool:
    """Return whether an overflow in NumPy may be an error here."""
    modes = np.geterr().values()
    return not {"raise", "call"}.isdisjoint(modes) or (
        "warn" in modes and any(action == "error" for action, *_ in warnings.filters)
    )
