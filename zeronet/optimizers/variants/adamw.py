"""AdamW: Adam with decoupled weight decay."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class AdamW(Optimizer):
    """Let all weights shrink evenly, beside Adam's step and not through its gradient.

        m ← β₁ m + (1 − β₁) g                 m, mean of recent gradients, starts at 0
        v ← β₂ v + (1 − β₂) g ⊙ g             v, mean of recent squared gradients, starts at 0
        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)     undo the start at 0; t counts the updates from 1
        w ← w − η (m̂ / (√v̂ + ε) + λ w)        η = lr, β₁ = beta1, β₂ = beta2, ε = eps, λ = weight_decay

    A penalty ½λΣw² would add λ w to the gradient, where Adam divides it by √v̂: weights with steep gradients would
    hardly shrink.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the learning rate
    beta1, beta2 : float in [0, 1), default 0.9 and 0.999; the decay of the two means
    eps : float, ≥ 0, default 1e-7; prevents 0/0
    weight_decay : float, ≥ 0, default 0.01; λ: all parameters, biases too, lose the share η λ at each update

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `eps` or `weight_decay` is negative.

    References
    ----------
    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, Algorithm 2. The paper multiplies λ by its
    schedule alone; here, in PyTorch, Keras and optax λ is multiplied by the whole learning rate. Their λ is 0.01, 0.004
    and 0.0001, their ε 1e-8 (Keras: 1e-7, added to the uncorrected root).

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, AdamW(lr=0.25, weight_decay=0.5)
    >>> optimizer.update(params, {"x": 4.0})  # m̂ = 4 and √v̂ = 4: 1 − 0.25 · (1 + 0.5 · 1)
    >>> round(params["x"], 6)
    0.625
    """

    state_names = ("m", "v")

    def __init__(
        self,
        lr: LearningRate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-7,
        weight_decay: float = 0.01,
    ):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        """Make the step of Algorithm 2."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        w -= self.lr * (m_hat / (np.sqrt(v_hat) + self.eps) + self.weight_decay * w)
