"""Muon: momentum whose steps are equally long in every direction."""

import math

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer
from zeronet.optimizers.variants.matrices import adam, in_units

COEFFICIENTS = 3.4445, -4.7750, 2.0315  # chosen by Jordan so that small singular values grow fast
ITERATIONS = 5


class Muon(Optimizer):
    """Roll like Momentum, but make all singular values of a matrix's step about equal: no direction is neglected.

        m ← α m + (1 − α) g                   m, mean of recent gradients, starts at 0; α = momentum
        u = α m / (1 − αᵗ⁺¹) + (1 − α) g / (1 − αᵗ)     look ahead, as in NAdam; t counts the updates from 1
        X = u / (‖u‖ + ε)
        A = X Xᵀ, X ← a X + (b A + c A A) X, 5 times
        w ← w − η √max(1, M/D) X              w (D, M), from D inputs to M outputs; η = lr, ε = eps

    With the singular value decomposition u = U S Vᵀ, X comes close to U Vᵀ: singular values above 0.003 ‖u‖ end between
    0.68 and 1.21 (a = 3.4445, b = −4.775, c = 2.0315). An array of more axes is taken as a matrix of its first axis, as
    inputs, and all others (optax leaves it to Adam). Vectors and numbers, which have one singular value at most, learn
    as in Adam, with the same lr. The states m and v are kept in units of the state unit and of its square: it is 1
    unless gradients are too large or small for their squares.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.02; the learning rate
    momentum : float in [0, 1), default 0.95; α
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; Adam's, for vectors and numbers
    eps : float, ≥ 0, default 1e-8; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, `momentum`, `beta1` or `beta2` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024 (web page), in the form of optax.contrib.
    Jordan's code leaves out the two corrections, 1/(1 − αᵗ⁺¹) and 1/(1 − αᵗ); it and PyTorch compute X in bfloat16,
    with three digits, and advise Adam for a network's last layer as well; here every matrix is Muon's. PyTorch divides
    by max(‖u‖, ε). For vectors, optax looks ahead in Adam too.

    Examples
    --------
    >>> params, optimizer = {"W": np.zeros((2, 2))}, Muon(lr=1)
    >>> optimizer.update(params, {"W": np.diag([100.0, 1.0])})  # one a hundred times the other, and both come to 0.7
    >>> params["W"].round(2) + 0.0
    array([[-0.7,  0. ],
           [ 0. , -0.7]])
    """

    state_names = ("m", "v", "unit")
    elementwise = False

    def __init__(
        self,
        lr: LearningRate = 0.02,
        momentum: float = 0.95,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ):
        super().__init__(lr=lr, momentum=momentum, beta1=beta1, beta2=beta2, eps=eps)

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Start at 0; v is only for what learns as in Adam."""
        return np.zeros_like(w), np.zeros_like(w if w.ndim < 2 else 0, dtype=w.dtype), np.ones((), w.dtype)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, unit: np.ndarray) -> None:
        """Make the step of one array."""
        G = in_units(g, m, v, unit)
        if w.ndim < 2:
            adam(self, w, G, m, v, unit)
            return
        m *= self.momentum
        m += (1 - self.momentum) * G
        u = self.momentum * m / (1 - self.momentum ** (self.t + 1))
        u += (1 - self.momentum) * G / (1 - self.momentum**self.t)
        X = orthogonalized(u.reshape(len(u), -1), self.eps / float(unit))
        w -= self.lr * math.sqrt(max(1, X.shape[1] / X.shape[0])) * X.reshape(w.shape)


def orthogonalized(u: np.ndarray, eps: float) -> np.ndarray:
    """Return u (D, M) with singular values that are all about 1."""
    return newton_schulz(u / (float(np.linalg.norm(u)) + eps), COEFFICIENTS, ITERATIONS)


def newton_schulz(X: np.ndarray, coefficients: tuple[float, float, float], iterations: float) -> np.ndarray:
    """Bring all singular values of X (D, M), none of them above 1, close to 1: Newton and Schulz's iteration."""
    a, b, c = coefficients
    tall = len(X) > X.shape[1]
    X = X.T if tall else X  # so that X Xᵀ is the smaller of the two products
    for _ in range(int(iterations)):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X.T if tall else X
