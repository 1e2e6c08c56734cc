"""Write and read the files of the ladder: protocol.json, ladder.csv, rungs.csv …"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.files import grouped, integer, one_of, read_csv, reading, write_csv, write_json, write_text
from zeronet.lab.ladder.rungs import RUNGS
from zeronet.lab.ladder.table import LadderTable
from zeronet.lab.runner.analysis.curves import over_seeds
from zeronet.lab.runner.protocol import most_rows, read_protocol
from zeronet.lab.runner.runs import Runs
from zeronet.lab.tuning.files import write_trials

LOSSES = ["rung", "optimizer", "seed", "final_loss"]
CURVES = ["rung", "optimizer", "step", "median", "low", "high"]


@dataclass(frozen=True)
class LadderFolder:
    """The files of the ladder.

    protocol: the content of protocol.json; losses: rung → label → final losses; curves: rung → label → rows median, low
    and high, (3, steps).
    """

    protocol: Mapping[str, Any]
    losses: Mapping[str, Mapping[str, list[float]]]
    curves: Mapping[str, Mapping[str, np.ndarray]]


def read_ladder(folder: str | Path) -> LadderFolder:
    """Read protocol.json, ladder.csv and rungs.csv; UserError if one is missing or damaged."""
    folder = Path(folder)
    protocol = read_protocol(folder / "protocol.json", "tuning", "rungs")
    labels = [about["label"] for about in protocol["optimizers"]]
    head = (one_of(rung.key for rung in RUNGS), one_of(labels))
    types = dict(zip(LOSSES, (*head, one_of(protocol["seeds"]), float), strict=True))
    most = len(RUNGS) * most_rows(protocol)
    losses = grouped(read_csv(folder / "ladder.csv", types, most), 2)
    with reading(folder / "ladder.csv"):
        for rung in RUNGS:
            for label in labels:
                if len(losses.get((rung.key, label), ())) != len(protocol["seeds"]):
                    raise ValueError(f"rows of {label} on the rung {rung.key} are missing")
    types = dict(zip(CURVES, (*head, integer, *[float] * 3), strict=True))
    curves = grouped(read_csv(folder / "rungs.csv", types, most), 2)
    empty = np.empty((0, 4))
    return LadderFolder(
        protocol,
        {rung.key: {label: losses[rung.key, label][:, 1].tolist() for label in labels} for rung in RUNGS},
        {rung.key: {label: curves.get((rung.key, label), empty)[:, 1:].T for label in labels} for rung in RUNGS},
    )


def write_ladder(
    folder: Path, protocol: Mapping[str, Any], runs_of: Mapping[str, Runs], table: LadderTable, trials: list[list[Any]]
) -> None:
    """Write the tables, the protocol and the errors into an empty folder.

    ladder.csv has the final loss of every run, rungs.csv each step's median and range over the seeds, tuning.csv the
    trials of the last rung. runs_of: key of a rung → its runs.
    """
    write_json(folder / "protocol.json", protocol)
    losses = (
        (key, label, seed, f"{loss:.9g}")
        for key, by_label in table.losses.items()
        for label, values in by_label.items()
        for seed, loss in zip(protocol["seeds"], values, strict=True)
    )
    write_csv(folder / "ladder.csv", LOSSES, losses)
    steps = []
    for key, runs in runs_of.items():
        for label in table.losses[key]:
            curves = [np.array(run.losses) for (name, _), run in runs.items() if name == label and run.losses]
            for step, numbers in enumerate(zip(*over_seeds(curves), strict=False) if curves else ()):
                steps.append([key, label, step, *(f"{n:.6g}" for n in numbers)])
    write_csv(folder / "rungs.csv", CURVES, steps)
    seconds = (
        (key, label, seed, "" if run.seconds is None else f"{run.seconds:.3f}")
        for key, runs in runs_of.items()
        for (label, seed), run in runs.items()
    )
    write_csv(folder / "timings.csv", ["rung", "optimizer", "seed", "seconds"], seconds)
    write_csv(folder / "summary.csv", *table.records())
    write_trials(folder, trials)
    for key, runs in runs_of.items():
        for number, ((_, seed), run) in enumerate(runs.items()):
            if run.traceback:
                number //= len(protocol["seeds"])
                write_text(folder / "errors" / f"{key}-{number}-seed{seed}.txt", run.traceback)
