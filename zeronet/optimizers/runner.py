"""The place where another way to run a rule than NumPy is set, such as zeronet.training.fused."""

from contextvars import ContextVar
from typing import Any, Protocol

import numpy as np

from zeronet.nn.parameters import Parameters


class RuleRunner(Protocol):
    """Runs the rule of an optimizer on whole vectors in another way than NumPy. It needs NumPy not to raise."""

    def __call__(self, optimizer: Any, vectors: list[np.ndarray], transformed: Parameters | None = None) -> bool:
        """Make an update; return whether it could: if not, nothing has changed.

        transformed: the gradients, if the optimizer's transforms are to be applied to them.
        """

    def has_loop(self, optimizer: Any) -> bool:
        """Return whether it could the last time, without transforms: then it will change all vectors or none."""


run_rule: ContextVar[RuleRunner | None] = ContextVar("run_rule", default=None)
