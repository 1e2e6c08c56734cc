"""ScheduleFreeAdamW: AdamW that is evaluated at its average."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class ScheduleFreeAdamW(Optimizer):
    """Average instead of momentum and instead of lowering the learning rate, with AdamW's step size per parameter.

        v ← β₂ v + (1 − β₂) g ⊙ g             v, mean of recent squared gradients, starts at 0; g, the gradient at w
        v̂ = v / (1 − β₂ᵗ)                     undo the start at 0; t counts the updates from 1
        z ← z − η (g / (√v̂ + ε) + λ w)        z, AdamW without m, starts at w; η = lr, ε = eps, λ = weight_decay
        c = η² / Σ η²                         the share of the newest: 1/t while the rate is constant
        x ← x + c (z − x)                     x, the average of all z: what is evaluated and saved; starts at w
        w ← z + β₁ (x − z)                    w, between both, is where gradients are taken; β₁ = beta1, β₂ = beta2

    While lr warms up, z weighs less. x is made from z alone: a change of w by others has no effect.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.0025; the learning rate
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the share of x in w, and the decay of v
    eps : float, ≥ 0, default 1e-7; prevents 0/0
    weight_decay : float, ≥ 0, default 0; λ

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` or `weight_decay` is negative.

    References
    ----------
    Defazio et al., "The Road Less Scheduled", 2024, Algorithm 1, with v̂ as in its authors' later code and in optax
    (both ε = 1e-8): the paper multiplies η by √(1 − β₂ᵗ) instead, also in λ and c. They keep only w and z, from which
    x = (w − (1 − β₁) z) / β₁, and weigh by the largest lr so far: the same unless lr falls.

    Examples
    --------
    >>> params, optimizer = {"a": 1.0}, ScheduleFreeAdamW(lr=0.25, beta1=0.5)
    >>> optimizer.update(params, {"a": 2.0})  # √v̂ = 2, z = 0.75; c = 1, so that x and w are there too
    >>> optimizer.update(params, {"a": 2.0})  # z = 0.5; c = 1/2, x = 0.625; w half-way
    >>> round(params["a"], 6), round(float(optimizer.evaluation_params(params)["a"]), 6)
    (0.5625, 0.625)
    """

    state_names = ("v", "z", "x")
    scalar_names = ("sum_of_weights",)
    sum_of_weights: float

    def __init__(
        self,
        lr: LearningRate = 0.0025,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-7,
        weight_decay: float = 0.0,
    ):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay)

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the start: no gradient yet, and w, twice."""
        return np.zeros_like(w), w.copy(), w.copy()

    def before_update(self, params: Mapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Add this update's weight to the sum."""
        self.sum_of_weights += self.lr * self.lr

    def rule(self, w: np.ndarray, g: np.ndarray, v: np.ndarray, z: np.ndarray, x: np.ndarray) -> None:
        """Make the step."""
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        v_hat = v / (1 - self.beta2**self.t)
        z -= self.lr * (g / (np.sqrt(v_hat) + self.eps) + self.weight_decay * w)
        c = self.lr * self.lr / self.sum_of_weights if self.sum_of_weights else 1.0  # a schedule may start at 0
        x += c * (z - x)
        w[...] = z + self.beta1 * (x - z)

    def evaluation_params(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return x; before the first update the parameters themselves."""
        return self.x or params
