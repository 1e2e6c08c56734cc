"""What an example becomes on its way through the layers: its shape behind each, and what that costs."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from zeronet.nn.layers import Layer
from zeronet.nn.layers.base import Shape, shape_text


class Stage(NamedTuple):
    """A layer, the shape of one example's y, and numbers: of parameters, and per example of what a forward pass makes.

    multiply_adds are those of its matrix product; columns is the size of the left factor of that, which in a
    convolution is im2col's copy.
    """

    layer: Layer
    shape: Shape
    parameters: int
    multiply_adds: int
    columns: int


def shapes_through(layers: Sequence[Layer], shape: Shape | None = None) -> list[Shape | None]:
    """Return the shape of an example before the first layer and behind each; None is one that is not known.

    shape: of an example, by default what the first layer takes. Raises ValueError if a layer cannot take what the one
    before makes.

    >>> from zeronet.nn.layers import Affine, MaxPooling, Reshape
    >>> shapes_through([Reshape(1, 4, 6), MaxPooling(2)])
    [(24,), (1, 4, 6), (1, 2, 3)]
    """
    shapes = [shape if shape is not None or layers[0].input_size is None else (layers[0].input_size,)]
    for k, layer in enumerate(layers, start=1):
        shape = shapes[-1]
        if shape is None and layer.input_size is not None:
            shape = (layer.input_size,)
        try:
            known = (layer.output_size,) if layer.output_size is not None else None
            shapes.append(known if shape is None else layer.output_shape(shape))
        except ValueError as error:
            raise ValueError(f"layer {k} ({type(layer).__name__}) {error}") from error
    return shapes


def stages(layers: Sequence[Layer], shape: Shape | None = None) -> list[Stage]:
    """Return the stages of an example, one for each layer. Raises ValueError if its shape is not known."""
    found = []
    for layer, y in zip(layers, shapes_through(layers, shape)[1:], strict=True):
        if y is None:
            raise ValueError("the shape of an example is not known: give input_shape, as in summary((1, 28, 28))")
        params: list[np.ndarray] = [getattr(layer, name) for name in layer.param_names]
        matrices, places = [w for w in params if w.ndim == 2], math.prod(y[1:])  # of an affine layer, one place
        multiply_adds, columns = (places * sum(n) for n in ([w.size for w in matrices], [len(w) for w in matrices]))
        found.append(Stage(layer, y, sum(w.size for w in params), multiply_adds, columns))
    return found


def numbers_per_example(layers: Sequence[Layer], shape: Shape) -> int:
    """Return how many numbers the layers remember of an example."""
    return sum(math.prod(stage.shape) + stage.columns for stage in stages(layers, shape))


def summary_table(layers: Sequence[Layer], shape: Shape | None = None) -> list[tuple[str, str, str, str]]:
    """Return the table that Network.summary describes, as head and rows."""
    rows = [(type(s.layer).__name__, shape_text(s.shape), s.parameters, s.multiply_adds) for s in stages(layers, shape)]
    rows.append(("total", "", sum(row[2] for row in rows), sum(row[3] for row in rows)))
    table = [("layer", "output", "parameters", "multiply-adds")]
    return table + [(name, output, f"{parameters:,}", f"{products:,}") for name, output, parameters, products in rows]


def summary(layers: Sequence[Layer], shape: Shape | None = None) -> str:
    """Return the table that Network.summary describes."""
    table = summary_table(layers, shape)
    left, *widths = (max(map(len, column)) for column in zip(*table, strict=True))
    lines = [[name.ljust(left), *map(str.rjust, cells, widths)] for name, *cells in table]
    return "\n".join("  ".join(line) for line in lines)
