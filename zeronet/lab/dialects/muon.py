"""Muon without the corrections of the start at 0, and with the iteration's numbers as settings."""

import math

import numpy as np

from zeronet.optimizers import Muon
from zeronet.optimizers.base import Optimizer
from zeronet.optimizers.variants.matrices import adam, in_units
from zeronet.optimizers.variants.muon import newton_schulz


class MuonUncorrected(Muon):
    """PyTorch: as in Jordan's code, but for the place of ε. PyTorch itself computes X in bfloat16, with three digits.

        m ← α m + (1 − α) g          g (D, M); m starts at 0; α = momentum
        u = α m + (1 − α) g
        X = u / max(‖u‖, ε)
        A = X Xᵀ, X ← a X + (b A + c A A) X, ns_steps times
        w ← w − η √max(1, M/D) X     w (D, M), from D inputs to M outputs; η = lr, ε = eps

    PyTorch has matrices (M, D) and no Muon for vectors and numbers, which learn as in Adam here.

    >>> params, optimizer = {"W": np.zeros((2, 2))}, MuonUncorrected(lr=1, momentum=0.5, ns_steps=1, a=1.5, b=-0.5, c=0)
    >>> optimizer.update(params, {"W": np.diag([4.0, 3.0])})  # X = diag(0.8, 0.6), 1.5 X − 0.5 X³ = diag(0.944, 0.792)
    >>> params["W"].round(6) + 0.0
    array([[-0.944,  0.   ],
           [ 0.   , -0.792]])
    """

    def __init__(
        self,
        lr: float = 0.02,
        momentum: float = 0.95,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-7,
        ns_steps: float = 5,
        a: float = 3.4445,
        b: float = -4.775,
        c: float = 2.0315,
    ):
        # Muon's own __init__ has no numbers of the iteration.
        numbers = {"ns_steps": ns_steps, "a": a, "b": b, "c": c}
        Optimizer.__init__(self, lr=lr, momentum=momentum, beta1=beta1, beta2=beta2, eps=eps, **numbers)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, unit: np.ndarray) -> None:
        """Make the step of one array."""
        G = in_units(g, m, v, unit)
        if w.ndim < 2:
            adam(self, w, G, m, v, unit)
            return
        m *= self.momentum
        m += (1 - self.momentum) * G
        u = (self.momentum * m + (1 - self.momentum) * G).reshape(len(G), -1)
        X = u / max(float(np.linalg.norm(u)), self.eps / float(unit))
        X = newton_schulz(X, (self.a, self.b, self.c), self.ns_steps)
        w -= self.lr * math.sqrt(max(1, X.shape[1] / X.shape[0])) * X.reshape(w.shape)
