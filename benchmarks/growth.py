"""How cost grows: time per step against batch size, width, parameters, images; time per run against seeds and workers.

python -m benchmarks.growth FIGURE.png
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks import harness
from benchmarks.contestants.floors import gather, products
from benchmarks.task import Task
from datasets import load
from zeronet import SGD, MultiLayerNet, Parameters, RMSProp, Trainer, compare
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


def main(figure: str) -> None:
    """Measure everything, print a table each, draw the figure."""
    data, problem = load("mnist"), load_problem("mnist")
    x, t = data.x_train, data.t_train
    print(f"{harness.machine()}\n", flush=True)
    with blas_threads(1):
        sweeps: dict[str, Points] = {
            "batch size": [(n, *step(x, t, batch_size=n)) for n in (10, 30, 100, 300, 1000)],
            "hidden units": [(n, *step(x, t, width=n)) for n in (10, 50, 100, 300, 1000, 2000)],
            "parameters (update alone)": [(n, *update(n)) for n in (10**3, 10**4, 10**5, 10**6, 10**7)],
            "images": [(n, *step(x[:n], t[:n])) for n in (1000, 3000, 10_000, 30_000, 60_000)],
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
            (f"{n:,}", f"{1e6 * ours:,.0f}", f"{1e6 * floor:,.0f}", f"{ours / floor:.2f}") for n, ours, floor in points
        ]
        print(f"### Against {name}\n")
        floor_name = "seeds × the first, µs" if "seeds" in name else "floor, µs"
        print(harness.table((name, "zeronet, µs", floor_name, "ratio"), rows) + "\n", flush=True)
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
