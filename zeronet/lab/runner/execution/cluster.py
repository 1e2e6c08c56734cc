"""Runs on other machines: the workers of a Dask cluster carry them out, and this process writes their files.

Dask is asked directly: joblib's Dask backend waits for ever where a run ends its worker again and again, and has one
worker's runs carried out in this process.
"""

import asyncio
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from typing import Any
from uuid import uuid4

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.execution.worker import about_worker, differing, here, parcel, refuse, run_parcel
from zeronet.lab.runner.plan import Cell, Plan
from zeronet.lab.runner.runs import Run
from zeronet.locale import translate

PATIENCE = 10  # seconds for a scheduler to answer
LOSSES = 3  # rounds in which the data were lost with their last worker and no run came back: then it is given up


@dataclass
class Session:
    """A connection to a cluster. client: Dask's; arrays: digest → their handle there."""

    client: Any
    arrays: dict[str, Any] = field(default_factory=dict)

    def scattered(self, digest: str, arrays: Sequence[np.ndarray]) -> Any:
        """Return a handle to the arrays, which go to the workers once, each keeping a copy."""
        if arrays and digest not in self.arrays:
            key = f"arrays-{digest}"
            plain = [np.asarray(array) for array in arrays]  # memory maps, too, travel as their content
            self.arrays |= {digest: self.client.scatter({key: plain}, broadcast=True)[key]}
        return self.arrays.get(digest)


_open: dict[str, Session] = {}  # address → the session of the outermost joined block


@contextmanager
def joined(how: ExecutionOptions) -> Iterator[Session]:
    """Be connected to how.cluster inside the block; blocks within it share the connection.

    "local" starts how.jobs worker processes of one thread each on this machine, and ends them with the block.
    Raises UserError where Dask is not installed, or no scheduler answers.
    """
    place = how.cluster or "local"
    if place in _open:
        yield _open[place]
        return
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        words = f"--cluster needs Dask ({error}): {sys.executable} -m pip install 'dask[distributed]'"
        raise UserError(words) from error
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.nanny", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what went wrong is said in one line
    with ExitStack() as stack:
        address: Any = place
        if place == "local":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="zeronet-", ignore_cleanup_errors=True))
            with _interrupts_held():  # the workers inherit it: Ctrl-C is for this process to handle
                address = LocalCluster(
                    n_workers=how.jobs,
                    threads_per_worker=1,
                    memory_limit=0,
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address=None,
                    local_directory=folder,
                    silence_logs=logging.CRITICAL,
                )
            stack.enter_context(address)
        else:
            asyncio.run(_answering(address))
        client = stack.enter_context(Client(address, set_as_default=False))
        if not client.ncores():
            print(translate("waiting for a worker of {address}", address=place), file=sys.stderr)
            client.submit(os.getpid, pure=False).result()  # clusters that grow with their work start one for it
        _open[place] = session = Session(client)
        try:
            yield session
        finally:
            del _open[place]


async def _answering(address: str) -> None:
    """Raise UserError unless a scheduler answers; Dask's client would wait for ever where anything else does."""
    from distributed import Security
    from distributed.comm import connect

    async def identity() -> Any:
        comm = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
        await comm.write({"op": "identity", "reply": True})
        answer = await comm.read()
        comm.abort()
        return answer

    try:
        found = (await asyncio.wait_for(identity(), PATIENCE)).get("type")
    except (OSError, ValueError, TypeError, AttributeError, TimeoutError) as error:  # nobody, or not Dask
        raise UserError(f"no Dask scheduler answers at {address} within {PATIENCE} s") from error
    if found != "Scheduler":
        raise UserError(f"{address} is not a scheduler but a {str(found).lower()} of Dask")


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the end of the block; processes that Dask's threads, made there, start never meet it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # of multiprocessing; it would let Ctrl-C through when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def gathered(plan: Plan, how: ExecutionOptions) -> Iterator[Plan]:
    """Stay joined to how.cluster inside the block; yields the plan to carry out there.

    Raises UserError where a worker differs from this process, unless how.accept_mixed: then the plan says in what.
    """
    with joined(how) as session:
        found = differences(session)
        if found and how.accept_mixed:
            plan = replace(plan, environment={**plan.environment, "mixed": sorted({*found.values()})})
        elif found:
            refuse(found)
        yield plan


def returned(cells: Sequence[Cell], arrays: Sequence[np.ndarray], how: ExecutionOptions) -> Iterator[tuple[Cell, Run]]:
    """Carry out runs on how.cluster; yield each with its cell as it comes back.

    Runs that were lost with their worker are repeated. Raises UserError where a worker differs from this process in
    what the cells do not accept, where one run ends several workers, and where the connection is lost.
    """
    task = cells[0].task
    digest, accepted = task["problem"].get("digest", ""), task["environment"].get("mixed", ())
    with joined(how) as session:
        if refused := {place: words for place, words in differences(session).items() if words not in accepted}:
            refuse(refused)
        left, losses = list(cells), 0
        while left:
            back, suspects = set(), []
            for cell, result in _round(session, left, session.scattered(digest, arrays)):
                back.add(cell.digest)
                if result is None:
                    suspects.append(cell)
                else:
                    yield cell, result
            culprits = []
            for cell in suspects:  # alone: it may only have waited behind the run that ended their worker
                for _, result in _round(session, [cell], session.scattered(digest, arrays)):
                    if result is None:
                        culprits.append(f"{cell.spec.label}, seed {cell.seed}")
                    else:
                        yield cell, result
            if culprits:
                died = "each worker that took it died: out of memory, or ended by an optimizer"
                raise UserError(f"{'; '.join(culprits)}: {died}. Finished runs are kept for --resume")
            losses = 0 if back else losses + 1
            left = [cell for cell in left if cell.digest not in back]
            if left:
                session.arrays.pop(digest, None)  # the data were lost with the last worker
            if left and losses == LOSSES:
                raise UserError("the workers died again and again: out of memory? Finished runs are kept for --resume")


def _round(session: Session, cells: Sequence[Cell], arrays: Any) -> Iterator[tuple[Cell, Run | None]]:
    """Yield the runs as they come back, None for one whose workers died; those whose data are lost do not come."""
    from distributed import KilledWorker, as_completed

    client, waiting = session.client, {}
    for cell in cells:
        future = client.submit(run_parcel, *parcel(cell), arrays, key=f"run-{cell.digest}-{uuid4().hex}")
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
                words = f"{type(error).__name__}: {error}"
                raise UserError(f"{cell.spec.label}, seed {cell.seed}: a worker could not take this run: {words}")
            yield cell, None
        elif client.status != "running":
            raise UserError("the connection to the scheduler is lost; finished runs are kept: go on with --resume")


def differences(session: Session) -> dict[str, str]:
    """Return the address of each worker that differs from this process → in what."""
    answers = session.client.run(about_worker, on_error="return")
    found = {
        address: f"{type(answer).__name__}: {answer}"
        if isinstance(answer, BaseException)
        else differing(here(), answer)
        for address, answer in answers.items()
    }
    return {address: words for address, words in found.items() if words}
