"""LAMB: LARS with Adam's directions."""

import math

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer
from zeronet.optimizers.variants.lars import rated


class LAMB(Optimizer):
    """Change each array by the same share of its length, in the direction of Adam's step.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← β₂ v + (1 − β₂) g ⊙ g             v, mean of recent squared gradients, starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)     t counts the updates from 1
        u = m̂ / (√v̂ + ε) + λ w                λ = weight_decay
        w ← w − η ‖w‖ / ‖u‖ u                 one ratio for each array; η = lr, β₁ = beta1, β₂ = beta2, ε = eps

    So each update is η of the array's length. If ‖w‖ or ‖u‖ is 0, as with biases at the start, the ratio is 1.
    The state root_v is √v, as squares of gradients beyond 10¹⁹ have no place in float32.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.01; the learning rate
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the decay of the two means
    eps : float, ≥ 0, default 1e-6; prevents 0/0
    weight_decay : float, ≥ 0, default 0; λ

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` or `weight_decay` is negative.

    References
    ----------
    You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", 2020, Algorithm 2, with
    φ(‖w‖) = ‖w‖, as in optax. Some libraries bound ‖w‖ above by 10, or leave out the correction of m and v.

    Examples
    --------
    >>> params, optimizer = {"W": np.array([3.0, 4.0])}, LAMB(lr=0.1, eps=0)
    >>> optimizer.update(params, {"W": np.array([0.5, -9.0])})  # u = (1, −1); the step is 0.1 · 5 long
    >>> params["W"].round(4)
    array([2.6464, 4.3536])
    """

    state_names = ("m", "root_v")
    elementwise = False

    def __init__(
        self,
        lr: LearningRate = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, root_v: np.ndarray) -> None:
        """Make the step of one array."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        np.hypot(math.sqrt(self.beta2) * root_v, math.sqrt(1 - self.beta2) * g, out=root_v)
        m_hat = m / (1 - self.beta1**self.t)
        u = m_hat / (root_v / math.sqrt(1 - self.beta2**self.t) + self.eps) + self.weight_decay * w
        rate, direction = rated(w, u)
        w -= self.lr * rate * direction
