"""The search for each optimizer's best settings, trial by trial."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zeronet.lab.runner.analysis.pairwise import final_evaluation_loss
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.runs import Run
from zeronet.lab.specs.spec import Spec
from zeronet.lab.tuning.grid import Tuning, best_trial


def search(
    plan: Plan, tuning: Tuning, runs_of: Callable[[Plan, str], Mapping[tuple[str, int], Run]]
) -> tuple[tuple[Spec, ...], list[str], list[list[Any]]]:
    """Return the optimizers at their best settings, the labels whose best rate was at an edge, and a row per trial.

    plan: of a trial, but for optimizers and seeds, which the search chooses; runs_of: carries a plan out, under a name
    for the progress bar. A trial counts with the median over tuning.seeds of its final validation loss, infinite
    where it diverged.
    """
    judged: dict[str, dict[str, tuple[Spec, float]]] = {spec.label: {} for spec in plan.optimizers}
    rows: list[list[Any]] = []
    stages = (tuning.first_trials, lambda spec: tuning.more_trials(spec, judged[spec.label]))
    for number, choose in enumerate(stages, start=1):
        chosen = {spec.label: choose(spec) for spec in plan.optimizers}
        specs = tuple(trial for each in chosen.values() for trial in each)
        if not specs:
            continue
        runs = runs_of(replace(plan, optimizers=specs, seeds=tuning.seeds, kind="trial"), f"tuning {number}/2")
        for label, each in chosen.items():
            for trial in each:
                losses = [final_evaluation_loss(runs[trial.label, seed], plan.steps) for seed in tuning.seeds]
                judged[label][trial.label] = trial, float(np.median(losses))
                rows += [
                    [label, trial.settings["lr"], json.dumps(trial.settings), seed, f"{loss:.9g}"]
                    for seed, loss in zip(tuning.seeds, losses, strict=True)
                ]
    best = {label: best_trial(each) for label, each in judged.items()}
    specs = tuple(replace(best[spec.label][0], label=spec.label) for spec in plan.optimizers)
    return specs, [label for label, (_, edge) in best.items() if edge], rows
