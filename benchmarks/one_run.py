"""One epoch of one network: zeronet, its peers and its floors, side by side.

python -m benchmarks.one_run one-core     784-50-10 with every rule, and 784-100×4-10 with Adam, pinned to one core
python -m benchmarks.one_run all-cores    784-1000-1000-10 with SGD and Adam, on all cores
python -m benchmarks.one_run quick        zeronet and the products alone, no peers needed
"""

import importlib
import os
import sys
from collections.abc import Callable

from benchmarks import harness
from benchmarks.contestants import floors, zeronet_trainer
from benchmarks.task import OPTIMIZERS, Task
from datasets import load
from zeronet.lab.comparison.words import without_path
from zeronet.training.compiled import compiler
from zeronet.training.environment import blas_threads

SMALL, DEEP, WIDE = (784, 50, 10), (784, 100, 100, 100, 100, 10), (784, 1000, 1000, 10)
ONE_CORE = [*((SMALL, 100, rule) for rule in OPTIMIZERS), (DEEP, 128, "Adam")]
ALL_CORES = [(WIDE, 256, "SGD"), (WIDE, 256, "Adam")]
QUICK = [(SMALL, 100, "SGD"), (SMALL, 100, "RMSProp"), (SMALL, 100, "Adam"), (DEEP, 128, "Adam")]
PEERS = {
    "JAX": "jax_scan",
    "PyTorch": "torch_eager",
    "scikit-learn": "sklearn_mlp",
    "the book's loop": "book",
}


def contestants(task: Task, peers: bool) -> dict[str, Callable[[], float]]:
    """Return who takes part, zeronet first."""
    found = {"zeronet": zeronet_trainer.contestant(task)}
    if compiler():
        found["zeronet, NumPy alone"] = zeronet_trainer.contestant(task, compiled=False)
    if peers:
        modules = {name: importlib.import_module(f"benchmarks.contestants.{module}") for name, module in PEERS.items()}
        found |= {name: module.contestant(task) for name, module in modules.items()}
        if task.sizes == SMALL:  # what it costs to leave the peers as they come
            found["JAX, step by step"] = modules["JAX"].contestant(task, best=False)
            found["PyTorch, defaults"] = modules["PyTorch"].contestant(task, best=False)
    found |= {"the products alone": floors.products(task), "gathering alone": floors.gather(task)}
    return {name: run for name, run in found.items() if run}


def main(part: str) -> None:
    """Run a part and print it as Markdown."""
    where = "all cores" if part == "all-cores" else harness.pin_to_one_core()
    threads = (os.cpu_count() or 1) if part == "all-cores" else 1
    if part != "quick":
        import torch

        torch.set_num_threads(threads)
    data = load("mnist")
    print(f"{harness.machine()}; {where}; {threads} BLAS threads. Data: {without_path(data.source)}.\n", flush=True)
    summary: list[list[str]] = []
    for sizes, batch_size, rule in {"one-core": ONE_CORE, "all-cores": ALL_CORES, "quick": QUICK}[part]:
        n = 20_000 if part == "all-cores" else len(data.x_train)
        task = Task(sizes, batch_size, rule, data.x_train[:n], data.t_train[:n])
        with blas_threads(threads):
            timings = harness.interleave(contestants(task, peers=part != "quick"))
        harness.agree(timings)
        ours = timings["zeronet"]
        title = f"{'-'.join(map(str, sizes))}, batch {batch_size}, {rule}"
        summary.append([title, *[harness.ratio(ours, timings[peer]) if peer in timings else "" for peer in PEERS]])
        rows = [
            (name, timing.words(), "" if timing is ours else harness.ratio(ours, timing), f"{timing.loss:.4f}")
            for name, timing in timings.items()
        ]
        print(f"### {title}: one epoch of {n:,} images\n")
        head = ("contestant", "ms: median (range)", "zeronet / it (range over rounds)", "mean loss")
        print(harness.table(head, rows).replace("nan", "") + "\n", flush=True)
    if part != "quick":
        print("### zeronet's time / that of its peers (range over rounds)\n")
        print(harness.table(("network and optimizer", *PEERS), summary))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "quick")
