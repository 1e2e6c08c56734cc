"""AdaBelief: Adam that takes long steps while gradients come as expected."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class AdaBelief(Optimizer):
    """Divide by how far a gradient is from the expected one: long steps if they agree, short ones if they differ.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients: the one expected, starts at 0
        s ← β₂ s + (1 − β₂) (g − m) ⊙ (g − m) + ε      s, mean of recent squared surprises, starts at 0
        m̂ = m / (1 − β₁ᵗ)    ŝ = s / (1 − β₂ᵗ)     undo the start at 0; t counts the updates from 1
        w ← w − η m̂ / (√ŝ + ε)                η = lr, β₁ = beta1, β₂ = beta2, ε = eps

    ε is added at each update and piles up in s to ε/(1 − β₂), so that it must be far smaller than elsewhere.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the learning rate
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the decay of the two means
    eps : float, ≥ 0, default 1e-16; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Zhuang et al., "AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients", 2020, Algorithm 2,
    with the ε of its authors' code and of optax, where ε inside and outside can differ; PyTorch and Keras have none.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, AdaBelief(lr=0.25, beta1=0.5)
    >>> optimizer.update(params, {"x": 4.0})  # m = 2, m̂ = 4, √ŝ = 4 − 2
    >>> round(params["x"], 6)
    0.5
    """

    state_names = ("m", "s")

    def __init__(self, lr: LearningRate = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-16):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, s: np.ndarray) -> None:
        """Make the step of Algorithm 2."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        s *= self.beta2
        s += (1 - self.beta2) * (g - m) * (g - m) + self.eps
        m_hat = m / (1 - self.beta1**self.t)
        s_hat = s / (1 - self.beta2**self.t)
        w -= self.lr * m_hat / (np.sqrt(s_hat) + self.eps)
