"""What is to be learned: data, the network that shall learn them, and when they count as learned."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.datasets import load
from zeronet.landscapes import LANDSCAPES
from zeronet.nn.models import MultiLayerNet, TwoLayerNet
from zeronet.nn.network import Network

# The test accuracy to reach, where steps to a target are counted.
TARGETS = {"mnist": 0.90, "mnist-sample": 0.90, "fashion-mnist": 0.80, "digits": 0.95}

# The number of updates on each landscape.
STEPS = {"valley": 30, "slope": 30, "saddle": 30, "himmelblau": 50, "branin": 50}
STEPS |= {"beale": 100, "rastrigin": 100, "ackley": 100, "rosenbrock": 200}

# Learning rates there, optimizer by optimizer. The valley's are the book's and the articles'. Slope and saddle have no
# bottom to arrive at: one rate for all. Elsewhere one rule chose them: of 1, 2, 5 × 10ᵏ from 0.0001 to 50, the rate
# with the lowest second half of the path, as the mean of log(f − f_min), where 0.001 counts as low enough.
NAMES = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")
RATES: dict[str, dict[str, float]] = {
    landscape: dict(zip(NAMES, rates, strict=True))
    for landscape, rates in {
        "valley": (0.95, 0.1, 0.1, 1.5, 0.3, 0.3),
        "slope": (0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        "rosenbrock": (0.005, 0.002, 0.002, 2.0, 0.2, 1.0),
        "beale": (0.05, 0.02, 0.005, 1.0, 0.05, 0.2),
        "himmelblau": (0.01, 0.005, 0.01, 1.0, 0.2, 1.0),
        "branin": (0.1, 0.05, 0.1, 10.0, 10.0, 2.0),
        "rastrigin": (0.001, 0.005, 0.002, 1.0, 0.01, 0.5),
        "ackley": (0.1, 0.02, 0.05, 1.0, 0.5, 1.0),
        "saddle": (0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
    }.items()
}


@dataclass(frozen=True)
class Problem:
    """Four arrays and a few words about them.

    address: what finds the data again (a name or a file's path); name, source, digest: what they are called, where
    they came from, what their content is; x_train (N, D), t_train (N,), x_test (M, D), t_test (M,): images as
    numbers, integer labels.
    """

    address: str
    name: str
    source: str
    digest: str
    x_train: np.ndarray
    t_train: np.ndarray
    x_test: np.ndarray
    t_test: np.ndarray

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """The four arrays, which is all that a run needs."""
        return self.x_train, self.t_train, self.x_test, self.t_test

    def about(self) -> dict[str, Any]:
        """Return what the protocol keeps of it."""
        return {
            "address": self.address,
            "name": self.name,
            "source": self.source,
            "digest": self.digest,
            "train": len(self.x_train),
            "test": len(self.x_test),
            "input_size": self.x_train.shape[1],
            "classes": 1 + int(max(self.t_train.max(), self.t_test.max())),
        }


@dataclass(frozen=True)
class LandscapeProblem:
    """A landscape as something to be learned: from starts that the seeds draw, with f − f_min for a loss.

    name: in LANDSCAPES. Raises UserError for one without a bottom.
    """

    name: str
    arrays: tuple[np.ndarray, ...] = ()

    def __post_init__(self) -> None:
        if LANDSCAPES[self.name]().lowest is None:
            raise UserError(f"{self.name} has no lowest place, so that nothing can be tuned there")

    @property
    def source(self) -> str:
        """What it is, in words."""
        return f"{self.name}: f = {LANDSCAPES[self.name].equation}, starts drawn uniformly from the domain by the seeds"

    def about(self) -> dict[str, Any]:
        """Return what the protocol keeps of it."""
        return {"address": self.name, "name": self.name, "source": self.source, "landscape": self.name}


def load_problem(address: str, data_dir: str | None = None) -> Problem:
    """Return the problem called mnist, fashion-mnist, digits, or that of an .npz file.

    data_dir: where to look for files first. Raises DataError, a UserError, if there are no such data.
    """
    address = os.fspath(address)
    data = load(address, data_dir)
    return Problem(
        address if address.lower().endswith(".npz") else data.name,
        data.name,
        data.source,
        data.digest,
        data.x_train,
        data.t_train,
        data.x_test,
        data.t_test,
    )


def build_network(input_size: int, hidden_sizes: Sequence[int], classes: int, seed: int) -> Network:
    """Return a TwoLayerNet for one hidden size, and a MultiLayerNet for several.

    >>> build_network(784, [100, 100], 10, seed=0).params
    Parameters(W1 (784, 100), b1 (100,), W2 (100, 100), b2 (100,), W3 (100, 10), b3 (10,); float32)
    """
    if len(hidden_sizes) == 1:
        return TwoLayerNet(input_size, hidden_sizes[0], classes, seed=seed)
    return MultiLayerNet(input_size, hidden_sizes, classes, seed=seed)
