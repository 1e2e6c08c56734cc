"""One run in a worker of a cluster: what is sent there, and how a worker may differ from this process."""

import hashlib
import json
import pickle
import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import zeronet
from zeronet.common.errors import UserError
from zeronet.lab.runner.plan import Cell
from zeronet.lab.runner.resume import changes
from zeronet.lab.runner.run import raised, run_task
from zeronet.lab.runner.runs import Run
from zeronet.lab.specs.networks import network_of_task
from zeronet.lab.specs.plugins import Plugin, located, packed
from zeronet.lab.specs.spec import Spec
from zeronet.training import environment as float_environment
from zeronet.version import __version__


def pack_task(cell: Cell, run_timeout: float | None = None) -> tuple[str, list[bytes | None]]:
    """Return what a worker needs for a run besides the arrays, as data: JSON, and pickled objects.

    Those are the optimizer and the function of its network, None where they are not objects.

    >>> from zeronet.lab.specs.spec import parse
    >>> pack_task(Cell(parse("sgd:lr=0.5"), 3, {"steps": 10}))  # doctest: +ELLIPSIS
    ('{"label": "SGD lr=0.5", "plugins": [null], "task": {"steps": 10}, "code": "...", "run_timeout": null}', [None])
    """
    parts = cell.spec.parts
    objects = [None if part.instance is None else packed(part.instance) for part in parts]
    plugins = [part.plugin and asdict(part.plugin) for part in parts]
    about = {"label": cell.spec.label, "plugins": plugins, "task": cell.task}
    return json.dumps(about | {"code": code_digest(), "run_timeout": run_timeout}), objects


def run_packed(packed_task: str, objects: Sequence[bytes | None], arrays: Sequence[np.ndarray] | None) -> Run:
    """Execute a packed task, in a worker. Raises UserError if this worker differs in what the task does not accept."""
    from distributed import get_worker

    about, worker = json.loads(packed_task), get_worker()
    task, optimizer = about["task"], about["task"]["optimizer"]
    environment = task["environment"]
    wanted = {"zeronet": task["zeronet"], "code": about["code"], "threads": 1, **environment}
    difference = differing(wanted, here(worker.state.nthreads))
    if difference and difference not in environment.get("mixed", ()):
        refuse({worker.address: difference})  # it joined after the others had been checked
    plugins = [plugin and Plugin(**plugin) for plugin in about["plugins"]]
    for number, (plugin, instance) in enumerate(zip(plugins, objects, strict=True)):
        if plugin and instance is None:
            _same_plugin(plugin, worker.address, function=number == 1)
    try:
        unpacked = [instance and pickle.loads(instance) for instance in objects]
    except BaseException as error:  # of an object's own __setstate__, or of a module that is not here
        return raised(error)
    network = None
    if len(plugins) > 1:
        network = replace(network_of_task(task["network"]), plugin=plugins[1], instance=unpacked[1])
    spec = Spec(about["label"], optimizer["target"], optimizer["settings"], plugins[0], unpacked[0], network=network)
    return run_task(task, spec, arrays or (), about["run_timeout"])


def _same_plugin(plugin: Plugin, address: str, function: bool) -> None:
    """Raise UserError if this worker has another class or function of that name, or none."""
    try:
        same = plugin.source is not None or located(f"{plugin.place}:{plugin.name}")[1].digest == plugin.digest
        plugin.load(function)
    except UserError as error:
        raise UserError(f"on the worker {address}, {error}") from error
    if not same:
        raise UserError(f"on the worker {address}, the source of {plugin.place} is different")


@cache
def here(threads: int = 1) -> dict[str, Any]:
    """Return what decides the bits of a run besides its plan, in this process; threads: that execute runs."""
    mine = {"zeronet": __version__, "code": code_digest(), "threads": threads, "python": platform.python_version()}
    return mine | float_environment.description()


@cache
def code_digest() -> str:
    """Return 12 hex digits that identify the source of zeronet in this process: one version may have several."""
    folder, digest = Path(zeronet.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def about_worker(dask_worker: Any) -> dict[str, Any]:
    """Return what decides the bits of runs in this worker, which Dask passes."""
    return here(dask_worker.state.nthreads)


def differing(wanted: dict[str, Any], actual: dict[str, Any]) -> str:
    """Return how a worker differs, as name: here → there."""
    return "; ".join(changes({name: wanted[name] for name in actual}, actual))


def refuse(differences: dict[str, str]) -> None:
    """Raise UserError that names workers. differences: address → how it differs."""
    named = ", ".join(f"{address} ({difference})" for address, difference in list(differences.items())[:3])
    more = f" and {len(differences) - 3} more" if len(differences) > 3 else ""
    raise UserError(
        f"workers differ from this process: {named}{more}. Results would depend on the worker; --accept-mixed accepts "
        "that and records it in the protocol"
    )
