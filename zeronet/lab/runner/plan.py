"""A comparison as data: which runs there are, and everything that determines each of them."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.lab.runner.book import OWN_START, UNFAIR
from zeronet.lab.runner.protocol import FORMAT, read_protocol  # noqa: F401
from zeronet.lab.specs.spec import Spec, distinct, from_protocol
from zeronet.training import environment as float_environment


@dataclass(frozen=True)
class Cell:
    """One run of a plan: this optimizer, this seed. task is all that determines it, as JSON would have it."""

    spec: Spec
    seed: int
    task: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """The name of its file: sha256 of the task."""
        return hashlib.sha256(json.dumps(self.task, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Plan:
    """Every optimizer with every seed.

    problem: Problem.about(); hidden_sizes: of the network; optimizers: with distinct labels; seeds: whole numbers ≥ 0;
    batch_size: examples per step; steps: updates per run; eval_every: steps between two evaluations on the test set;
    target: the accuracy to reach, or None; blas_threads: threads of each run's matrix products; version: zeronet's;
    inspect: whether to look inside (zeronet.training.inspection); split: training and validation examples, split off
    the training set, or None; kind: None, or "trial" or "final" where rates are tuned, or "rung" of the ladder; unfair:
    the book's choices that it repeats (zeronet.lab.runner.book), or None for a comparison that has nothing to do
    with them. On a landscape (problem["landscape"]) only optimizers, seeds and steps count.
    Raises UserError for what cannot be run.
    """

    problem: Mapping[str, Any]
    hidden_sizes: tuple[int, ...]
    optimizers: tuple[Spec, ...]
    seeds: tuple[int, ...]
    batch_size: int
    steps: int
    eval_every: int
    target: float | None
    blas_threads: int
    version: str
    inspect: bool = False
    split: tuple[int, int] | None = None
    kind: str | None = None
    unfair: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        distinct(self.optimizers)
        for name in ("batch_size", "steps", "eval_every", "blas_threads"):
            object.__setattr__(self, name, checked_integer(name.replace("_", "-"), getattr(self, name)))
        for name, each, least in (("hidden_sizes", "hidden size", 1), ("seeds", "seed", 0)):
            numbers = tuple(checked_integer(each, number, least) for number in getattr(self, name))
            object.__setattr__(self, name, numbers)
        for name in ("hidden_sizes", "seeds", "optimizers"):
            if name != "hidden_sizes" or not self.on_landscape:
                checked_integer(f"number of {name.replace('_', ' ')}", len(getattr(self, name)))
        if len(set(self.seeds)) < len(self.seeds):
            raise UserError(f"a seed stands twice among {', '.join(map(str, self.seeds))}")
        examples = self.problem.get("train", self.batch_size) if self.split is None else self.split[0]
        if self.batch_size > examples:
            raise UserError(f"a batch of {self.batch_size} is larger than the data: {examples} examples")
        if self.target is not None and not (isinstance(self.target, Real) and 0 < self.target <= 1):
            raise UserError(f"the target is an accuracy above 0 and up to 1, not {self.target!r}")
        for choice in self.unfair or ():
            if choice not in UNFAIR:
                raise UserError(f"an unfair choice is one of {', '.join(UNFAIR)}, not {choice!r}")

    @property
    def on_landscape(self) -> bool:
        """Whether the problem is a function of two variables, and not a network's."""
        return "landscape" in self.problem

    def cells(self) -> list[Cell]:
        """Return the runs, optimizer by optimizer, seed by seed."""
        return [Cell(spec, seed, self._task(spec, seed)) for spec in self.optimizers for seed in self.seeds]

    def protocol(self) -> dict[str, Any]:
        """Return all that is needed to repeat the comparison."""
        return {
            "format": FORMAT,
            "zeronet": self.version,
            "problem": dict(self.problem),
            "network": self._network(),
            "optimizers": [spec.about() for spec in self.optimizers],
            "seeds": list(self.seeds),
            "batch_size": self.batch_size,
            "steps": self.steps,
            "eval_every": self.eval_every,
            "target": self.target,
            "environment": self._environment(),
            **({"inspect": True} if self.inspect else {}),
            **({"split": dict(zip(("train", "validation"), self.split, strict=True))} if self.split else {}),
            **({"kind": self.kind} if self.kind else {}),
            **({} if self.unfair is None else {"unfair": list(self.unfair)}),
        }

    def _network(self) -> dict[str, Any]:
        kind = "TwoLayerNet" if len(self.hidden_sizes) == 1 else "MultiLayerNet"
        return {"class": kind, "hidden_sizes": list(self.hidden_sizes)}

    def _environment(self) -> dict[str, Any]:
        here = {"python": platform.python_version(), **float_environment.description()}
        return here | {"blas_threads": self.blas_threads}

    def _task(self, spec: Spec, seed: int) -> dict[str, Any]:
        shared = self.protocol()
        for name in ("format", "optimizers", "seeds", "target"):  # they do not change a run's numbers
            del shared[name]
        # Neither does the label, nor where the data or the class were found: their digests say what they are.
        problem = {
            k: v
            for k, v in shared["problem"].items()
            if k in ("digest", "train", "test", "input_size", "classes", "landscape")
        }
        optimizer = {k: v for k, v in spec.about().items() if k != "label"}
        task = {**shared, "problem": problem, "optimizer": optimizer, "seed": seed}
        if OWN_START in (self.unfair or ()):
            task["start"] = [each.label for each in self.optimizers].index(spec.label)
        return task


def consecutive(first: int, number: int) -> tuple[int, ...]:
    """Return so many seeds from the first on. Raises UserError unless there is at least one, and at most a million."""
    if checked_integer("number of seeds", number) > 1_000_000:
        raise UserError(f"number of seeds must be at most a million, not {number}")
    return tuple(range(checked_integer("seed", first, 0), first + number))


def split_sizes(images: int, train: int | None = None, validation: int | None = None) -> tuple[int, int]:
    """Return how many images are trained on, and how many judge the rates: a sixth, if nothing else is said."""
    validation = checked_integer("validation-size", images // 6 if validation is None else validation)
    train = checked_integer("train-size", images - validation if train is None else train)
    if train + validation > images:
        raise UserError(f"{train} training and {validation} validation images are more than {images}")
    return train, validation


def plan_from_protocol(protocol: Mapping[str, Any], problem: Mapping[str, Any], version: str) -> Plan:
    """Return the plan that a protocol file keeps. problem: the data as they were found now.

    Raises UserError where the protocol is damaged, or where the data or a plug-in are not those that it was made with.
    """
    try:
        if problem.get("digest") != protocol["problem"].get("digest"):
            made_with = protocol["problem"]["source"]
            raise UserError(f"{problem['name']} is not the data that the protocol was made with: {made_with}")
        asked = protocol.get("tuning", {}).get("asked", protocol["optimizers"])  # before their rates were tuned
        sizes = protocol.get("split")
        return Plan(
            problem=problem,
            hidden_sizes=tuple(protocol["network"]["hidden_sizes"]),
            optimizers=tuple(from_protocol(about) for about in asked),
            seeds=tuple(protocol["seeds"]),
            batch_size=protocol["batch_size"],
            steps=protocol["steps"],
            eval_every=protocol["eval_every"],
            target=protocol["target"],
            blas_threads=protocol["environment"]["blas_threads"],
            version=version,
            inspect=bool(protocol.get("inspect", False)),
            split=(sizes["train"], sizes["validation"]) if sizes else None,
            unfair=tuple(protocol["unfair"]) if "unfair" in protocol else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"the protocol is damaged ({type(error).__name__}: {error})") from error
