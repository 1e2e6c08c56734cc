"""The curves of several experiments in one figure, and what is not the same in them."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.text import listed
from zeronet.lab.comparison.files import ComparisonFolder, read_comparison, steps_per_epoch
from zeronet.lab.comparison.words import networks_words, seeds_named, without_path
from zeronet.lab.runner.analysis.summary import FINAL_STEPS
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.protocol import read_protocol
from zeronet.locale import translate

MOST_FOLDERS = 10  # their lines could not be told apart


@dataclass(frozen=True)
class Overlay(ComparisonFolder):
    """The files of several comparisons as those of one: each label begins with the name of its folder.

    lengths: label → the number of updates of a run that finishes; folders: name → protocol.
    """

    lengths: Mapping[str, int]
    folders: Mapping[str, Mapping[str, Any]]

    def stopped(self, label: str) -> dict[int, int]:
        """Return seed → number of updates, of the runs of an optimizer that ended early."""
        return {seed: len(losses) for seed, losses in self.losses[label].items() if len(losses) < self.lengths[label]}

    @property
    def finals(self) -> dict[str, list[float]]:
        """Label → mean loss of the last steps of each run; infinity for one that did not finish."""
        finals: dict[str, list[float]] = {}
        for label, runs in self.losses.items():
            means = {seed: float(run[-FINAL_STEPS:].mean()) for seed, run in runs.items()}
            finals[label] = [math.inf if seed in self.stopped(label) else mean for seed, mean in means.items()]
        return finals

    @property
    def one_epoch(self) -> bool:
        """Whether an epoch has the same number of steps everywhere."""
        return len({steps_per_epoch(protocol) for protocol in self.folders.values()}) == 1

    def differences(self) -> list[str]:
        """Return in what the folders differ besides their optimizers, each with its values."""
        protocols = list(self.folders.values())
        seen: dict[str, list[Any]] = {
            translate("data"): [f"{p['problem']['name']} {str(p['problem'].get('digest'))[:6]}" for p in protocols],
            translate("network"): [networks_words(p) for p in protocols],
            translate("batch size"): [p["batch_size"] for p in protocols],
            translate("seeds"): [seeds_named(p["seeds"]) for p in protocols],
            translate("training examples"): [p.get("split", p["problem"])["train"] for p in protocols],
            "zeronet": [p.get("zeronet") for p in protocols],
            "NumPy": [(p.get("environment") or {}).get("numpy") for p in protocols],
        }
        values = {name: list(dict.fromkeys(map(str, each))) for name, each in seen.items()}
        return [f"{name} ({listed(each, 4)})" for name, each in values.items() if len(each) > 1]

    def table(self) -> list[list[str]]:
        """Return the final losses and the last evaluations of each label, as medians of the seeds, with a head."""
        problem = problem_of(self.protocol["problem"])
        part = "validation" if self.tuned else "test"
        head = [f"training {problem.loss}", f"{part} {problem.metric}", "updates"]
        table = [["", *map(translate, head)]]
        for label, losses in self.finals.items():
            last = [values[-1] for _, values in self.evaluations[label].values()]
            median = statistics.median(losses) if losses else math.inf
            score = f"{statistics.median(last):.4f}" if last else "-"
            table.append([label, f"{median:.4g}" if math.isfinite(median) else "-", score, f"{self.lengths[label]:,}"])
        return table


def read_overlay(folders: Sequence[str | Path]) -> Overlay:
    """Read the comparisons in several folders. Raises UserError if one has none, or their losses are of two kinds."""
    paths = list(map(Path, folders))
    if not 2 <= len(paths) <= MOST_FOLDERS:
        raise UserError(f"give from 2 to {MOST_FOLDERS} folders, not {len(paths)}")
    names = [path.absolute().name for path in paths]
    if len(set(names)) < len(names):
        names = [f"{path.absolute().parent.name}/{name}" for path, name in zip(paths, names, strict=True)]
    if len(set(names)) < len(names):
        raise UserError(f"two folders are called {next(name for name in names if names.count(name) > 1)}")
    for path in paths:
        if "landscape" in read_protocol(path / "protocol.json")["problem"]:
            raise UserError(f"{path} has paths on a landscape, and no curves of a training")
    read = dict(zip(names, map(read_comparison, paths), strict=True))
    for what, kinds in (
        ("some predict numbers, and others classes", {"outputs" in data.protocol["problem"] for data in read.values()}),
        ("some were evaluated on validation data, and others on test data", {data.tuned for data in read.values()}),
    ):
        if len(kinds) > 1:
            raise UserError(f"these folders cannot be compared: {what}")
    optimizers, losses, evaluations, lengths = [], {}, {}, {}
    for name, data in read.items():
        for about in data.protocol["optimizers"]:
            label = f"{name} {about['label']}"
            optimizers.append({**about, "label": label, "network": name})
            losses[label], evaluations[label] = data.losses[about["label"]], data.evaluations[about["label"]]
            lengths[label] = data.steps
    first = next(iter(read.values())).protocol
    protocol = {
        **first,
        "optimizers": optimizers,
        "networks": [],  # lines, not colours, tell the folders apart
        "seeds": sorted({seed for data in read.values() for seed in data.protocol["seeds"]}),
        "steps": max(lengths.values()),
        "target": first["target"] if len({data.protocol["target"] for data in read.values()}) == 1 else None,
    }
    return Overlay(protocol, losses, evaluations, lengths, {name: data.protocol for name, data in read.items()})


def how_alike(data: Overlay) -> str:
    """Return what is not the same in the folders, or that everything that decides a comparison is."""
    if differences := data.differences():
        return translate("Not the same in all folders: {what}.", what="; ".join(differences))
    return translate("The same in all folders: data, network, batch size, seeds and versions.")


def sources(data: Overlay) -> str:
    """Return which folders there are, and what was trained on in them."""
    found = list(dict.fromkeys(without_path(protocol["problem"]["source"]) for protocol in data.folders.values()))
    return " · ".join([", ".join(data.folders), *found[:3]])
