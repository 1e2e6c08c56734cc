"""Where the time of a training step goes: its parts, each timed alone on the same arrays.

python -m benchmarks.profile
"""

import time
from collections.abc import Callable

from benchmarks import harness
from benchmarks.contestants.floors import products
from benchmarks.one_run import DEEP, SMALL
from benchmarks.task import OPTIMIZERS, Task
from datasets import load
from zeronet import SoftmaxCrossEntropy, Trainer
from zeronet.training.environment import blas_threads, flushed_subnormals, keep_freed_memory

ROUNDS, STEPS = 15, 100


def parts(task: Task) -> dict[str, Callable[[], object]]:
    """Return the parts of STEPS steps of one network."""
    net, trained, updated, loss = task.network(), task.network(), task.network(), SoftmaxCrossEntropy()
    x, t, order = task.x, task.t, task.batches()[:STEPS]
    x_batch, t_batch = x[order[0]], t[order[0]]
    y = net.predict(x_batch)
    short = Task(task.sizes, task.batch_size, task.rule, x[: STEPS * task.batch_size], t[: STEPS * task.batch_size])
    net.loss_and_grad(x_batch, t_batch)
    found = {
        "the whole step, SGD": lambda: Trainer(trained, OPTIMIZERS["SGD"].clone(), task.batch_size).fit(
            x, t, steps=STEPS
        ),
        "matrix products": products(short),
        "gathering the batch": lambda: [(x[batch], t[batch]) for batch in order],
        "loss and its gradient": lambda: [(loss.forward(y, t_batch), loss.backward()) for _ in range(STEPS)],
        "forward and backward, all of it": lambda: [net.loss_and_grad(x_batch, t_batch) for _ in range(STEPS)],
    }
    for rule, optimizer in OPTIMIZERS.items():
        update = optimizer.clone().update
        found[f"update: {rule}"] = lambda update=update: [update(updated.params, net.grads) for _ in range(STEPS)]
    return found


def main() -> None:
    """Measure and print."""
    pinned = harness.pin_to_one_core()
    keep_freed_memory()
    data = load("mnist")
    print(f"{harness.machine()}; {pinned}.\n")
    rows: dict[str, list[str]] = {}
    for sizes, batch_size in ((SMALL, 100), (DEEP, 128)):
        task = Task(sizes, batch_size, "SGD", data.x_train, data.t_train)
        with blas_threads(1), flushed_subnormals():
            found = parts(task)
            timings = {name: harness.Timing() for name in found}
            for _ in range(ROUNDS):
                for name, run in found.items():
                    began = time.perf_counter()
                    run()
                    timings[name].seconds.append((time.perf_counter() - began) / STEPS)
        for name, timing in timings.items():
            low, middle, high = (1e6 * s for s in (min(timing.seconds), timing.median, max(timing.seconds)))
            rows.setdefault(name, [name]).append(f"{middle:.0f} ({low:.0f}–{high:.0f})")
    head = ("part", "784-50-10, batch 100: µs", "784-100×4-10, batch 128: µs")
    print(harness.table(head, list(rows.values())).replace("nan", ""))


if __name__ == "__main__":
    main()
