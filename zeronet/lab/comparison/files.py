"""The files of a comparison: protocol.json, curves.csv, evaluations.csv, inspection.csv …, written and read."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.files import (
    finite,
    grouped,
    one_of,
    read_arrays,
    read_csv,
    reading,
    replace_arrays,
    slug,
    write_csv,
    write_json,
    write_text,
)
from zeronet.lab.comparison.table import Table
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.protocol import read_protocol
from zeronet.lab.runner.runs import Run
from zeronet.training.inspection import COLUMNS

Columns = Mapping[str, Callable[[str], Any]]
RUN = ("optimizer", "seed")  # the first columns of every table
CURVES: Columns = {"step": int, "loss": finite}


def _evaluation_columns(protocol: Mapping[str, Any]) -> Columns:
    seen = "validation" if "split" in protocol else "test"
    return {"step": int, f"{seen}_loss": float, f"{seen}_accuracy": finite}


@dataclass(frozen=True)
class ComparisonFolder:
    """The files of a comparison.

    protocol: the content of protocol.json. losses: label → seed → (rows,) array, in protocol order; row k is the loss
    before update k + 1; runs without rows are left out. evaluations: label → seed → (steps, accuracies).
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
        """Return the runs of an optimizer that ended early, as seed → number of updates."""
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
    last = protocol["steps"] - problem_of(protocol["problem"]).classifies  # a network's last loss is before its update
    with reading(folder / "curves.csv"):
        for label, seed, run in [(label, *item) for label, by_seed in runs.items() for item in by_seed.items()]:
            if len(run) > last + 1 or not np.array_equal(run[:, 0], np.arange(len(run))):
                raise ValueError(f"{label!r}, seed {seed}: the steps are not 0, 1, 2 … up to {last}")
    return runs


def read_evaluations(folder: Path, protocol: Mapping[str, Any]) -> dict[str, dict[int, np.ndarray]]:
    """Read evaluations.csv: label → seed → rows (step, loss, accuracy)."""
    runs = _read_runs(folder / "evaluations.csv", _evaluation_columns(protocol), protocol)
    with reading(folder / "evaluations.csv"):
        for label, seed, run in [(label, *item) for label, by_seed in runs.items() for item in by_seed.items()]:
            if np.any(np.diff(run[:, 0]) <= 0):
                raise ValueError(f"{label!r}, seed {seed}: the steps do not increase")
    return runs


def _read_runs(path: Path, columns: Columns, protocol: Mapping[str, Any]) -> dict[str, dict[int, np.ndarray]]:
    labels = [about["label"] for about in protocol["optimizers"]]
    head: Columns = dict(zip(RUN, (one_of(labels), one_of(protocol["seeds"])), strict=True))
    runs = grouped(read_csv(path, {**head, **columns}), len(RUN))
    return {label: {seed: run for (name, seed), run in runs.items() if name == label} for label in labels}


def write_results(folder: Path, protocol: Mapping[str, Any], runs: Mapping[tuple[str, int], Run], table: Table) -> None:
    """Write the tables, the protocol, the models and the errors into an empty folder."""
    keys = {(label, seed): f"{slug(label, [other for other, _ in runs])}-seed{seed}" for label, seed in runs}
    write_json(folder / "protocol.json", protocol)
    losses = ((*key, step, f"{loss:.9g}") for key, run in runs.items() for step, loss in enumerate(run.losses))
    write_csv(folder / "curves.csv", [*RUN, *CURVES], losses)
    rows = (
        (*key, step, f"{loss:.9g}", f"{accuracy:.9g}")
        for key, run in runs.items()
        for step, loss, accuracy in run.evaluations
    )
    if problem_of(protocol["problem"]).classifies:  # otherwise curves.csv has it all
        write_csv(folder / "evaluations.csv", [*RUN, *_evaluation_columns(protocol)], rows)
    seconds = ((*key, "" if run.seconds is None else f"{run.seconds:.3f}") for key, run in runs.items())
    write_csv(folder / "timings.csv", [*RUN, "seconds"], seconds)
    write_csv(folder / "summary.csv", *table.records())
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
    for (label, seed, name), looks in grouped(read_csv(folder / "inspection.csv", {**head, **types}), 3).items():
        rows[label].setdefault(name, {})[seed] = looks
    with reading(folder / "inspection.npz"):
        return InspectionFolder(protocol, rows, read_arrays(folder / "inspection.npz"))


def write_inspection(folder: Path, protocol: Mapping[str, Any], runs: Mapping[tuple[str, int], Run]) -> None:
    """Write the inspection: the rows of all runs as a table, the images of each optimizer's first seed."""
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
