"""One run: one optimizer, one seed, in whichever process."""

import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TextIO

import numpy as np

from zeronet.lab.runner.data_problem import WITHOUT_MODEL
from zeronet.lab.runner.execution.limit import TimedOut, time_is_up, time_limit
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Run
from zeronet.lab.specs.plugins import explained
from zeronet.lab.specs.spec import Spec
from zeronet.training import Diverged
from zeronet.training.environment import blas_threads


def run_task(
    task: Mapping[str, Any],
    spec: Spec,
    arrays: Sequence[np.ndarray],
    run_timeout: float | None = None,
    trace: TextIO | None = None,
) -> Run:
    """Execute a task, and return its result whatever happens.

    task: Cell.task; spec: the optimizer and its network; arrays: of the problem; run_timeout: seconds until it is
    stopped; trace: as in time_limit.
    """
    problem, run = problem_of(task["problem"], arrays), Run()
    began = time.perf_counter()
    with blas_threads(task["environment"]["blas_threads"]):
        try:
            with time_limit(run_timeout, trace):
                problem.train(task, spec, task["steps"], run)
        except Diverged as error:
            run.outcome, run.message = "diverged", str(error)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # the optimizer or the network may be a plug-in
            run = raised(error, spec.blamed, run)
            if isinstance(error, TimedOut):
                run.message += f": {time_is_up(run_timeout)}"
        run.seconds = time.perf_counter() - began
        if run.outcome == "diverged" and problem.has_data and task.get("kind") not in WITHOUT_MODEL:
            # Its model is the last one with a finite loss: that of the same run, ended one update earlier.
            with suppress(Exception):  # an optimizer may not be deterministic
                again = Run()
                problem.train(task, spec, max(len(run.losses) - 1, 0), again)
                run.model = again.model
    return run


def raised(error: BaseException, places: Sequence[str] = (), run: Run | None = None) -> Run:
    """Return the result of a run that raised an error; places: the plug-ins'; run: what it has brought so far."""
    text = "".join(traceback.format_exception(error))
    return replace(run or Run(), outcome="raised", message=explained(error, *places), traceback=text)
