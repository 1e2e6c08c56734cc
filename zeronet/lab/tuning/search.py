"""The search for each optimizer's best settings, trial by trial."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from zeronet.lab.runner.analysis.pairwise import final_evaluation_loss
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.runs import Runs
from zeronet.lab.specs.spec import Spec
from zeronet.lab.tuning.grid import Tuning, best_trial


def search(
    plan: Plan, tuning: Tuning, run: Callable[[Plan, str], Runs]
) -> tuple[tuple[Spec, ...], list[str], list[list[Any]]]:
    """Return the optimizers at their best settings, the labels whose best learning rate is at an edge, a row per trial.

    plan: of a trial, except for optimizers and seeds, which the search chooses; run: executes a plan, given a name for
    the progress bar. A trial counts with the median over tuning.seeds of its final validation loss, infinite if it
    diverged.
    """
    judged: dict[str, dict[str, tuple[Spec, float]]] = {spec.label: {} for spec in plan.optimizers}
    rows: list[list[Any]] = []
    stages = (tuning.first_trials, lambda spec: tuning.more_trials(spec, judged[spec.label]))
    for number, trials_of in enumerate(stages, start=1):
        trials = [(spec.label, trial) for spec in plan.optimizers for trial in trials_of(spec)]
        if not trials:
            continue
        stage = replace(plan, optimizers=tuple(trial for _, trial in trials), seeds=tuning.seeds, kind="trial")
        runs = run(stage, f"tuning {number}/2")
        for label, trial in trials:
            losses = [final_evaluation_loss(runs[trial.label, seed], plan.steps) for seed in tuning.seeds]
            judged[label][trial.label] = trial, float(np.median(losses))
            rows += [[label, trial.settings, seed, loss] for seed, loss in zip(tuning.seeds, losses, strict=True)]
    best = {label: best_trial(trials) for label, trials in judged.items()}
    specs = tuple(replace(spec, label=label) for label, (spec, _) in best.items())
    return specs, [label for label, (_, at_edge) in best.items() if at_edge], rows
