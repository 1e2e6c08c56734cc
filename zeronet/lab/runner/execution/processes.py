"""Execute the runs of a plan in parallel."""

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
from zeronet.lab.runner.runs import TIMINGS, run_file, timing, write_run
from zeronet.lab.specs.plugins import packed


def execute(
    plan: Plan, arrays: Sequence[np.ndarray], folder: Path, options: ExecutionOptions, name: str | None = None
) -> None:
    """Execute every run of a plan, each into its own file in folder/.runs, whose bytes are the same for any options.

    arrays: Problem.arrays; name: of the progress bar.
    """
    from tqdm.auto import tqdm  # only here: workers do not need it

    runs = folder / RUNS
    distinct = {cell.digest: cell for cell in plan.cells()}.values()  # two labels may share one run
    cells = [cell for cell in distinct if not (options.resume and run_file(cell, runs).exists())]
    done, disable = len(distinct) - len(cells), True if options.quiet else None
    bar = tqdm(total=len(distinct), initial=done, desc=name, unit="run", disable=disable)
    with bar, (runs / TIMINGS).open("a", encoding="utf-8") as timings:
        for digest, seconds in _finished(cells, arrays, runs, options) if cells else ():
            timings.write(timing(digest, seconds))
            timings.flush()
            bar.update()


def _finished(
    cells: Sequence[Cell], arrays: Sequence[np.ndarray], runs: Path, options: ExecutionOptions
) -> Iterator[tuple[str, float]]:
    """Yield (digest, seconds) of each run as it ends."""
    if options.cluster is not None:
        from zeronet.lab.runner.execution.cluster import run_on_cluster  # only here: Dask is optional

        for cell, result in run_on_cluster(cells, arrays, options):  # its workers may not share our file system
            write_run(run_file(cell, runs), result)
            yield cell.digest, result.seconds or 0.0
        return
    jobs = min(options.jobs, len(cells))
    if jobs == 1:
        for cell in cells:
            yield _run_to_file(cell, arrays, runs)
        return
    import joblib  # only here: it takes a while to import

    specs = {spec.label: packed(spec) for spec in {cell.spec.label: cell.spec for cell in cells}.values()}
    with _no_workers_behind():
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", temp_folder=_ascii_folder())
        with _interrupts_ignored():  # inherited by the workers: only this process handles Ctrl-C
            run = joblib.delayed(_run_in_worker)
            finished = parallel(run(specs[cell.spec.label], cell.seed, cell.task, arrays, runs) for cell in cells)
        try:
            yield from finished
        except BrokenExecutor as error:
            raise UserError("a worker process died: out of memory, or killed by an optimizer or a user") from error


def _run_in_worker(
    spec: bytes, seed: int, task: Mapping[str, Any], arrays: Sequence[np.ndarray], runs: Path
) -> tuple[str, float]:
    _end_with_parent()
    return _run_to_file(Cell(pickle.loads(spec), seed, task), arrays, runs)


@cache
def _end_with_parent() -> None:
    """Let this worker process end when its parent ends, even if that was killed."""
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
    """End the worker processes when the block ends, for whatever reason."""
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
    return next((folder for folder in candidates if folder.isascii() and os.access(folder, os.W_OK)), None)
