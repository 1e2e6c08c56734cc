"""Functions of two variables, and optimizers that descend them: base, functions, own, then descent."""

from zeronet.landscapes.base import Landscape
from zeronet.landscapes.descent import PathPoint, descend, walk
from zeronet.landscapes.functions import (
    Ackley,
    Beale,
    Branin,
    Himmelblau,
    Rastrigin,
    Rosenbrock,
    Saddle,
    Slope,
    Valley,
)
from zeronet.landscapes.own import OwnLandscape

LANDSCAPES = {
    kind.__name__.lower(): kind
    for kind in (Valley, Slope, Rosenbrock, Beale, Himmelblau, Branin, Rastrigin, Ackley, Saddle)
}

__all__ = [
    "LANDSCAPES",
    "Ackley",
    "Beale",
    "Branin",
    "Himmelblau",
    "Landscape",
    "OwnLandscape",
    "PathPoint",
    "Rastrigin",
    "Rosenbrock",
    "Saddle",
    "Slope",
    "Valley",
    "descend",
    "walk",
]
