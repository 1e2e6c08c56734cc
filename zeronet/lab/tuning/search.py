"""The search for each optimizer's best settings, round by round."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Runs
from zeronet.lab.specs.spec import Spec
from zeronet.lab.tuning.grid import Search, Tuning


def search(
    plan: Plan, tuning: Tuning, run: Callable[[Plan, str], Runs]
) -> tuple[tuple[Spec, ...], Mapping[str, float], list[list[Any]]]:
    """Return the optimizers at their best settings, label → the factor to which its rate is known, a row per trial run.

    plan: of a trial, except for optimizers and seeds, which the search chooses; run: executes a plan, given a name for
    the progress bar. A trial counts with the mean logarithm over tuning.seeds of Problem.final_loss; each seed draws
    validation images of its own.
    """
    searches = {spec.label: Search(spec, tuning) for spec in plan.optimizers}
    problem, rows, number = problem_of(plan.problem), [], 0
    while trials := [(label, *found) for label, one in searches.items() for found in one.next_specs()]:
        number += 1
        specs = tuple(spec for _, _, spec in trials)
        stage = replace(plan, optimizers=specs, seeds=tuning.seeds, target=None, kind="trial")
        runs = run(stage, f"tuning, round {number}")
        for label, place, spec in trials:
            losses = [problem.final_loss(runs[spec.label, seed], plan.steps) for seed in tuning.seeds]
            searches[label].record(place, spec, losses)
            rows += [[label, spec.settings, *row, number] for row in zip(tuning.seeds, losses, strict=True)]
    best = {label: one.best() for label, one in searches.items()}
    known_to = {label: searches[label].known_to(trial) for label, trial in best.items()}
    return tuple(replace(trial.spec, label=label) for label, trial in best.items()), known_to, rows
