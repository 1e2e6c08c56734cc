"""A race: optimizers descend one landscape from one start; paths, table, files, figures, animation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeronet.common.errors import UserError
from zeronet.lab.race.files import write_paths
from zeronet.lab.race.planning import paths_from, paths_on
from zeronet.lab.race.table import RaceTable
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.experiment import Result, in_folder, open_experiment
from zeronet.lab.runner.landscape_defaults import RATES, STEPS
from zeronet.lab.runner.landscape_problem import own_landscape
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.specs.spec import specs_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OWN_STEPS = 30  # on a function of one's own


def race(
    landscape: str | Callable[..., Any],
    optimizers: Sequence[Any] | Mapping[str, Any],
    *,
    steps: int | None = None,
    start: float | Sequence[float] | None = None,
    animate: bool | str = False,
    out: str | Path | None = None,
) -> Result:
    """Let optimizers descend a landscape from one start, as `train.py --problem valley` does.

        race("valley", ["sgd", "adagrad:lr=0.3", RMSProp(lr=0.3)]).figure
        race(lambda x: x**4 - x**2, ["sgd:lr=0.05", "momentum:lr=0.05"], start=1.5, animate=True)

    Parameters
    ----------
    landscape : str or function
        A name in zeronet.landscapes.LANDSCAPES, or a function f(x) or f(x, y) of your own, whose gradient is measured
        if it has no method gradient.
    optimizers : sequence, or mapping of label to optimizer
        As in compare; names without a learning rate get the landscape's own.
    steps : int, optional
        Updates of each; default: the landscape's.
    start : (x, y), optional
        Default: the landscape's.
    out : path, optional
        Folder for the files; default: they are not kept.

    Raises
    ------
    UserError
        A ValueError, if an argument is out of range, or a landscape or an optimizer is not found.
    """
    if isinstance(landscape, str):
        specs = specs_of(optimizers, RATES.get(landscape), STEPS.get(landscape) if steps is None else steps)
        plan = paths_from(landscape, specs, steps, start)  # type: ignore[arg-type]  # a number is refused there
    else:
        steps = OWN_STEPS if steps is None else steps
        plan = paths_on(own_landscape(landscape, start), specs_of(optimizers, steps=steps), steps)
    animation = "race.gif" if animate is True else animate or None
    return in_folder(out, lambda folder: run_race(plan, folder, ExecutionOptions(quiet=True), animation))


def run_race(
    plan: Plan, folder: Path, options: ExecutionOptions, animation: str | None = None, html: bool = False
) -> Result:
    """Compute all paths, write all files into folder, and return the result.

    animation: "race.gif" or "race.mp4", drawn too, with a contact sheet; html: whether to write race.html too. Raises
    UserError if folder cannot be used.
    """
    if animation not in (None, "race.gif", "race.mp4"):
        raise UserError(f"animation must be race.gif or race.mp4, not {animation!r}")
    from zeronet.lab.plots import save_figure  # only here: matplotlib takes a while to import
    from zeronet.lab.plots.animation import check_target
    from zeronet.lab.race.animation import moments_figure, save_race
    from zeronet.lab.race.figure import paths_figure
    from zeronet.lab.race.report import write_race_page

    if animation:
        check_target(Path(animation))
    protocol = plan.protocol()
    with open_experiment(folder, protocol, problem_of(plan.problem), options) as experiment:
        runs = experiment.run(plan)

        def write(new: Path) -> "Figure":
            write_paths(new, protocol, runs)
            figure = paths_figure(new)
            save_figure(figure, new, "paths")
            if html:
                write_race_page(new, plan)
            if animation:
                save_race(new, new / animation, options.quiet)
                save_figure(moments_figure(new), new, "moments", vectors=False)
            return figure

        result = experiment.publish(RaceTable(protocol, runs), runs, write, animation or "paths.png")
        return replace(result, animation=(folder / animation).read_bytes()) if animation else result
