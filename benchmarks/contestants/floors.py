"""What no program on this BLAS can do without: the matrix products of the steps, and gathering the batches."""

from collections.abc import Callable

import numpy as np

from benchmarks.task import Task


def products(task: Task) -> Callable[[], float]:
    """Return the matrix products of one epoch alone: forward, ∂L/∂W, and ∂L/∂x but for the first layer."""
    rng = np.random.default_rng(0)
    steps, weights = len(task.x) // task.batch_size, [W for W, _ in task.weights()]
    seen = [rng.standard_normal((task.batch_size, len(W)), dtype=np.float32) for W in weights]
    out = [rng.standard_normal((task.batch_size, W.shape[1]), dtype=np.float32) for W in weights]

    def epoch() -> float:
        for _ in range(steps):
            for k, W in enumerate(weights):
                seen[k] @ W
                seen[k].T @ out[k]
                if k:
                    out[k] @ W.T
        return float("nan")

    return epoch


def gather(task: Task) -> Callable[[], float]:
    """Return the gathering of one epoch's batches alone."""
    order = task.batches()

    def epoch() -> float:
        for batch in order:
            task.x[batch], task.t[batch]
        return float("nan")

    return epoch
