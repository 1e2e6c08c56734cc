"""scikit-learn's MLPClassifier: SGD, Momentum, Adam."""

from collections.abc import Callable

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.task import Task


def contestant(task: Task) -> Callable[[], float] | None:
    """Return one epoch, or None for a rule that scikit-learn lacks."""
    o = task.optimizer()
    settings = {
        "SGD": {"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False},
        "Momentum": {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False},
        "Adam": {"solver": "adam", "epsilon": 1e-7},
    }.get(task.rule)
    if settings is None:
        return None
    order = task.batches().ravel()
    x, t = task.x[order], task.t[order]  # gathered before: scikit-learn need not, for it does not shuffle here

    def epoch() -> float:
        net = MLPClassifier(
            task.sizes[1:-1], alpha=0, batch_size=task.batch_size, shuffle=False, learning_rate_init=o.lr, **settings
        )
        net.partial_fit(x[: task.batch_size], t[: task.batch_size], classes=np.arange(task.sizes[-1]))
        net.coefs_ = [W for W, _ in task.weights()]
        net.intercepts_ = [b for _, b in task.weights()]
        del net._optimizer  # scikit-learn then makes another, for these weights
        net.partial_fit(x, t)
        return float(net.loss_)

    return epoch
