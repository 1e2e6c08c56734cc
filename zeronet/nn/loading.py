"""Load what Network.save wrote: the network is built again, and no layer can be larger than the file."""

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.archives import read_arrays
from zeronet.common.tensors import is_tensor_file, library, read_tensors
from zeronet.nn.initializers import Initializer
from zeronet.nn.layers import LAYERS, Layer
from zeronet.nn.losses import LOSSES
from zeronet.nn.models import DeepConvNet, MultiLayerNet, SimpleConvNet, TwoLayerNet
from zeronet.nn.network import Network

MODELS = (TwoLayerNet, MultiLayerNet, SimpleConvNet, DeepConvNet)  # a network of another class becomes a Network


def load(path: str | Path) -> Network:
    """Build the network that net.save(path) wrote: same class, layers, loss, dtype, seed, parameters and buffers.

    Raises FileNotFoundError if there is no file, ValueError if it is damaged or not a saved network.
    """
    if is_tensor_file(path):
        library()  # raises, if it is missing: the file is not to be blamed
    try:
        if is_tensor_file(path):
            arrays, texts = read_tensors(path)
            plan = json.loads(texts["architecture"])
        else:
            arrays = read_arrays(path)
            plan = json.loads(str(arrays.pop("architecture")))
        layers = _built(plan["layers"], arrays)
        known: dict[str, type[Network]] = {cls.__name__: cls for cls in MODELS}
        net = object.__new__(known.get(plan["class"], Network))  # without its __init__: the layers are known
        Network.__init__(net, layers, LOSSES[plan["loss_function"]](), plan["dtype"], plan["seed"])
        for name in net.params.keys() | net.buffers.keys() | arrays.keys():
            (net.buffers if name in net.buffers else net.params)[name] = arrays[name]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, MemoryError) as error:
        raise ValueError(f"{path} is not a network saved by zeronet, or is damaged ({error})") from error
    return net


class _Saved(Initializer):
    """The arrays of a file in the place of random weights, each once: layers can only be as large as the file."""

    def __init__(self, arrays: Mapping[str, np.ndarray]):
        self.left = list(arrays.values())

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int | None = None) -> np.ndarray:
        for i, array in enumerate(self.left):
            if array.shape == shape:
                return self.left.pop(i)
        raise ValueError(f"it has no array of shape {shape} for one of its layers")


def _built(layers: Sequence[tuple[str, dict[str, Any]]], arrays: Mapping[str, np.ndarray]) -> list[Layer]:
    """Return the layers of a file. Raises ValueError before one is made that is larger than the file's arrays."""
    saved, left = _Saved(arrays), sum(array.size for array in arrays.values())
    built: list[Layer] = []
    for name, settings in layers:
        if name not in LAYERS:
            raise ValueError(f"it has a layer {name}, which is not known here: register_layer({name})")
        cls: Any = LAYERS[name]
        for setting, value in settings.items():
            if isinstance(value, int) and value > max(left, 1_000_000):  # an input may have more numbers than weights
                raise ValueError(f"{name} has {setting} {value:,}, and the file {left:,} more numbers")
        takes_init = "init" in inspect.signature(cls).parameters
        layer = cls(**settings, **({"init": saved} if takes_init else {}))
        built.append(layer)
        left -= sum(getattr(layer, each).size for each in (*layer.param_names, *layer.buffer_names))
        if left < 0:
            raise ValueError("its layers need more numbers than it has")
    return built
