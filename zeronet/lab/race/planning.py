"""From options to plans on a landscape: paths from one start, or runs from random starts for a search."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from zeronet.lab.runner.landscape_defaults import RATES, STEPS
from zeronet.lab.runner.landscape_problem import LandscapeProblem
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.specs.grammar import split
from zeronet.lab.specs.spec import Spec, named, parse
from zeronet.landscapes import LANDSCAPES

# The options that describe a race, with their defaults.
OPTIONS: dict[str, Any] = {
    "problem": None,
    "optimizer": ["sgd", "momentum", "adagrad", "rmsprop", "adam"],
    "lr": None,
    "steps": None,
    "start": None,
}


def plan_race(given: Mapping[str, Any]) -> Plan:
    """Return the plan of a path for each optimizer; given: option → value of those in OPTIONS that were given."""
    o = SimpleNamespace(**{**OPTIONS, **given})
    landscape = o.problem.lower()
    steps = STEPS[landscape] if o.steps is None else o.steps
    return paths_from(landscape, [parse(text, o.lr, RATES[landscape], steps) for text in o.optimizer], steps, o.start)


def paths_on(problem: LandscapeProblem, specs: Sequence[Spec], steps: int) -> Plan:
    """Return the plan of a path for each spec from the problem's start."""
    return Plan(problem=problem.to_dict(), optimizers=tuple(specs), seeds=(0,), steps=steps, kind="path")


def paths_from(landscape: str, specs: Sequence[Spec], steps: int | None, start: Sequence[float] | None) -> Plan:
    """Return the plan of a path for each spec, with the landscape's own start and steps if none are given."""
    if start is None and landscape in LANDSCAPES:
        start = LANDSCAPES[landscape].start
    problem = LandscapeProblem(landscape, start)
    return paths_on(problem, specs, STEPS[landscape] if steps is None else steps)


def plan_search(given: Mapping[str, Any], problem: LandscapeProblem, read: Any, seeds: int) -> Plan:
    """Return the plan of runs from random starts; read: as specs.spec.parse."""
    o = SimpleNamespace(**{**OPTIONS, "seeds": seeds, "seed": 0, **given})
    steps = STEPS[problem.name] if o.steps is None else o.steps
    specs = tuple(read(text, o.lr, RATES[problem.name], steps) for text in o.optimizer)
    return Plan(problem=problem.to_dict(), optimizers=specs, seeds=consecutive(o.seed, o.seeds), steps=steps)


def hardly_moving(given: Mapping[str, Any], plan: Plan) -> list[str]:
    """Return the labels of optimizers whose default learning rate, meant for networks, is too small for this path.

    Neither the options nor RATES set another one, and learning rate × steps is below 1.
    """
    texts = given.get("optimizer", OPTIONS["optimizer"])
    return [
        spec.label
        for text, spec in zip(texts, plan.optimizers, strict=True)
        if spec.target not in RATES[plan.problem["landscape"]]
        and given.get("lr") is None
        and "lr" not in named(spec, split(text)[2])
        and isinstance(lr := spec.settings.get("lr"), int | float)
        and lr * plan.steps < 1
    ]
