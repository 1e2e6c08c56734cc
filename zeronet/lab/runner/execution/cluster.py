"""Runs on other machines: the workers of a Dask cluster execute them, and this process writes their files.

Dask is used directly: joblib's Dask backend waits forever if a run repeatedly kills its worker, and executes some runs
in this process.
"""

import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.files import lock_file
from zeronet.lab.runner.execution.limit import lost_run
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.worker import about_worker, differing, here, pack_task, refuse, run_packed
from zeronet.lab.runner.plan import Cell, Plan
from zeronet.lab.runner.runs import Run
from zeronet.locale import translate

SCRATCH = "zeronet-cluster-"  # folders in the temporary one
PATIENCE = 10  # seconds for a scheduler to answer
FROZEN = 60.0  # seconds of silence of a scheduler that answered before
MAX_LOST_ROUNDS = 3  # in which all runs, or a run alone, lost their data with the last worker


@dataclass
class Session:
    """A connection to a cluster. client: Dask's; arrays: digest → handle of the arrays there."""

    client: Any
    arrays: dict[str, Any] = field(default_factory=dict)

    def scattered(self, digest: str, arrays: Sequence[np.ndarray]) -> Any:
        """Return a handle to the arrays, which are sent to each worker once."""
        if arrays and digest not in self.arrays:
            key = f"arrays-{digest}"
            plain = [np.asarray(array) for array in arrays]  # memory maps are sent as their content
            self.arrays |= {digest: self.client.scatter({key: plain}, broadcast=True)[key]}
        return self.arrays.get(digest)


_open: dict[str, Session] = {}  # address → the session of the outermost connected block


@contextmanager
def connected(options: ExecutionOptions) -> Iterator[Session]:
    """Connect to options.cluster for the block; blocks inside it share the connection.

    "local" starts options.jobs worker processes of one thread each on this machine, and ends them with the block.
    Raises UserError if Dask is not installed, or no scheduler answers.
    """
    place = options.cluster or "local"
    if place in _open:
        yield _open[place]
        return
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UserError(
            f"--cluster needs Dask ({error}): {sys.executable} -m pip install 'dask[distributed]'"
        ) from error
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.nanny", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # errors are shown in one line
    with ExitStack() as stack:
        address: Any = place
        if place == "local":
            folder = stack.enter_context(_scratch_folder())
            # Ctrl-C is held back, and the workers inherit that: only this process handles it.
            with _interrupts_held(), dask.config.set({"temporary-directory": folder}):
                address = LocalCluster(
                    n_workers=options.jobs,
                    threads_per_worker=1,
                    memory_limit=0,
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address=None,
                    local_directory=folder,
                    silence_logs=logging.CRITICAL,
                )
                stack.enter_context(address)  # here: what was deferred comes when the block ends
        else:
            asyncio.run(_answering(address))
        client = stack.enter_context(Client(address, set_as_default=False))
        if not client.ncores():
            print(translate("waiting for a worker of {address}", address=place), file=sys.stderr)
            client.submit(os.getpid, pure=False).result()  # adaptive clusters start one for it
        _open[place] = session = Session(client)
        watch = asyncio.run_coroutine_threadsafe(_watched(client), client.loop.asyncio_loop)
        try:
            yield session
        finally:
            watch.cancel()
            del _open[place]


@contextmanager
def _scratch_folder() -> Iterator[str]:
    """Yield a folder for what workers write; it is deleted at the end, and those that killed processes left, too."""
    for lock in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*/lock"):
        with suppress(OSError), lock.open("rb") as file:
            if lock_file(file):  # its process has ended
                shutil.rmtree(lock.parent, ignore_errors=True)
    temporary = tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True)
    with temporary as folder, (Path(folder) / "lock").open("wb") as file:
        lock_file(file)
        yield folder


async def _watched(client: Any) -> None:
    """Close the connection if the scheduler is silent for too long: one that hangs keeps its connections open."""
    while client.status == "running":
        await asyncio.sleep(FROZEN / 3)
        try:
            await asyncio.wait_for(client.scheduler.identity(), FROZEN)
        except (OSError, TimeoutError):  # Dask notices a lost connection itself
            if client.status == "running":
                await client.close(timeout=0)


async def _answering(address: str) -> None:
    """Raise UserError unless a scheduler answers; Dask's client would wait forever if anything else does."""
    from distributed import Security
    from distributed.comm import connect

    async def identity() -> Any:
        comm = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
        await comm.write({"op": "identity", "reply": True})
        answer = await comm.read()
        comm.abort()
        return answer

    try:
        kind = (await asyncio.wait_for(identity(), PATIENCE)).get("type")
    except (OSError, ValueError, TypeError, AttributeError, TimeoutError) as error:  # nobody, or not Dask
        raise UserError(f"no Dask scheduler answers at {address} within {PATIENCE} s") from error
    if kind != "Scheduler":
        raise UserError(f"{address} is not a Dask scheduler but a {str(kind).lower()}")


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Defer Ctrl-C, SIGTERM and SIGHUP until the end of the block.

    Processes started by Dask's threads, which start there, never get Ctrl-C.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # of multiprocessing; starting it later would unblock Ctrl-C
    main, late = threading.current_thread() is threading.main_thread(), list[int]()
    ours = [each for each in (signal.SIGTERM, signal.SIGHUP) if main and callable(signal.getsignal(each))]
    handlers = {each: signal.signal(each, lambda number, frame: late.append(number)) for each in ours}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number in late:
            signal.raise_signal(number)


@contextmanager
def checked_cluster(plan: Plan, options: ExecutionOptions) -> Iterator[Plan]:
    """Connect to options.cluster for the block; yields the plan to execute there.

    Raises UserError if a worker differs from this process, unless options.accept_mixed: then the plan records how.
    """
    with connected(options) as session:
        differences = worker_differences(session)
        if differences and options.accept_mixed:
            plan = replace(plan, environment={**plan.environment, "mixed": sorted({*differences.values()})})
        elif differences:
            refuse(differences)
        yield plan


def run_on_cluster(
    cells: Sequence[Cell], arrays: Sequence[np.ndarray], options: ExecutionOptions
) -> Iterator[tuple[Cell, Run]]:
    """Execute runs on options.cluster; yield each with its cell as it finishes.

    Runs that were lost with their worker are repeated; one that kills its worker each time is recorded as raised.
    Raises UserError if a worker differs from this process in what the cells do not accept, or if the connection is
    lost.
    """
    task = cells[0].task
    digest, accepted = task["problem"].get("digest", ""), task["environment"].get("mixed", ())
    with connected(options) as session:
        differences = worker_differences(session).items()
        if refused := {address: difference for address, difference in differences if difference not in accepted}:
            refuse(refused)
        left, losses = list(cells), 0
        while left:
            back, suspects = set(), []
            for cell, result in _round(session, left, session.scattered(digest, arrays), options.run_timeout):
                if result is None:
                    suspects.append(cell)
                else:
                    back.add(cell.digest)
                    yield cell, result
            losses = 0 if back or suspects else losses + 1
            if losses == MAX_LOST_ROUNDS:  # one of them may end every worker that there is
                suspects = [cell for cell in left if cell.digest not in back]
            for cell in suspects:  # alone: it may only have waited behind the run that killed their worker
                back.add(cell.digest)
                yield cell, _alone(session, cell, digest, arrays, options.run_timeout)
            left = [cell for cell in left if cell.digest not in back]
            if left:
                session.arrays.pop(digest, None)  # the data were lost with the last worker


def _alone(session: Session, cell: Cell, digest: str, arrays: Sequence[np.ndarray], run_timeout: float | None) -> Run:
    """Return the result of a suspect: lost if its worker dies each time, or the last worker with the data does."""
    for _ in range(MAX_LOST_ROUNDS):
        for _, result in _round(session, [cell], session.scattered(digest, arrays), run_timeout):
            return result or lost_run(cell, run_timeout)
        session.arrays.pop(digest, None)
    return lost_run(cell, run_timeout)


def _round(
    session: Session, cells: Sequence[Cell], arrays: Any, run_timeout: float | None
) -> Iterator[tuple[Cell, Run | None]]:
    """Yield the runs as they finish, None for one whose workers died; runs whose data were lost are left out."""
    from distributed import KilledWorker, as_completed

    client, waiting = session.client, {}
    for cell in cells:
        future = client.submit(
            run_packed, *pack_task(cell, run_timeout), arrays, key=f"run-{cell.digest}-{uuid4().hex}"
        )
        waiting[future] = cell
    for future, result in as_completed(list(waiting), loop=client.loop, with_results=True, raise_errors=False):
        cell = waiting.pop(future)
        if future.status == "finished":
            yield cell, result
        elif future.status == "error":
            error = result[1]
            if isinstance(error, UserError):
                raise error
            if not isinstance(error, KilledWorker):
                reason = f"{type(error).__name__}: {error}"
                raise UserError(f"{cell.spec.label}, seed {cell.seed}: a worker could not execute this run: {reason}")
            yield cell, None
        elif client.status != "running":
            raise UserError("the connection to the scheduler is lost; finished runs are kept: continue with --resume")


def worker_differences(session: Session) -> dict[str, str]:
    """Return address → how it differs, of each worker that differs from this process."""
    differences = {}
    for address, answer in session.client.run(about_worker, on_error="return").items():
        failed = isinstance(answer, BaseException)
        if difference := f"{type(answer).__name__}: {answer}" if failed else differing(here(), answer):
            differences[address] = difference
    return differences
