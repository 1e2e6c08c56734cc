"""A plan is data: the runs, and everything that determines each of them."""

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import LARGEST_INTEGER, checked_integer
from zeronet.lab.runner.book import BOOK_CHOICES, OWN_START
from zeronet.lab.runner.protocol import FORMAT
from zeronet.lab.specs.networks import NetworkSpec, first_weights, unchecked_network
from zeronet.lab.specs.plugins import Plugin
from zeronet.lab.specs.spec import Spec, distinct, from_protocol, unchecked_from_protocol
from zeronet.training.compiled import compiling
from zeronet.training.environment import description
from zeronet.version import __version__

MAX_STEPS = 10**9
MAX_PATH_STEPS = 100_000
MAX_THREADS = 1000
MAX_SEEDS = 100_000  # a protocol lists them


@dataclass(frozen=True)
class Cell:
    """One run of a plan: an optimizer on its network, and a seed. task: all that determines it, as JSON values."""

    spec: Spec
    seed: int
    task: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """The name of its file: sha256 of the task."""
        return hashlib.sha256(json.dumps(self.task, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Plan:
    """Every optimizer on its network with every seed.

    A plan is complete when it is made, and can be repeated from its protocol.

    Parameters
    ----------
    problem : mapping
        Problem.to_dict().
    optimizers : tuple of Spec
        With distinct labels; each with its network (specs.spec.on_networks) if there is something to classify.
    seeds : tuple of int
        Distinct, at least 0.
    steps : int
        Updates per run.
    batch_size, eval_every : int
        Examples per step; steps between two evaluations.
    target : float in (0, 1] or None
        The accuracy, or R², to reach.
    blas_threads : int
        Threads of each run's matrix products.
    inspect : bool
        Whether to measure what happens inside the networks (zeronet.training.inspection).
    split : (int, int) or None
        Training and validation examples, split off the training set.
    kind : str or None
        "trial" or "final" if learning rates are tuned, "rung" of the ladder, "path" on a landscape, or None.
    book_choices : tuple of str or None
        The book's choices that it repeats (zeronet.lab.runner.book); None if it is neither the book's comparison nor
        the ladder.
    environment : mapping
        Versions, BLAS and flushing, which decide the bits of runs; captured when the plan is made.
    version : str
        Of zeronet.
    compiled : str
        Whether rules are compiled, and by what; it changes no result.

    Raises
    ------
    UserError
        If a number is out of range, a label or seed is duplicated, or a batch is larger than the data.
    """

    problem: Mapping[str, Any]
    optimizers: tuple[Spec, ...]
    seeds: tuple[int, ...]
    steps: int
    batch_size: int = 1
    eval_every: int = 1
    target: float | None = None
    blas_threads: int = 1
    inspect: bool = False
    split: tuple[int, int] | None = None
    kind: str | None = None
    book_choices: tuple[str, ...] | None = None
    environment: Mapping[str, Any] = field(
        default_factory=lambda: {"python": platform.python_version(), **description()}
    )
    version: str = __version__
    compiled: str = field(default_factory=compiling)

    def __post_init__(self) -> None:
        distinct(self.optimizers)
        for name in ("batch_size", "steps", "eval_every", "blas_threads"):
            most = MAX_THREADS if name == "blas_threads" else LARGEST_INTEGER
            object.__setattr__(self, name, checked_integer(name.replace("_", "-"), getattr(self, name), 1, most))
        seeds = (checked_integer("seed", seed, 0, LARGEST_INTEGER) for seed in self.seeds)
        object.__setattr__(self, "seeds", tuple(seeds))
        for name in ("seeds", "optimizers"):
            checked_integer(f"number of {name}", len(getattr(self, name)))
        if len(set(self.seeds)) < len(self.seeds):
            raise UserError(f"duplicate seed among {', '.join(map(str, self.seeds))}")
        examples = self.problem.get("train", self.batch_size) if self.split is None else self.split[0]
        if self.problem.get("classes", 2) < 2:
            raise UserError(f"the labels of {self.problem['name']} are all 0: at least 2 classes are needed")
        if self.problem.get("variance") == 0:
            raise UserError(f"the targets of {self.problem['name']} are all the same: there is nothing to predict")
        if self.batch_size > examples:
            raise UserError(
                f"a batch of {self.batch_size} is larger than the data: {examples} examples; give a smaller one"
            )
        if self.target is not None and not (isinstance(self.target, Real) and 0 < self.target <= 1):
            raise UserError(f"target must be an accuracy or R² in (0, 1], not {self.target!r}")
        object.__setattr__(self, "target", None if self.target is None else float(self.target))
        if self.kind == "path" and self.steps > MAX_PATH_STEPS:
            raise UserError(f"steps of a path must be at most {MAX_PATH_STEPS:,}, not {self.steps}")
        if self.steps > MAX_STEPS:
            raise UserError(f"steps must be at most {MAX_STEPS:,}, whose losses fit into memory, not {self.steps}")
        for choice in self.book_choices or ():
            if choice not in BOOK_CHOICES:
                raise UserError(f"a choice of the book must be one of {', '.join(BOOK_CHOICES)}, not {choice!r}")

    @property
    def networks(self) -> list[NetworkSpec]:
        """The networks, each once."""
        return list({spec.network.label: spec.network for spec in self.optimizers if spec.network}.values())

    @cached_property
    def first_weights(self) -> dict[str, list[list[str]]]:
        """Which first weights of which networks are the same (specs.networks.first_weights), for the first seed."""
        return first_weights(self.networks, self.problem, self.seeds[0])

    def cells(self) -> list[Cell]:
        """Return the runs, network by network, optimizer by optimizer, seed by seed."""
        shared = self.protocol()
        for name in ("format", "network", "networks", "first_weights", "optimizers", "seeds", "compiled"):
            shared.pop(name, None)  # they do not change a run's numbers, or are those of all its runs
        # Neither does the label, nor where the data or the class were found: their digests identify them.
        for name in ("address", "name", "source", "unit", "class_names", "image_shape", "white"):
            shared["problem"].pop(name, None)
        cells = []
        for number, spec in enumerate(self.optimizers):
            optimizer = {name: value for name, value in spec.to_dict().items() if name != "label"}
            if spec.plugin and spec.plugin.source is not None:
                optimizer["target"] = spec.plugin.name
            about = {"network": _of_task(spec.network)} if spec.network else {}
            start = {"start": number} if OWN_START in (self.book_choices or ()) else {}
            cells += [
                Cell(spec, seed, {**shared, **about, "optimizer": optimizer, "seed": seed, **start})
                for seed in self.seeds
            ]
        return cells

    def protocol(self) -> dict[str, Any]:
        """Return everything that is needed to repeat the experiment."""
        networks: dict[str, Any] = {}
        several = len(self.networks) > 1
        if several:
            keys = [{"label": one.label, **one.to_dict(), "parameters": one.size} for one in self.networks]
            networks = {"networks": keys}
            if OWN_START not in (self.book_choices or ()):
                networks["first_weights"] = self.first_weights
        elif self.networks:
            networks = {"network": self.networks[0].to_dict()}
        return {
            "format": FORMAT,
            "zeronet": self.version,
            "problem": dict(self.problem),
            **networks,
            "optimizers": [
                spec.to_dict() | ({"network": spec.network.label} if several and spec.network else {})
                for spec in self.optimizers
            ],
            "seeds": list(self.seeds),
            "batch_size": self.batch_size,
            "steps": self.steps,
            "eval_every": self.eval_every,
            "target": self.target,
            "environment": {**self.environment, "blas_threads": self.blas_threads},
            "compiled": self.compiled,
            **({"inspect": True} if self.inspect else {}),
            **({"split": dict(zip(("train", "validation"), self.split, strict=True))} if self.split else {}),
            **({"kind": self.kind} if self.kind else {}),
            **({} if self.book_choices is None else {"book_choices": list(self.book_choices)}),
        }


def _of_task(network: NetworkSpec) -> dict[str, Any]:
    """Return what of a network decides a run: where its plug-in's file is does not."""
    about = network.to_dict()
    return about | {"class": network.plugin.name} if network.plugin and network.plugin.source is not None else about


def consecutive(first: int, number: int) -> tuple[int, ...]:
    """Return consecutive seeds. Raises UserError if their number is not between one and MAX_SEEDS."""
    if checked_integer("number of seeds", number) > MAX_SEEDS:
        raise UserError(f"number of seeds must be at most {MAX_SEEDS:,}, not {number}")
    return tuple(range(checked_integer("seed", first, 0), first + number))


def split_sizes(images: int, train: int | None = None, validation: int | None = None) -> tuple[int, int]:
    """Return the numbers of training and of validation images; validation: by default a sixth of all."""
    validation = checked_integer("validation-size", images // 6 if validation is None else validation)
    train = checked_integer("train-size", images - validation if train is None else train)
    if train + validation > images:
        raise UserError(f"{train} training and {validation} validation images are more than {images}")
    return train, validation


def plugins_of_protocol(protocol: Mapping[str, Any]) -> list[Plugin]:
    """Return the plug-ins that a protocol would run. Raises UserError if it is damaged, or if one has changed."""
    with _undamaged():
        plugins = [unchecked_network(about).plugin for about in _networks(protocol)]
        plugins += [unchecked_from_protocol(about).plugin for about in _requested(protocol)]
    return [plugin for plugin in plugins if plugin]


def _networks(protocol: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the networks of a protocol; none on a landscape."""
    several: list[Mapping[str, Any]] = protocol.get("networks", [])
    return several or ([protocol["network"]] if "network" in protocol else [])


def _requested(protocol: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the optimizers of a protocol as they were before their learning rates were tuned."""
    requested: list[Mapping[str, Any]] = protocol.get("tuning", {}).get("asked", protocol["optimizers"])
    return requested


@contextmanager
def _undamaged() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"the protocol is damaged ({type(error).__name__}: {error})") from error


def plan_from_protocol(protocol: Mapping[str, Any], problem: Mapping[str, Any]) -> Plan:
    """Return the plan in a protocol file. problem: Problem.to_dict() of the data found now.

    Raises UserError if the protocol is damaged, or if the data or a plug-in have changed since it was made.
    """
    plugins_of_protocol(protocol)  # all are known to be unchanged before one is run
    with _undamaged():
        if problem.get("digest") != protocol["problem"].get("digest"):
            made_with = protocol["problem"]["source"]
            raise UserError(f"{problem['name']} is not the data that the protocol was made with: {made_with}")
        sizes = protocol.get("split")
        found = [unchecked_network(about).fitted(problem, (), protocol["batch_size"]) for about in _networks(protocol)]
        networks = {network.label: network for network in distinct(found, "network")}
        return Plan(
            problem=problem,
            optimizers=tuple(
                replace(from_protocol(about), network=networks[about.get("network", "")] if networks else None)
                for about in _requested(protocol)
            ),
            seeds=tuple(protocol["seeds"]),
            batch_size=protocol["batch_size"],
            steps=protocol["steps"],
            eval_every=protocol["eval_every"],
            target=protocol["target"],
            blas_threads=protocol["environment"]["blas_threads"],
            inspect=bool(protocol.get("inspect", False)),
            split=(sizes["train"], sizes["validation"]) if sizes else None,
            kind="path" if "start" in problem else None,
            book_choices=tuple(protocol["book_choices"]) if "book_choices" in protocol else None,
        )
