"""Checks of a user's input, with errors of one line."""

import math
import operator
import reprlib
from typing import Any

from zeronet.common.errors import UserError


def checked_integer(name: str, value: Any, least: int = 1) -> int:
    """Return value as an int. Raises UserError, with its name, if it is not an integer, is a bool, or is below least.

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


def check_structure(name: str, value: Any, schema: Any) -> None:
    """Raise ValueError, naming the place, unless a value of a JSON file has this structure.

    schema: str, list, dict or float (a finite number); an integer, the value's minimum; [schema] for a list with at
    least one entry; {key: schema} for an object with at least these keys.

    >>> check_structure("protocol", {"seeds": [0, -1]}, {"seeds": [0]})
    Traceback (most recent call last):
    ValueError: protocol.seeds[1] must be an integer ≥ 0, not -1
    """
    if isinstance(schema, int):
        fits, what = isinstance(value, int) and value >= schema, f"an integer ≥ {schema}"
    elif isinstance(schema, list):
        fits, what = isinstance(value, list) and value != [], "a list with at least one entry"
    elif schema is float:
        fits, what = isinstance(value, int | float) and math.isfinite(value), "a number"
    else:
        kind = dict if isinstance(schema, dict) else schema
        fits, what = isinstance(value, kind), {dict: "an object", list: "a list", str: "a string"}[kind]
    if not fits or isinstance(value, bool):
        raise ValueError(f"{name} must be {what}, not {reprlib.repr(value)}")
    if isinstance(schema, dict):
        for key, inner in schema.items():
            check_structure(f"{name}.{key}", value.get(key), inner)
    elif isinstance(schema, list):
        for i, item in enumerate(value):
            check_structure(f"{name}[{i}]", item, schema[0])
