"""The summary of several problems: profile.csv, profile.png and a table."""

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from zeronet.common.files import write_csv
from zeronet.common.text import aligned, folded
from zeronet.lab.runner.experiment import Result
from zeronet.lab.runner.folder import locked_folder, publish
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.suite.profile import MIN_PROBLEMS, ratios, score
from zeronet.locale import translate


def median_steps(result: Result) -> dict[str, float] | None:
    """Return label → median over the seeds of the updates to the target, infinity for a miss; None if there is none."""
    protocol = result.table.protocol
    problem = problem_of(protocol["problem"])
    if problem.target(protocol) is None:
        return None
    return {
        about["label"]: statistics.median(
            problem.steps_to_target(protocol, result.runs[about["label"], seed])[0] for seed in protocol["seeds"]
        )
        for about in protocol["optimizers"]
    }


def write_profile(results: Mapping[str, Result], folder: Path) -> str:
    """Write profile.csv and, if at least five problems have a target, profile.png into folder; return text to print.

    results: name of the problem → result. Raises UserError if the folder holds other files than zeronet's.
    """
    medians = {name: median_steps(result) for name, result in results.items()}
    steps = {name: by_label for name, by_label in medians.items() if by_label is not None}
    if not steps:
        return translate("No problem here has a target, so that there is nothing to sum up.")
    to_fastest, enough = ratios(steps), len(steps) >= MIN_PROBLEMS
    rows = [
        [name, label, by_label[label], to_fastest[label][i]]
        for i, (name, by_label) in enumerate(steps.items())
        for label in by_label
    ]

    def write(new: Path) -> None:
        write_csv(new / "profile.csv", ["problem", "optimizer", "updates_to_target", "ratio_to_fastest"], rows)
        if enough:
            _draw(results, to_fastest, list(steps), new)

    with locked_folder(folder):
        publish(folder, write)
    table = [[translate("updates to the target"), *steps]]
    for label in to_fastest:
        updates = [by_label[label] for by_label in steps.values()]
        table.append([label, *(f"{number:g}" if math.isfinite(number) else translate("never") for number in updates)])
    if not enough:
        few = translate(
            "No performance profile: on {n} problems each would weigh too much; it takes {least}.",
            n=len(steps),
            least=MIN_PROBLEMS,
        )
        return "\n".join([*aligned(folded(table)), "", few])
    for row, values in zip(table, [None, *to_fastest.values()], strict=True):
        row.append(translate("area of the profile") if values is None else f"{score(values):.2f}")
    return "\n".join([*aligned(folded(table)), "", f"{translate('figure:')} {folder / 'profile.png'}"])


def _draw(
    results: Mapping[str, Result], to_fastest: Mapping[str, Sequence[float]], names: Sequence[str], folder: Path
) -> None:
    from zeronet.lab.plots import save_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.plots.looks import looks_of
    from zeronet.lab.suite.figure import profile_figure

    looks = looks_of(next(iter(results.values())).table.protocol["optimizers"])
    save_figure(profile_figure(to_fastest, names, looks), folder, "profile")
