"""Prodigy: Adam that measures how far it has to go."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Prodigy(Optimizer):
    """Find the learning rate on the way: a lower bound d of the distance from the start to the minimum.

        η̂ = η d √(1 − β₂ᵗ)/(1 − β₁ᵗ)          d starts at d₀; t counts the updates from 1
        r ← √β₂ r + d η̂ ⟨g, w₀ − w⟩           one number for all parameters, starts at 0; w₀, where they started
        s ← √β₂ s + d η̂ g                     starts at 0
        m ← β₁ m + (1 − β₁) d g               starts at 0
        v ← β₂ v + (1 − β₂) d² g ⊙ g          starts at 0
        d ← max(d, r / ‖s‖₁)                  ‖s‖₁, sum of all |s| of all parameters
        w ← w − η̂ m / (√v + d ε)              η = lr, β₁ = beta1, β₂ = beta2, d₀ = d0, ε = eps

    On a convex loss ⟨g, w₀ − w⟩ measures how much of the way is already behind, and r / ‖s‖₁ is never longer than the
    way; its length is that of the longest coordinate, max |w₀ − w*|. The optimizer keeps four numbers for
    each parameter: m, s, w₀ and root_v = √v, as the squares of huge gradients have no place in a float.

    Parameters
    ----------
    lr : float or schedule, > 0, default 1; a factor, meant to stay 1 or to be a schedule that ends at 0
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the decay of the means
    d0 : float > 0, default 1e-6; the first estimate of d, rather too small than too large
    eps : float, ≥ 0, default 1e-8; prevents 0/0

    Raises
    ------
    ValueError if `lr` or `d0` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Mishchenko and Defazio, "Prodigy: An Expeditiously Adaptive Parameter-Free Learner", 2023, Algorithm 4, with Adam's
    correction of the start in η̂, as in optax.contrib; the authors' code has it as an option, off by default.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Prodigy(d0=0.25)
    >>> optimizer.update(params, {"x": 4.0})  # the first step is d0 long
    >>> round(params["x"], 6)
    0.75
    """

    state_names = ("m", "root_v", "s", "w0")
    scalar_names = ("d", "r")
    d: float
    r: float

    def __init__(
        self, lr: LearningRate = 1.0, beta1: float = 0.9, beta2: float = 0.999, d0: float = 1e-6, eps: float = 1e-8
    ):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, d0=d0, eps=eps)

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Remember where w started."""
        return np.zeros_like(w), np.zeros_like(w), np.zeros_like(w), w.copy()

    def before_update(self, params: Mapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Estimate d; the step is still made with the estimate of before."""
        d = self.d_before = self.d or self.d0
        self.rate_before = self.lr * d * math.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        products, lengths = [], []
        for name, w in params.items():
            s, g = self.s[name], np.asarray(grads[name], dtype=self.s[name].dtype)
            s *= math.sqrt(self.beta2)
            s += d * self.rate_before * g
            products.append(float(np.vdot(g, self.w0[name] - w)))
            lengths.append(float(np.abs(s).sum()))
        # Sorted, so that the order of the names does not matter.
        self.r = math.sqrt(self.beta2) * self.r + d * self.rate_before * sum(sorted(products))
        length = sum(sorted(lengths))
        self.d = max(d, self.r / length) if length else d

    def rule(
        self, w: np.ndarray, g: np.ndarray, m: np.ndarray, root_v: np.ndarray, s: np.ndarray, w0: np.ndarray
    ) -> None:
        """Make the step, with the rate of before and the new d beside ε."""
        m *= self.beta1
        m += (1 - self.beta1) * self.d_before * g
        np.hypot(math.sqrt(self.beta2) * root_v, math.sqrt(1 - self.beta2) * self.d_before * g, out=root_v)
        w -= self.rate_before * m / (root_v + self.d * self.eps)
