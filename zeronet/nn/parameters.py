"""Parameters: many named arrays that are views of one long vector."""

import math
import reprlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from zeronet.common.validation import checked_array, is_shape


def copy_into(view: np.ndarray, value: ArrayLike, name: str) -> None:
    """Copy value into view, the array called name. Raises ValueError if their shapes differ or it holds no numbers."""
    value = np.asarray(checked_array(name, value))
    if value.shape != view.shape:
        raise ValueError(f"{name} has shape {view.shape}: cannot assign an array of shape {value.shape}")
    view[...] = value


class Parameters(Mapping[str, np.ndarray]):
    """A dictionary of arrays that share one vector.

        flat = (W1 …, b1 …, W2 …, b2 …)          params["W1"] is a view of its part of flat

    An optimizer updates flat as one array while layers use the named arrays. The views cannot detach:
    params["W1"] = a checks the shape and copies a into the view; new names cannot be added.

    Parameters
    ----------
    shapes : dict of name → shape, in the order of the vector
    dtype : float type, default float32; of all arrays
    flat : array (P,), default zeros; the vector to use

    Raises
    ------
    ValueError if `flat` has not as many numbers as `shapes`, or an assigned array has another shape; KeyError if a
    name is unknown.

    Examples
    --------
    >>> params = Parameters({"W1": (2, 2), "b1": (2,)})
    >>> params["W1"] = [[1, 2], [3, 4]]
    >>> params.flat
    array([1., 2., 3., 4., 0., 0.], dtype=float32)
    >>> params.flat *= 10
    >>> params["W1"][1]
    array([30., 40.], dtype=float32)
    """

    def __init__(
        self, shapes: Mapping[str, tuple[int, ...]], dtype: DTypeLike = np.float32, flat: np.ndarray | None = None
    ):
        self.shapes = {name: tuple(shape) for name, shape in shapes.items()}
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        self._flat = np.zeros(sum(sizes), dtype) if flat is None else flat
        if self._flat.shape != (sum(sizes),):
            raise ValueError(f"flat must have shape {(sum(sizes),)}, not {self._flat.shape}")
        starts = np.cumsum([0, *sizes])
        self._views = {
            name: self._flat[start : start + size].reshape(shape)
            for (name, shape), start, size in zip(self.shapes.items(), starts[:-1], sizes, strict=True)
        }

    @property
    def flat(self) -> np.ndarray:
        """All numbers as one vector (P,). Assigning to it copies into it."""
        return self._flat

    @flat.setter
    def flat(self, value: ArrayLike) -> None:
        copy_into(self._flat, value, "flat")

    def __getitem__(self, name: str) -> np.ndarray:
        return self._views[name]

    def __setitem__(self, name: str, value: ArrayLike) -> None:
        if name not in self._views:
            raise KeyError(f"unknown parameter {name!r}: the names are {', '.join(self)}")
        copy_into(self._views[name], value, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def copy(self) -> "Parameters":
        """Return a copy with its own vector."""
        return Parameters(self.shapes, flat=self._flat.copy())

    def __repr__(self) -> str:
        return f"Parameters({', '.join(f'{name} {shape}' for name, shape in self.shapes.items())}; {self._flat.dtype})"

    # Copies and pickles carry the vector and make new views of it: copied views would be separate arrays.
    def __getstate__(self) -> dict[str, Any]:
        return {"shapes": self.shapes, "flat": self._flat}

    def __setstate__(self, state: dict[str, Any]) -> None:
        shapes, flat = state.get("shapes"), state.get("flat")
        if not isinstance(flat, np.ndarray) or flat.dtype.kind != "f":  # without it, memory would be taken for shapes
            raise ValueError("these Parameters are damaged: they have no vector of floats")
        if not isinstance(shapes, dict) or not all(map(is_shape, shapes.values())):
            raise ValueError(f"these Parameters are damaged: {reprlib.repr(shapes)} are no shapes")
        Parameters.__init__(self, shapes, flat=flat)
