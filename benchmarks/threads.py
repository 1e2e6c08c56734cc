"""Which shapes gain from more BLAS threads: a training step with one thread and with one per core.

python -m benchmarks.threads
"""

import os
from collections.abc import Callable

from benchmarks import harness
from datasets import load
from zeronet import SGD, MultiLayerNet, Trainer
from zeronet.training.environment import blas_threads

SHAPES = [  # hidden sizes, batch size
    ((50,), 100),
    ((100, 100, 100, 100), 128),
    ((300,), 128),
    ((1000,), 100),
    ((1000,), 1000),
    ((1000, 1000), 256),
    ((2000, 2000), 256),
]
STEPS = 60


def main() -> None:
    """Measure and print."""
    data, cores = load("mnist"), os.cpu_count() or 1
    print(f"{harness.machine()}.\n")

    def training(hidden: tuple[int, ...], batch_size: int, threads: int) -> Callable[[], float]:
        net = MultiLayerNet(784, hidden, 10)

        def steps() -> float:
            with blas_threads(threads):
                Trainer(net, SGD(0.01), batch_size).fit(data.x_train, data.t_train, steps=STEPS)
            return float("nan")

        return steps

    rows = []
    for hidden, batch_size in SHAPES:
        one, all_ = harness.interleave(
            {str(threads): training(hidden, batch_size, threads) for threads in (1, cores)}
        ).values()
        name = "-".join(map(str, (784, *hidden, 10)))
        steps = [f"{1e6 * timing.median / STEPS:,.0f}" for timing in (one, all_)]
        rows.append((name, str(batch_size), *steps, harness.ratio(all_, one)))
    threads = f"{cores} threads"
    print(harness.table(("network", "batch", "µs per step, 1 thread", threads, f"{threads} / 1 thread"), rows))


if __name__ == "__main__":
    main()
