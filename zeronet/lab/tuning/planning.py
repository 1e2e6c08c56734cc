"""From options to the search for each optimizer's learning rate, and the plan of its final runs."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.lab.comparison.planning import OPTIONS as COMPARISON
from zeronet.lab.comparison.planning import plan_comparison
from zeronet.lab.race.planning import plan_search
from zeronet.lab.runner.analysis.pairwise import MARGIN
from zeronet.lab.runner.landscape_problem import LandscapeProblem
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.runner.problem import Problem
from zeronet.lab.specs.grammar import pairs_of, split, word
from zeronet.lab.specs.spec import Spec, named, parse, with_settings
from zeronet.lab.tuning.grid import Search, Tuning

OPTIONS = ("tune", "tune_range", "tune_over", "tune_schedules", "margin", "studies")
# --tune-over standard: what makes one optimizer contain another (Choi et al., "On Empirical Comparisons of Optimizers
# for Deep Learning", 2019).
STANDARD = {"momentum": (0.5, 0.9, 0.99), "rho": (0.9, 0.99, 0.999), "beta1": (0.0, 0.9), "beta2": (0.99, 0.999)}
FINAL_SEEDS, TRIAL_SEEDS = 10, 3  # of the final runs, and of each trial


def plan_finals(given: Mapping[str, Any], problem: Problem) -> Plan:
    """Return the plan of the final runs, except for the learning rates, which the search chooses."""
    own = {name: value for name, value in given.items() if name not in OPTIONS}
    if schedules := given.get("tune_schedules"):
        own["optimizer"] = _with_schedules(given.get("optimizer", COMPARISON["optimizer"]), schedules)
    if isinstance(problem, LandscapeProblem):
        if problem.target({}) is None:
            raise UserError(f"{problem.name} has no minimum: nothing can be tuned there")
        return plan_search(own, problem, read_searched, FINAL_SEEDS)
    return plan_comparison({"seeds": FINAL_SEEDS, **own}, problem, held_out=True, read=read_searched)


def read_searched(text: str | Spec, *defaults: Any, **more: Any) -> Spec:
    """Return parse(…), its label without the learning rate, where the search only starts."""
    spec = parse(text, *defaults, **more)
    return (
        spec
        if isinstance(text, Spec) or split(text)[0]
        else replace(spec, label=re.sub(r"(?<=[ ,])lr=[^,]*,?", "", spec.label).rstrip(" ,"))
    )


def plan_tuning(given: Mapping[str, Any], plan: Plan) -> Tuning:
    """Return the search that the options describe; its seeds come after those of the final runs."""
    schedules = given.get("tune_schedules") or ["constant"]
    budget = checked_integer("tune", given["tune"], least=3) // len(schedules)
    margin = given.get("margin", MARGIN)
    if not 0 < margin < 1:
        raise UserError(f"--margin must be between 0 and 1, as in 0.02 for 2 %, not {word(margin)}")
    span = given.get("tune_range")
    if span is not None and not 0 < span[0] < span[1] < math.inf:
        raise UserError(f"--tune-range must be two learning rates, the lower first, not {span[0]:g} {span[1]:g}")
    over = _settings_to_search(given.get("tune_over") or (), plan)
    tuning = Tuning(budget, consecutive(max(plan.seeds) + 1, TRIAL_SEEDS), tuple(span) if span else None, over, margin)
    for spec in plan.optimizers:
        Search(spec, tuning)  # raises errors before anything runs
    return tuning


def _with_schedules(texts: Sequence[str], schedules: Sequence[str]) -> list[str]:
    """Return each optimizer once with each schedule, which share its budget."""
    if len(set(schedules)) < len(schedules):
        raise UserError(f"--tune-schedules names one twice: {' '.join(schedules)}")
    found = []
    for text in texts:
        label, _, settings = split(text)
        if "schedule" in {name.lower() for name in settings}:
            raise UserError(f"{text!r} has a schedule of its own: leave it out, or --tune-schedules")
        for schedule in schedules:
            named_text = f"{label}-{schedule}={text.removeprefix(f'{label}=')}" if label else text
            found.append(
                named_text if schedule == "constant" else f"{named_text}{',' if settings else ':'}schedule={schedule}"
            )
    return found


def _settings_to_search(texts: Sequence[str], plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return label → every combination of the settings to search besides the learning rate.

    texts: OPTIMIZER:key=value,key=value, in which a key may be repeated with other values; or standard, the lists of
    STANDARD for every optimizer that has these settings.
    """
    over: dict[str, list[dict[str, Any]]] = {}
    named_here: set[str] = set()
    if "standard" in texts:
        lists = {spec.label: {k: v for k, v in STANDARD.items() if k in spec.settings} for spec in plan.optimizers}
        over = {label: _combinations(values) for label, values in lists.items() if values}
    for text in texts:
        if text == "standard":
            continue
        name, _, pairs = text.partition(":")
        matching = [spec for spec in plan.optimizers if name.lower() in map(str.lower, _names(spec))]
        if not matching or not pairs:
            raise UserError(f"{text!r} must be OPTIMIZER:key=value,… with an optimizer of this comparison")
        for spec in matching:
            values: dict[str, list[Any]] = {}
            for pair in pairs_of(pairs, text):
                for key, value in named(spec, dict([pair])).items():
                    values.setdefault(key, []).append(value)
            if "lr" in values:
                raise UserError("the learning rate is always searched: set its range with --tune-range")
            if spec.label in named_here:
                raise UserError(f"--tune-over names {spec.label} twice: put all its settings into one")
            named_here.add(spec.label)
            over[spec.label] = _combinations(values)
            with_settings(spec, over[spec.label][0])
    return over


def _names(spec: Spec) -> list[str]:
    """Return what --tune-over may call an optimizer; on several networks its own label means it on all of them."""
    network = spec.network.label if spec.network else ""
    return [spec.label, spec.target, spec.label.removeprefix(f"{network} ")]


def _combinations(values: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]
