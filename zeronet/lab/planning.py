"""From options to plans: of networks, of landscapes, of a search for rates."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.lab.race.paths import PathPlan
from zeronet.lab.race.run import path_plan
from zeronet.lab.runner.plan import Plan, consecutive, split_sizes
from zeronet.lab.runner.problem import RATES, STEPS, TARGETS, LandscapeProblem, Problem
from zeronet.lab.specs.grammar import pairs_of, split
from zeronet.lab.specs.spec import Spec, named, parse, with_settings
from zeronet.lab.tuning.grid import Tuning
from zeronet.version import __version__

# The options that describe what is run, with their defaults.
NETWORK = {
    "problem": "mnist",
    "optimizer": ["sgd", "adagrad", "rmsprop"],
    "lr": None,
    "hidden": [50],
    "steps": 2000,
    "epochs": None,
    "batch_size": 128,
    "seeds": 3,
    "seed": 0,
    "eval_every": 100,
    "target": None,
    "blas_threads": 1,
    "inspect": False,
    "protocol": None,
    "tune": None,
    "tune_range": None,
    "tune_over": None,
    "train_size": None,
    "validation_size": None,
}
PATHS = {
    "problem": None,
    "optimizer": ["sgd", "momentum", "adagrad", "rmsprop", "adam"],
    "lr": None,
    "steps": None,
    "start": None,
}
TUNED_SEEDS, TUNING_SEEDS = 10, 3  # of the final runs where rates are tuned, and of each trial


def network_plan(given: Mapping[str, Any], problem: Problem) -> Plan:
    """Return the plan of training networks; given: the options of NETWORK that were given."""
    tune = "tune" in given
    o = SimpleNamespace(**{**NETWORK, **({"seeds": TUNED_SEEDS} if tune else {}), **given})
    sizes = split_sizes(len(problem.x_train), o.train_size, o.validation_size) if tune else None
    examples = sizes[0] if sizes else len(problem.x_train)
    steps_per_epoch = examples // checked_integer("batch-size", o.batch_size)
    steps = o.steps if o.epochs is None else checked_integer("epochs", o.epochs) * steps_per_epoch
    return Plan(
        problem=problem.about(),
        hidden_sizes=tuple(o.hidden),
        optimizers=tuple((_searched if tune else parse)(text, o.lr, steps=steps) for text in o.optimizer),
        seeds=consecutive(o.seed, o.seeds),
        batch_size=o.batch_size,
        steps=steps,
        eval_every=o.eval_every,
        target=TARGETS.get(problem.name) if o.target is None else o.target,
        blas_threads=o.blas_threads,
        version=__version__,
        inspect=o.inspect,
        split=sizes,
    )


def _searched(text: str, *defaults: Any, **more: Any) -> Spec:
    """Return specs.parse(…) under a label that does not name the rate: the search begins there, and ends elsewhere."""
    spec = parse(text, *defaults, **more)
    return spec if split(text)[0] else replace(spec, label=re.sub(r"(?<=[ ,])lr=[^,]*,?", "", spec.label).rstrip(" ,"))


def landscape_plan(given: Mapping[str, Any], problem: LandscapeProblem) -> Plan:
    """Return the plan of a tuned comparison on a landscape; given: the options that were given."""
    o = SimpleNamespace(**{**PATHS, "seeds": TUNED_SEEDS, "seed": NETWORK["seed"], **given})
    steps = STEPS[problem.name] if o.steps is None else o.steps
    return Plan(
        problem=problem.about(),
        hidden_sizes=(),
        optimizers=tuple(_searched(text, o.lr, RATES[problem.name], steps) for text in o.optimizer),
        seeds=consecutive(o.seed, o.seeds),
        batch_size=1,
        steps=steps,
        eval_every=1,
        target=None,
        blas_threads=1,
        version=__version__,
    )


def plan_of_paths(given: Mapping[str, Any]) -> PathPlan:
    """Return the plan of one path for each optimizer; given: the options of PATHS that were given."""
    o = SimpleNamespace(**{**PATHS, **given})
    landscape = o.problem.lower()
    steps = STEPS[landscape] if o.steps is None else o.steps
    specs = [parse(text, o.lr, RATES[landscape], steps) for text in o.optimizer]
    return path_plan(landscape, specs, steps, o.start)


def hardly_moving(given: Mapping[str, Any], plan: PathPlan) -> list[str]:
    """Return the labels of optimizers whose default rate, which is meant for networks, is too small for this way.

    Nobody gave them another, neither the options nor problems.RATES, and all steps of its length together are below 1.
    """
    texts = given.get("optimizer", PATHS["optimizer"])
    return [
        spec.label
        for text, spec in zip(texts, plan.optimizers, strict=True)
        if spec.target not in RATES[plan.landscape]
        and given.get("lr") is None
        and "lr" not in named(spec, split(text)[2])
        and spec.settings.get("lr", 1) * plan.steps < 1
    ]


def tuning_plan(given: Mapping[str, Any], plan: Plan) -> Tuning:
    """Return the search that the options describe; its seeds come after those of the final runs."""
    budget = checked_integer("tune", given["tune"], least=3)
    span = given.get("tune_range")
    if span is not None and not 0 < span[0] < span[1] < math.inf:
        raise UserError(f"--tune-range takes two rates, the lower first, not {span[0]:g} {span[1]:g}")
    over = _settings_beside(given.get("tune_over") or (), plan)
    tuning = Tuning(budget, consecutive(max(plan.seeds) + 1, TUNING_SEEDS), tuple(span) if span else None, over)
    for spec in plan.optimizers:
        tuning.first_trials(spec)  # mistakes show before anything runs
    return tuning


def _settings_beside(texts: Sequence[str], plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return label → every combination of the settings that are to be searched beside its rate.

    texts: OPTIMIZER:key=value,key=value, where a key may have several values.
    """
    over: dict[str, list[dict[str, Any]]] = {}
    for text in texts:
        name, _, pairs = text.partition(":")
        matching = [spec for spec in plan.optimizers if name.lower() in (spec.label.lower(), spec.target.lower())]
        if not matching or not pairs:
            raise UserError(f"{text!r} is not OPTIMIZER:key=value,key=value with an optimizer of this comparison")
        for spec in matching:
            values: dict[str, list[Any]] = {}
            for pair in pairs_of(pairs, text):
                for key, value in named(spec, dict([pair])).items():
                    values.setdefault(key, []).append(value)
            if "lr" in values:
                raise UserError("the rate is searched anyway: say where with --tune-range")
            if spec.label in over:
                raise UserError(f"--tune-over names {spec.label} twice: put all its settings into one")
            over[spec.label] = [dict(zip(values, each, strict=True)) for each in product(*values.values())]
            with_settings(spec, over[spec.label][0])
    return over
