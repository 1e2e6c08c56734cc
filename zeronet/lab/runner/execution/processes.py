"""Execute the runs of a plan in parallel."""

import importlib
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.notebook import is_watched
from zeronet.common.processes import end_with
from zeronet.lab.runner.execution.limit import lost_run
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.folder import RUNS
from zeronet.lab.runner.plan import Cell, Plan
from zeronet.lab.runner.run import raised, run_task
from zeronet.lab.runner.runs import TIMINGS, Run, is_finished, run_file, timing, write_run
from zeronet.lab.specs.plugins import packed

_nested = 0  # blocks of workers_kept that are open
NEEDED_LATER = (  # by figures
    *("matplotlib.style", "matplotlib.figure"),
    *("matplotlib.backends.backend_svg", "matplotlib.backends.backend_agg"),
)
MAX_FAILURES = 3  # times that workers die before they begin a run, one after the other


def execute(
    plan: Plan, arrays: Sequence[np.ndarray], folder: Path, options: ExecutionOptions, name: str | None = None
) -> None:
    """Execute every run of a plan, each into its own file in folder/.runs, whose bytes are the same for any options.

    arrays: Problem.arrays; name: of the progress bar. On resume, runs that raised are repeated too.
    """
    from tqdm.auto import tqdm  # only here: workers do not need it

    runs = folder / RUNS
    distinct = {cell.digest: cell for cell in plan.cells()}.values()  # two labels may share one run
    cells = [cell for cell in distinct if not (options.resume and is_finished(run_file(cell.digest, runs)))]
    done, disable = len(distinct) - len(cells), options.quiet or not is_watched()
    bar = tqdm(total=len(distinct), initial=done, desc=name, unit="run", disable=disable)
    with workers_kept(), bar, (runs / TIMINGS).open("a", encoding="utf-8") as timings:
        for cell, seconds in _finished(cells, arrays, runs, options) if cells else ():
            timings.write(timing(cell.digest, seconds))
            timings.flush()
            bar.update()


def _finished(
    cells: Sequence[Cell], arrays: Sequence[np.ndarray], runs: Path, options: ExecutionOptions
) -> Iterator[tuple[Cell, float]]:
    """Yield each run as it ends, with its seconds."""
    if options.cluster is not None:
        from zeronet.lab.runner.execution.cluster import run_on_cluster  # only here: Dask is optional

        for cell, result in run_on_cluster(cells, arrays, options):  # its workers may not share our file system
            yield cell, _written(cell.digest, result, runs)
        return
    parts = [part for cell in cells for part in cell.spec.parts]
    strangers = any(part.plugin and part.instance is None for part in parts)  # they may end their process
    if min(options.jobs, len(cells)) == 1 and options.run_timeout is None and not strangers:
        for cell in cells:
            yield cell, _written(cell.digest, run_task(cell.task, cell.spec, arrays), runs)
        return
    left, failures = list(cells), 0
    while left:
        ended = set()
        try:
            for cell, seconds in _side_by_side(left, arrays, runs, options):
                ended.add(cell.digest)
                yield cell, seconds
        except BrokenExecutor:
            suspects = [cell for cell in left if cell.digest not in ended and _begun(cell.digest, runs).exists()]
            failures = 0 if ended or suspects else failures + 1
            if failures == MAX_FAILURES:
                raise UserError("worker processes die as soon as they are started: is there enough memory?") from None
            for cell in suspects:
                ended.add(cell.digest)
                yield cell, _alone(cell, arrays, runs, options)
        left = [cell for cell in left if cell.digest not in ended]


def _alone(cell: Cell, arrays: Sequence[np.ndarray], runs: Path, options: ExecutionOptions) -> float:
    """Execute one run that was under way when a worker died; return its seconds.

    If its worker dies again, or its time was up, it is recorded as raised.
    """
    begun = _begun(cell.digest, runs)
    if not begun.stat().st_size:
        begun.unlink()
        try:
            [(_, seconds)] = _side_by_side([cell], arrays, runs, options)
            return seconds
        except BrokenExecutor:
            pass
    trace = begun.read_text(encoding="utf-8", errors="replace") if begun.exists() else ""
    begun.unlink(missing_ok=True)
    return _written(cell.digest, lost_run(cell, options.run_timeout, trace), runs)


def _side_by_side(
    cells: Sequence[Cell], arrays: Sequence[np.ndarray], runs: Path, options: ExecutionOptions
) -> Iterator[tuple[Cell, float]]:
    """Yield each run as it ends in a worker process. Raises BrokenExecutor if one dies; then _begun tells where."""
    import joblib  # only here: it takes a while to import

    specs = {spec.label: packed(spec) for spec in {cell.spec.label: cell.spec for cell in cells}.values()}
    cell_of = {cell.digest: cell for cell in cells}
    jobs = min(options.jobs, len(cells))
    dispatch = "2 * n_jobs" if jobs > 1 else 1  # joblib takes one job for none in processes of their own
    parallel = joblib.Parallel(
        max(jobs, 2), return_as="generator_unordered", temp_folder=_ascii_folder(), pre_dispatch=dispatch
    )
    try:
        with _interrupts_ignored():  # inherited by the workers: only this process handles Ctrl-C
            run = joblib.delayed(_run_in_worker)
            shared = os.getpid(), runs, options.run_timeout, arrays
            finished = parallel(run(*shared, cell.digest, specs[cell.spec.label], cell.task) for cell in cells)
        for count, (digest, seconds) in enumerate(finished, 1):
            yield cell_of[digest], seconds
            if count > len(cells) - jobs:  # a worker has nothing left to do
                for module in NEEDED_LATER:
                    importlib.import_module(module)
    except BaseException:
        _end_workers(kill=True)
        raise


def _run_in_worker(
    parent: int,
    runs: Path,
    run_timeout: float | None,
    arrays: Sequence[np.ndarray],
    digest: str,
    spec: bytes,
    task: Mapping[str, Any],
) -> tuple[str, float]:
    end_with(parent)
    begun = _begun(digest, runs)
    with begun.open("w", encoding="utf-8") as trace:
        try:
            optimizer = pickle.loads(spec)
        except BaseException as error:  # of an object's own __setstate__, or of a module that is not here
            result = raised(error)
        else:
            result = run_task(task, optimizer, arrays, run_timeout, trace)
    seconds = _written(digest, result, runs)
    begun.unlink()
    return digest, seconds


def _begun(digest: str, runs: Path) -> Path:
    """Return the file that exists while a worker executes a run, and has its traceback if its time was up."""
    return runs / f".{digest}.part"


def _written(digest: str, result: Run, runs: Path) -> float:
    """Write the file of a run; return its seconds."""
    write_run(run_file(digest, runs), result)
    return result.seconds or 0.0


@contextmanager
def workers_kept() -> Iterator[None]:
    """Keep worker processes from one plan to the next inside the block, and end them when the outermost one ends."""
    global _nested
    _nested += 1
    try:
        yield
    finally:
        _nested -= 1
        if not _nested:
            _end_workers()


def _end_workers(kill: bool = False) -> None:
    """End the worker processes, if there are any."""
    loky = sys.modules.get("joblib.externals.loky.reusable_executor")  # imported where workers were started

    if loky and (executor := loky._executor) is not None:  # get_reusable_executor() would make one
        executor.shutdown(wait=not kill, kill_workers=kill)


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
