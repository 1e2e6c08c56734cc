"""The results of runs, and their files in .runs: written once when a run ends, read for every table and figure."""

import json
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.archives import read_arrays, replace_arrays
from zeronet.common.errors import UserError
from zeronet.common.files import read_bytes, replacing
from zeronet.common.validation import check_structure
from zeronet.lab.runner.folder import RUNS
from zeronet.lab.runner.plan import Plan

LARGEST_TIMINGS = 50_000_000  # bytes: of half a million runs
OUTCOMES = ("finished", "diverged", "raised")
TIMINGS = "timings.csv"  # of the runs, in .runs: their files do not depend on how long they took


@dataclass(repr=False)
class Run:
    """The result of a run.

    Attributes
    ----------
    outcome : "finished", "diverged" or "raised"
    message, traceback : str
        A note in one line; where an error occurred.
    losses : list of float
        Of steps 0, 1, …
    evaluations : list of (step, loss, accuracy or R²)
        On the test images or, if the task has a split, on the validation images.
    test : (loss, accuracy or R²) or None
        On the test images, read once after the last step of a final run.
    model : dict
        The arrays of the network's file.
    inspection : dict
        The arrays of an inspection, if there was one.
    path : ndarray (points, columns) or None
        The path on a landscape, if all runs have one start.
    seconds : float or None
        Of training and evaluation, if known.
    """

    outcome: str = "finished"
    message: str = ""
    traceback: str = ""
    losses: list[float] = field(default_factory=list)
    evaluations: list[tuple[int, float, float]] = field(default_factory=list)
    test: tuple[float, float] | None = None
    model: dict[str, Any] = field(default_factory=dict)
    inspection: dict[str, np.ndarray] = field(default_factory=dict)
    path: np.ndarray | None = None
    seconds: float | None = None

    def __repr__(self) -> str:
        last = f", last loss {self.losses[-1]:.4g}" if self.losses else ""
        return f"Run({self.outcome}, {len(self.losses)} losses{last})"


Runs = Mapping[tuple[str, int], Run]  # (label, seed) → run


def write_run(path: Path, run: Run) -> None:
    """Write a run to its file, without its seconds: the file depends on the plan alone."""
    about = {"outcome": run.outcome, "message": run.message, "traceback": run.traceback, "test": run.test}
    model = {f"model/{name}": array for name, array in run.model.items()}
    model |= {f"inspection/{name}": array for name, array in run.inspection.items()}
    model |= {} if run.path is None else {"path": run.path}
    evaluations = np.array(run.evaluations, dtype=np.float64).reshape(-1, 3)
    arrays = {"about": np.array(json.dumps(about)), "losses": np.array(run.losses), "evaluations": evaluations}
    replace_arrays(path, arrays | model)


def read_run(path: Path) -> Run:
    """Return the run in a file. Raises UserError if it is damaged."""
    try:
        arrays = read_arrays(path)
        model, inspection = (
            {name.removeprefix(kind): array for name, array in arrays.items() if name.startswith(kind)}
            for kind in ("model/", "inspection/")
        )
        evaluations = [(int(step), loss, accuracy) for step, loss, accuracy in arrays["evaluations"].tolist()]
        about = json.loads(str(arrays["about"]))
        about["test"] = about["test"] and tuple(about["test"])
        losses = arrays["losses"].tolist()
        run = Run(
            **about, losses=losses, evaluations=evaluations, model=model, inspection=inspection, path=arrays.get("path")
        )
        check_structure("run", about, {"message": str, "traceback": str})
        if run.outcome not in OUTCOMES or arrays["losses"].ndim != 1 or arrays["losses"].dtype.kind != "f":
            raise ValueError(f"its outcome is {run.outcome!r}, its losses {arrays['losses'].shape}")
        return run
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError) as error:
        raise UserError(f"{path} is damaged ({error}): delete it and continue with --resume") from error


def is_finished(path: Path) -> bool:
    """Return whether a run has its file, undamaged, and did not raise: a process may have been killed, or a time up."""
    try:
        return path.exists() and read_run(path).outcome != "raised"
    except UserError:
        return False


def results(plan: Plan, folder: Path) -> Runs:
    """Return (label, seed) → run, in the order of the plan, from the files of the runs."""
    seconds, runs = _seconds(folder), {}
    for cell in plan.cells():
        run = runs[cell.spec.label, cell.seed] = read_run(run_file(cell.digest, folder / RUNS))
        run.seconds = seconds.get(cell.digest)
    return runs


def prune_runs(plans: Iterable[Plan], folder: Path) -> None:
    """Delete the files and seconds of runs that are in none of the plans."""
    wanted, seconds = {cell.digest for plan in plans for cell in plan.cells()}, _seconds(folder)
    for path in (folder / RUNS).glob("*.npz"):
        if path.stem not in wanted:
            path.unlink()
    with replacing(folder / RUNS / TIMINGS) as file:
        file.write("".join(timing(digest, seconds[digest]) for digest in seconds if digest in wanted).encode())


def timing(digest: str, seconds: float) -> str:
    """Return a run's line in TIMINGS, which ends with a checksum.

    >>> timing("0123", 1.5)
    '0123,1.500,9bad7842\\n'
    """
    line = f"{digest},{seconds:.3f}"
    return f"{line},{zlib.crc32(line.encode()):08x}\n"


def _seconds(folder: Path) -> dict[str, float]:
    """Return digest → seconds, without lines that are damaged, or cut off by a killed process."""
    found: dict[str, float] = {}
    with suppress(OSError, ValueError):  # no runs, or more than there can be
        for line in read_bytes(folder / RUNS / TIMINGS, LARGEST_TIMINGS).decode(errors="replace").splitlines():
            digest, _, rest = line.partition(",")
            with suppress(ValueError):
                if timing(digest, seconds := float(rest.partition(",")[0])) == f"{line}\n":
                    found[digest] = seconds
    return found


def run_file(digest: str, runs: Path) -> Path:
    """Return the file of the run of the cell with this digest."""
    return runs / f"{digest}.npz"
