"""RMSPropMomentum: RMSProp that rolls."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class RMSPropMomentum(Optimizer):
    """Let the steps of RMSProp add up in a velocity, as those of Momentum do.

        h ← ρ h + (1 − ρ) g ⊙ g               h, mean of recent squared gradients, starts at 0; ρ = rho
        v ← α v − η g / (√h + ε)              v, velocity, starts at 0; α = momentum, η = lr, ε = eps
        w ← w + v

    Steps that agree add up to η/(1 − α): ten times RMSProp's at α = 0.9, which is why the default lr is smaller.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.0005; the learning rate
    rho, momentum : float in [0, 1), default 0.9; the decay of h, and the share of the velocity that is kept
    eps : float, ≥ 0, default 1e-7; prevents 0/0

    Raises
    ------
    ValueError if `lr` is not positive, `rho` or `momentum` is not in [0, 1), or `eps` is negative.

    References
    ----------
    Tieleman and Hinton, "Neural Networks for Machine Learning", Coursera lecture 6e, 2012: slides, no paper.
    TensorFlow, Keras and optax keep lr inside v, as here; PyTorch outside: the same path while lr is constant. Keras
    and optax put ε inside the root.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, RMSPropMomentum(lr=0.1, rho=0.75, momentum=0.5)
    >>> optimizer.update(params, {"x": 4.0})  # h = 0.25 · 16, v = −0.1 · 4 / 2
    >>> optimizer.update(params, {"x": 0.0})  # v = −0.1
    >>> round(params["x"], 6)
    0.7
    """

    state_names = ("h", "v")

    def __init__(self, lr: LearningRate = 0.0005, rho: float = 0.9, momentum: float = 0.9, eps: float = 1e-7):
        super().__init__(lr=lr, rho=rho, momentum=momentum, eps=eps)

    def rule(self, w: np.ndarray, g: np.ndarray, h: np.ndarray, v: np.ndarray) -> None:
        """Make the step."""
        h *= self.rho
        h += (1 - self.rho) * g * g
        v *= self.momentum
        v -= self.lr * g / (np.sqrt(h) + self.eps)
        w += v
