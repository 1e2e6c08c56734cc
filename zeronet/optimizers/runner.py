"""The place where another way to run a rule than NumPy is set, such as zeronet.training.compiled."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Protocol

import numpy as np


class RuleRunner(Protocol):
    """Runs the rule of an optimizer on whole vectors in another way than NumPy. It needs NumPy not to raise."""

    def __call__(self, optimizer: Any, vectors: list[np.ndarray], transforms: Sequence[Any] = ()) -> bool:
        """Make an update, after these transforms; return whether it could: if not, nothing has changed."""

    def has_loop(self, optimizer: Any) -> bool:
        """Return whether it could the last time, and will change no vector halfway the next time."""


run_rule: ContextVar[RuleRunner | None] = ContextVar("run_rule", default=None)
