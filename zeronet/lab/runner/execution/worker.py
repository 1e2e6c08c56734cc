"""One run in a worker of a cluster: what travels there, and what makes a worker unlike the others."""

import json
import pickle
import platform
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.runner.plan import Cell
from zeronet.lab.runner.resume import changes
from zeronet.lab.runner.run import run_task
from zeronet.lab.runner.runs import Run
from zeronet.lab.specs.plugins import Plugin, located, packed
from zeronet.lab.specs.spec import Spec
from zeronet.training import environment as float_environment
from zeronet.version import __version__


def parcel(cell: Cell) -> tuple[str, bytes | None]:
    """Return all that a worker needs for a run besides the arrays, as data: JSON, and the object handed over, if any.

    >>> from zeronet.lab.specs.spec import parse
    >>> words, instance = parcel(Cell(parse("sgd:lr=0.5"), 3, {"steps": 10}))
    >>> words, instance
    ('{"label": "SGD lr=0.5", "plugin": null, "task": {"steps": 10}}', None)
    """
    spec = cell.spec
    instance = None if spec.instance is None else packed(spec.instance)
    about = {"label": spec.label, "plugin": spec.plugin and asdict(spec.plugin), "task": cell.task}
    return json.dumps(about), instance


def run_parcel(words: str, instance: bytes | None, arrays: Sequence[np.ndarray] | None) -> Run:
    """Do one run, in a worker. Raises UserError where the worker is not one to do it."""
    from distributed import get_worker

    about, worker = json.loads(words), get_worker()
    task, optimizer = about["task"], about["task"]["optimizer"]
    environment = task["environment"]
    wanted = {"zeronet": task["zeronet"], "threads": 1, **environment}
    found = differing(wanted, here(worker.state.nthreads))
    if found and found not in environment.get("mixed", ()):
        refuse({worker.address: found})  # it came after the others had been asked
    plugin = Plugin(**about["plugin"]) if about["plugin"] else None
    if plugin and instance is None:
        _same_plugin(plugin, worker.address)
    spec = Spec(about["label"], optimizer["target"], optimizer["settings"], plugin, instance and pickle.loads(instance))
    return run_task(task, spec, arrays or ())


def _same_plugin(plugin: Plugin, address: str) -> None:
    """Raise UserError where this worker has another class under that name, or none: files and modules beside it."""
    try:
        same = plugin.source is not None or located(f"{plugin.place}:{plugin.name}")[1].digest == plugin.digest
        plugin.load()
    except UserError as error:
        raise UserError(f"on the worker {address}, {error}") from error
    if not same:
        raise UserError(f"on the worker {address}, the source of {plugin.place} is another one")


@cache
def here(threads: int = 1) -> dict[str, Any]:
    """Return what decides the bits of a run besides its plan, in this process; threads: that carry out runs."""
    mine = {"zeronet": __version__, "threads": threads, "python": platform.python_version()}
    return mine | float_environment.description()


def about_worker(dask_worker: Any) -> dict[str, Any]:
    """Return what decides the bits of runs in this worker, which Dask hands over."""
    return here(dask_worker.state.nthreads)


def differing(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    """Say in what a worker differs, as name: here → there."""
    return "; ".join(changes({name: wanted[name] for name in found}, found))


def refuse(found: dict[str, str]) -> None:
    """Raise UserError that names workers. found: address → in what it differs."""
    named = ", ".join(f"{address} ({words})" for address, words in list(found.items())[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    raise UserError(
        f"workers differ from this process: {named}{more}. Results would not be the same everywhere; --accept-mixed "
        "goes on all the same, and the protocol says so"
    )
