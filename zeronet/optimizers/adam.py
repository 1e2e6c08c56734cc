"""Adam: Momentum and RMSProp together."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Adam(Optimizer):
    """Roll like Momentum, with a step size per parameter like RMSProp, and correct the start at 0.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← β₂ v + (1 − β₂) g ⊙ g             v, mean of recent squared gradients, starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)     undo the start at 0; t counts the updates from 1
        w ← w − η m̂ / (√v̂ + ε)                η = lr, β₁ = beta1, β₂ = beta2, ε = eps

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
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, Algorithm 1, as in PyTorch and optax (with ε =
    1e-8). The book (6.1.6, アダム), Keras and scikit-learn add ε to the uncorrected root: their step is
    η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε), which is ours with ε/√(1 − β₂ᵗ) for ε: 32 times as large at first. For
    gradients as small as ε, such as those of pixels that are never lit, under a weight decay in the loss, that is
    another step: |g| = ε moves by η/2 at first here, by η/33 there.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Adam(lr=0.25)
    >>> optimizer.update(params, {"x": 4.0})  # m̂ = 4 and √v̂ = 4: the first step is lr long
    >>> round(params["x"], 6)
    0.75
    """

    state_names = ("m", "v")

    def __init__(self, lr: LearningRate = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step of Algorithm 1."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
