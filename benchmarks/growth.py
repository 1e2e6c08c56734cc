"""How cost grows: time per step and memory against sizes; time per run against seeds, runs of a cluster, and workers.

python -m benchmarks.growth FIGURE.png

Needs 5 GB of memory.
"""

import math
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks import harness
from benchmarks.cluster_overhead import cells, seconds, there, without_steps
from benchmarks.contestants.floors import gather, products
from benchmarks.task import Task
from datasets import load
from zeronet import SGD, MultiLayerNet, Parameters, RMSProp, Trainer, compare
from zeronet.lab.runner.execution.cluster import connected
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.problem import load_problem
from zeronet.training.environment import blas_threads, flushed_subnormals

Points = list[tuple[int, float, float]]  # size, zeronet's seconds, the floor's


def timed(run: Callable[[], object], rounds: int = 5) -> float:
    """Return the median time of a call, after one to warm up."""
    run()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def step(x: np.ndarray, t: np.ndarray, width: int = 50, batch_size: int = 100) -> tuple[float, float]:
    """Return the seconds per step of zeronet, and of products and gathering alone."""
    steps = max(30, min(300, 100_000 // (batch_size + width)))
    net = MultiLayerNet(784, [width], 10)
    ours = timed(lambda: Trainer(net, SGD(0.01), batch_size).fit(x, t, steps=steps)) / steps
    n = min(len(x), steps * batch_size)
    task = Task((784, width, 10), batch_size, "SGD", x[:n], t[:n])
    alone, gathering = products(task), gather(task)
    return ours, timed(lambda: (alone(), gathering())) / (n // batch_size)


def update(parameters: int) -> tuple[float, float]:
    """Return the seconds of an update of RMSProp alone, and of copying what it reads once."""
    params, grads = (Parameters({"W": (parameters,)}) for _ in range(2))
    grads.flat[:] = np.random.default_rng(0).standard_normal(parameters)
    optimizer, copies = RMSProp(), np.empty((3, parameters), np.float32)
    times = max(3, 1_000_000 // parameters)

    def copy_all() -> None:
        for row, array in zip(copies, (params.flat, grads.flat, optimizer.h.flat), strict=True):
            np.copyto(row, array)

    with flushed_subnormals():
        ours = timed(lambda: [optimizer.update(params, grads) for _ in range(times)]) / times
        return ours, timed(lambda: [copy_all() for _ in range(times)]) / times


def examples(n: int) -> tuple[float, float, float, float]:
    """Return the seconds per step on n memory-mapped images, of the floor, of drawing an epoch's order, and bytes."""
    with tempfile.NamedTemporaryFile() as file:  # of zeros that take no space on the disk
        x, t = np.memmap(file.name, np.float32, "w+", shape=(n, 784)), np.zeros(n, np.int64)
        net = MultiLayerNet(784, [50], 10)
        order = timed(lambda: Trainer(net, SGD(0.01)).fit(x, t, steps=0), 3)
        first = timed(lambda: Trainer(net, SGD(0.01)).fit(x, t, steps=1), 3) - order
        many = timed(lambda: Trainer(net, SGD(0.01)).fit(x, t, steps=301), 3) - order
        floor = step(x, t)[1]
        tracemalloc.start()
        Trainer(net, SGD(0.01)).fit(x, t, steps=2)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return (many - first) / 300, floor, first, peak


def runs_on_a_cluster(numbers: tuple[int, ...]) -> list[tuple[int, float]]:
    """Return the seconds that runs without a step take on a local cluster of one worker, the scheduler in here."""
    digits, how = load_problem("digits"), ExecutionOptions(1, cluster="local", quiet=True)
    empty = [without_steps(cell) for cell in cells(digits, max(numbers), 1)]
    with connected(how):
        there(empty[:10], digits.arrays, how)  # to warm up
        return [(n, seconds(lambda n=n: there(empty[:n], digits.arrays, how))) for n in numbers]


def exponent(before: tuple[float, ...], now: tuple[float, ...]) -> str:
    """Return p of time ∝ size^p from one size to the next."""
    return f"{math.log(now[1] / before[1]) / math.log(now[0] / before[0]):.2f}"


def main(figure: str) -> None:
    """Measure everything, print a table each, draw the figure."""
    data, problem = load("mnist"), load_problem("mnist")
    x, t = data.x_train, data.t_train
    print(f"{harness.machine()}\n", flush=True)
    with blas_threads(1):
        mapped = {n: examples(n) for n in (10**3, 10**4, 10**5, 10**6, 10**7)}
        sweeps: dict[str, Points] = {
            "batch size": [(n, *step(x, t, batch_size=n)) for n in (10, 30, 100, 300, 1000)],
            "hidden units": [(n, *step(x, t, width=n)) for n in (10, 50, 100, 300, 1000, 2000)],
            "parameters (update alone)": [(n, *update(n)) for n in (10**3, 10**4, 10**5, 10**6, 10**7, 10**8)],
            # beyond, the differences in drawing the order of an epoch are larger than the steps
            "images": [(n, ours, floor) for n, (ours, floor, *_) in mapped.items() if n <= 10**6],
        }

    def comparison(seeds: int, jobs: int, steps: int = 1000) -> float:
        began = time.perf_counter()
        compare(problem, ["sgd"], steps=steps, seeds=seeds, jobs=jobs)
        return time.perf_counter() - began

    comparison(1, 2)  # imports and files' caches
    one = comparison(1, 1)
    sweeps["seeds (whole comparison)"] = [(n, comparison(n, 1), n * one) for n in (1, 2, 4, 8)]
    for name, points in sweeps.items():
        rows = [
            (f"{n:,}", f"{1e6 * ours:,.0f}", f"{1e6 * floor:,.0f}", f"{ours / floor:.2f}", p)
            for (n, ours, floor), p in zip(points, ["", *map(exponent, points, points[1:])], strict=True)
        ]
        print(f"### Against {name}\n")
        floor_name = "seeds × the first, µs" if "seeds" in name else "floor, µs"
        print(
            harness.table((name, "zeronet, µs", floor_name, "ratio", "exponent from the row before"), rows) + "\n",
            flush=True,
        )
    rows = [(f"{n:,}", f"{first:.4f}", f"{peak / 1e6:.1f}") for n, (*_, first, peak) in mapped.items()]
    print("### Once an epoch, against images\n")
    print(
        harness.table(("images, memory-mapped", "first step, with the order of the epoch: s", "peak MB"), rows) + "\n"
    )
    points = runs_on_a_cluster((10, 100, 1000, 10_000))
    rows = [
        (f"{n:,}", f"{took:.2f}", f"{1e3 * took / n:.1f}", p)
        for (n, took), p in zip(points, ["", *map(exponent, points, points[1:])], strict=True)
    ]
    print("### Runs without a step, on a local cluster of one worker\n")
    print(harness.table(("runs", "s", "ms per run", "exponent from the row before"), rows) + "\n", flush=True)
    rounds = [[comparison(8, jobs, steps=2000) for jobs in (1, 2)] for _ in range(3)]
    one, two = map(statistics.median, zip(*rounds, strict=True))
    print("### Workers\n\nEight runs of 2,000 steps, the start of the workers and the figure included: ", end="")
    print(f"{one:.1f} s with one worker, {two:.1f} s with two: {one / two:.2f} times as fast.\n")
    draw(sweeps, figure)


def draw(sweeps: dict[str, Points], path: str) -> None:
    """Draw a panel for each sweep: logarithmic where sizes span decades, linear for images and seeds."""
    figure = Figure(figsize=(12, 6.5), layout="constrained")
    for axes, (name, points) in zip(figure.subplots(2, 3).flat, sweeps.items(), strict=False):
        sizes, ours, floor = (np.array(column) for column in zip(*points, strict=True))
        whole = "seeds" in name
        unit, factor, other = ("s", 1, "seeds × the first") if whole else ("µs", 1e6, "floor")
        axes.plot(sizes, factor * ours, "o-", color="#0072B2", label="zeronet")
        axes.plot(sizes, factor * floor, "s--", color="#E69F00", label=other)
        axes.set(xlabel=name, ylabel=unit, title=f"Cost against {name}")
        if name != "images" and not whole:
            axes.set_yscale("log")
        else:
            axes.set_ylim(0, None)
        axes.set_xscale("linear" if whole else "log")
        axes.tick_params(labelsize=8)
        axes.set_xticks(
            sizes, [f"{size:,}" if size < 10**5 else f"10{'⁰¹²³⁴⁵⁶⁷⁸⁹'[len(str(size)) - 1]}" for size in sizes]
        )
        axes.minorticks_off()
        axes.grid(True, color="#E4E4E4")
        axes.legend()
    figure.axes[-1].set_visible(False)
    figure.savefig(Path(path), dpi=110)


if __name__ == "__main__":
    main(sys.argv[1])
