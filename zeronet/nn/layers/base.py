"""The base class of layers: a forward pass, a backward pass, and parameters with gradients."""

import copy
import inspect
from contextlib import suppress
from numbers import Real
from typing import Any, Self

import numpy as np

from zeronet.common.errors import UserError
from zeronet.nn.parameters import copy_into

Shape = tuple[int, ...]  # of one example, without the axis of the batch


class Layer:
    """One step of a network.

        y = forward(x)                remembers what backward needs
        ∂L/∂x = backward(∂L/∂y)       and fills the gradient d… of each of its parameters

    A parameter W has its gradient in dW. A subclass lists its parameters in param_names, and in buffer_names the arrays
    that training changes and no optimizer sees (running means); it gives them values in __init__. After that, assigning
    to one (layer.W = a, self.dW = x.T @ dy) checks the shape and copies the numbers: inside a network these arrays are
    views of one long vector, and a view that was replaced would silently stop learning.

    Examples
    --------
    >>> class Scale(Layer):
    ...     param_names = ("s",)
    ...
    ...     def __init__(self, size):
    ...         self.s, self.ds = np.ones(size), np.zeros(size)
    ...
    ...     def forward(self, x, train=False):
    ...         self.x = x
    ...         return self.s * x
    ...
    ...     def backward(self, dy):
    ...         self.ds = (dy * self.x).sum(axis=0)
    ...         return dy * self.s
    >>> layer = Scale(2)
    >>> layer.s = [10, 100]
    >>> layer.forward(np.array([[1.0, 2.0]]))
    array([[ 10., 200.]])
    >>> layer.backward(np.array([[1.0, 1.0]])), layer.ds
    (array([[ 10., 100.]]), array([1., 2.]))
    """

    param_names: tuple[str, ...] = ()
    buffer_names: tuple[str, ...] = ()
    input_size: int | None = None  # numbers per example; None if any will do
    output_size: int | None = None
    _arguments: dict[str, Any]  # of __init__, by name
    random = False  # whether forward draws from rng while training
    rng: np.random.Generator | None = None  # set by a Trainer before each step, if random
    in_network = False  # whether its arrays are views of a network's vectors
    input_grad = True  # False if ∂L/∂x is not needed: no layer before has parameters

    def __new__(cls, *args: Any, **named: Any) -> Self:
        """Remember the arguments, so that a subclass need not say how it is built again."""
        layer = super().__new__(cls)
        arguments: dict[str, Any] = {}
        if args or named:  # copies and pickles pass none
            with suppress(TypeError):  # __init__ will raise it
                arguments = inspect.signature(cls.__init__).bind(layer, *args, **named).arguments
        layer.__dict__["_arguments"] = {name: a for name, a in arguments.items() if _is_plain(a)}
        return layer

    def __init__(self) -> None:
        """Take no arguments; a subclass may, and need not call this."""

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments that build this layer again, as they are now: those that are numbers, strings or tuples."""
        values = {name: self.__dict__.get(name, argument) for name, argument in self._arguments.items()}
        return {name: a.item() if isinstance(a, np.generic) else a for name, a in values.items()}

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of y for one example x of this shape: (output_size,), or what forward makes of zeros.

        Raises ValueError if x cannot have this shape; its text goes on from the layer's name.
        """
        if self.input_size is not None and shape != (self.input_size,):
            raise ValueError(f"takes {self.input_size} inputs, but gets {shape_text(shape)}")
        if self.output_size is not None:
            return (self.output_size,)
        try:
            return copy.copy(self).forward(np.zeros((1, *shape), np.float32)).shape[1:]  # self remembers its own batch
        except Exception:  # a learner's layer may expect something else; a forward pass will say so
            return shape

    def checked_output_shape(self, x: np.ndarray) -> Shape:
        """Return output_shape for a batch x. Raises ValueError, with the layer's name, if x has another shape."""
        try:
            return self.output_shape(x.shape[1:])
        except ValueError as error:
            raise UserError(f"{type(self).__name__} {error}") from error

    def forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """Return y for a batch x; train is True in a training step."""
        raise NotImplementedError(f"{type(self).__name__} must implement forward(x, train)")

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Fill the gradients of the parameters; return ∂L/∂x for ∂L/∂y, or None if input_grad is False."""
        raise NotImplementedError(f"{type(self).__name__} must implement backward(dy)")

    def bind(self, **arrays: np.ndarray) -> None:
        """Replace the named parameters, gradients and buffers by these views of a network's vectors."""
        self.__dict__.update(arrays, in_network=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.settings.items())})"

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


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | bool | Real)


def shape_text(shape: Shape) -> str:
    """Return the shape of an example as text.

    >>> shape_text((784,)), shape_text((1, 28, 28))
    ('784', '1×28×28')
    """
    return "×".join(map(str, shape))
