"""Lion: SignSGD with momentum."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Lion(Optimizer):
    """Step by η in every direction, the way that most recent gradients point; with weight decay.

        c = β₁ m + (1 − β₁) g                 what decides: the past, and more of the present than m will keep
        w ← w − η (sign(c) + λ w)             η = lr, β₁ = beta1, λ = weight_decay
        m ← β₂ m + (1 − β₂) g                 m, mean of recent gradients, starts at 0; β₂ = beta2

    Every step has the same length, so that a long training needs a learning rate 3 to 10 times smaller than Adam's, and
    λ larger by the same factor.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the length of each step
    beta1, beta2 : float in [0, 1), default 0.9 and 0.99; the weight of the past in c, and the decay of m
    weight_decay : float, ≥ 0, default 0; λ: all parameters lose the share η λ at each update

    Raises
    ------
    ValueError if `lr` is not positive, `beta1` or `beta2` is not in [0, 1), or `weight_decay` is negative.

    References
    ----------
    Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, Algorithm 2; its authors' code has lr = 0.0001,
    which is slow on small networks; Keras has 0.001. The same form in optax (λ = 0.001) and Keras; PyTorch has none.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Lion(lr=0.25)
    >>> optimizer.update(params, {"x": 4.0})  # 1 − 0.25, m = 0.01 · 4
    >>> optimizer.update(params, {"x": -0.5})  # c = 0.9 · 0.04 − 0.1 · 0.5 < 0: it turns round
    >>> params
    {'x': 1.0}
    """

    state_names = ("m",)

    def __init__(self, lr: LearningRate = 0.001, beta1: float = 0.9, beta2: float = 0.99, weight_decay: float = 0.0):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray) -> None:
        """Make the step of Algorithm 2."""
        c = self.beta1 * m + (1 - self.beta1) * g
        w -= self.lr * (np.sign(c) + self.weight_decay * w)
        m *= self.beta2
        m += (1 - self.beta2) * g
