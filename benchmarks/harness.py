"""Side by side in one run: interleaved rounds, medians, ratios, and a look at the machine before."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from zeronet.training import environment as float_environment

STAT = Path("/proc/stat")
PACKAGES = ("numpy", "llvmlite", "scikit-learn", "torch", "jax", "optax")
ROUNDS = 9
BUSY = 0.05  # share of the machine that others may use


@dataclass
class Timing:
    """Seconds of each round of one contestant, and the loss that it ended with."""

    seconds: list[float] = field(default_factory=list)
    loss: float = float("nan")

    @property
    def median(self) -> float:
        """The median of the rounds, in seconds."""
        return statistics.median(self.seconds)

    def words(self) -> str:
        """Median and range in milliseconds."""
        low, middle, high = (1e3 * seconds for seconds in (min(self.seconds), self.median, max(self.seconds)))
        return f"{middle:.0f} ({low:.0f}–{high:.0f})" if middle >= 10 else f"{middle:.2f} ({low:.2f}–{high:.2f})"


def interleave(contestants: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, Timing]:
    """Run A B C A B C …: each contestant once to warm up, then so many rounds. A contestant returns its loss."""
    timings = {name: Timing() for name in contestants}
    for name, run in contestants.items():
        timings[name].loss = run()
    for _ in range(rounds):
        for name, run in contestants.items():
            began = time.perf_counter()
            run()
            timings[name].seconds.append(time.perf_counter() - began)
    return timings


def ratio(ours: Timing, other: Timing) -> str:
    """Return the ratio of the medians, and the range of the ratios round by round."""
    rounds = [a / b for a, b in zip(ours.seconds, other.seconds, strict=True)]
    return f"{ours.median / other.median:.2f} ({min(rounds):.2f}–{max(rounds):.2f})"


def agree(timings: Mapping[str, Timing], tolerance: float = 0.02) -> None:
    """Raise ValueError where a contestant that has a loss ended with another one: then it did other work."""
    losses = {name: timing.loss for name, timing in timings.items() if timing.loss == timing.loss}
    reference = next(iter(losses.values()))
    for name, loss in losses.items():
        if not abs(loss - reference) <= tolerance * reference:
            raise ValueError(
                f"{name} ended with the loss {loss:.4f}, the first with {reference:.4f}: not the same work"
            )


def pin_to_one_core() -> str:
    """Let this process, and what it starts, use one core; say so. Call it before peers are imported."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned: this system cannot"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"pinned to core {core}"


def busy_share(seconds: float = 1.0) -> float:
    """Return the share of the machine that is busy while this process sleeps; nan where /proc/stat is missing."""
    if not STAT.exists():
        return float("nan")
    before = _ticks()
    time.sleep(seconds)
    idle, total = (after - earlier for after, earlier in zip(_ticks(), before, strict=True))
    return 1 - idle / total


def _ticks() -> tuple[int, int]:
    """Return idle and all ticks of the machine since it started."""
    ticks = [int(word) for word in STAT.read_text().splitlines()[0].split()[1:]]
    return ticks[3] + ticks[4], sum(ticks[:8])


def require_quiet() -> None:
    """End the program with status 2 and one line if others use the machine: what is measured then is worth nothing."""
    if (share := busy_share(2.0)) > BUSY:
        print(f"others use {share:.1%} of this machine: wait until it is quiet ({BUSY:.0%} at most)", file=sys.stderr)
        raise SystemExit(2)


def machine() -> str:
    """Say on what machine this runs, with what versions, and how busy it is."""
    share = busy_share()
    busy = " — BUSY: these figures are not worth keeping" if share > BUSY else ""
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{package} missing")
    about = float_environment.description()
    blas = ", ".join(map(str, about["blas"]))
    here = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, others use {share:.0%} of them{busy}"
    flush = "subnormals flushed" if about["flush_subnormals"] else "subnormals kept"
    return f"{here}; Python {platform.python_version()}, {', '.join(versions)}; {blas}; {flush}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
