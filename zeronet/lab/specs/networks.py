"""Names and settings ↔ networks: what `mlp:hidden=100x4,activation=tanh` means. The grammar is that of optimizers.

SPEC = [LABEL=]TARGET[:key=value,…]          TARGET = name | FILE.py:function | module:function
"""

import inspect
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from zeronet.common.errors import UserError, message_of
from zeronet.common.validation import checked_integer
from zeronet.lab.specs.build import parameters
from zeronet.lab.specs.grammar import split, word
from zeronet.lab.specs.plugins import Plugin, explained, resolved
from zeronet.lab.specs.trial import tried
from zeronet.nn import DeepConvNet, MultiLayerNet, Network, SimpleConvNet, TwoLayerNet
from zeronet.nn.layers.base import shape_text
from zeronet.nn.losses import MeanSquaredError, SoftmaxCrossEntropy
from zeronet.nn.models import BOOK_NAMES
from zeronet.nn.shapes import shapes_through

NETWORKS: dict[str, type[Network]] = {
    "two-layer": TwoLayerNet,
    "mlp": MultiLayerNet,
    "cnn": SimpleConvNet,
    "deep-cnn": DeepConvNet,
}
CLASSES = {cls.__name__: cls for cls in NETWORKS.values()}
HIDDEN: dict[str, dict[str, Any]] = {"two-layer": {"hidden_size": 50}, "mlp": {"hidden_sizes": [100, 100, 100, 100]}}
SHORT = {"hidden": ("hidden_size", "hidden_sizes"), "init": ("weight_init", "weight_init_std")}
NO_SETTINGS = ("input_size", "output_size", "image_shape", "seed", "dtype", "loss_function")  # the data, or we, decide
RESERVED = ("label", "class", "digest", "parameters")  # keys of a protocol, beside the settings
MOST_LAYERS = 1000


@dataclass(frozen=True)
class NetworkSpec:
    """One network of a comparison, as data.

    label: its name in tables, files and legends; target: its class, or where its function is; settings: arguments
    besides input_size, output_size and seed; plugin: the function's source, for one that is not zeronet's own;
    instance: the function itself, if it was handed over in Python; size: the number of its parameters, if known.
    """

    label: str
    target: str
    settings: Mapping[str, Any]
    plugin: Plugin | None = None
    instance: Any = None
    size: int = field(default=0, compare=False)

    def build(self, problem: Mapping[str, Any], seed: int) -> Network:
        """Return a new network for a problem, with first weights drawn by the seed.

        >>> network_plan([100, 100]).build({"input_size": 784, "classes": 10}, seed=0).params
        Parameters(W1 (784, 100), b1 (100,), W2 (100, 100), b2 (100,), W3 (100, 10), b3 (10,); float32)
        """
        make = self._maker
        network = make(**self._arguments(make, problem, seed))
        if not isinstance(network, Network):
            raise UserError(f"{self.target} must return a zeronet.Network, not {type(network).__name__}")
        if "outputs" in problem and not self.plugin:
            network.loss_function = MeanSquaredError()
        return network

    def fitted(self, problem: Mapping[str, Any], image_shape: Sequence[int], batch_size: int) -> "NetworkSpec":
        """Return it with all that it takes from the data, having built it and computed one gradient.

        problem: as in build, with its name; image_shape: of one example. Raises UserError, in one line, if it cannot be
        built, does not fit the data, or would not be the same again.
        """
        settings = dict(self.settings)
        try:
            with tried(self.target, self.plugin), np.errstate(all="ignore"):
                if "image_shape" in _names(self._maker) and "image_shape" not in settings:
                    settings = {"image_shape": _channels_first(self.target, problem["name"], image_shape), **settings}
                spec = replace(self, settings=settings)
                spec._check_arguments(problem)
                size = spec._tried(problem, min(batch_size, 2))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plug-in may raise anything
            words = self._blame(error)
            if "image_shape" in settings and " layer " in words:
                words += f"; {problem['name']} has images of {shape_text(settings['image_shape'])}"
            raise UserError(words) from error
        return replace(spec, size=size)

    def to_dict(self) -> dict[str, Any]:
        """Return what the protocol keeps of it, but its label."""
        digest = {"digest": self.plugin.digest} if self.plugin else {}
        return {"class": self.target, **digest, **self.settings}

    @property
    def _maker(self) -> Callable[..., Any]:
        if self.instance is not None:
            return self.instance  # type: ignore[no-any-return]
        return self.plugin.load(function=True) if self.plugin else CLASSES[self.target]

    def _arguments(self, make: Callable[..., Any], problem: Mapping[str, Any], seed: int) -> dict[str, Any]:
        takes = _names(make)
        of_data = {"input_size": problem["input_size"], "output_size": outputs_of(problem), "seed": seed}
        return {name: value for name, value in of_data.items() if name in takes} | dict(self.settings)

    def _check_arguments(self, problem: Mapping[str, Any]) -> None:
        make = self._maker
        arguments = self._arguments(make, problem, 0)
        if "seed" not in arguments:
            name = self.target.rpartition(":")[2]
            raise UserError(f"{self.target} must take a seed: def {name}(input_size, output_size, seed)")
        if reserved := [name for name in self.settings if name in RESERVED]:
            raise UserError(f"{self.target}: a setting of a network cannot be called {reserved[0]}")
        inspect.signature(make).bind(**arguments)

    def _tried(self, problem: Mapping[str, Any], examples: int) -> int:
        """Return the number of parameters, having tried everything that a run does. Raises whatever goes wrong."""
        network = self.build(problem, 0)
        inputs, outputs, name = problem["input_size"], outputs_of(problem), problem["name"]
        what = "numbers to predict" if "outputs" in problem else "classes"
        if (takes := network.layers[0].input_size) not in (None, inputs):
            raise UserError(f"it takes {takes} numbers per example, and {name} has {inputs}")
        shape = shapes_through(network.layers, (inputs,))[-1]
        if shape is not None and shape != (outputs,):
            raise UserError(f"it has {shape_text(shape)} outputs per example, and {name} has {outputs} {what}")
        if network.loss_function.classifies == ("outputs" in problem):
            other = MeanSquaredError if "outputs" in problem else SoftmaxCrossEntropy
            loss = type(network.loss_function).__name__
            raise UserError(f"its loss is {loss}, and {name} has {what}: it needs loss_function={other.__name__}()")
        if self.plugin:
            network.contents()  # only known layers can be saved
            if network.params.flat.tobytes() != self.build(problem, 0).params.flat.tobytes():
                raise UserError("its first weights must follow from the seed, as with rng=np.random.default_rng(seed)")
        t = np.zeros((examples, outputs)) if "outputs" in problem else np.full(examples, outputs - 1)
        network.loss_and_grad(np.zeros((examples, inputs), np.float32), t)
        return network.params.flat.size

    def _blame(self, error: BaseException) -> str:
        passed = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
        if self.plugin and self.plugin.blamed in passed:
            return explained(error, self.plugin.blamed)
        words = message_of(error)
        name = self.target if self.plugin else self.label or self.target
        return words if words.startswith((name, self.target)) else f"{name}: {words}"


def outputs_of(problem: Mapping[str, Any]) -> int:
    """Return how many outputs a network has for a problem: its classes, or the numbers to predict."""
    outputs: int = problem["outputs"] if "outputs" in problem else problem["classes"]
    return outputs


def _names(make: Callable[..., Any]) -> Iterable[str]:
    """Return the names of arguments that it takes; if it takes any, also those of the data and the seed."""
    takes = parameters(make)
    any_name = any(p.kind is p.VAR_KEYWORD for p in takes.values())
    return {*takes, "input_size", "output_size", "seed"} if any_name else takes.keys()


def network_plan(hidden_sizes: Sequence[int]) -> NetworkSpec:
    """Return the short form's network: a TwoLayerNet for one hidden size, a MultiLayerNet for several.

    >>> network_plan([50]).to_dict()
    {'class': 'TwoLayerNet', 'hidden_size': 50}
    """
    sizes = _checked_sizes(list(hidden_sizes))
    if len(sizes) == 1:
        return NetworkSpec("two-layer", "TwoLayerNet", {"hidden_size": sizes[0]})
    return NetworkSpec("mlp", "MultiLayerNet", {"hidden_sizes": sizes})


def networks_of(networks: Sequence[Any] | Mapping[str, Any]) -> list[NetworkSpec]:
    """Return the specs of networks, listed or as label → network: SPEC as text, or a function as a plug-in has it.

    A label says what differs: the name and, if others have it too, those settings that not all of them share. Raises
    UserError, in one line, if something cannot be found or does not fit.

    >>> two = ["mlp:hidden=100x4,dropout=0.2", "mlp:hidden=100x4,batch_norm=true"]
    >>> [spec.label for spec in networks_of([*two, "cnn:filters=16"])]
    ['mlp dropout=0.2', 'mlp batch_norm=true', 'cnn']
    """
    if isinstance(networks, str) or not isinstance(networks, Iterable):
        raise UserError(f"networks must be a list, as in [{networks!r}]")
    items = list(networks.items()) if isinstance(networks, Mapping) else [(None, network) for network in networks]
    read = [(label, *_read(network)) for label, network in items]
    specs = []
    for label, spec, settings in read:
        alike = [set(words) for _, other, words in read if other.label == spec.label]
        differing = ",".join(each for each in settings if each not in set.intersection(*alike))
        specs.append(replace(spec, label=f"{spec.label} {differing}".strip() if label is None else str(label)))
    return specs


def _read(network: Any) -> tuple[NetworkSpec, list[str]]:
    """Return a network's spec, its label without settings, and the settings for the label: none if it was given one."""
    if isinstance(network, NetworkSpec):
        return network, []
    if isinstance(network, Network) or not (isinstance(network, str) or callable(network)):
        raise UserError(
            f"{network!r} is no network to compare: name it, as in 'mlp:hidden=100x4', or hand over a function "
            "(input_size, output_size, seed) that returns a new one"
        )
    if not isinstance(network, str):
        own = Plugin.of(network)
        return NetworkSpec(own.name.rpartition(".")[2], f"{own.place}:{own.name}", {}, own, network), []
    label, target, given = split(network, "mlp:hidden=100x4")
    by_class = {cls.__name__.lower(): name for name, cls in NETWORKS.items()}
    name, plugin = resolved(by_class.get(target.lower(), target), NETWORKS, "network")
    cls = NETWORKS.get(name)
    settings = {} if cls is None else HIDDEN.get(name, {}) | _proper_settings(name, cls, given)
    spec = NetworkSpec(
        label or name.rpartition(":")[2], cls.__name__ if cls else name, settings if cls else given, plugin
    )
    return spec, [] if label else [f"{key}={word(value)}" for key, value in given.items()]


def _proper_settings(name: str, cls: type[Network], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings under the names that the class has for them. Raises UserError if it has none, or they are odd."""
    own = {key: p.default for key, p in parameters(cls).items() if key not in NO_SETTINGS}
    short = {key: ours for key, names in SHORT.items() for ours in names if ours in own}
    settings: dict[str, Any] = {}
    for key, value in given.items():
        ours = short.get(key.lower(), key.lower())
        if ours not in own:
            shown = [next((s for s, long in short.items() if long == each), each) for each in own]
            hint = f"here it is {BOOK_NAMES[key]}" if key in BOOK_NAMES else f"it has {', '.join(shown)}"
            raise UserError(f"{name} has no setting {key!r}: {hint}")
        if ours in settings:
            raise UserError(f"{name}: {key} is given twice")
        if isinstance(own[ours], bool) and not isinstance(value, bool):
            raise UserError(f"{name}: {key} must be true or false, not {value!r}")
        if ours == "hidden_sizes":
            value = _sizes(name, value)
        elif ours == "hidden_size":
            value = checked_integer("hidden size", value)
        settings[ours] = value
    return settings


def _sizes(name: str, value: Any) -> list[int]:
    """Return hidden sizes: 100x4 is four times 100, and 100-50 is 100, then 50."""
    sizes: list[int] = []
    for part in str(value).split("-"):
        units, times, layers = part.partition("x")
        if not units.isdecimal() or (times and not layers.isdecimal()):
            raise UserError(f"{name}: hidden must be units, as in 100x4 or 100-50, not {word(value)!r}")
        if times and int(layers) > MOST_LAYERS:
            raise UserError(f"{name}: hidden layers must be at most {MOST_LAYERS}, not {layers}")
        sizes += [int(units)] * (int(layers) if times else 1)
    return _checked_sizes(sizes)


def _checked_sizes(sizes: Sequence[Any]) -> list[int]:
    checked_integer("number of hidden sizes", len(sizes))
    return [checked_integer("hidden size", size) for size in sizes]


def _channels_first(target: str, name: str, image_shape: Sequence[int]) -> list[int]:
    """Return (channels, height, width) of images. Raises UserError if the examples are no such images."""
    shape = [*image_shape] if len(image_shape) == 3 else [1, *image_shape]
    if len(shape) != 3:
        rows = f"examples of shape {tuple(image_shape)}" if image_shape else "rows of numbers"
        raise UserError(f"{target} takes images, and {name} has {rows}: save x as (N, height, width)")
    if shape[2] <= 4 < min(shape[:2]):
        last = f"{name} has images of shape {tuple(shape)}"
        raise UserError(f"{target} takes images with the channels first, and {last}: save np.moveaxis(x, -1, 1)")
    return shape


def network_of_task(about: Mapping[str, Any]) -> NetworkSpec:
    """Return the network of a task or a protocol, without its plug-in."""
    settings = {name: value for name, value in about.items() if name not in RESERVED}
    return NetworkSpec(about.get("label", ""), about["class"], settings)


def unchecked_network(about: Mapping[str, Any]) -> NetworkSpec:
    """Return the network that a protocol keeps, without running anything of its plug-in.

    Raises UserError if it is missing, or its source has changed.
    """
    target, plugin = about["class"], None
    if target not in CLASSES:
        target, plugin = resolved(target, CLASSES, "network")
    if (plugin.digest if plugin else None) != about.get("digest"):
        raise UserError(f"the source of {target} is not the one that the protocol was made with")
    return replace(network_of_task(about), target=target, plugin=plugin)


def first_weights(networks: Sequence[NetworkSpec], problem: Mapping[str, Any], seed: int) -> dict[str, list[list[str]]]:
    """Return name of an array → groups of labels, of the networks in which it is the same before training.

    Measured, byte by byte. Names that no two networks share are left out.
    """
    contents: dict[str, dict[tuple[Any, ...], list[str]]] = {}
    for spec in networks:
        for name, array in spec.build(problem, seed).params.items():
            contents.setdefault(name, {}).setdefault((array.shape, array.tobytes()), []).append(spec.label)
    groups = {name: [labels for labels in found.values() if len(labels) > 1] for name, found in contents.items()}
    return {name: alike for name, alike in groups.items() if alike}
