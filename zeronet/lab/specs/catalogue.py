"""Every optimizer in a few lines: name and defaults, equation, reference; all of it from signatures and docstrings."""

import inspect
import re

from zeronet.common.errors import UserError
from zeronet.common.text import equation_of
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.specs.build import TRANSFORMS
from zeronet.lab.specs.plugins import located
from zeronet.lab.specs.spec import entry_points
from zeronet.optimizers import OPTIMIZERS
from zeronet.optimizers.schedules import SCHEDULES


def catalogue() -> str:
    """Return what `train.py --list-optimizers` prints: zeronet's optimizers, then those of installed plug-ins."""
    entries = [entry_of(name, cls) for name, cls in OPTIMIZERS.items()]
    for name, place in entry_points().items():
        try:
            entries.append(entry_of(name, located(place)[1].load(), f"installed plug-in, {place}"))
        except UserError as mistake:
            entries.append(f"{name}\n    installed plug-in, {place}: {mistake}")
    around = [
        "Around each of them, after a colon and with commas between, as in adam:lr=0.01,schedule=cosine,clip_norm=1:",
        f"    schedule={'|'.join(SCHEDULES)}, warmup=UPDATES, horizon=UPDATES (default: the whole run)",
        f"    {', '.join(f'{name}=NUMBER' for name in TRANSFORMS)}, decay=weights|all",
        "    dialect=NAME, where dialects are listed",
    ]
    return "\n\n".join([*entries, "\n".join(around)])


def entry_of(name: str, cls: type, origin: str = "") -> str:
    """Return an optimizer's entry.

    >>> print(entry_of("SGD", OPTIMIZERS["SGD"]))
    SGD(lr=0.01)
        w ← w − η g                  (6.1)    η = lr
        Robbins and Monro, "A Stochastic Approximation Method", 1951
        dialects: book, pytorch, keras, optax
    """
    try:
        arguments = [str(p.replace(annotation=p.empty)) for p in inspect.signature(cls).parameters.values()]
    except (TypeError, ValueError):  # a class written in C may have no signature
        arguments = ["…"]
    lines = [f"{name}({', '.join(arguments)})", *(f"    {line}" for line in equation_of(cls))]
    lines += [f"    {line}" for line in (reference_of(cls), origin) if line]
    if cls in DIALECTS:
        lines.append(f"    dialects: {', '.join(DIALECTS[cls])}")
    return "\n".join(lines)


def reference_of(cls: type) -> str:
    """Return the first source in the section References of a class's docstring, up to the first year.

    >>> reference_of(OPTIMIZERS["RMSProp"])
    'Hinton, "Neural Networks for Machine Learning", Coursera lecture 6e, 2012'
    """
    match = re.search(r"References -+ (.*?\b(?:19|20)\d\d)\b", " ".join((cls.__doc__ or "").split()))
    return match[1] if match else ""
