"""An optimizer with clipping or weight decay around it, which is an optimizer again."""

import copy
from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np

from zeronet.nn.parameters import Parameters
from zeronet.optimizers.base import Optimizer
from zeronet.optimizers.transforms import Transform, WeightDecay


class Transformed(Optimizer):
    """An optimizer with transforms before each of its updates; whatever else is asked, the optimizer inside answers.

    optimizer: one of zeronet's (class Optimizer); transforms: at least one Transform, in their order. Raises ValueError
    for others.

    >>> from zeronet import L2, AdaGrad, ClipNorm
    >>> Transformed(AdaGrad(lr=0.1), ClipNorm(1.0), L2(0.0001))
    Transformed(AdaGrad(lr=0.1, eps=1e-07), ClipNorm(1.0), L2(0.0001, 'weights'))
    """

    def __init__(self, optimizer: Optimizer, *transforms: Transform):
        if not isinstance(optimizer, Optimizer):
            raise ValueError(f"transforms need an optimizer derived from zeronet.Optimizer, not {optimizer!r}")
        if not transforms or not all(isinstance(each, Transform) for each in transforms):
            raise ValueError(f"Transformed takes an optimizer and Transforms, as in ClipNorm(1.0), not {transforms!r}")
        keeps_weights = type(optimizer).evaluation_params is not Optimizer.evaluation_params
        if keeps_weights and any(isinstance(each, WeightDecay) for each in transforms):
            raise ValueError(f"WeightDecay cannot reach the weights that {type(optimizer).__name__} keeps: L2 can")
        self.optimizer, self.transforms = optimizer, transforms

    def update(self, params: MutableMapping[str, Any] | Parameters, grads: Mapping[str, Any]) -> None:
        """Apply the transforms to copies of the gradients, and make the optimizer's update."""
        self.optimizer._check(params, grads)
        lr = self.optimizer.next_lr()
        own = grads.copy() if isinstance(grads, Parameters) else {name: _copied(g) for name, g in grads.items()}
        for transform in self.transforms:
            transform.apply(params, own, lr)
        self.optimizer.update(params, own)

    def effective_steps(self) -> dict[str, Any] | None:
        """Return r of the last update w ← w − r ⊙ g, where g is the gradient before the transforms; None beside L2."""
        rates = self.optimizer.effective_steps()
        for transform in self.transforms:
            if rates is None or transform.factor is None:
                return None
            rates = {name: rate * transform.factor[name] for name, rate in rates.items()}
        return rates

    @property
    def settings(self) -> dict[str, Any]:
        """The optimizer's settings, and those of the transforms."""
        return {name: value for each in (self.optimizer, *self.transforms) for name, value in each.settings.items()}

    def clone(self) -> "Transformed":
        """Return a transformed optimizer with the same settings that has seen nothing yet."""
        return Transformed(self.optimizer.clone(), *copy.deepcopy(self.transforms))

    def state_dict(self) -> dict[str, Any]:
        """Return the optimizer's state, under a kind that tells the transforms."""
        state = self.optimizer.state_dict()
        return {**state, "kind": self._kind(state["kind"])}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where state_dict() was taken. Raises ValueError for another kind of optimizer or other transforms."""
        kind = self.optimizer.state_dict()["kind"]
        if state["kind"] != self._kind(kind):
            raise ValueError(f"this state is one of {state['kind']}, not one of {self._kind(kind)}")
        self.optimizer.load_state_dict({**state, "kind": kind})

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the optimizer's first states of w."""
        return self.optimizer.init_state(w)

    def evaluation_params(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the optimizer wants evaluated."""
        return self.optimizer.evaluation_params(params)

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of the optimizer's states."""
        return self.optimizer.state_names

    @property
    def elementwise(self) -> bool:
        """Whether the optimizer's rule meets any stretch of numbers."""
        return self.optimizer.elementwise

    @property
    def lr(self) -> float:
        """The optimizer's rate."""
        return self.optimizer.lr

    @lr.setter
    def lr(self, value: float) -> None:
        self.optimizer.lr = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "optimizer" not in self.__dict__:  # while it is being copied or unpickled
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.optimizer, name)

    def __repr__(self) -> str:
        return f"Transformed({', '.join(repr(each) for each in (self.optimizer, *self.transforms))})"

    def _kind(self, kind: str) -> str:
        return f"{kind} after {', '.join(repr(each) for each in self.transforms)}"


def _copied(g: Any) -> np.ndarray:
    """Return a gradient as a new array of floats."""
    return np.array(g, dtype=None if np.asarray(g).dtype.kind == "f" else np.float64)
