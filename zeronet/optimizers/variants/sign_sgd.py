"""SignSGD: only the direction counts."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class SignSGD(Optimizer):
    """Take a step of the same length in every direction, however steep it is.

        w ← w − η sign(g)            η = lr; sign(0) = 0

    The path does not depend on the length of the gradient. It never settles: at a minimum it steps to and fro by η,
    unless a schedule lets η shrink.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the length of each step

    Raises
    ------
    ValueError if `lr` is not positive.

    References
    ----------
    Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", 2018. The same in optax
    (optax.sign_sgd); PyTorch and Keras have none. RMSProp with ρ = 0 and a tiny ε takes the same path.

    Examples
    --------
    >>> params = {"x": -7.0, "y": 2.0}
    >>> SignSGD(lr=0.5).update(params, {"x": -0.7, "y": 4.0})
    >>> params  # −7 + 0.5, 2 − 0.5
    {'x': -6.5, 'y': 1.5}
    """

    def __init__(self, lr: LearningRate = 0.001):
        super().__init__(lr=lr)

    def rule(self, w: np.ndarray, g: np.ndarray) -> None:
        """Make the step."""
        w -= self.lr * np.sign(g)
