"""SignSGD: only the direction counts."""

import numpy as np

from zeronet.optimizers.base import Optimizer


class SignSGD(Optimizer):
    """Take a step of one and the same length in every direction, however steep it is.

        w ← w − η sign(g)            η = lr; sign(0) = 0

    The whole gradient may be 1000 times as long: the path is the same. It never settles: at a minimum it steps to and
    fro by η, unless a schedule lets η shrink.
    lr: the length of each step, > 0, default 0.001. Raises ValueError for another one.
    Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", 2018. The same in optax
    (optax.sign_sgd); PyTorch and Keras have none. RMSProp with ρ = 0 and a tiny ε takes the same path.

    >>> params = {"x": -7.0, "y": 2.0}
    >>> SignSGD(lr=0.5).update(params, {"x": -0.7, "y": 4.0})
    >>> params  # −7 + 0.5, 2 − 0.5
    {'x': -6.5, 'y': 1.5}
    """

    def __init__(self, lr: float = 0.001):
        super().__init__(lr=lr)

    def rule(self, w: np.ndarray, g: np.ndarray) -> None:
        """Make the step."""
        w -= self.lr * np.sign(g)
