"""Checks of what a user gives, with errors of one line."""

import operator
from typing import Any

from zeronet.common.errors import UserError


def checked_integer(name: str, value: Any, least: int = 1) -> int:
    """Return value as an int. Raises UserError, with its name, if it is not an integer, a bool, or below least.

    >>> checked_integer("steps", 3)
    3
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise UserError(f"{name} must be an integer, not {value!r}") from error
    if isinstance(value, bool):
        raise UserError(f"{name} must be an integer, not {value}")
    if number < least:
        raise UserError(f"{name} must be at least {least}, not {number}")
    return number
