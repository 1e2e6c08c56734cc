"""Optimizers on a landscape, from the question to the answer: paths, table, files, figures, animation."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.common.errors import UserError
from zeronet.lab.comparison.run import specs_of
from zeronet.lab.race.files import write_paths
from zeronet.lab.race.paths import PathPlan, PathTable, Trajectory, travel
from zeronet.lab.runner.folder import locked_folder, publish
from zeronet.lab.runner.problem import RATES, STEPS
from zeronet.landscapes import LANDSCAPES
from zeronet.version import __version__

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Race:
    """What a race says.

    folder: where its files are, or None where they were not kept; table: print it; runs: label → its moments and
    what became of it; figure: drawn from the files.
    """

    folder: Path | None
    table: PathTable
    runs: Mapping[str, Trajectory]
    figure: "Figure"


def race(
    landscape: str,
    optimizers: Sequence[Any] | Mapping[str, Any],
    *,
    steps: int | None = None,
    start: tuple[float, float] | None = None,
    out: str | Path | None = None,
) -> Race:
    """Let optimizers go down a landscape from one start, as `train.py --problem valley` does.

    landscape: a name in zeronet.landscapes.LANDSCAPES; optimizers: as in compare; those that are named without a rate
    get the landscape's (problems.RATES); steps: updates of each (default: the landscape's); start: (x, y) (default:
    the landscape's); out: a folder for the files (default: they are not kept). Raises UserError, a ValueError, for what
    cannot be run.

        race("valley", ["sgd", "adagrad:lr=0.3", RMSProp(lr=0.3)]).figure
    """
    specs = tuple(specs_of(optimizers, RATES.get(landscape), STEPS.get(landscape) if steps is None else steps))
    plan = path_plan(landscape, specs, steps, start)
    if out is not None:
        return carry_out_race(plan, Path(out))
    with tempfile.TemporaryDirectory(prefix="zeronet-") as folder:
        return replace(carry_out_race(plan, Path(folder)), folder=None)


def path_plan(landscape: str, specs: Sequence[Any], steps: int | None, start: tuple[float, float] | None) -> PathPlan:
    """Return the plan, with the landscape's own start and number of steps where none are given."""
    if landscape not in LANDSCAPES:
        raise UserError(f"unknown landscape {landscape!r}: ({', '.join(LANDSCAPES)})")
    return PathPlan(
        landscape=landscape,
        optimizers=tuple(specs),
        start=tuple(LANDSCAPES[landscape].start if start is None else start),
        steps=STEPS[landscape] if steps is None else steps,
        version=__version__,
    )


def carry_out_race(plan: PathPlan, folder: Path, animation: str | None = None, quiet: bool = False) -> Race:
    """Go all ways, write all files into folder, and return what they say.

    animation: the name of a .gif or .mp4 in the folder, to be drawn too, with a contact sheet beside it; quiet: no
    progress bar. Raises UserError where folder cannot be used.
    """
    if animation not in (None, "race.gif", "race.mp4"):
        raise UserError(f"an animation is race.gif or race.mp4, not {animation!r}")
    from zeronet.lab.plots import save_figure
    from zeronet.lab.plots.animation import check_target
    from zeronet.lab.race.animation import moments_figure, save_race  # only here: matplotlib
    from zeronet.lab.race.figure import paths_figure

    if animation:
        check_target(Path(animation))

    paths, figures = travel(plan), []
    table = PathTable(plan.protocol(), paths)

    def write(new: Path) -> None:
        write_paths(new, plan.protocol(), paths)
        figures.append(paths_figure(new))
        save_figure(figures[0], new, "paths")
        if animation:
            save_race(new, new / animation, quiet)
            save_figure(moments_figure(new), new, "moments", vectors=False)

    with locked_folder(folder):
        publish(folder, write)
    return Race(folder, table, paths, figures[0])
