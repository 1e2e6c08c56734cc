"""Rprop: SignSGD whose steps grow while they agree."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Rprop(Optimizer):
    """Look at signs only: let a step grow while its direction stays, and shrink it if it jumped over a minimum.

        s ← min(η⁺ s, s_max)    where g g₋ > 0          s, length of the step, starts at η = lr
        s ← max(η⁻ s, s_min)    where g g₋ < 0, and g ← 0 there: no step back, and a fresh start
        w ← w − s sign(g)
        g₋ ← g                                          g₋, the gradient before, starts at 0

    For gradients of the whole data: the noise of small batches flips signs, so that all steps shrink. RMSProp was
    made to cure that.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.001; the first length of every step; a schedule's later values have no effect
    shrink : float in (0, 1), default 0.5; η⁻
    grow : float > 1, default 1.2; η⁺
    min_step, max_step : float > 0, default 1e-6 and 50; s_min and s_max

    Raises
    ------
    ValueError if a number is not in the range above, or `min_step` is greater than `max_step`.

    References
    ----------
    Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993; in
    this form, which takes no step back, iRprop⁻ of Igel and Hüsken, "Improving the Rprop Learning Algorithm", 2000, as
    in PyTorch (there lr = 0.01). optax (0.2.8) makes each step one update late, and drops one more if signs change.

    Examples
    --------
    >>> params, optimizer = {"x": 1.0}, Rprop(lr=0.25, grow=2)
    >>> optimizer.update(params, {"x": 8.0})  # 1 − 0.25
    >>> optimizer.update(params, {"x": 0.1})  # 0.75 − 0.5
    >>> optimizer.update(params, {"x": -3.0})  # too far: s = 0.25, and no step
    >>> params, float(optimizer.s["x"])
    ({'x': 0.25}, 0.25)
    """

    state_names = ("s", "g_before")

    def __init__(
        self,
        lr: LearningRate = 0.001,
        shrink: float = 0.5,
        grow: float = 1.2,
        min_step: float = 1e-6,
        max_step: float = 50.0,
    ):
        super().__init__(lr=lr, shrink=shrink, grow=grow, min_step=min_step, max_step=max_step)
        if self.min_step > self.max_step:
            raise ValueError(f"min_step must be at most max_step = {max_step!r}, not {min_step!r}")

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the first steps, lr long, and no gradient before."""
        return np.full_like(w, self.lr), np.zeros_like(w)

    def rule(self, w: np.ndarray, g: np.ndarray, s: np.ndarray, g_before: np.ndarray) -> None:
        """Make the step of iRprop⁻."""
        agreement = np.sign(g) * np.sign(g_before)  # g g₋ itself may be too small for a float
        s[agreement > 0] *= self.grow
        s[agreement < 0] *= self.shrink
        np.clip(s, self.min_step, self.max_step, out=s)
        g_before[...] = np.where(agreement < 0, 0, g)
        w -= s * np.sign(g_before)
