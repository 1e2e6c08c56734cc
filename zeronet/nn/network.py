"""Networks: a sequence of layers with a loss at the end, and all their parameters in one vector."""

import copy
import inspect
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from zeronet.common.archives import replace_arrays
from zeronet.common.notebook import html_table
from zeronet.common.tensors import is_tensor_file, replace_tensors
from zeronet.common.validation import checked_array
from zeronet.nn.functions import accuracy
from zeronet.nn.layers import LAYERS, Layer
from zeronet.nn.layers.base import Shape, shape_text
from zeronet.nn.losses import LOSSES, Loss, SoftmaxCrossEntropy
from zeronet.nn.parameters import Parameters
from zeronet.nn.rng import checked_seed, stream
from zeronet.nn.shapes import numbers_per_example, shapes_through, summary, summary_table

Places = dict[str, tuple[Layer, str]]  # name in the network → its layer, and the attribute there
SLICE = 1000  # examples predicted at once: enough for fast products, little memory
SLICE_MB = 128  # what the layers remember of them fits into this: fewer examples in convolutional networks


class Network:
    """A sequence of layers, and a loss at the end.

        y = f_L(… f_2(f_1(x)))          L = loss(y, t)

    The network moves the layers' parameters into one vector: net.params["W1"] and net.grads["W1"] are the first W and
    its gradient, net.params.flat and net.grads.flat are all of them. net.buffers holds the layers' buffers likewise.

    Parameters
    ----------
    layers : sequence of Layer; each object used once
    loss_function : Loss, default SoftmaxCrossEntropy()
    dtype : float32 or wider, default float32; of all parameters and of the computation
    seed : int ≥ 0 or None, default 0; only kept in `net.seed`; None draws one

    Raises
    ------
    ValueError if a layer is used twice or belongs to another network, the sizes of two layers do not match, no layer
    has parameters, `dtype` is not a float type or is float16, or `seed` is negative.

    Examples
    --------
    >>> from zeronet.nn.layers import Affine
    >>> net = Network([Affine(2, 3), Affine(3, 2)])
    >>> net.params
    Parameters(W1 (2, 3), b1 (3,), W2 (3, 2), b2 (2,); float32)
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        loss_function: Loss | None = None,
        dtype: DTypeLike = np.float32,
        seed: int | None = 0,
    ):
        self.layers = list(layers)
        self.loss_function = loss_function or SoftmaxCrossEntropy()
        self.seed = checked_seed(seed)
        _check_row(self.layers)
        self._gather(dtype)

    def _gather(self, dtype: DTypeLike) -> None:
        """Move all parameters into one new vector, and all buffers into another."""
        try:
            kind = np.dtype(dtype).kind
        except TypeError as error:
            raise ValueError(f"dtype must be a float type, not {dtype!r}") from error
        if kind != "f":
            raise ValueError(f"dtype must be a float type, not {np.dtype(dtype)}")
        if np.dtype(dtype) == np.float16:
            raise ValueError("float16 overflows in the sums of training: use float32 or float64")
        params, buffers = self._places()
        self.params, self.buffers = _gathered(params, dtype), _gathered(buffers, dtype)
        self.grads = Parameters(self.params.shapes, dtype)
        self._bind()

    def _bind(self) -> None:
        """Make every layer's arrays views of the vectors; no gradient is needed before the first parameters."""
        params, buffers = self._places()
        for name, (layer, attribute) in params.items():
            layer.bind(**{attribute: self.params[name], f"d{attribute}": self.grads[name]})
        for name, (layer, attribute) in buffers.items():
            layer.bind(**{attribute: self.buffers[name]})
        for place, layer in enumerate(self.layers):
            if layer.random:  # until a Trainer sets it for each step
                layer.rng = stream(self.seed, "layers", 0, place)
        for layer in self.layers:
            layer.input_grad = False
            if layer.param_names:
                break

    def _places(self) -> tuple[Places, Places]:
        """Return W1 → (first layer with a W, "W"), b1 → …, of the parameters and of the buffers."""
        params: Places = {}
        buffers: Places = {}
        count: Counter[str] = Counter()  # each name counts on its own
        for layer in self.layers:
            for names, places in ((layer.param_names, params), (layer.buffer_names, buffers)):
                for name in names:
                    count[name] += 1
                    places[f"{name}{count[name]}"] = layer, name
        return params, buffers

    def loss_and_grad(self, x: ArrayLike, t: ArrayLike) -> float:
        """Run one forward and one backward pass: fill net.grads, and return the loss of that forward pass.

        x (N, D); t (N,) labels or (N, K) targets. Raises ValueError if x or t has another shape or type, or a label is
        out of range.
        """
        y = self.scores(x, train=True)
        loss = self.loss_function.forward(y, t)
        dy: Any = self.loss_function.backward()
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
            if dy is None:  # no layer before has parameters
                break
        return loss

    def gradient(self, x: ArrayLike, t: ArrayLike) -> Parameters:
        """Return a copy of the gradient, grad["W1"], … for the book's loop."""
        self.loss_and_grad(x, t)
        return self.grads.copy()

    def predict(self, x: ArrayLike) -> np.ndarray:
        """Return the scores (N, K) of x (N, D), before any softmax; sliced, so that x may be larger than memory."""
        examples = self._checked(x)
        memory = self.params.flat.itemsize * numbers_per_example(self.layers, examples.shape[1:])
        n = max(1, min(SLICE, SLICE_MB * 2**20 // max(memory, 1)))
        slices = [self._forward(self._cast(examples[i : i + n])) for i in range(0, max(len(examples), 1), n)]
        return np.concatenate(slices)

    def loss(self, x: ArrayLike, t: ArrayLike) -> float:
        """Return the loss of x (N, D) against t."""
        return self.loss_function.forward(self.predict(x), t)

    def accuracy(self, x: ArrayLike, t: ArrayLike) -> float:
        """Return the share of x (N, D) whose largest score is at the label; t (N,) labels or (N, K) one-hot."""
        return accuracy(self.predict(x), t)

    def summary(self, input_shape: Shape | None = None) -> str:
        """Return a table of the layers: the shape of one example's output, parameters, multiply-adds per example.

        Counted are the multiply-adds of the matrix products, forward. input_shape, that of an example, is needed if the
        first layer takes any. Raises ValueError if it is missing, or does not fit.

        Examples
        --------
        >>> from zeronet.nn.models import TwoLayerNet
        >>> print(TwoLayerNet(784, 50, 10).summary())
        layer   output  parameters  multiply-adds
        Affine      50      39,250         39,200
        ReLU        50           0              0
        Affine      10         510            500
        total               39,760         39,700
        """
        return summary(self.layers, input_shape)

    def __repr__(self) -> str:
        first, *_, last = ("?" if shape is None else shape_text(shape) for shape in shapes_through(self.layers))
        size, dtype = self.params.flat.size, self.params.flat.dtype
        return f"{type(self).__name__}({first} → {last}, {len(self.layers)} layers, {size:,} parameters, {dtype})"

    def _repr_html_(self) -> str:
        known = shapes_through(self.layers)[0] is not None
        table = summary_table(self.layers) if known else [("layer",), *((repr(layer),) for layer in self.layers)]
        return html_table(table, [repr(self)])

    def save(self, path: str | Path) -> None:
        """Write the network to path, without pickles; zeronet.load(path) builds it again.

        The file is an .npz, or, if path ends in .safetensors, one that other libraries read too (extra safetensors).
        Raises ValueError if a layer is not known here, by register_layer, or the loss not zeronet's own; OSError if
        path cannot be written.
        """
        contents = self.contents()
        if is_tensor_file(path):
            architecture = str(contents.pop("architecture"))
            replace_tensors(path, contents, {"architecture": architecture})
        else:
            replace_arrays(path, contents)

    def contents(self) -> dict[str, np.ndarray]:
        """Return what save writes: copies of the parameters and buffers, and how to build the network."""
        arrays = {name: array.copy() for name, array in [*self.params.items(), *self.buffers.items()]}
        return {"architecture": np.array(json.dumps(self._architecture())), **arrays}

    def _architecture(self) -> dict[str, Any]:
        for layer in self.layers:
            name = type(layer).__name__
            if LAYERS.get(name) is not type(layer):
                raise ValueError(f"only layers that are known here can be saved, not {name}: register_layer({name})")
            try:
                inspect.signature(type(layer).__init__).bind(layer, **layer.settings)
            except TypeError as error:
                raise ValueError(f"{name} cannot be saved: it cannot be built of {layer.settings} alone") from error
        if type(self.loss_function) not in LOSSES.values():
            raise ValueError(f"only zeronet's own losses can be saved, not {type(self.loss_function).__name__}")
        return {
            "class": type(self).__name__,
            "layers": [[type(layer).__name__, layer.settings] for layer in self.layers],
            "loss_function": type(self.loss_function).__name__,
            "dtype": str(self.params.flat.dtype),
            "seed": self.seed,
        }

    def astype(self, dtype: DTypeLike) -> "Network":
        """Return a copy that computes in dtype, such as float64 for gradient checks."""
        twin = copy.deepcopy(self)
        twin._gather(dtype)
        return twin

    def scores(self, x: ArrayLike, train: bool = False) -> np.ndarray:
        """Return the scores (N, K) of x (N, D) in one pass; train=True computes as in a training step."""
        return self._forward(self._cast(self._checked(x)), train)

    def _forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        for layer in self.layers:
            x = layer.forward(x, train)
        return x

    def _checked(self, x: Any) -> Any:
        x = checked_array("x", x)
        size = self.layers[0].input_size
        if size is not None and (len(x.shape) != 2 or x.shape[1] != size):
            raise ValueError(f"x has shape {x.shape}, but the network takes (N, {size})")
        if not x.shape:
            raise ValueError(f"x must be an array of examples, not {x!r}")
        if size is None:
            shapes_through(self.layers, x.shape[1:])
        return x

    def _cast(self, x: Any) -> np.ndarray:
        return np.asarray(x).astype(self.params.flat.dtype, copy=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for places, arrays in zip(self._places(), (self.params, self.buffers), strict=True):
            shapes = {name: getattr(layer, attribute).shape for name, (layer, attribute) in places.items()}
            if shapes != arrays.shapes:
                raise ValueError(f"this network is damaged: its layers have {shapes}, and its arrays {arrays.shapes}")
        if self.grads.shapes != self.params.shapes:
            raise ValueError(f"this network is damaged: its gradients have {self.grads.shapes}")
        self._bind()  # the arrays of copied and unpickled layers are no views


def _gathered(places: Places, dtype: DTypeLike) -> Parameters:
    """Return copies of the layers' arrays in one new vector."""
    values = {name: getattr(layer, attribute) for name, (layer, attribute) in places.items()}
    vector = Parameters({name: value.shape for name, value in values.items()}, dtype)
    for name, value in values.items():
        vector[name] = value
    return vector


def _check_row(layers: Sequence[Layer]) -> None:
    """Raise ValueError if the layers do not fit together."""
    if not any(layer.param_names for layer in layers):
        raise ValueError("a network needs at least one layer with parameters")
    if any(layer.in_network for layer in layers):
        raise ValueError("a layer already belongs to a network: use copy.deepcopy(layer)")
    if len({id(layer) for layer in layers}) < len(layers):
        raise ValueError("duplicate layer: each place needs its own layer object")
    shapes_through(layers)
