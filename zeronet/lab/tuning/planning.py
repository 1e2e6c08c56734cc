"""From options to the search for each optimizer's learning rate, and the plan of its final runs."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.lab.comparison.planning import plan_comparison
from zeronet.lab.race.planning import plan_search
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.runner.problem import LandscapeProblem, Problem
from zeronet.lab.specs.grammar import pairs_of, split
from zeronet.lab.specs.spec import Spec, named, parse, with_settings
from zeronet.lab.tuning.grid import Tuning

OPTIONS = ("tune", "tune_range", "tune_over")
FINAL_SEEDS, TRIAL_SEEDS = 10, 3  # of the final runs, and of each trial


def plan_finals(given: Mapping[str, Any], problem: Problem) -> Plan:
    """Return the plan of the final runs, except for the learning rates, which the search chooses."""
    own = {name: value for name, value in given.items() if name not in OPTIONS}
    if isinstance(problem, LandscapeProblem):
        if problem.target({}) is None:
            raise UserError(f"{problem.name} has no minimum: nothing can be tuned there")
        return plan_search(own, problem, read_searched, FINAL_SEEDS)
    return plan_comparison({"seeds": FINAL_SEEDS, **own}, problem, held_out=True, read=read_searched)


def read_searched(text: str, *defaults: Any, **more: Any) -> Spec:
    """Return parse(…), its label without the learning rate, where the search only starts."""
    spec = parse(text, *defaults, **more)
    return spec if split(text)[0] else replace(spec, label=re.sub(r"(?<=[ ,])lr=[^,]*,?", "", spec.label).rstrip(" ,"))


def plan_tuning(given: Mapping[str, Any], plan: Plan) -> Tuning:
    """Return the search that the options describe; its seeds come after those of the final runs."""
    budget = checked_integer("tune", given["tune"], least=3)
    span = given.get("tune_range")
    if span is not None and not 0 < span[0] < span[1] < math.inf:
        raise UserError(f"--tune-range must be two learning rates, the lower first, not {span[0]:g} {span[1]:g}")
    over = _settings_to_search(given.get("tune_over") or (), plan)
    tuning = Tuning(budget, consecutive(max(plan.seeds) + 1, TRIAL_SEEDS), tuple(span) if span else None, over)
    for spec in plan.optimizers:
        tuning.first_trials(spec)  # raises errors before anything runs
    return tuning


def _settings_to_search(texts: Sequence[str], plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return label → every combination of the settings to search besides the learning rate.

    texts: OPTIMIZER:key=value,key=value, in which a key may be repeated with other values.
    """
    over: dict[str, list[dict[str, Any]]] = {}
    for text in texts:
        name, _, pairs = text.partition(":")
        matching = [spec for spec in plan.optimizers if name.lower() in (spec.label.lower(), spec.target.lower())]
        if not matching or not pairs:
            raise UserError(f"{text!r} must be OPTIMIZER:key=value,… with an optimizer of this comparison")
        for spec in matching:
            values: dict[str, list[Any]] = {}
            for pair in pairs_of(pairs, text):
                for key, value in named(spec, dict([pair])).items():
                    values.setdefault(key, []).append(value)
            if "lr" in values:
                raise UserError("the learning rate is always searched: set its range with --tune-range")
            if spec.label in over:
                raise UserError(f"--tune-over names {spec.label} twice: put all its settings into one")
            over[spec.label] = [
                dict(zip(values, combination, strict=True)) for combination in product(*values.values())
            ]
            with_settings(spec, over[spec.label][0])
    return over
