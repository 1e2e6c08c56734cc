"""Memory: the peak of train.py with all its processes, and training from a file of 4 GB.

    python -m benchmarks.memory

Linux only: it reads /proc. Needs 4 GB of disk in the temporary folder, and 5 GB of memory for the comparison.
"""

import gc
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import harness
from zeronet import SGD, Trainer, TwoLayerNet
from zeronet.training.environment import blas_threads

HERE = Path(__file__).resolve().parent.parent
ROWS, FEATURES, BATCH = 1_370_000, 784, 128  # 4.3 GB of float32


def rollup(process: int | str, *names: str) -> int:
    """Return the sum of these lines of a process's smaps_rollup, in bytes."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: 1024 * int(line.split()[1]) for line in lines}
    return sum(sizes[name] for name in names)


def descendants(process: int) -> list[int]:
    """Return a process and all that it started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # ended meanwhile
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [process]
    for each in found:
        found += children.get(each, [])
    return found


def peak_of_train() -> int:
    """Return the largest proportional set size of python train.py and its workers."""
    peak = 0
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "train.py", "--quiet", "--out", f"{folder}/out"]
        run = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while run.poll() is None:
            total = 0
            for process in descendants(run.pid):
                try:
                    total += rollup(process, "Pss")
                except (OSError, KeyError):  # ended meanwhile
                    continue
            peak = max(peak, total)
            time.sleep(0.02)
    return peak


def epoch(x: np.ndarray, t: np.ndarray) -> float:
    """Return the seconds per step over one epoch's worth of batches."""
    steps = len(x) // BATCH
    trainer = Trainer(TwoLayerNet(FEATURES, 50, 10), SGD(0.01), BATCH)
    began = time.perf_counter()
    trainer.fit(x, t, steps=steps)
    return (time.perf_counter() - began) / steps


def main() -> None:
    """Measure and print."""
    print(
        f"{harness.machine()}\n\nPeak of `python train.py`, all processes: {peak_of_train() / 1e6:.0f} MB.", flush=True
    )
    rng = np.random.default_rng(0)
    t = rng.integers(0, 10, ROWS)
    with tempfile.TemporaryDirectory() as folder, blas_threads(1):
        path = Path(folder) / "x.npy"
        x = np.lib.format.open_memmap(path, "w+", np.float32, (ROWS, FEATURES))
        for start in range(0, ROWS, 10_000):
            x[start : start + 10_000] = rng.random((min(10_000, ROWS - start), FEATURES), np.float32)
        x.flush()
        del x
        gc.collect()
        mapped = np.load(path, mmap_mode="r")
        for start in range(0, ROWS, 10_000):  # warm the page cache
            mapped[start : start + 10_000].sum()
        from_file = epoch(mapped, t)
        private = rollup("self", "Anonymous")
        in_memory = epoch(np.array(mapped), t)
    size, steps = 4 * ROWS * FEATURES / 1e9, ROWS // BATCH
    print(f"A file of {size:.1f} GB, {steps:,} steps: {1e6 * from_file:.0f} µs per step from the file,")
    print(f"{1e6 * in_memory:.0f} µs from memory: {from_file / in_memory:.2f} times as long.")
    print(f"Private memory while training from the file: {private / 1e6:.0f} MB.")


if __name__ == "__main__":
    main()
