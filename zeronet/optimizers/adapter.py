"""Let any class with update(params, grads) train a network: the book's, an article's, a learner's."""

from collections.abc import Mapping
from typing import Any

from zeronet.nn.parameters import Parameters
from zeronet.optimizers.base import Optimizer


class Adapted:
    """An optimizer that is not derived from zeronet.Optimizer, with the methods that a trainer calls.

    It gets a plain dictionary of the parameter arrays and copies of the gradients. Arrays that it changes in place are
    the network's own; new arrays that it assigns (params[k] = params[k] - …) are copied back.

    Parameters
    ----------
    optimizer : any object with update(params, grads)

    Examples
    --------
    >>> class Plain:
    ...     def update(self, params, grads):
    ...         for k in params:
    ...             params[k] = params[k] - 0.5 * grads[k]
    >>> params, grads = Parameters({"W": (2,)}), Parameters({"W": (2,)})
    >>> grads["W"] = [1, 2]
    >>> Adapted(Plain()).update(params, grads)
    >>> params["W"]
    array([-0.5, -1. ], dtype=float32)
    """

    def __init__(self, optimizer: Any):
        self.optimizer = optimizer

    @property
    def lr(self) -> float | None:
        """The learning rate, if the optimizer has one under this name."""
        return getattr(self.optimizer, "lr", None)

    @lr.setter
    def lr(self, lr: float) -> None:
        self.optimizer.lr = lr

    def update(self, params: Parameters, grads: Mapping[str, Any]) -> None:
        """Make one update. Raises ValueError if the optimizer returns something, or changes the names or a shape."""
        plain = dict(params)
        returned = self.optimizer.update(plain, {name: g.copy() for name, g in grads.items()})
        if returned is not None and returned is not plain:
            name = type(self.optimizer).__name__
            raise ValueError(
                f"{name}.update must change params itself: what it returns is lost ({type(returned).__name__})"
            )
        if plain.keys() != params.keys():
            raise ValueError(f"{type(self.optimizer).__name__} turned the parameters {list(params)} into {list(plain)}")
        for name, value in plain.items():
            if value is not params[name]:
                params[name] = value

    def evaluation_params(self, params: Parameters) -> Parameters:
        """Return the parameters themselves."""
        return params

    def swap_to_evaluation(self, params: Parameters) -> None:
        """Do nothing: what it trains is what is evaluated."""

    def swap_to_training(self, params: Parameters) -> None:
        """Do nothing."""

    def has_swapped(self, params: Parameters) -> bool:
        """Return False."""
        return False


def adapt(optimizer: Any) -> Optimizer | Adapted:
    """Return zeronet's optimizers as they are and others adapted. Raises ValueError if there is no method update."""
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "update", None)):
        raise ValueError(f"an optimizer is an object with a method update(params, grads), not {optimizer!r}")
    return optimizer if isinstance(optimizer, Optimizer | Adapted) else Adapted(optimizer)
