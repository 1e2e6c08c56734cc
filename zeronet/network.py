"""Networks: layers in a row with a loss at the end, and all their parameters in one vector."""

import copy
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from zeronet.files import replacing
from zeronet.functions import share_right
from zeronet.initializers import Initializer, Normal, initializer
from zeronet.layers import ACTIVATIONS, LAYERS, Affine, Layer
from zeronet.losses import LOSSES, Loss, SoftmaxCrossEntropy
from zeronet.parameters import Parameters
from zeronet.streams import checked_seed, stream

SLICE = 1000  # examples that are predicted at once: enough for fast products, little memory


class Network:
    """Layers in a row, and a loss at the end.

        y = f_L(… f_2(f_1(x)))          L = loss(y, t)

    layers: Layer objects, each used once; loss_function: SoftmaxCrossEntropy() by default; dtype: of all parameters
    and of the computation; seed: kept in net.seed (None draws one). The network moves the layers' parameters into one
    vector: net.params["W1"] and net.grads["W1"] are the first W and its gradient, net.params.flat and net.grads.flat
    are all of them. Raises ValueError for a layer used twice, for layers whose sizes do not fit, or where nothing can
    be learned.

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
        self.layers[0].input_grad = False
        self._gather(dtype)

    def _gather(self, dtype: DTypeLike) -> None:
        """Move all parameters into one new vector."""
        if np.dtype(dtype).kind != "f":
            raise ValueError(f"a network computes in floats, not in {np.dtype(dtype)}")
        values = {f"{name}{k}": getattr(layer, name) for name, k, layer in self._owners()}
        shapes = {name: value.shape for name, value in values.items()}
        self.params, self.grads = Parameters(shapes, dtype), Parameters(shapes, dtype)
        for name, value in values.items():
            self.params[name] = value
        self._bind()

    def _bind(self) -> None:
        """Let every layer's arrays be views of the two vectors."""
        for name, k, layer in self._owners():
            layer.bind(name, self.params[f"{name}{k}"], self.grads[f"{name}{k}"])

    def _owners(self) -> list[tuple[str, int, Layer]]:
        """Return (W, 1, first layer with a W), (b, 1, …), …: each name counts on its own."""
        count: dict[str, int] = {}
        owners = []
        for layer in self.layers:
            for name in layer.param_names:
                count[name] = count.get(name, 0) + 1
                owners.append((name, count[name], layer))
        return owners

    def loss_and_grad(self, x: ArrayLike, t: ArrayLike) -> float:
        """Run one forward and one backward pass; fill net.grads and return the loss of that forward pass.

        x (N, D) numbers, t (N,) labels or (N, K) targets. Raises ValueError for other shapes, types or labels.
        """
        y = self._forward(self._cast(self._checked(x)), train=True)
        loss = self.loss_function.forward(y, t)
        dy = self.loss_function.backward()
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return loss

    def gradient(self, x: ArrayLike, t: ArrayLike) -> Parameters:
        """Return the gradient as a copy of its own: grad["W1"], … for the book's loop."""
        self.loss_and_grad(x, t)
        return self.grads.copy()

    def predict(self, x: ArrayLike) -> np.ndarray:
        """Return the scores (N, K) of x (N, D), before any softmax; in slices, so that x may be larger than memory."""
        x = self._checked(x)
        slices = [self._forward(self._cast(x[i : i + SLICE])) for i in range(0, max(len(x), 1), SLICE)]
        return np.concatenate(slices)

    def loss(self, x: ArrayLike, t: ArrayLike) -> float:
        """Return the loss of x (N, D) against t."""
        return self.loss_function.forward(self.predict(x), t)

    def accuracy(self, x: ArrayLike, t: ArrayLike) -> float:
        """Return the share of x (N, D) whose largest score is at the right label; t (N,) labels or (N, K) one-hot."""
        return share_right(self.predict(x), t)

    def save(self, path: str | Path) -> None:
        """Write the network to path as an .npz file without pickles; zeronet.load(path) builds it again.

        Raises ValueError for layers or a loss that are not zeronet's own, and OSError where path cannot be written.
        """
        contents = self.contents()
        with replacing(path) as file:
            np.savez(file, **contents)

    def contents(self) -> dict[str, np.ndarray]:
        """Return what save writes: copies of the parameter arrays, and how to build the network."""
        arrays = {name: array.copy() for name, array in self.params.items()}
        return {"architecture": np.array(json.dumps(self._architecture())), **arrays}

    def _architecture(self) -> dict[str, Any]:
        parts = [*self.layers, self.loss_function]
        foreign = [type(part).__name__ for part in parts if type(part) not in (*LAYERS.values(), *LOSSES.values())]
        if foreign:
            raise ValueError(f"only networks of zeronet's own layers can be saved, and {foreign[0]} is none of them")
        return {
            "class": type(self).__name__,
            "layers": [[type(layer).__name__, layer.settings] for layer in self.layers],
            "loss_function": type(self.loss_function).__name__,
            "dtype": str(self.params.flat.dtype),
            "seed": self.seed,
        }

    def astype(self, dtype: DTypeLike) -> "Network":
        """Return a copy that computes in dtype: float64 for gradient checks."""
        twin = copy.deepcopy(self)
        twin._gather(dtype)
        return twin

    def _forward(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        for layer in self.layers:
            x = layer.forward(x, train)
        return x

    def _checked(self, x: ArrayLike) -> np.ndarray:
        x = np.asarray(x)
        size = self.layers[0].input_size
        if size is not None and (x.ndim != 2 or x.shape[1] != size):
            raise ValueError(f"x has shape {x.shape}, but the network takes (N, {size})")
        if x.dtype.kind not in "fiub":
            raise ValueError(f"x holds {x.dtype}, but the network takes numbers")
        return x

    def _cast(self, x: np.ndarray) -> np.ndarray:
        return x.astype(self.params.flat.dtype, copy=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._bind()  # copied and unpickled layers hold arrays on their own until they get their views back


class TwoLayerNet(Network):
    """The book's two-layer network: affine – ReLU – affine, then softmax with cross-entropy.

        y = max(x W1 + b1, 0) W2 + b2          W ~ weight_init_std · N(0, 1), b = 0

    input_size, hidden_size, output_size: numbers per example, hidden units, classes; seed: of the weights, None draws
    one (net.seed tells); dtype: float32. (『ゼロから作るDeep Learning』, 5.7.2)

    >>> net = TwoLayerNet(4, 3, 2, seed=0)
    >>> x, t = np.eye(4)[:2], np.array([0, 1])
    >>> round(net.loss_and_grad(x, t), 3)  # so far it guesses: ln 2
    0.693
    >>> net.grads["W2"].shape
    (3, 2)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        seed: int | None = 0,
        dtype: DTypeLike = np.float32,
    ):
        seed = checked_seed(seed)
        super().__init__(
            _stack([input_size, hidden_size, output_size], "relu", Normal(weight_init_std), seed),
            dtype=dtype,
            seed=seed,
        )


class MultiLayerNet(Network):
    """As many affine layers as you like, with an activation between each two, then softmax with cross-entropy.

    hidden_sizes: hidden units, layer by layer; activation: "relu", "sigmoid" or "tanh"; weight_init: "he", "xavier"
    or the standard deviation as a number; seed, dtype as in TwoLayerNet. Raises ValueError for other words.
    (『ゼロから作るDeep Learning』, 6.1.7 compares optimizers on MultiLayerNet(784, [100, 100, 100, 100], 10).)

    >>> MultiLayerNet(784, [100, 50], 10).params
    Parameters(W1 (784, 100), b1 (100,), W2 (100, 50), b2 (50,), W3 (50, 10), b3 (10,); float32)
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: Sequence[int],
        output_size: int,
        activation: str = "relu",
        weight_init: str | float = "he",
        seed: int | None = 0,
        dtype: DTypeLike = np.float32,
    ):
        seed = checked_seed(seed)
        sizes = [input_size, *hidden_sizes, output_size]
        super().__init__(_stack(sizes, activation, initializer(weight_init), seed), dtype=dtype, seed=seed)


def _stack(sizes: Sequence[int], activation: str, init: Initializer, seed: int) -> list[Layer]:
    """Return affine layers from size to size with activations between them."""
    if str(activation).lower() not in ACTIVATIONS:
        raise ValueError(f"activation is one of {', '.join(ACTIVATIONS)}, not {activation!r}")
    rng = stream(seed, "weights")
    layers: list[Layer] = []
    for rows, columns in pairwise(sizes):
        layers += [Affine(rows, columns, init, rng), ACTIVATIONS[activation.lower()]()]
    return layers[:-1]


def _check_row(layers: Sequence[Layer]) -> None:
    """Raise ValueError unless the layers can stand in a row."""
    if not any(layer.param_names for layer in layers):
        raise ValueError("a network needs at least one layer with parameters")
    if any(layer.in_network for layer in layers):
        raise ValueError("a layer already belongs to a network: take copy.deepcopy(layer)")
    if len({id(layer) for layer in layers}) < len(layers):
        raise ValueError("a layer stands twice in the network: each place needs a layer object of its own")
    size = None
    for k, layer in enumerate(layers, start=1):
        if size is not None and layer.input_size is not None and layer.input_size != size:
            raise ValueError(f"layer {k} ({type(layer).__name__}) takes {layer.input_size} numbers, but gets {size}")
        size = layer.output_size or size
