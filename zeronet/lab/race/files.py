"""Write and read the files of a race: protocol.json and paths.csv."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
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
from zeronet.lab.runner.landscape_problem import PATH, landscape_of
from zeronet.lab.runner.protocol import most_rows, read_protocol
from zeronet.lab.runner.runs import Runs
from zeronet.landscapes import Landscape, OwnLandscape

COLUMNS = ["optimizer", *PATH]


@dataclass(frozen=True)
class PathFolder:
    """The files of optimizers on a landscape: the protocol, label → places (n, 2), label → heights (n,)."""

    protocol: Mapping[str, Any]
    landscape: Landscape
    points: Mapping[str, np.ndarray]
    heights: Mapping[str, np.ndarray]


def read_paths(folder: str | Path) -> PathFolder:
    """Read protocol.json and paths.csv; UserError if one is missing or damaged."""
    folder = Path(folder)
    protocol = read_protocol(folder / "protocol.json")
    if "start" not in protocol["problem"]:
        raise UserError(f"{folder} holds no paths from one start")
    labels = [about["label"] for about in protocol["optimizers"]]
    kinds: tuple[Callable[[str], Any], ...] = (
        one_of(labels),
        integer,
        *[finite] * 3,
        *[lambda text: float(text or "nan")] * 4,
    )
    paths = grouped(read_csv(folder / "paths.csv", dict(zip(COLUMNS, kinds, strict=True)), most_rows(protocol)), 1)
    with reading(folder / "paths.csv"):
        for (label,), path in paths.items():
            if not np.array_equal(path[:, 0], np.arange(len(path))):
                raise ValueError(f"{label!r}: the steps are not 0, 1, 2 …")
    landscape = landscape_of(protocol["problem"])
    places = [1, 2] if landscape.variables == 2 else [1, 3]  # a function of x alone is drawn as y = f(x)
    points = {label: paths[label,][:, places] for label in labels if (label,) in paths}
    if isinstance(landscape, OwnLandscape):
        landscape.look_at(list(points.values()))
    return PathFolder(
        protocol, landscape, points, {label: paths[label,][:, 3] for label in labels if (label,) in paths}
    )


def write_paths(folder: Path, protocol: Mapping[str, Any], runs: Runs) -> None:
    """Write protocol.json, paths.csv and the errors into an empty folder."""
    write_json(folder / "protocol.json", protocol)
    write_csv(folder / "paths.csv", COLUMNS, _rows(runs))
    labels = [label for label, _ in runs]
    for (label, _), run in runs.items():
        if run.traceback:
            write_text(folder / "errors" / f"{slug(label, labels)}.txt", run.traceback)


def _rows(runs: Runs) -> Iterator[list[Any]]:
    """Yield the rows of paths.csv, numbers with all their digits, empty if an optimizer has no h, or no r."""
    for (label, _), run in runs.items():
        for step, *numbers in () if run.path is None else run.path.tolist():
            yield [label, int(step), *("" if math.isnan(number) else number for number in numbers)]
