"""Carry out the runs of a plan, side by side."""

import os
import pickle
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.folder import RUNS
from zeronet.lab.runner.plan import Cell, Plan
from zeronet.lab.runner.run import run_task
from zeronet.lab.runner.runs import TIMINGS, run_file, write_run
from zeronet.lab.specs.plugins import packed


def execute(
    plan: Plan, arrays: Sequence[np.ndarray], folder: Path, how: ExecutionOptions, name: str | None = None
) -> None:
    """Carry out every run of plan, each into a file of its own in folder/.runs, which is the same for any options.

    arrays: x_train, t_train, x_test, t_test, or none for a landscape; name: what the progress bar is called.
    """
    from tqdm.auto import tqdm  # only here: workers do without

    runs = folder / RUNS
    every = list({cell.digest: cell for cell in plan.cells()}.values())  # one run may stand under two labels
    cells = [cell for cell in every if not (how.resume and run_file(cell, runs).exists())]
    done = len(every) - len(cells)
    bar = tqdm(total=len(every), initial=done, desc=name, unit="run", disable=True if how.quiet else None)
    with bar, (runs / TIMINGS).open("a", encoding="utf-8") as timings:
        for digest, seconds in _finished(cells, arrays, runs, how) if cells else ():
            timings.write(f"{digest},{seconds:.3f}\n")
            timings.flush()
            bar.update()


def _finished(
    cells: Sequence[Cell], arrays: Sequence[np.ndarray], runs: Path, how: ExecutionOptions
) -> Iterator[tuple[str, float]]:
    """Yield (digest, seconds) of each run as it ends."""
    if how.cluster is not None:
        from zeronet.lab.runner.execution.cluster import returned  # only here: it stands on this module

        for cell, result in returned(cells, arrays, how):  # workers elsewhere have no folder of ours
            write_run(run_file(cell, runs), result)
            yield cell.digest, result.seconds or 0.0
        return
    jobs = min(how.jobs, len(cells))
    if jobs == 1:
        for cell in cells:
            yield _run_to_file(cell, arrays, runs)
        return
    import joblib  # only where processes are wanted: it takes a while to import

    specs = {spec.label: packed(spec) for spec in {cell.spec.label: cell.spec for cell in cells}.values()}
    with _no_workers_behind():
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", temp_folder=_ascii_folder())
        with _interrupts_ignored():  # the workers inherit it: Ctrl-C is for this process to handle
            run_there = joblib.delayed(_run_in_worker)
            ended = parallel(run_there(specs[each.spec.label], each.seed, each.task, arrays, runs) for each in cells)
        try:
            yield from ended
        except BrokenExecutor as error:
            raise UserError("a worker process died: out of memory, or ended by an optimizer or by hand") from error


def _run_in_worker(
    spec: bytes, seed: int, task: Mapping[str, Any], arrays: Sequence[np.ndarray], runs: Path
) -> tuple[str, float]:
    _end_with_parent()
    return _run_to_file(Cell(pickle.loads(spec), seed, task), arrays, runs)


@cache
def _end_with_parent() -> None:
    """Let this worker process end when the process that started it is gone, even if that was killed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _run_to_file(cell: Cell, arrays: Sequence[np.ndarray], runs: Path) -> tuple[str, float]:
    result = run_task(cell.task, cell.spec, arrays)
    write_run(run_file(cell, runs), result)
    return cell.digest, result.seconds or 0.0


@contextmanager
def _no_workers_behind() -> Iterator[None]:
    """End the worker processes with the block, however it ends."""
    from joblib.externals.loky import get_reusable_executor

    try:
        yield
    except BaseException:
        get_reusable_executor().shutdown(wait=False, kill_workers=True)
        raise
    get_reusable_executor().shutdown()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # only the main thread may
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ascii_folder() -> str | None:
    """Return a writable folder whose name joblib can handle: its helper process reads ASCII only."""
    candidates = [tempfile.gettempdir(), "/dev/shm", "/tmp", "/var/tmp", os.environ.get("SYSTEMROOT", "") + "/Temp"]
    for folder in candidates:
        if folder.isascii() and os.access(folder, os.W_OK):
            return folder
    return None
