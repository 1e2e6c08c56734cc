"""Write and read the files of a comparison: protocol.json, curves.csv, evaluations.csv, inspection.csv …"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.archives import read_arrays, replace_arrays
from zeronet.common.files import (
    finite,
    grouped,
    integer,
    one_of,
    read_csv,
    reading,
    slug,
    write_csv,
    write_json,
    write_text,
)
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.protocol import most_rows, read_protocol
from zeronet.lab.runner.runs import Runs
from zeronet.training.inspection import COLUMNS

Columns = Mapping[str, Callable[[str], Any]]
RUN = ("optimizer", "seed")  # the first columns of every table
MOST_PARAMETERS = 1000  # named arrays of a network
CURVES: Columns = {"step": integer, "loss": finite}


def _evaluation_columns(protocol: Mapping[str, Any]) -> Columns:
    images = "validation" if "split" in protocol else "test"
    if "outputs" in protocol["problem"]:  # R² of a run that diverges is −inf
        return {"step": integer, f"{images}_loss": float, f"{images}_r2": float}
    return {"step": integer, f"{images}_loss": float, f"{images}_accuracy": finite}


@dataclass(frozen=True)
class ComparisonFolder:
    """The files of a comparison.

    protocol: that of protocol.json; losses: label → seed → (rows,), in the protocol's order, where row k is the loss
    before update k + 1 (a run without rows is missing); evaluations: label → seed → (steps, accuracies, or R²).
    """

    protocol: dict[str, Any]
    losses: dict[str, dict[int, np.ndarray]]
    evaluations: dict[str, dict[int, tuple[np.ndarray, np.ndarray]]]

    @property
    def steps(self) -> int:
        """The number of updates of a run that finishes."""
        return self.protocol["steps"]

    @property
    def tuned(self) -> bool:
        """Whether learning rates were tuned: then the evaluations are on validation images."""
        return "split" in self.protocol

    def stopped(self, label: str) -> dict[int, int]:
        """Return seed → number of updates, of the runs of an optimizer that ended early."""
        return {seed: len(losses) for seed, losses in self.losses[label].items() if len(losses) < self.steps}


def steps_per_epoch(protocol: Mapping[str, Any]) -> int:
    """Return the number of full batches in the training data."""
    return max(1, protocol.get("split", protocol["problem"])["train"] // protocol["batch_size"])


def read_comparison(folder: str | Path) -> ComparisonFolder:
    """Read protocol.json, curves.csv and evaluations.csv; UserError if one is missing, empty or damaged."""
    folder = Path(folder)
    protocol = read_protocol(folder / "protocol.json")
    losses, evaluations = read_curves(folder, protocol), read_evaluations(folder, protocol)
    return ComparisonFolder(
        protocol,
        {label: {seed: run[:, 1] for seed, run in runs.items()} for label, runs in losses.items()},
        {label: {seed: (run[:, 0], run[:, 2]) for seed, run in runs.items()} for label, runs in evaluations.items()},
    )


def read_curves(folder: Path, protocol: Mapping[str, Any]) -> dict[str, dict[int, np.ndarray]]:
    """Read curves.csv: label → seed → rows (step, loss)."""
    runs = _read_runs(folder / "curves.csv", CURVES, protocol)
    last = (
        protocol["steps"] - problem_of(protocol["problem"]).has_data
    )  # the last loss of a network precedes its last update
    with reading(folder / "curves.csv"):
        for label, seed, run in [(label, *item) for label, seeds in runs.items() for item in seeds.items()]:
            if len(run) > last + 1 or not np.array_equal(run[:, 0], np.arange(len(run))):
                raise ValueError(f"{label!r}, seed {seed}: the steps are not 0, 1, 2 … up to {last}")
    return runs


def read_evaluations(folder: Path, protocol: Mapping[str, Any]) -> dict[str, dict[int, np.ndarray]]:
    """Read evaluations.csv: label → seed → rows (step, loss, accuracy)."""
    runs = _read_runs(folder / "evaluations.csv", _evaluation_columns(protocol), protocol)
    with reading(folder / "evaluations.csv"):
        for label, seed, run in [(label, *item) for label, seeds in runs.items() for item in seeds.items()]:
            if np.any(np.diff(run[:, 0]) <= 0):
                raise ValueError(f"{label!r}, seed {seed}: the steps do not increase")
    return runs


def _read_runs(path: Path, columns: Columns, protocol: Mapping[str, Any]) -> dict[str, dict[int, np.ndarray]]:
    labels = [about["label"] for about in protocol["optimizers"]]
    head: Columns = dict(zip(RUN, (one_of(labels), one_of(protocol["seeds"])), strict=True))
    runs = grouped(read_csv(path, {**head, **columns}, most_rows(protocol)), len(RUN))
    return {label: {seed: run for (name, seed), run in runs.items() if name == label} for label in labels}


def write_results(
    folder: Path, protocol: Mapping[str, Any], runs: Runs, summary: tuple[Sequence[str], Sequence[Sequence[Any]]]
) -> None:
    """Write tables, protocol, models and errors into an empty folder; summary: header and rows of summary.csv."""
    keys = {(label, seed): f"{slug(label, [other for other, _ in runs])}-seed{seed}" for label, seed in runs}
    write_json(folder / "protocol.json", protocol)
    losses = ((*key, step, f"{loss:.9g}") for key, run in runs.items() for step, loss in enumerate(run.losses))
    write_csv(folder / "curves.csv", [*RUN, *CURVES], losses)
    rows = (
        (*key, step, f"{loss:.9g}", f"{accuracy:.9g}")
        for key, run in runs.items()
        for step, loss, accuracy in run.evaluations
    )
    if problem_of(protocol["problem"]).has_data:  # otherwise curves.csv contains everything
        write_csv(folder / "evaluations.csv", [*RUN, *_evaluation_columns(protocol)], rows)
    seconds = ((*key, "" if run.seconds is None else f"{run.seconds:.3f}") for key, run in runs.items())
    write_csv(folder / "timings.csv", [*RUN, "seconds"], seconds)
    write_csv(folder / "summary.csv", *summary)
    for key, run in runs.items():
        if run.model:
            (folder / "models").mkdir(exist_ok=True)
            replace_arrays(folder / "models" / f"{keys[key]}.npz", run.model)
        if run.traceback:
            write_text(folder / "errors" / f"{keys[key]}.txt", run.traceback)


@dataclass(frozen=True)
class InspectionFolder:
    """The files of an inspection.

    protocol: the content of protocol.json; rows: label → parameter → seed → (looks, COLUMNS); images: name in
    inspection.npz → array.
    """

    protocol: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Mapping[int, np.ndarray]]]
    images: Mapping[str, np.ndarray]

    @property
    def labels(self) -> list[str]:
        """The optimizers' labels."""
        return [about["label"] for about in self.protocol["optimizers"]]

    @property
    def side(self) -> int:
        """The side of the input images; 0 if the inputs are not square images."""
        side = math.isqrt(self.protocol["problem"]["input_size"])
        return side if side > 1 and side**2 == self.protocol["problem"]["input_size"] else 0


def read_inspection(folder: str | Path) -> InspectionFolder:
    """Read protocol.json, inspection.csv and inspection.npz; UserError if one is missing or damaged."""
    folder = Path(folder)
    protocol = read_protocol(folder / "protocol.json")
    rows: dict[str, dict[str, dict[int, np.ndarray]]] = {about["label"]: {} for about in protocol["optimizers"]}
    types = dict.fromkeys(COLUMNS, lambda text: float(text or "nan"))
    head: Columns = {"optimizer": one_of(rows), "seed": one_of(protocol["seeds"]), "parameter": str}
    table = read_csv(folder / "inspection.csv", {**head, **types}, MOST_PARAMETERS * most_rows(protocol))
    for (label, seed, name), looks in grouped(table, 3).items():
        rows[label].setdefault(name, {})[seed] = looks
    with reading(folder / "inspection.npz"):
        return InspectionFolder(protocol, rows, read_arrays(folder / "inspection.npz"))


def write_inspection(folder: Path, protocol: Mapping[str, Any], runs: Runs) -> None:
    """Write the measurements of all runs as a table, and the images of each optimizer's first seed."""
    rows = (
        (*key, name.removeprefix("rows/"), int(step), *("" if np.isnan(v) else f"{v:.6g}" for v in values))
        for key, run in runs.items()
        for name, table in run.inspection.items()
        if name.startswith("rows/")
        for step, *values in table
    )
    write_csv(folder / "inspection.csv", [*RUN, "parameter", *COLUMNS], rows)
    images = {
        f"{k}/{name}": array
        for k, about in enumerate(protocol["optimizers"])
        for name, array in runs[about["label"], protocol["seeds"][0]].inspection.items()
        if not name.startswith("rows/")
    }
    replace_arrays(folder / "inspection.npz", images)
