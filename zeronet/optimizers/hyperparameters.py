"""What the numbers of optimizers, schedules and transforms may be: one table, one check."""

import math
from collections.abc import Callable
from numbers import Real
from typing import Any

Range = tuple[Callable[[float], bool], str]  # a test, and the words for it
POSITIVE: Range = (lambda x: x > 0, "positive")
AT_LEAST_0: Range = (lambda x: x >= 0, "at least 0")
AT_LEAST_1: Range = (lambda x: x >= 1, "at least 1")
BETWEEN: Range = (lambda x: 0 < x < 1, "above 0 and below 1")
WHOLE: Range = (lambda n: n >= 1 and n % 1 == 0, "a whole number of at least 1")

# A name that is not here may be any finite number.
RANGES: dict[str, Range] = {
    **dict.fromkeys(("lr", "min_step", "max_step", "trust", "d0", "power", "clip_value", "clip_norm"), POSITIVE),
    **dict.fromkeys(("eps", "weight_decay", "momentum_decay", "start", "end", "l2"), AT_LEAST_0),
    **dict.fromkeys(("div", "final_div"), AT_LEAST_1),
    **dict.fromkeys(("momentum", "rho", "beta1", "beta2", "beta3"), (lambda x: 0 <= x < 1, "at least 0 and below 1")),
    **dict.fromkeys(("shrink", "rise"), BETWEEN),
    "gamma": (lambda x: 0 < x <= 1, "above 0 and at most 1"),
    "grow": (lambda x: x > 1, "above 1"),
    **dict.fromkeys(("renew_every", "horizon", "every", "warmup"), WHOLE),
}


def checked_number(name: str, value: Any) -> float:
    """Return value as a float. Raises ValueError, quoting it, unless it is a finite number in the range of its name.

    >>> checked_number("rho", 1)
    Traceback (most recent call last):
        ...
    ValueError: rho must be at least 0 and below 1 and finite, not 1
    """
    fits, words = RANGES.get(name, (lambda x: True, "a number"))
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or not fits(value):
        raise ValueError(f"{name} must be {words} and finite, not {value!r}")
    return float(value)
