"""The text of a SPEC, cut into its pieces: [LABEL=]TARGET[:key=value,…]."""

import math
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import as_float, is_number


def split(text: str, example: str = "sgd:lr=0.5") -> tuple[str | None, str, dict[str, Any]]:
    r"""Cut a SPEC into label (or None), target and the settings that were given.

    The settings begin at the first ":" that an identifier and "=" follow, and is not in the path of a file that there
    is. example: to be shown if there is no target.

    >>> split(r"mine=C:\my.py:Class:lr=0.1,nesterov=true")
    ('mine', 'C:\\my.py:Class', {'lr': 0.1, 'nesterov': True})
    """
    label, path, rest = None, _path_in(text), text
    match = re.match(r"([^:=/\\]*)=(.*)", text, re.DOTALL)
    if match and not path:
        label, rest = match[1].strip(), match[2]
        if not label:
            raise UserError(f"{text!r} has no label before its '=': write LABEL=TARGET, or the target alone")
        path = _path_in(rest)
    target, pairs = rest, ""
    if match := re.compile(r":(?=\s*\w+\s*=)").search(rest, len(path)):
        target, pairs = rest[: match.start()], rest[match.end() :]
    if not target or target.endswith(":"):
        raise UserError(f"{text!r} is not [LABEL=]TARGET[:key=value,…]: for example {example}")
    settings = pairs_of(pairs, text) if pairs else []
    if len(dict(settings)) < len(settings):
        raise UserError(f"duplicate setting in {text!r}")
    return label, target, dict(settings)


def _path_in(text: str) -> str:
    """Return the path of an existing FILE.py with which text begins, whatever letters it has; "" if there is none."""
    paths = [text[: match.end()] for match in re.finditer(r"\.py(?=:|$)", text, re.IGNORECASE)]
    with suppress(OSError):  # too long for a file
        return next((path for path in paths if Path(path).expanduser().is_file()), "")
    return ""


def pairs_of(pairs: str, text: str) -> list[tuple[str, Any]]:
    """Return the settings of key=value,key=value in their order; text: all of it, to be quoted if one is wrong.

    >>> pairs_of("rho=0.9,rho=0.99", "rmsprop:rho=0.9,rho=0.99")
    [('rho', 0.9), ('rho', 0.99)]
    """
    return [_pair(pair, text) for pair in pairs.split(",")]


def word(value: Any) -> str:
    """Return a value as a SPEC has it.

    >>> word(0.5), word(True), word("cosine")
    ('0.5', 'true', 'cosine')
    """
    return f"{value:g}" if isinstance(value, float) or is_number(value) else str(value).lower()


def _pair(pair: str, text: str) -> tuple[str, Any]:
    key, equals, given = (part.strip() for part in pair.partition("="))
    if not (key and equals and given):
        raise UserError(f"{pair.strip()!r} in {text!r} is not key=value")
    value = _value(given)
    if isinstance(value, int) and math.isinf(as_float(value)):
        raise UserError(f"{key} in {text!r} is larger than any float")
    return key, value


def _value(given: str) -> Any:
    """Return a number, True or False, or the word."""
    if given.lower() in ("true", "false"):
        return given.lower() == "true"
    for number in (int, float):
        try:
            return number(given)
        except ValueError:
            continue
    return given
