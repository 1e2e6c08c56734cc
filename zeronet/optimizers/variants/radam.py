"""RAdam: Adam that trusts its second moment only when it has seen enough."""

import math

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class RAdam(Optimizer):
    """Begin without adaptive steps, and let them in as v becomes reliable: a warm-up with nothing to set.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← β₂ v + (1 − β₂) g ⊙ g             v, mean of recent squared gradients, starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)     undo the start at 0; t counts the updates from 1
        ρ∞ = 2/(1 − β₂) − 1, ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)     gradients that v holds, in effect: at last ρ∞
        r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ))      grows to 1
        w ← w − η r m̂ / (√v̂ + ε) if ρ > 5     η = lr, β₁ = beta1, β₂ = beta2, ε = eps
        w ← w − η m̂ else                      five updates with β₂ = 0.999

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the learning rate
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the decay of the two means
    eps : float, ≥ 0, default 1e-7; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", 2020, Algorithm 2. It prints ρ > 4; 5 is
    what its authors' code, PyTorch and optax have. ε is where Adam has it, as in optax; PyTorch adds it to the
    uncorrected root (both 1e-8).

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, RAdam(lr=0.25)
    >>> optimizer.update(params, {"x": 2.0})  # ρ = 1: a step of Momentum, with m̂ = 2
    >>> round(params["x"], 6)
    0.5
    """

    state_names = ("m", "v")

    def __init__(self, lr: LearningRate = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step of Algorithm 2."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        r = self.rectification()
        w -= self.lr * (m_hat if r is None else r * m_hat / (np.sqrt(v_hat) + self.eps))

    def rectification(self) -> float | None:
        """Return r of this update, or None while ρ ≤ 5."""
        limit = 2 / (1 - self.beta2) - 1
        rho = limit - 2 * self.t * self.beta2**self.t / (1 - self.beta2**self.t)
        if rho <= 5:
            return None
        return math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
