"""Shampoo: AdaGrad for matrices."""

import math

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer
from zeronet.optimizers.variants.matrices import unit_for


class Shampoo(Optimizer):
    """Give each direction among the rows, and each among the columns, its own step size.

        L ← L + g gᵀ                          g (D, M); L (D, D) starts at ε I
        R ← R + gᵀ g                          R (M, M) starts at ε I
        w ← w − η L^(−1/4) g R^(−1/4)         η = lr, ε = eps

    AdaGrad sums how large each number's gradients were; L and R also sum which numbers' gradients went together. The
    two roots are costly, so they are renewed only every few updates, but at each of the first ones, and as soon as old
    ones make the step in a new direction too long: with new roots no singular value of L^(−1/4) g R^(−1/4) is above 1,
    and one above 2 renews them. An array of more axes is taken as a matrix of its first axis and all others. A vector
    or a number keeps only the diagonal, which is AdaGrad's h, starting at ε: w ← w − η g / √h; the state L holds it. L
    and R are kept in units of the square of the state unit, which is 1 unless gradients are too large for their
    squares.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.3; the learning rate
    eps : float, ≥ 0, default 1e-4; where L and R start
    renew_every : int, ≥ 1, default 10; updates from one renewal of the roots to the next, at most

    Raises
    ------
    ValueError if `lr` is not positive, `eps` is negative, or `renew_every` is not an integer of at least 1.

    References
    ----------
    Gupta, Koren and Singer, "Shampoo: Preconditioned Stochastic Tensor Optimization", 2018, Algorithm 1: it renews at
    each update. For a vector the paper's Algorithm 2 has a full matrix and the power −1/2. Others renew at
    fixed times only, forget like RMSProp, add momentum, or take the length of another optimizer's step ("grafting").

    Examples
    --------
    >>> params, optimizer = {"W": np.zeros((2, 2))}, Shampoo(lr=1, eps=0)
    >>> optimizer.update(params, {"W": np.diag([100.0, 1.0])})  # L = R = diag(10000, 1), of which the roots 1/10 and 1
    >>> -params["W"].round(6) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """

    state_names = ("L", "R", "L_root", "R_root", "unit")
    elementwise = False

    def __init__(self, lr: LearningRate = 0.3, eps: float = 1e-4, renew_every: float = 10):
        super().__init__(lr=lr, eps=eps, renew_every=renew_every)

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Start at ε I; a vector or a number has one state, and zeros in the places of the others."""
        unit = np.ones((), w.dtype)
        if w.ndim < 2:
            return np.full_like(w, self.eps), *(np.zeros((), w.dtype) for _ in range(3)), unit
        D, M = w.reshape(len(w), -1).shape
        return *(self.eps * np.eye(size, dtype=w.dtype) for size in (D, M, D, M)), unit

    def rule(self, w: np.ndarray, g: np.ndarray, *states: np.ndarray) -> None:
        """Make the step of one array, with g in units in which its squares are neither too large nor too small."""
        L, R, L_root, R_root, unit = states
        self._choose_unit(float(np.abs(g).max()), *states)
        G = g if unit == 1 else g / unit
        if w.ndim < 2:
            L += G * G
            w -= self.lr * np.divide(G, np.sqrt(L), out=np.zeros_like(G), where=L != 0)
            return
        G = G.reshape(len(g), -1)
        L += G @ G.T
        R += G.T @ G
        due = self.t <= self.renew_every or self.t % self.renew_every == 0
        if due or longest(L_root @ G @ R_root) > 2:
            eps = self.eps / float(unit) / float(unit)
            L_root[...] = inverse_fourth_root(L, eps)
            R_root[...] = inverse_fourth_root(R, eps)
        w -= self.lr * (L_root @ G @ R_root).reshape(w.shape)

    def _choose_unit(
        self, largest: float, L: np.ndarray, R: np.ndarray, L_root: np.ndarray, R_root: np.ndarray, unit: np.ndarray
    ) -> None:
        """Go over to another unit, a power of 2, if |g| ≤ largest needs it: L and R hold squares of it."""
        old = float(unit)
        new = unit_for(largest, old, L.dtype)
        if new > old or (new < old and not L.any()):
            factor = old / new
            for P, root in ((L, L_root), (R, R_root)):
                P *= min(factor * factor, 1.0)  # where the unit gets smaller, all are 0
                root /= math.sqrt(factor)
            unit /= factor


def longest(X: np.ndarray) -> float:
    """Return the largest singular value of X, or nan."""
    return float(np.linalg.norm(X, 2)) if np.isfinite(X).all() else math.nan


def inverse_fourth_root(P: np.ndarray, eps: float) -> np.ndarray:
    """Return P^(−1/4) of a symmetric P (n, n) whose eigenvalues are eps or more; 0 where they are 0; nan for nan."""
    if not np.isfinite(P).all():
        return np.full_like(P, np.nan)
    values, Q = np.linalg.eigh(P.astype(np.float64))  # in float32 the small ones would be lost
    values = np.where(values > 1e-12 * values.max(), np.maximum(values, eps), np.inf)
    root: np.ndarray = Q * values**-0.25 @ Q.T
    return root
