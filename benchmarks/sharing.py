"""Three optimizers of one seed, 784-50-10: each on its own, with one gathered batch, with one first-layer product.

    python -m benchmarks.sharing

Only measured here: in zeronet a run's curve must not depend on which other runs stand beside it.
"""

from collections.abc import Callable

import numpy as np

from benchmarks import harness
from benchmarks.contestants import zeronet_trainer
from benchmarks.task import Task
from datasets import load
from zeronet import SoftmaxCrossEntropy
from zeronet.training.environment import blas_threads, flushed_subnormals, keep_freed_memory

RULES = ("SGD", "AdaGrad", "RMSProp")


def each_on_its_own(tasks: list[Task]) -> Callable[[], float]:
    """Return the three runs, one after the other."""
    runs = [zeronet_trainer.contestant(task) for task in tasks]
    return lambda: float(np.mean([run() for run in runs]))


def one_batch(tasks: list[Task]) -> Callable[[], float]:
    """Return the three runs step by step, on a batch that was gathered once."""
    x, t, order = tasks[0].x, tasks[0].t, tasks[0].batches()

    def epoch() -> float:
        runs, losses = [(task.network(), task.optimizer()) for task in tasks], []
        with flushed_subnormals():
            for batch in order:
                x_batch, t_batch = x[batch], t[batch]
                for net, optimizer in runs:
                    losses.append(net.loss_and_grad(x_batch, t_batch))
                    optimizer.update(net.params, net.grads)
        return float(np.mean(losses))

    return epoch


def one_product(tasks: list[Task]) -> Callable[[], float]:
    """Return the same with one product for all first layers, and one for all their gradients."""
    x, t, order, width = tasks[0].x, tasks[0].t, tasks[0].batches(), tasks[0].sizes[1]

    def epoch() -> float:
        runs, losses, loss = [(task.network(), task.optimizer()) for task in tasks], [], SoftmaxCrossEntropy()
        da = np.empty((order.shape[1], width * len(runs)), np.float32)
        parts = [slice(k * width, (k + 1) * width) for k in range(len(runs))]
        with flushed_subnormals():
            for batch in order:
                x_batch, t_batch = x[batch], t[batch]
                a = x_batch @ np.concatenate([net.params["W1"] for net, _ in runs], axis=1)
                for (net, _), part in zip(runs, parts, strict=True):
                    w, g = net.params, net.grads
                    h = np.maximum(a[:, part] + w["b1"], 0)
                    losses.append(loss.forward(h @ w["W2"] + w["b2"], t_batch))
                    dy = loss.backward()
                    np.matmul(h.T, dy, out=g["W2"])
                    dy.sum(axis=0, out=g["b2"])
                    da[:, part] = (dy @ w["W2"].T) * (h > 0)
                dW = x_batch.T @ da
                for (net, optimizer), part in zip(runs, parts, strict=True):
                    net.grads["W1"] = dW[:, part]
                    da[:, part].sum(axis=0, out=net.grads["b1"])
                    optimizer.update(net.params, net.grads)
        return float(np.mean(losses))

    return epoch


def main() -> None:
    """Measure and print."""
    pinned = harness.pin_to_one_core()
    keep_freed_memory()
    data = load("mnist")
    print(f"{harness.machine()}; {pinned}.\n")
    tasks = [Task((784, 50, 10), 128, rule, data.x_train, data.t_train) for rule in RULES]
    with blas_threads(1):
        timings = harness.interleave(
            {
                "three runs, each on its own": each_on_its_own(tasks),
                "one gathered batch": one_batch(tasks),
                "one gathered batch, one first-layer product": one_product(tasks),
            },
        )
    harness.agree(timings)
    alone = next(iter(timings.values()))
    rows = [(name, timing.words(), harness.ratio(timing, alone)) for name, timing in timings.items()]
    print(harness.table(("one epoch of SGD, AdaGrad, RMSProp", "ms: median (range)", "it / on its own"), rows))


if __name__ == "__main__":
    main()
