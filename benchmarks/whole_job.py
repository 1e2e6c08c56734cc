"""The whole default comparison, as a user starts it: from process start to figure, beside the same nine runs in JAX.

python -m benchmarks.whole_job
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import harness

HERE = Path(__file__).resolve().parent.parent


def seconds(command: list[str]) -> float:
    """Run a command to its end, and return how long it took."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE)
    return time.perf_counter() - began


def main() -> None:
    """Run both, interleaved, and print a table."""
    print(f"{harness.machine()}\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "python train.py": [sys.executable, "train.py", "--quiet", "--out", f"{folder}/ours"],
            "the same nine runs in JAX": [sys.executable, "-m", "benchmarks.whole_job_jax", f"{folder}/jax.png"],
        }
        timings = {name: harness.Timing() for name in commands}
        for round_ in range(harness.ROUNDS + 1):  # the first warms up the files' caches
            for name, command in commands.items():
                took = seconds(command)
                if round_:
                    timings[name].seconds.append(took)
    ours = timings["python train.py"]
    rows = [(name, each.words(), "" if each is ours else harness.ratio(ours, each)) for name, each in timings.items()]
    print(harness.table(("program", "ms: median (range)", "train.py / it (range over rounds)"), rows))


if __name__ == "__main__":
    main()
