"""Several problems, one after the other, and what they say together."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zeronet.common.files import write_csv
from zeronet.common.text import aligned
from zeronet.lab.comparison.run import Result
from zeronet.lab.race.paths import TARGET, first_below
from zeronet.lab.race.run import Race
from zeronet.lab.runner.analysis.summary import steps_to
from zeronet.lab.suite.profile import LEAST_PROBLEMS, ratios, score
from zeronet.lab.tuning.run import TunedResult
from zeronet.locale import translate


def arrivals(result: Result | Race | TunedResult) -> dict[str, float]:
    """Return label → the median over the seeds of the updates to the target; infinity where half of them missed it.

    Raises ValueError where no target is set.
    """
    if isinstance(result, TunedResult):
        return {label: statistics.median(result.table.steps(label)) for label in result.table.settings}
    if isinstance(result, Race):
        lowest = result.table.lowest
        if lowest is None:
            raise ValueError("a landscape without a bottom has no target")
        steps = {label: first_below(path.heights, lowest + TARGET) for label, path in result.runs.items()}
        return {label: float("inf") if step is None else step for label, step in steps.items()}
    protocol = result.table.protocol
    if protocol["target"] is None:
        raise ValueError("no target is set")
    labels = [about["label"] for about in protocol["optimizers"]]
    return {
        label: statistics.median([steps_to(protocol["target"], result.runs[label, seed]) for seed in protocol["seeds"]])
        for label in labels
    }


def write_profile(results: Mapping[str, Any], folder: Path) -> str:
    """Write profile.csv and, from five problems with a target on, profile.png into folder; return what to print.

    results: problem → what came out of it.
    """
    steps = {}
    for name, result in results.items():
        try:
            steps[name] = arrivals(result)
        except ValueError:
            continue
    if not steps:
        return translate("No problem here has a target, so that there is nothing to sum up.")
    found = ratios(steps)
    rows = [
        [name, label, each[label], found[label][i]] for i, (name, each) in enumerate(steps.items()) for label in each
    ]
    write_csv(folder / "profile.csv", ["problem", "optimizer", "updates_to_target", "ratio_to_fastest"], rows)
    table = [
        [translate("updates to the target"), *steps],
        *([label, *(_words(s[label]) for s in steps.values())] for label in found),
    ]
    if len(steps) < LEAST_PROBLEMS:
        few = translate("No performance profile: on {n} problems each would weigh too much; it takes {least}.",
                  n=len(steps), least=LEAST_PROBLEMS)  # fmt: skip
        return "\n".join([*aligned(table), "", few])
    from zeronet.lab.plots import save_figure
    from zeronet.lab.suite.figure import profile_figure  # only here: matplotlib takes a while to import

    path = save_figure(profile_figure(found, list(steps)), folder, "profile")
    for row, each in zip(table, [None, *found.values()], strict=True):
        row.append(translate("area of the profile") if each is None else f"{score(each):.2f}")
    return "\n".join([*aligned(table), "", f"{translate('figure:')} {path}"])


def _words(steps: float) -> str:
    return translate("never") if steps == float("inf") else f"{steps:g}"
