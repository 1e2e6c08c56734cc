"""Checks of what a person gave, whose errors are one line."""

import operator
from typing import Any

from zeronet.common.errors import UserError


def checked_integer(name: str, value: Any, least: int = 1) -> int:
    """Return value as an int. Raises UserError, naming it, unless it is a whole number of at least so much.

    >>> checked_integer("steps", 3)
    3
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise UserError(f"{name} must be a whole number, not {value!r}") from error
    if number < least:
        raise UserError(f"{name} must be at least {least}, not {number}")
    return number
