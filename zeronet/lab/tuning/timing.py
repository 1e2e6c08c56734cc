"""Seconds of a step of each optimizer, measured one run at a time."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.runs import Runs
from zeronet.training import Trainer
from zeronet.training.environment import blas_threads

ROUNDS, STEPS = 5, 20  # each optimizer makes STEPS steps per round, in turns
FREE = 0.9  # of the time, at least, was spent in this process: otherwise others were using the processor


@dataclass(frozen=True)
class StepTimes:
    """What was measured.

    seconds: label → median seconds of a step, without optimizers that raise; busy: whether other programs were using
    the processor.
    """

    seconds: Mapping[str, float]
    busy: bool


def step_times(plan: Plan, runs: Runs, problem: DataProblem) -> StepTimes:
    """Measure a step of each optimizer of a plan: the same batches and first weights, the optimizers in turns.

    runs: of the plan. An optimizer that raised in one of them, and may end or hang this process, is left out.
    """
    raised = {label for (label, _), run in runs.items() if run.outcome == "raised"}
    trainers = {
        spec.label: Trainer(spec.network.build(plan.problem, 0), spec.build(), plan.batch_size, progress=False)
        for spec in plan.optimizers
        if spec.network and spec.label not in raised
    }
    examples = slice(0, plan.batch_size * STEPS)
    x, t = problem.x_train[examples], problem.t_train[examples]
    measured: dict[str, list[float]] = {label: [] for label in trainers}
    wall = own = 0.0
    with blas_threads(plan.blas_threads):
        for number in range(ROUNDS + 1):
            for label, trainer in trainers.items():
                began, used = time.perf_counter(), time.process_time()
                try:
                    trainer.fit(x, t, steps=STEPS)
                except Exception:  # it diverges, or a plug-in raises later than in its runs
                    continue
                seconds = time.perf_counter() - began
                if number:  # the first round warms up
                    measured[label].append(seconds / STEPS)
                    wall, own = wall + seconds, own + time.process_time() - used
    medians = {label: statistics.median(values) for label, values in measured.items() if values}
    return StepTimes(medians, busy=own < FREE * wall)
