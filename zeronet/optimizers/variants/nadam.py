"""NAdam: Adam that looks ahead."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class NAdam(Optimizer):
    """Take Adam's next step with what is known now, as Nesterov does with Momentum's.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← β₂ v + (1 − β₂) g ⊙ g             v, mean of recent squared gradients, starts at 0
        m̂ = β₁ m / (1 − β₁ᵗ⁺¹) + (1 − β₁) g / (1 − β₁ᵗ)     what m̂ will be if g comes again, about
        v̂ = v / (1 − β₂ᵗ)                     t counts the updates from 1
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
    Dozat, "Incorporating Nesterov Momentum into Adam", 2016, with one constant β₁, as in optax (there ε = 1e-8): the
    paper's equation without a second schedule inside. PyTorch and Keras let β₁ in m̂ rise from half of it, as the paper
    proposes, by the factor 1 − ½ · 0.96^(t/250), which has done half of its way at 4,250 updates (Keras: 0.96ᵗ, at 17).
    The paper's extra factor β₂ in v̂ is left out, as everywhere.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, NAdam(lr=0.25, beta1=0.5)
    >>> optimizer.update(params, {"x": 4.0})  # m = 2, m̂ = 0.5 · 2 / 0.75 + 0.5 · 4 / 0.5, √v̂ = 4
    >>> round(params["x"], 6)  # 1 − 0.25 · (4/3 + 4) / 4
    0.666667
    """

    state_names = ("m", "v")

    def __init__(self, lr: LearningRate = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        m_hat = self.beta1 * m / (1 - self.beta1 ** (self.t + 1)) + (1 - self.beta1) * g / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
