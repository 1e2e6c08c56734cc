"""What the numbers of optimizers, schedules and transforms may be: one table, one check."""

from collections.abc import Callable
from typing import Any

from zeronet.common.validation import is_number

Range = tuple[Callable[[float], bool], str]  # a test, and what it asks for
POSITIVE: Range = (lambda x: x > 0, "positive and finite")
AT_LEAST_0: Range = (lambda x: x >= 0, "at least 0 and finite")
AT_LEAST_1: Range = (lambda x: x >= 1, "at least 1 and finite")
COUNT: Range = (lambda n: n >= 1 and n % 1 == 0, "an integer of at least 1")

# A name that is not here may be any finite number.
RANGES: dict[str, Range] = {
    **dict.fromkeys(("lr", "min_step", "max_step", "trust", "d0", "power", "clip_value", "clip_norm"), POSITIVE),
    **dict.fromkeys(("eps", "weight_decay", "momentum_decay", "lr_decay", "start", "end", "l2"), AT_LEAST_0),
    **dict.fromkeys(("div", "final_div"), AT_LEAST_1),
    **dict.fromkeys(("momentum", "rho", "beta1", "beta2", "beta3"), (lambda x: 0 <= x < 1, "in [0, 1)")),
    **dict.fromkeys(("shrink", "rise"), (lambda x: 0 < x < 1, "in (0, 1)")),
    "gamma": (lambda x: 0 < x <= 1, "in (0, 1]"),
    "dampening": (lambda x: 0 <= x <= 1, "in [0, 1]"),
    "grow": (lambda x: x > 1, "greater than 1 and finite"),
    **dict.fromkeys(("renew_every", "ns_steps", "horizon", "every", "warmup"), COUNT),
}


def checked_number(name: str, value: Any) -> float:
    """Return value as a float. Raises ValueError, quoting it, if it is not a finite number in the range of its name.

    >>> checked_number("rho", 1)
    Traceback (most recent call last):
        ...
    ValueError: rho must be in [0, 1), not 1
    """
    return _in_range(name, value, *RANGES.get(name, (lambda x: True, "a finite number")))


def checked_switch(name: str, value: Any) -> bool:
    """Return value if it is True or False. Raises ValueError, quoting it, if it is something else.

    >>> checked_switch("centered", 1)
    Traceback (most recent call last):
        ...
    ValueError: centered must be true or false, not 1
    """
    if not isinstance(plain(value), bool):
        raise ValueError(f"{name} must be true or false, not {value!r}")
    return bool(value)


def scheduled_lr(schedule: Callable[[int], Any], k: int) -> float:
    """Return schedule(k), which unlike a constant lr may be 0. Raises ValueError, quoting it, if it is something else.

    >>> scheduled_lr(lambda k: None, 4)
    Traceback (most recent call last):
        ...
    ValueError: the schedule's lr must be at least 0 and finite, not None (after 4 updates)
    """
    return _in_range("the schedule's lr", schedule(k), *AT_LEAST_0, f" (after {k} updates)")


def plain(value: Any) -> Any:
    """Return the number in an array or a tensor of one number, of whatever library; other values as they are.

    >>> import numpy as np
    >>> plain(np.array([0.5])), plain(np.float32(0.5)), plain("0.5")
    (0.5, 0.5, '0.5')
    """
    try:
        return value.item()
    except (AttributeError, TypeError, ValueError, RuntimeError):  # no array, or one of several numbers
        return value


def _in_range(name: str, value: Any, fits: Callable[[float], bool], wanted: str, place: str = "") -> float:
    number = plain(value)
    if not is_number(number) or not fits(float(number)):
        raise ValueError(f"{name} must be {wanted}, not {value!r}{place}")
    return float(number)
