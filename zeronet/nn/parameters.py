"""Parameters: many named arrays that are views of one long vector."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def copy_into(view: np.ndarray, value: ArrayLike, name: str) -> None:
    """Copy value into the array view, which is called name. Raises ValueError where their shapes differ."""
    value = np.asarray(value)
    if value.shape != view.shape:
        raise ValueError(f"{name} has shape {view.shape}, and cannot become an array of shape {value.shape}")
    view[...] = value


class Parameters(Mapping[str, np.ndarray]):
    """A dictionary of arrays that share one vector.

        flat = (W1 …, b1 …, W2 …, b2 …)          params["W1"] is a view of its part of flat

    An optimizer can update flat in one go while layers use the named arrays. The views cannot detach:
    params["W1"] = a checks the shape and copies a into the view; there are no new names.

    shapes: name → shape, in the order of the vector; dtype: of all arrays; flat: the vector to use (default: zeros).
    Raises ValueError where a length or shape differs, KeyError for an unknown name.

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
        self.shapes = dict(shapes)
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        self._flat = np.zeros(sum(sizes), dtype) if flat is None else flat
        if self._flat.shape != (sum(sizes),):
            raise ValueError(f"{sum(sizes)} parameters do not fit a vector of shape {self._flat.shape}")
        starts = np.cumsum([0, *sizes])
        self._views = {
            name: self._flat[start : start + size].reshape(shape)
            for (name, shape), start, size in zip(self.shapes.items(), starts, sizes, strict=False)
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
            raise KeyError(f"{name!r} is none of these parameters: {', '.join(self)}")
        copy_into(self._views[name], value, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def copy(self) -> "Parameters":
        """Return the same names and numbers in a vector of their own."""
        return Parameters(self.shapes, flat=self._flat.copy())

    def __repr__(self) -> str:
        return f"Parameters({', '.join(f'{name} {shape}' for name, shape in self.shapes.items())}; {self._flat.dtype})"

    # Copies and pickles carry the vector once and cut new views out of it: copied views would be arrays on their own.
    def __getstate__(self) -> dict[str, Any]:
        return {"shapes": self.shapes, "flat": self._flat}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Parameters.__init__(self, state["shapes"], flat=state["flat"])
