"""Rules of optimizers as machine code: the same operations in the same order, in one loop over the elements.

The rule stays what it is: it is called with symbols (tracing.py), what it does to them becomes a loop (loops.py), and
the loop takes its place where that saves time (fused.py). The results have the same bits.
"""

import importlib.util
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata

import numpy as np

from zeronet.common.errors import UserError
from zeronet.optimizers.runner import run_rule
from zeronet.optimizers.undo import numpy_may_raise
from zeronet.training.fused import Loops

CHOICES = ("never", "auto", "always")


def compile_choice() -> str:
    """Return whether rules are compiled: "never", "auto" or "always", the value of ZERONET_COMPILE; default "auto".

    Raises UserError, a ValueError, if it has another value.
    """
    choice = os.environ.get("ZERONET_COMPILE") or "auto"
    if choice not in CHOICES:
        raise UserError(f"ZERONET_COMPILE must be {', '.join(CHOICES)}, not {choice!r}")
    return choice


@cache
def compiler() -> str | None:
    """Return LLVM's package and version, of the extra fast; None if it is not installed, or NumPy is too old."""
    if importlib.util.find_spec("llvmlite") is None or np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return None  # before 2.0, the types of results depended on values
    return f"llvmlite {metadata.version('llvmlite')}"


def compiling() -> str:
    """Return what a protocol says: never, not installed, auto (llvmlite 0.50.0), always (llvmlite 0.50.0)."""
    choice = compile_choice()
    return choice if choice == "never" else f"{choice} ({compiler()})" if compiler() else "not installed"


@contextmanager
def compiled_rules(elements: float = math.inf) -> Iterator[None]:
    """Run the rules of optimizers as loops inside the block, if the extra fast is installed, with the same results.

    Trainer.fit does so. An own loop of updates has to ask for it.

    Parameters
    ----------
    elements : float
        How many elements all updates of the block have; with "auto" a loop is made only if it saves more time than
        that takes. Default: many.

    Raises
    ------
    ValueError if ZERONET_COMPILE is none of never, auto, always.

    Examples
    --------
    >>> from zeronet import SGD, Parameters
    >>> params, grads = Parameters({"W": (2,)}), Parameters({"W": (2,)})
    >>> grads["W"] = [1, 2]
    >>> with compiled_rules():
    ...     SGD(lr=0.5).update(params, grads)
    >>> params["W"]
    array([-0.5, -1. ], dtype=float32)
    """
    choice = compile_choice()
    if choice == "never" or compiler() is None or numpy_may_raise():  # a loop does not report what overflows
        yield
        return
    token = run_rule.set(Loops(math.inf if choice == "always" else elements))
    try:
        yield
    finally:
        run_rule.reset(token)
