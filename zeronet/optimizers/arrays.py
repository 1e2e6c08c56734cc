"""Named arrays, as an optimizer is given them: Parameters, or a dict of arrays or of numbers."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from zeronet.nn.parameters import Parameters


def copied_gradients(
    grads: Mapping[str, Any], before: dict[str, np.ndarray] | Parameters | None = None
) -> dict[str, np.ndarray] | Parameters:
    """Return a copy of the gradients, as floats of at least 32 bits.

    before: an earlier copy, whose memory is used again if it is of one vector.
    """
    if isinstance(grads, Parameters):
        dtype = np.promote_types(grads.flat.dtype, np.float32)
        if (
            isinstance(before, Parameters)
            and before.flat.dtype == dtype
            and [*before.shapes.items()] == [*grads.shapes.items()]
        ):
            before.flat[...] = grads.flat
            return before
        return Parameters(grads.shapes, flat=grads.flat.astype(dtype))
    return {k: np.array(g, dtype=np.promote_types(np.asarray(g).dtype, np.float32)) for k, g in grads.items()}


def as_array(value: Any) -> np.ndarray:
    """Return an array of floats as it is, and a number as a new array of shape () in float64."""
    if isinstance(value, Real):
        try:
            return np.array(float(value))
        except OverflowError:
            raise ValueError(f"parameters must be numbers that a float can hold, not {value!r}") from None
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        raise ValueError(f"parameters must be arrays of floats, or numbers, not {kind}")
    if value.dtype.itemsize < 4:  # its squares overflow at 256, and 1e-8 is 0
        raise ValueError(f"parameters must be float32 or float64, not {value.dtype}: use params.astype(np.float32)")
    return value


def shapes_of(arrays: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array."""
    return arrays.shapes if isinstance(arrays, Parameters) else {name: np.shape(a) for name, a in arrays.items()}


def flat_vectors(*mappings: Mapping[str, Any]) -> list[np.ndarray]:
    """Return the flat vectors of Parameters in one order; none if they are in another order, or something else."""
    names, vectors = list(mappings[0]), []
    for mapping in mappings:
        if not isinstance(mapping, Parameters) or list(mapping.shapes) != names:
            return []
        vectors.append(mapping.flat)
    return vectors


def copied(arrays: Mapping[str, np.ndarray], in_one_vector: bool) -> Mapping[str, np.ndarray] | None:
    """Return copies of the arrays, in one vector if that is wanted and they have one type; None for none."""
    if not arrays:
        return None
    if not in_one_vector or len({array.dtype for array in arrays.values()}) > 1:
        return {name: np.copy(array) for name, array in arrays.items()}
    vector = np.concatenate([np.ravel(array) for array in arrays.values()])
    return Parameters({name: np.shape(array) for name, array in arrays.items()}, flat=vector)


def listed(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return shapes as errors show them: {W1 (784, 50), b1 (50,)}."""
    return "{" + ", ".join(f"{name} {shape}" for name, shape in shapes.items()) + "}"
