"""AMSGrad: Adam whose v̂ never falls."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class AMSGrad(Optimizer):
    """Keep the largest v̂ so far: a rare, large gradient is not forgotten, and no effective step η/√v̂ grows again.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← β₂ v + (1 − β₂) g ⊙ g             v, mean of recent squared gradients, starts at 0
        m̂ = m / (1 − β₁ᵗ)                     undo the start at 0; t counts the updates from 1
        v̂ ← max(v̂, v / (1 − β₂ᵗ))             v̂, the largest mean so far, starts at 0
        w ← w − η m̂ / (√v̂ + ε)                η = lr, β₁ = beta1, β₂ = beta2, ε = eps

    The state v̂ is called v_hat.

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
    Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", 2018, Algorithm 2, which leaves out Adam's
    corrections for brevity; here they stay, so that the maximum is all that differs from Adam, as in optax (with ε =
    1e-8). PyTorch and Keras take the maximum of the uncorrected v and correct it afterwards: there effective steps
    still grow at first, while the correction falls to 1.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, AMSGrad(lr=0.25, beta1=0)
    >>> optimizer.update(params, {"x": 4.0})  # √v̂ = 4: the first step is lr long
    >>> optimizer.update(params, {"x": 1.0})  # the mean falls, v̂ stays: 0.75 − 0.25 / 4
    >>> round(params["x"], 6), round(float(optimizer.v_hat["x"]), 6)
    (0.6875, 16.0)
    """

    state_names = ("m", "v", "v_hat")

    def __init__(self, lr: LearningRate = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, v_hat: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        m_hat = m / (1 - self.beta1**self.t)
        np.maximum(v_hat, v / (1 - self.beta2**self.t), out=v_hat)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
