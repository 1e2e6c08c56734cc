"""What a run costs on a cluster besides its training: bytes and seconds per task, and how many workers that feeds.

python -m benchmarks.cluster_overhead
"""

import os
import pickle
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import cloudpickle
import numpy as np
from dask.task_spec import Task

from benchmarks import harness
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.execution.cluster import connected, run_on_cluster
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.worker import pack_task, run_packed
from zeronet.lab.runner.plan import Cell, Plan
from zeronet.lab.runner.problem import load_problem
from zeronet.lab.runner.run import run_task
from zeronet.lab.specs.networks import network_plan
from zeronet.lab.specs.spec import on_networks, specs_of

ROUNDS = 3
EMPTY = 50  # runs without a step, for the overhead
RUNS = 4  # of 2,000 steps, for the speed-up
SETTINGS = {"batch_size": 128, "eval_every": 100}


def cells(problem: DataProblem, seeds: int, steps: int) -> list[Cell]:
    """Return runs of SGD as train.py plans them."""
    specs = on_networks(specs_of(["sgd"]), [network_plan([50])])
    return Plan(problem.to_dict(), specs, tuple(range(seeds)), steps, **SETTINGS).cells()


def without_steps(cell: Cell) -> Cell:
    """Return the same task with nothing to learn."""
    return replace(cell, task={**cell.task, "steps": 0})


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def here(some: Sequence[Cell], arrays: Sequence[np.ndarray]) -> None:
    """Carry out the runs in this process, one after the other."""
    for cell in some:
        run_task(cell.task, cell.spec, arrays)


def there(some: Sequence[Cell], arrays: Sequence[np.ndarray], how: ExecutionOptions) -> None:
    """Carry out the runs on the cluster."""
    for _ in run_on_cluster(some, arrays, how):
        pass


def main() -> None:
    """Measure and print."""
    print(f"{harness.machine()}\n", flush=True)
    digits, mnist = load_problem("digits"), load_problem("mnist")
    real = cells(mnist, RUNS, 2000)
    result = run_task(real[0].task, real[0].spec, mnist.arrays)
    one = ExecutionOptions(1, cluster="local", quiet=True)
    with connected(one) as session:
        handle = session.scattered(digits.digest, digits.arrays)
        task = Task("run", run_packed, *pack_task(real[0]), handle)
        sizes = [len(cloudpickle.dumps(task)), len(pickle.dumps(result)), sum(a.nbytes for a in mnist.arrays)]
        empty = [without_steps(cell) for cell in cells(digits, EMPTY, 1)]
        there(empty[:10], digits.arrays, one)  # to warm up
        alone, sent, busy = [], [], []
        for _ in range(ROUNDS):
            alone.append(seconds(lambda: here(empty, digits.arrays)) / EMPTY)
            began = time.process_time()
            sent.append(seconds(lambda: there(empty, digits.arrays, one)) / EMPTY)
            busy.append((time.process_time() - began) / EMPTY)
        del handle
    speeds = {}
    for number in (1, 2):
        how = ExecutionOptions(number, cluster="local", quiet=True)
        with connected(how):
            there(real[:number], mnist.arrays, how)  # the arrays travel, and the workers warm up
            speeds[number] = [seconds(lambda how=how: there(real, mnist.arrays, how)) for _ in range(ROUNDS)]
    training = result.seconds
    overhead, master = (statistics.median(each) for each in ([b - a for a, b in zip(alone, sent, strict=True)], busy))
    print(
        f"a task: {sizes[0]:,} bytes; the run that comes back: {sizes[1]:,}; the arrays, once per worker: {sizes[2]:,}"
    )
    print(f"a run without a step: {1e3 * statistics.median(alone):.1f} ms here, {1e3 * statistics.median(sent):.1f} ms "
          f"on a local cluster of one: {1e3 * overhead:.1f} ms more")  # fmt: skip
    print(f"scheduler and this process together, in one process: {1e3 * master:.1f} ms of processor time per run")
    print(f"a run of 2,000 steps: {training:.2f} s; one scheduler feeds {training / master:.0f} workers with them")
    medians = {number: statistics.median(each) for number, each in speeds.items()}
    rounds = {number: f"{medians[number]:.2f} s ({min(e):.2f}–{max(e):.2f})" for number, e in speeds.items()}
    print(f"{RUNS} such runs: {rounds[1]} on one worker, {rounds[2]} on two: {medians[1] / medians[2]:.2f} times "
          f"as fast, on {os.cpu_count()} cores")  # fmt: skip


if __name__ == "__main__":
    main()
