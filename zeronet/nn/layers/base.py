"""What every layer is: a forward pass, a backward pass, and parameters with gradients."""

from typing import Any

import numpy as np

from zeronet.nn.parameters import copy_into


class Layer:
    """One step of a network.

        y = forward(x)                remembers what backward needs
        ∂L/∂x = backward(∂L/∂y)       and fills the gradient d… of each of its parameters

    A parameter W has its gradient in dW. A subclass names its parameters in param_names, and in buffer_names the arrays
    that training changes and no optimizer sees (running means); it gives them values in __init__. From then on,
    assigning to one (layer.W = a, self.dW = x.T @ dy) checks the shape and copies the numbers in: inside a network
    these arrays are views of one long vector, and a view that was replaced would stop learning in silence.
    """

    param_names: tuple[str, ...] = ()
    buffer_names: tuple[str, ...] = ()
    input_size: int | None = None  # numbers per example; None where any will do
    output_size: int | None = None
    random = False  # whether forward draws random numbers while training, from rng
    rng: np.random.Generator | None = None  # a Trainer gives a random layer that of each step, so that runs repeat
    in_network = False  # whether its arrays are a network's views
    input_grad = True  # False where nobody needs ∂L/∂x: in the first layer

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments that build this layer again (its parameters' values aside)."""
        return {}

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return y for a batch x; train says whether this is a training step."""
        raise NotImplementedError(f"{type(self).__name__} must say forward(x, train)")

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return ∂L/∂x for ∂L/∂y, or None where input_grad is False; fill the gradients of the parameters."""
        raise NotImplementedError(f"{type(self).__name__} must say backward(dy)")

    def bind(self, **arrays: np.ndarray) -> None:
        """Let the named parameters, gradients and buffers live in these arrays: a network's views."""
        self.__dict__.update(arrays, in_network=True)

    def __getstate__(self) -> dict[str, Any]:
        return {
            k: v for k, v in self.__dict__.items() if k not in ("in_network", "input_grad", "rng")
        }  # a copy is free

    def __setattr__(self, name: str, value: Any) -> None:
        declared = name in (*self.param_names, *self.buffer_names) or name.removeprefix("d") in self.param_names
        if declared and name in self.__dict__:
            copy_into(self.__dict__[name], value, f"{type(self).__name__}.{name}")
        else:
            super().__setattr__(name, value)
