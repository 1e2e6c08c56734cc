"""The files of a tuned comparison: tuning.csv and verdict.json, in addition to those of a comparison."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.files import integer, one_of, read_csv, read_json, reading, write_csv, write_json
from zeronet.common.validation import check_structure
from zeronet.lab.comparison.files import read_curves, read_evaluations
from zeronet.lab.runner.analysis.summary import setting_names, tidy
from zeronet.lab.runner.problem import Problem, problem_of
from zeronet.lab.runner.protocol import read_protocol
from zeronet.lab.tuning.expected import first_losses
from zeronet.lab.tuning.table import VerdictTable

TRIALS = ["optimizer", "seed", "loss", "round"]  # the columns of tuning.csv, beside one for each setting


@dataclass(frozen=True)
class VerdictFolder:
    """The files of a tuned comparison.

    protocol: the content of protocol.json; seen: label → seed → rows (step, loss, accuracy), without accuracy on a
    landscape; trials: label → learning rate → losses; first: label → losses of the first grid (expected.py); finals:
    label → losses of the final runs.
    """

    protocol: Mapping[str, Any]
    seen: Mapping[str, Mapping[int, np.ndarray]]
    trials: Mapping[str, Mapping[float, list[float]]]
    first: Mapping[str, list[float]]
    finals: Mapping[str, list[float]]

    @property
    def problem(self) -> Problem:
        """What was learned."""
        return problem_of(self.protocol["problem"])

    @property
    def margin(self) -> float:
        """Within which losses count as equal."""
        return float(self.protocol["tuning"]["margin"])

    @property
    def target(self) -> float | None:
        """The accuracy or the height to reach."""
        return self.problem.target(self.protocol)


def read_verdict(folder: str | Path) -> VerdictFolder:
    """Read protocol.json, tuning.csv, verdict.json and the curves; UserError if one is missing or damaged."""
    folder = Path(folder)
    protocol = read_protocol(folder / "protocol.json")
    if "tuning" not in protocol:
        raise UserError(f"{folder} contains no verdict: its learning rates were not tuned")
    has_data = problem_of(protocol["problem"]).has_data
    curves = (read_evaluations if has_data else read_curves)(folder, protocol)
    settings = {about["label"]: about["settings"] for about in protocol["optimizers"]}
    with reading(folder / "protocol.json"):
        check_structure("optimizers", protocol["optimizers"], [{"settings": {"lr": float}}])

    trials: dict[str, dict[float, list[float]]] = {label: {} for label in settings}
    names = setting_names(settings.values())
    header, _ = tidy(TRIALS, [[None] * len(TRIALS)], [dict.fromkeys(names)])
    types: dict[str, Callable[[str], Any]] = dict.fromkeys(header, str) | {
        "optimizer": one_of(settings),
        "lr": float,
        "loss": float,
    }
    tuning = protocol["tuning"]
    types |= {"seed": one_of(tuning["seeds"]), "round": integer}
    most = len(settings) * tuning["budget"] * len(tuning["seeds"])
    rows = read_csv(folder / "tuning.csv", types, most)
    for label, *tried, _, loss, _ in rows:
        rate, won = tried[names.index("lr")], settings[label]
        if all(cell == _cell(won.get(name)) for name, cell in zip(names, tried, strict=True) if name != "lr"):
            trials[label].setdefault(rate, []).append(loss)  # only the settings that won

    verdict = read_json(folder / "verdict.json")
    finals: dict[str, list[float]] = {}
    with reading(folder / "verdict.json"):
        check_structure("verdict", verdict, {"optimizers": [{"label": str, "final_losses": list}]})
        losses = {about["label"]: about["final_losses"] for about in verdict["optimizers"]}
        for label in settings:
            for loss in losses.get(label, ()):
                check_structure(f"a final loss of {label}", 0 if loss is None else loss, float)
            finals[label] = [math.inf if loss is None else loss for loss in losses.get(label, ())]
    for label in settings:
        for name, there in (
            ("tuning.csv", settings[label]["lr"] in trials[label]),
            ("verdict.json", len(finals[label]) == len(protocol["seeds"])),
            (
                "evaluations.csv" if has_data else "curves.csv",
                curves[label] or not any(map(math.isfinite, finals[label])),
            ),
        ):
            if not there:
                raise UserError(f"{folder / name} is damaged: rows of {label} are missing")
    first = first_losses([(label, tuple(tried), loss, number) for label, *tried, _, loss, number in rows])
    return VerdictFolder(protocol, curves, trials, first, finals)


def write_verdict(folder: Path, table: VerdictTable, trials: Sequence[Sequence[Any]]) -> None:
    """Write tuning.csv and verdict.json; trials: label, settings, seed, loss, round of each."""
    write_trials(folder, trials)
    write_json(folder / "verdict.json", table.to_dict())


def write_trials(folder: Path, trials: Sequence[Sequence[Any]]) -> None:
    """Write tuning.csv; trials: label, settings, seed, loss, round of each."""
    settings = [{name: _cell(value) for name, value in each.items()} for _, each, *_ in trials]
    write_csv(folder / "tuning.csv", *tidy(TRIALS, [[label, *rest] for label, _, *rest in trials], settings))


def _cell(value: Any) -> str:
    """Return a setting as a table has it: text as it is, the rest as JSON, empty for none."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
