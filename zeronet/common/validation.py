"""Checks of a user's input, with errors of one line."""

import math
import operator
import reprlib
from numbers import Real
from typing import Any

import numpy as np

from zeronet.common.errors import UserError

LARGEST_INTEGER = 2**63 - 1  # that an array holds


def checked_integer(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """Return value as an int. Raises UserError, with its name, if it is no integer, a bool, below least or above most.

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
    if most is not None and number > most:
        raise UserError(f"{name} must be at most {most:,}, not {number}")
    return number


def is_number(value: Any) -> bool:
    """Return whether value is a finite real number, and no bool.

    >>> is_number(0.5), is_number(np.float32(2)), is_number("0.5"), is_number(True), is_number(math.inf)
    (True, True, False, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(as_float(value))


def as_float(value: Any) -> float:
    """Return a real number as a float: infinity for one that is larger than any float.

    >>> as_float(2), as_float(-(10**400))
    (2.0, -inf)
    """
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value > 0 or -1)


def is_shape(value: Any) -> bool:
    """Return whether value is a sequence of integers ≥ 0."""
    return isinstance(value, tuple | list) and all(isinstance(n, int) and n >= 0 for n in value)


# What an array may hold that is no number, by NumPy's kinds of types, and the cure.
LABELS = "encode labels as integers: np.unique(t, return_inverse=True)[1]"
NO_NUMBERS = {
    "O": ("Python objects", "convert it to numbers, such as np.asarray({name}, np.float32)"),
    "c": ("complex numbers", "give real numbers, such as {name}.real and {name}.imag in columns of their own"),
    "U": ("strings", "convert it to numbers, such as np.asarray({name}, np.float32)"),
    "M": ("dates", "convert them to numbers, such as days since the first"),
    "m": ("time spans", "convert them to numbers, such as {name} / np.timedelta64(1, 's')"),
    "V": ("records", "put their numeric fields into columns"),
}
NO_NUMBERS["S"] = NO_NUMBERS["T"] = NO_NUMBERS["U"]


def checked_array(name: str, data: Any) -> Any:
    """Return data as something that is indexed by position: an array, list, pandas object or memory map of numbers.

    Arrays are returned as they are, pandas objects as their values, lists as new arrays. Other objects with a shape
    that can be indexed, such as files of HDF5, stay as they are: nothing is scanned or copied as a whole.
    Raises UserError, with its name and the cure, for sparse or masked arrays, complex numbers, strings and objects.

    >>> checked_array("x", [[1, 2]])
    array([[1, 2]])
    >>> checked_array("t", ["cat", "dog"])
    Traceback (most recent call last):
    zeronet.common.errors.UserError: t holds strings: encode labels as integers: np.unique(t, return_inverse=True)[1]
    """
    if type(data) is not np.ndarray:
        if hasattr(data, "toarray"):
            raise UserError(f"{name} is sparse ({type(data).__name__}): give {name}.toarray()")
        if isinstance(data, np.ma.MaskedArray):
            raise UserError(f"{name} is a masked array: give {name}.filled(value)")
        if isinstance(data, np.matrix):
            data = data.A
        elif hasattr(data, "to_numpy"):  # pandas indexes by label
            data = _pandas_values(name, data)
        elif not isinstance(data, np.ndarray) and not _is_lazy(data):
            try:
                data = np.asarray(data)
            except (TypeError, ValueError, RuntimeError) as error:
                raise UserError(f"{name} cannot be made an array: {str(error).splitlines()[0]}") from error
    kind = getattr(getattr(data, "dtype", None), "kind", "f")
    if kind in NO_NUMBERS:
        what, cure = NO_NUMBERS[kind]
        if not data.shape:  # None, a generator, a dictionary, a text
            raise UserError(f"{name} must be an array or a list of numbers, not {type(data[()]).__name__}")
        raise UserError(f"{name} holds {what}: {LABELS if name == 't' and kind in 'OUST' else cure.format(name=name)}")
    return data


def _pandas_values(name: str, data: Any) -> np.ndarray:
    """Return the values of a pandas or polars object, of its nullable types too."""
    values = np.asarray(data.to_numpy())
    kinds = {getattr(dtype, "kind", "O") for dtype in np.array([getattr(data, "dtypes", None)], object).ravel()}
    if values.dtype.kind != "O" or not kinds <= set("iufb"):
        return values
    try:
        return np.asarray(data.to_numpy(dtype=np.float64 if "f" in kinds else np.int64))
    except (TypeError, ValueError) as error:
        raise UserError(f"{name} has missing values: fill them, as by {name}.fillna(0)") from error


def _is_lazy(data: Any) -> bool:
    """Return whether data has a shape and can be indexed, but is not to be read as a whole."""
    dtype = getattr(data, "dtype", None)
    return hasattr(data, "shape") and hasattr(data, "__getitem__") and (dtype is None or isinstance(dtype, np.dtype))


def check_structure(name: str, value: Any, schema: Any) -> None:
    """Raise ValueError, naming the place, unless a value of a JSON file has this structure.

    schema: str, list, dict or float (a finite number); an integer, the value's minimum; [schema] for a list with at
    least one entry; {key: schema} for an object with at least these keys.

    >>> check_structure("protocol", {"seeds": [0, -1]}, {"seeds": [0]})
    Traceback (most recent call last):
    ValueError: protocol.seeds[1] must be an integer ≥ 0, not -1
    """
    if isinstance(schema, int):
        fits, what = isinstance(value, int) and schema <= value <= LARGEST_INTEGER, f"an integer ≥ {schema}"
    elif isinstance(schema, list):
        fits, what = isinstance(value, list) and value != [], "a list with at least one entry"
    elif schema is float:
        fits, what = is_number(value), "a number"
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
