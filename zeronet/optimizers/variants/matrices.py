"""What the optimizers of matrices share: the unit in which gradients are squared, and Adam for vectors and numbers."""

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


def unit_for(largest: float, old: float, dtype: DTypeLike) -> float:
    """Return a power of 2 as the unit of numbers up to largest: their squares then have a place in dtype.

    It is the old unit unless numbers are 10¹² times larger or smaller (in float32), or 10¹⁴⁶ times (in float64).

    >>> unit_for(7.0, 1.0, np.float32), unit_for(3e20, 1.0, np.float32) == 2.0**68, unit_for(3e20, 1.0, np.float64)
    (1.0, True, 1.0)
    """
    limit = math.ldexp(1, np.finfo(dtype).maxexp // 2 - 24)
    if old / limit <= largest <= old * limit or not 0 < largest < math.inf:
        return old
    return math.ldexp(1, math.frexp(largest)[1] - 1)


def in_units(g: np.ndarray, m: np.ndarray, v: np.ndarray, unit: np.ndarray, *squares: np.ndarray) -> np.ndarray:
    """Return g in units, having gone over to another unit if g, m or √v needs it; v and squares are in units²."""
    old = float(unit)
    largest = max(float(np.abs(g).max()), old * max(float(np.abs(m).max()), math.sqrt(v.max(initial=0))))
    if (new := unit_for(largest, old, g.dtype)) != old:
        m *= old / new
        for square in (v, *squares):
            square *= old / new
            square *= old / new  # one after the other: the square of the ratio may be out of range
        unit[...] = new
    return g if new == 1 else g / unit


def adam(optimizer: Any, w: np.ndarray, G: np.ndarray, m: np.ndarray, v: np.ndarray, unit: np.ndarray) -> None:
    """Make Adam's step of w; the gradient G, m and v are in units."""
    m *= optimizer.beta1
    m += (1 - optimizer.beta1) * G
    v *= optimizer.beta2
    v += (1 - optimizer.beta2) * G * G
    m_hat = m / (1 - optimizer.beta1**optimizer.t)
    v_hat = v / (1 - optimizer.beta2**optimizer.t)
    w -= optimizer.lr * m_hat / (np.sqrt(v_hat) + optimizer.eps / float(unit))
