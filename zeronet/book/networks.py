"""The networks of the book's chapters 5 to 8, in float64; np.random draws their first weights in the book's order."""

import pickle
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.book.functions import numerical_gradient
from zeronet.book.layers import (
    Affine,
    BatchNormalization,
    Convolution,
    Dropout,
    Pooling,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
)
from zeronet.common.archives import read_arrays, replace_arrays
from zeronet.common.errors import UserError

GRADIENTS = {"W": "dW", "b": "db", "gamma": "dgamma", "beta": "dbeta"}
Owner = tuple[Any, str]  # a layer, and its attribute


class _Network:
    """What all have in common: layers by name, params by name, and both ways of computing the gradient.

    A subclass adds layers in order. train_flg reaches those that compute something else in training.
    """

    weight_decay_lambda = 0.0
    train_in_loss = False  # whether loss() computes as in training

    def __init__(self) -> None:
        self.params: dict[str, np.ndarray] = {}
        self.layers: dict[str, Any] = {}
        self.last_layer = self.lastLayer = SoftmaxWithLoss()
        self._owners: dict[str, Owner] = {}  # of the parameters

    def _add(self, name: str, layer: Any, **params: str) -> None:
        """Append a layer, some of whose attributes are parameters: attribute = name."""
        self.layers[name] = layer
        for attribute, param in params.items():
            self.params[param], self._owners[param] = getattr(layer, attribute), (layer, attribute)

    def _add_affine(self, k: int, rows: int, columns: int, std: float, name: str = "") -> None:
        layer = Affine(std * np.random.randn(rows, columns), np.zeros(columns))
        self._add(name or f"Affine{k}", layer, W=f"W{k}", b=f"b{k}")

    def _add_convolution(self, k: int, channels: int, conv_param: dict[str, int], std: float) -> None:
        filters, size = conv_param["filter_num"], conv_param["filter_size"]
        W = std * np.random.randn(filters, channels, size, size)
        layer = Convolution(W, np.zeros(filters), conv_param["stride"], conv_param["pad"])
        self._add(f"Conv{k}", layer, W=f"W{k}", b=f"b{k}")

    def predict(self, x: np.ndarray, train_flg: bool = False) -> np.ndarray:
        """Return the scores of x."""
        for layer in self.layers.values():
            x = layer.forward(x, train_flg) if isinstance(layer, Dropout | BatchNormalization) else layer.forward(x)
        return x

    def loss(self, x: np.ndarray, t: np.ndarray, train_flg: bool | None = None) -> float:
        """Return the cross-entropy, plus ½ λ Σ W² with weight decay."""
        y = self.predict(x, self.train_in_loss if train_flg is None else train_flg)
        decayed = sum(np.sum(w**2) for name, w in self.params.items() if name.startswith("W"))
        return self.last_layer.forward(y, t) + 0.5 * self.weight_decay_lambda * decayed

    def accuracy(self, x: np.ndarray, t: np.ndarray, batch_size: int | None = None) -> float:
        """Return the share of right answers; the examples that fill no batch of batch_size count as wrong."""
        n, t = batch_size or len(x), t if t.ndim == 1 else t.argmax(axis=1)
        slices = [slice(i * n, (i + 1) * n) for i in range(len(x) // n)]
        return sum(np.sum(self.predict(x[s]).argmax(axis=1) == t[s]) for s in slices) / len(x)

    def numerical_gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        """Return the gradient by measured slopes, as in training."""
        return {name: numerical_gradient(lambda w: self.loss(x, t, True), w) for name, w in self.params.items()}

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        """Return the gradient by backpropagation."""
        self.loss(x, t, True)
        dout = self.last_layer.backward()
        for layer in reversed(self.layers.values()):
            dout = layer.backward(dout)
        grads = {name: getattr(layer, GRADIENTS[attribute]) for name, (layer, attribute) in self._owners.items()}
        for name in grads:
            if self.weight_decay_lambda and name.startswith("W"):
                grads[name] = grads[name] + self.weight_decay_lambda * self.params[name]
        return grads

    def save_params(self, file_name: str = "params.pkl") -> None:
        """Write the parameters; the file holds plain arrays, whatever its name says."""
        replace_arrays(file_name, self.params)

    def load_params(self, file_name: str = "params.pkl") -> None:
        """Read what save_params wrote, or a file of the book's: nothing but arrays is taken from a pickle."""
        for name, value in _arrays(file_name).items():
            if name not in self.params or self.params[name].shape != np.shape(value):
                raise UserError(f"{file_name} has {name} of shape {np.shape(value)}, which is not this network's")
            self.params[name][...] = value


class TwoLayerNet(_Network):
    """The network of chapter 5: affine – ReLU – affine.

    That of chapter 4, with a sigmoid, is in the book's own ch04/two_layer_net.py, which runs with its imports renamed.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int, weight_init_std: float = 0.01):
        super().__init__()
        self._add_affine(1, input_size, hidden_size, weight_init_std)
        self._add("Relu1", Relu())
        self._add_affine(2, hidden_size, output_size, weight_init_std)


class MultiLayerNetExtend(_Network):
    """The network of 6.3 and 6.4: affine layers with batch normalization, activation and dropout between them."""

    def __init__(
        self,
        input_size: int,
        hidden_size_list: list[int],
        output_size: int,
        activation: str = "relu",
        weight_init_std: str | float = "relu",
        weight_decay_lambda: float = 0,
        use_dropout: bool = False,
        dropout_ration: float = 0.5,
        use_batchnorm: bool = False,
    ):
        super().__init__()
        self.weight_decay_lambda = weight_decay_lambda
        sizes = [input_size, *hidden_size_list, output_size]
        for k, (rows, columns) in enumerate(pairwise(sizes), start=1):
            self._add_affine(k, rows, columns, _std(weight_init_std, rows))
            if k > len(hidden_size_list):
                break
            if use_batchnorm:
                layer = BatchNormalization(np.ones(columns), np.zeros(columns))
                self._add(f"BatchNorm{k}", layer, gamma=f"gamma{k}", beta=f"beta{k}")
            self._add(f"Activation_function{k}", {"sigmoid": Sigmoid, "relu": Relu}[activation]())
            if use_dropout:
                self._add(f"Dropout{k}", Dropout(dropout_ration))


class MultiLayerNet(MultiLayerNetExtend):
    """The network of 6.1 and 6.2: affine layers with an activation between them."""

    def __init__(
        self,
        input_size: int,
        hidden_size_list: list[int],
        output_size: int,
        activation: str = "relu",
        weight_init_std: str | float = "relu",
        weight_decay_lambda: float = 0,
    ):
        super().__init__(input_size, hidden_size_list, output_size, activation, weight_init_std, weight_decay_lambda)


def _conv_param(filters: int, size: int = 3, pad: int = 1) -> dict[str, int]:
    return {"filter_num": filters, "filter_size": size, "pad": pad, "stride": 1}


CONV_PARAM = _conv_param(30, size=5, pad=0)
CONV_PARAMS = (*map(_conv_param, (16, 16, 32)), _conv_param(32, pad=2), *map(_conv_param, (64, 64)))


class SimpleConvNet(_Network):
    """The network of 7.5: convolution – ReLU – pooling – affine – ReLU – affine."""

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        conv_param: dict[str, int] | None = None,
        hidden_size: int = 100,
        output_size: int = 10,
        weight_init_std: float = 0.01,
    ):
        super().__init__()
        conv_param = conv_param or CONV_PARAM
        size = (input_dim[1] - conv_param["filter_size"] + 2 * conv_param["pad"]) / conv_param["stride"] + 1
        self._add_convolution(1, input_dim[0], conv_param, weight_init_std)
        self._add("Relu1", Relu())
        self._add("Pool1", Pooling(2, 2, stride=2))
        self._add_affine(2, int(conv_param["filter_num"] * (size / 2) ** 2), hidden_size, weight_init_std, "Affine1")
        self._add("Relu2", Relu())
        self._add_affine(3, hidden_size, output_size, weight_init_std, "Affine2")

    def accuracy(self, x: np.ndarray, t: np.ndarray, batch_size: int | None = 100) -> float:
        """Return the share of right answers, in batches."""
        return super().accuracy(x, t, batch_size)


class DeepConvNet(_Network):
    """The network of 8.1: three times two convolutions and a pooling, then two affine layers.

    conv_param_1 … conv_param_6 replace those of the book's six convolutions.
    """

    train_in_loss = True

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        *conv_params: dict[str, int],
        hidden_size: int = 50,
        output_size: int = 10,
        **named: dict[str, int],
    ):
        super().__init__()
        channels = input_dim[0]
        fan_ins = (1 * 9, 16 * 9, 16 * 9, 32 * 9, 32 * 9, 64 * 9, 64 * 16, hidden_size)  # as in the book, for its sizes
        stds = np.sqrt(2 / np.array(fan_ins))
        for k, conv_param in enumerate([*conv_params, *CONV_PARAMS[len(conv_params) :]], start=1):
            conv_param = named.get(f"conv_param_{k}", conv_param)
            self._add_convolution(k, channels, conv_param, stds[k - 1])
            self._add(f"Relu{k}", Relu())
            if k % 2 == 0:
                self._add(f"Pool{k // 2}", Pooling(2, 2, stride=2))
            channels = conv_param["filter_num"]
        self._add_affine(7, 64 * 16, hidden_size, stds[6])
        self._add("Relu7", Relu())
        self._add("Dropout7", Dropout(0.5))
        self._add_affine(8, hidden_size, output_size, stds[7])
        self._add("Dropout8", Dropout(0.5))

    def accuracy(self, x: np.ndarray, t: np.ndarray, batch_size: int | None = 100) -> float:
        """Return the share of right answers, in batches."""
        return super().accuracy(x, t, batch_size)


def _std(weight_init_std: str | float, rows: int) -> float:
    """Return the standard deviation of first weights: He's for "relu" or "he", Xavier's for "sigmoid" or "xavier"."""
    name = str(weight_init_std).lower()
    if name in ("relu", "he"):
        return float(np.sqrt(2 / rows))
    return float(np.sqrt(1 / rows)) if name in ("sigmoid", "xavier") else float(weight_init_std)


class _ArraysOnly(pickle.Unpickler):
    """Reads pickles of arrays; anything else in them could run code."""

    def find_class(self, module: str, name: str) -> Any:
        """Return the few things that arrays are made of."""
        module = module.replace("numpy.core", "numpy._core")
        if (module, name) in {("numpy._core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}:
            return super().find_class(module, name)
        if (module, name) == ("_codecs", "encode"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no array")


def _arrays(file_name: str) -> dict[str, np.ndarray]:
    with Path(file_name).open("rb") as file:
        if file.read(2) == b"PK":  # an .npz file
            return read_arrays(file_name)
        file.seek(0)
        try:
            arrays = _ArraysOnly(file).load()
        except Exception as error:  # of bytes that are no pickle, almost any
            raise UserError(f"{file_name} holds no parameters ({error})") from error
    if not isinstance(arrays, dict) or not all(isinstance(a, np.ndarray) for a in arrays.values()):
        raise UserError(f"{file_name} holds no parameters")
    return arrays
