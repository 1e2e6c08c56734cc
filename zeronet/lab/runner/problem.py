"""A problem to learn: a data set, or a landscape. It knows its data, its metric, its target and how to run a task.

`load_problem` makes one from data, `problem_of` from what a protocol keeps; everything else asks the problem.
"""

import difflib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.datasets import NAMES, is_own, load
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.landscape_problem import LandscapeProblem
from zeronet.landscapes import LANDSCAPES

Problem = DataProblem | LandscapeProblem  # they have the same methods: mypy names one that is missing


def problem_of(about: Mapping[str, Any], arrays: Sequence[np.ndarray] = ()) -> Problem:
    """Return the problem of a protocol; arrays: x_train, t_train, x_test, t_test, needed to run it."""
    if "landscape" in about:
        return LandscapeProblem(about["landscape"], about.get("start"), about.get("digest", ""))
    t = np.empty((0, about["outputs"])) if "outputs" in about else np.empty(0, int)
    empty = [np.empty((0, about.get("input_size", 0))), t] * 2
    names = [about.get(field.name, "") for field in fields(DataProblem)[:4]]
    return DataProblem(*names, *(arrays or empty))


def load_problem(address: str | os.PathLike[str], data_dir: str | None = None) -> DataProblem:
    """Return the problem mnist, fashion-mnist or digits, or that of data of one's own (zeronet.datasets.load).

    data_dir: where to look for files first. Raises UserError if there are no such data.
    """
    address = os.fspath(address)
    if address not in NAMES and not is_own(address):
        known = [*NAMES, *LANDSCAPES]
        near = difflib.get_close_matches(address.lower(), known, n=1)
        cure = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}, and paths of your own data"
        raise UserError(f"unknown problem {address!r}: {cure}")
    data = load(address, data_dir)
    arrays = data.x_train, data.t_train, data.x_test, data.t_test
    found_at = address if is_own(address) and address not in NAMES else data.name
    return DataProblem(found_at, data.name, data.source, data.digest, *arrays, data.image_shape, data.class_names)


def load_or_digits(address: str) -> DataProblem:
    """Return load_problem(address), or the digits, and a note that says so, if it is missing."""
    try:
        return load_problem(address)
    except UserError as missing:
        print(f"note: {missing}; so the digits of scikit-learn, 8×8 pixels, take its place", file=sys.stderr)
        return load_problem("digits")
