"""The files of one comparison folder, read and checked."""

import csv
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.runner.plan import FORMAT

CURVES = ["optimizer", "seed", "step", "loss"]
EVALUATIONS = ["optimizer", "seed", "step", "{seen}_loss", "{seen}_accuracy"]

# What a figure cannot do without: where it stands in protocol.json, its type, the type's name, the least number.
NEEDED = [
    (("problem", "source"), str, "a text", None),
    (("problem", "train"), int, "a whole number", 1),
    (("problem", "test"), int, "a whole number", 1),
    (("problem", "input_size"), int, "a whole number", 1),
    (("problem", "classes"), int, "a whole number", 2),
    (("network", "class"), str, "a text", None),
    (("network", "hidden_sizes"), list, "a list", None),
    (("optimizers",), list, "a list", None),
    (("seeds",), list, "a list", None),
    (("batch_size",), int, "a whole number", 1),
    (("steps",), int, "a whole number", 1),
]


@dataclass(frozen=True)
class ComparisonFolder:
    """What a comparison left behind.

    protocol: the dictionary of protocol.json. losses: label → {seed: (rows,) array}, in protocol order, where row k is
    the loss before update k + 1; a run without rows is not there. evaluations: label → {seed: (steps, accuracies)}.
    """

    protocol: dict[str, Any]
    losses: dict[str, dict[int, np.ndarray]]
    evaluations: dict[str, dict[int, tuple[np.ndarray, np.ndarray]]]

    @property
    def steps(self) -> int:
        """The number of updates of a run that finishes."""
        return self.protocol["steps"]

    @property
    def steps_per_epoch(self) -> int:
        """The number of full batches in the training data."""
        examples = self.protocol["split"]["train"] if self.tuned else self.protocol["problem"]["train"]
        return max(1, examples // self.protocol["batch_size"])

    @property
    def tuned(self) -> bool:
        """Whether rates were tuned: then the evaluations are those of validation images."""
        return "split" in self.protocol

    def stopped(self, label: str) -> dict[int, int]:
        """Tell which runs of an optimizer ended early, and after how many updates: {seed: step}."""
        return {seed: len(losses) for seed, losses in self.losses[label].items() if len(losses) < self.steps}


def read_folder(folder: str | Path) -> ComparisonFolder:
    """Read curves.csv, evaluations.csv and protocol.json of a folder.

    Raises UserError where the folder or a file is missing, empty or damaged: its line names the file and the place.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}")
    protocol = _read_protocol(folder / "protocol.json")
    labels = [optimizer["label"] for optimizer in protocol["optimizers"]]
    curves = _read_table(folder / "curves.csv", CURVES, protocol)
    for (label, seed), (steps, _) in curves.items():
        if len(steps) > protocol["steps"] or not np.array_equal(steps, np.arange(len(steps))):
            place = f"{folder / 'curves.csv'} is damaged: {label!r}, seed {seed}"
            raise UserError(f"{place}: the steps are not 0, 1, 2 … up to {protocol['steps'] - 1}")
    seen = "validation" if "split" in protocol else "test"
    evaluations = _read_table(folder / "evaluations.csv", [name.format(seen=seen) for name in EVALUATIONS], protocol)
    for (label, seed), (steps, _) in evaluations.items():
        if np.any(np.diff(steps) <= 0):
            place = f"{folder / 'evaluations.csv'} is damaged: {label!r}, seed {seed}"
            raise UserError(f"{place}: the steps do not increase")
    return ComparisonFolder(
        protocol,
        {label: {seed: run[1] for (name, seed), run in curves.items() if name == label} for label in labels},
        {label: {seed: run for (name, seed), run in evaluations.items() if name == label} for label in labels},
    )


def _read_protocol(path: Path) -> dict[str, Any]:
    with _named(path):
        protocol = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(protocol, dict):
            raise ValueError("it is not a JSON object")
        if protocol.get("format") != FORMAT:
            raise ValueError(f"its format is {protocol.get('format')!r}, and this zeronet reads format {FORMAT}")
        for place, kind, name, least in NEEDED:
            value = protocol
            for key in place:
                value = value.get(key) if isinstance(value, dict) else None
            if not isinstance(value, kind) or isinstance(value, bool) or (least is not None and value < least):
                atleast = "" if least is None else f" ≥ {least}"
                raise ValueError(f"{'.'.join(place)} must be {name}{atleast}, not {value!r}")
        target = protocol.get("target")
        if target is not None and not (isinstance(target, int | float) and math.isfinite(target)):
            raise ValueError(f"target must be a number or null, not {target!r}")
        labels = [entry.get("label") if isinstance(entry, dict) else None for entry in protocol["optimizers"]]
        if not labels or not all(isinstance(label, str) for label in labels) or len(set(labels)) < len(labels):
            raise ValueError("optimizers must be a list of entries with labels, each different")
        if not protocol["seeds"] or not all(isinstance(seed, int) for seed in protocol["seeds"]):
            raise ValueError("seeds must be a list of whole numbers")
    return protocol


def _read_table(path: Path, header: list[str], protocol: dict[str, Any]) -> dict[tuple[str, int], Any]:
    """Read {(label, seed): (steps, last column)}; runs in order of their first line."""
    runs = {(entry["label"], str(seed)): ([], []) for entry in protocol["optimizers"] for seed in protocol["seeds"]}
    with _named(path), path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        first = next(lines, None)
        if first is None:
            raise ValueError("it is empty")
        if first != header:
            raise ValueError(f"its first line is not {','.join(header)}")
        for fields in lines:
            try:
                label, seed, step, *_, value = fields
                steps, values = runs[label, seed]
                steps.append(int(step))
                values.append(float(value))
            except (ValueError, KeyError):
                raise ValueError(f"line {lines.line_num} is not a row of this comparison") from None
            if len(fields) != len(header) or not math.isfinite(values[-1]):
                raise ValueError(f"line {lines.line_num} does not hold {len(header)} fields that end in a number")
    return {(label, int(seed)): (np.array(s), np.array(v)) for (label, seed), (s, v) in runs.items() if s}


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file inside the block into a UserError that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from None
    except RecursionError:
        raise UserError(f"{path} is damaged: it is nested too deeply") from None
    except (ValueError, csv.Error) as error:  # bad JSON and bad UTF-8 are ValueErrors too
        empty = path.stat().st_size == 0
        raise UserError(f"{path} is empty" if empty else f"{path} is damaged: {error}") from None
