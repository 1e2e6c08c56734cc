"""Names and settings ↔ optimizers: what `rmsprop:lr=0.002` means, and the one registry behind it.

SPEC = [LABEL=]TARGET[:key=value,…]          TARGET = name | FILE.py:Class | module:Class
"""

import traceback
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from zeronet.common.errors import UserError, message_of
from zeronet.lab.specs.build import assemble, parameters, settings_of, spec_settings_of, split_settings
from zeronet.lab.specs.grammar import split, word
from zeronet.lab.specs.networks import NetworkSpec
from zeronet.lab.specs.plugins import OURS, Plugin, explained, resolved
from zeronet.lab.specs.trial import Endless, tried
from zeronet.optimizers import OPTIMIZERS, Optimizer, adapt

ENTRY_POINTS = "zeronet.optimizers"


@dataclass(frozen=True)
class Spec:
    """One optimizer of a comparison, as data.

    label: its name in tables, files and legends; target: where its class is; settings: all hyper-parameters; plugin:
    the class's source, for a class that is not zeronet's own; instance: the object itself, if it was handed over in
    Python; averages: whether it trains other weights than those to evaluate and save, as schedule-free ones do;
    network: what it trains, None on a landscape.
    """

    label: str
    target: str
    settings: dict[str, Any]
    plugin: Plugin | None = None
    instance: Any = None
    averages: bool = False
    network: NetworkSpec | None = None

    @property
    def parts(self) -> "list[Spec | NetworkSpec]":
        """The optimizer and its network: what may be a plug-in."""
        return [self] if self.network is None else [self, self.network]

    @property
    def blamed(self) -> list[str]:
        """The places of its plug-ins, for plugins.explained."""
        return [part.plugin.blamed for part in self.parts if part.plugin]

    def build(self) -> Any:
        """Return a new optimizer; an object that was handed over is copied as it was."""
        if self.instance is not None and self.plugin is not None:
            return self.plugin.fresh(self.instance)
        return adapt(assemble(_find_class(self.target, self.plugin), self.settings))

    def to_dict(self) -> dict[str, Any]:
        """Return what the protocol keeps of it."""
        digest = self.plugin.digest if self.plugin else None
        about = {"label": self.label, "target": self.target, "settings": self.settings, "digest": digest}
        return about | ({"averages": True} if self.averages else {})


def parse(
    text: "str | Spec", lr: float | None = None, rates: Mapping[str, float] | None = None, steps: int | None = None
) -> Spec:
    """Read one optimizer as the command line names it; one that has been read is returned as it is.

    lr: a rate for an optimizer that names none; rates: name → the rate if lr is None too, default: its own; steps:
    the horizon of a schedule that names none. Raises UserError, in one line, if something cannot be found or does not
    fit.

    >>> parse("rmsprop:lr=0.002")  # doctest: +ELLIPSIS
    Spec(label='RMSProp lr=0.002', target='RMSProp', settings={'lr': 0.002, 'rho': 0.9, 'eps': 1e-07}, ...)
    """
    if isinstance(text, Spec):
        return text
    label, target, given = split(text)
    if lr is not None:
        if "lr" in given:
            raise UserError(f"--lr gives every optimizer one rate, but {text!r} names its own: leave one of them out")
        given["lr"] = lr
    name, plugin = _resolve(target)
    rate = (rates or {}).get(name)
    defaults = {name: value for name, value in (("lr", rate), ("horizon", steps)) if value is not None}
    return _checked(Spec(label or "", name, given, plugin), defaults)


def from_object(optimizer: Any, rates: Mapping[str, float] | None = None, steps: int | None = None) -> Spec:
    """Describe an optimizer that was handed over in Python: a SPEC, or an object with update(params, grads).

    rates, steps: for a SPEC, as in parse.
    """
    if isinstance(optimizer, str):
        return parse(optimizer, rates=rates, steps=steps)
    if isinstance(optimizer, Spec):
        return optimizer
    try:
        adapt(optimizer)
    except ValueError as error:
        hint = f": call it, {optimizer.__name__}()" if isinstance(optimizer, type) else ""
        raise UserError(f"{error}{hint}") from error
    cls = type(optimizer)
    if isinstance(optimizer, Optimizer):
        settings = settings_of(optimizer)
        if told := spec_settings_of(optimizer):
            return _checked(Spec("", *told))
    else:
        settings = {name: getattr(optimizer, name) for name in parameters(cls) if hasattr(optimizer, name)}
    plain = {k: v if isinstance(v, bool | int | float | str) else str(v) for k, v in settings.items()}
    target = f"{cls.__module__}:{cls.__qualname__}"
    return Spec(cls.__name__, target, plain, Plugin.of(optimizer), optimizer, _averages(optimizer))


def with_settings(spec: Spec, settings: Mapping[str, Any]) -> Spec:
    """Return the spec with some settings changed. Raises UserError if they do not fit, or if it is an object."""
    if spec.instance is not None:
        raise UserError(f"{spec.label} was handed over as an object, whose settings cannot be varied: name it as text")
    if "lr" not in spec.settings:
        raise UserError(f"{spec.label} has no setting lr, and no rate to be tuned")
    return replace(_checked(replace(spec, settings={**spec.settings, **settings})), label=spec.label)


def named(spec: Spec, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings under the names that spec has for them: any case, and in a dialect its library's names, will do.

    Raises UserError for a setting that it does not have.

    >>> named(parse("rmsprop:dialect=pytorch"), {"alpha": 0.9, "LR": 0.1})
    {'rho': 0.9, 'lr': 0.1}
    """
    decisive: dict[str, Any] = {name: spec.settings[name] for name in ("dialect", "schedule") if name in spec.settings}
    found = split_settings(_find_class(spec.target, spec.plugin), {**decisive, **settings}).named
    return {name: value for name, value in found.items() if name in settings or name not in decisive}


def on_networks(specs: Sequence[Spec], networks: Sequence[NetworkSpec]) -> tuple[Spec, ...]:
    """Return every optimizer on every network. Their labels name the networks if there are several, and the optimizers.

    A single optimizer is not named beside several networks, nor a single network anywhere. Raises UserError if two
    networks have one label.

    >>> from zeronet.lab.specs.networks import networks_of
    >>> two = networks_of(["two-layer", "mlp"])
    >>> [spec.label for spec in on_networks([parse("sgd"), parse("adam")], two)]
    ['two-layer SGD', 'two-layer Adam', 'mlp SGD', 'mlp Adam']
    >>> [spec.label for spec in on_networks([parse("sgd")], two)], on_networks([parse("sgd")], two[:1])[0].label
    (['two-layer', 'mlp'], 'SGD')
    """
    networks = distinct(networks, "network")
    several, alone = len(networks) > 1, len(specs) == 1
    return tuple(
        replace(
            spec,
            network=network if several else replace(network, label=""),
            label=spec.label if not several else network.label if alone else f"{network.label} {spec.label}",
        )
        for network in networks
        for spec in specs
    )


S = TypeVar("S", Spec, NetworkSpec)


def distinct(specs: Sequence[S], what: str = "optimizer") -> tuple[S, ...]:
    """Return the specs as they are. Raises UserError if two have one label, or one would control a terminal."""
    labels = [spec.label for spec in specs]
    for spec in specs:
        if any(unicodedata.category(letter) == "Cc" for letter in spec.label):
            raise UserError(f"the label {spec.label!r} has control characters or line breaks")
        if labels.count(spec.label) > 1:
            how = (
                f"hand over {{label: {what}, …}}"
                if spec.instance
                else f"name one with LABEL=, as in mine={spec.target}"
            )
            raise UserError(f"two {what}s are labelled {spec.label!r}: {how}")
    return tuple(specs)


def unchecked_from_protocol(about: Mapping[str, Any]) -> Spec:
    """Return the Spec that a protocol keeps, without running anything of its plug-in.

    Raises UserError if its class is missing or its source has changed.
    """
    name, plugin = _resolve(about["target"])
    if (plugin.digest if plugin else None) != about["digest"]:
        raise UserError(f"the source of {about['target']} is not the one that the protocol was made with")
    return Spec(about["label"], name, dict(about["settings"]), plugin)


def from_protocol(about: Mapping[str, Any]) -> Spec:
    """Return the Spec that a protocol keeps, having built the optimizer once; raises as unchecked_from_protocol."""
    return _checked(unchecked_from_protocol(about))


def entry_points() -> dict[str, str]:
    """Return name → module:Class of the plug-ins that installed packages bring."""
    return {entry.name.lower(): entry.value for entry in metadata.entry_points(group=ENTRY_POINTS)}


def _resolve(target: str) -> tuple[str, Plugin | None]:
    return resolved(target, OPTIMIZERS, installed=entry_points())


def _find_class(target: str, plugin: Plugin | None) -> type:
    return plugin.load() if plugin else OPTIMIZERS[target]


def _checked(spec: Spec, defaults: Mapping[str, Any] | None = None) -> Spec:
    """Return the spec with label and all settings, having built the optimizer once. Raises UserError if that fails.

    defaults: settings that take the place of the class's own.
    """
    try:
        with tried(spec.target, spec.plugin):
            cls = _find_class(spec.target, spec.plugin)
            if not callable(getattr(cls, "update", None)):
                raise UserError(f"{spec.target} has no method update(params, grads)")
            parts = split_settings(cls, spec.settings)
            settings = parts.complete(defaults or {})
            optimizer = assemble(cls, settings)
            if isinstance(optimizer, Optimizer):  # which a plug-in's __getattribute__ may have to answer
                settings = settings_of(optimizer)
            averages = _averages(optimizer)
    except UserError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plug-in may raise anything
        place = traceback.extract_tb(error.__traceback__)[-1].filename
        inside = isinstance(error, Endless) or not Path(place).is_relative_to(
            OURS
        )  # not if the call itself does not fit
        words = explained(error, spec.plugin.blamed) if spec.plugin and inside else message_of(error)
        raise UserError(f"{spec.target}: {words}") from error
    words = ",".join(f"{key}={word(value)}" for key, value in parts.named.items())
    name = spec.target.rpartition(":")[2]
    label = spec.label or f"{name} {words}".strip()
    return replace(spec, label=label, settings=settings, averages=averages)


def _averages(optimizer: Any) -> bool:
    cls = type(optimizer)
    return isinstance(optimizer, Optimizer) and cls.evaluation_params is not Optimizer.evaluation_params


def specs_of(
    optimizers: Sequence[Any] | Mapping[str, Any], rates: Mapping[str, float] | None = None, steps: int | None = None
) -> list[Spec]:
    """Return the specs of optimizers, listed or as label → optimizer; rates, steps: as in parse."""
    if isinstance(optimizers, str) or not isinstance(optimizers, Iterable):
        raise UserError(f"optimizers must be a list, as in [{optimizers!r}]")
    if isinstance(optimizers, Mapping):
        items = optimizers.items()
        return [replace(from_object(optimizer, rates, steps), label=str(label)) for label, optimizer in items]
    return [from_object(optimizer, rates, steps) for optimizer in optimizers]
