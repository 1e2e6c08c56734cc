"""The figure of the paths: all on one landscape, their heights beside it, and a panel for each."""

import math
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.comparison.words import legend_entries, machine
from zeronet.lab.plots.landscape import draw_heights, draw_landscape, draw_path, farthest, height_over_width
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import add_note, drawable, house_style
from zeronet.lab.race.files import PathFolder, read_paths
from zeronet.lab.runner.problem import ARRIVED
from zeronet.locale import translate

WIDTH = 11.0  # inches


def paths_figure(folder: str | Path) -> Figure:
    """Draw the paths of a folder from its files: paths.csv, protocol.json.

    Above, all paths over the contours of the landscape, and f − f_min against the step; below, a panel for each
    optimizer, with its learning rate and number of updates. The axes stay those of the landscape: an arrow points to
    where a path leaves them, and its farthest point is named. UserError if a file is missing or damaged.

    (『ゼロから作るDeep Learning』, figures 6-3 to 6-8, has the panels.)
    """
    data = read_paths(folder)
    columns = 4 if len(data.points) in (4, 7, 8) or len(data.points) > 9 else 3
    rows, shape = math.ceil(len(data.points) / columns), height_over_width(data.landscape)
    together, panels_height = 0.8 + 4.6 * shape, rows * (0.55 + (9.2 / columns) * shape)  # inches
    with house_style():
        figure = new_page(WIDTH, together, legend_of(data), [machine(data.protocol)], panels_height)
        foot = figure.get_figheight() - together - panels_height
        above, _, below = figure.subfigures(3, 1, False, height_ratios=(together, foot, panels_height)).flat
        plane, against_step = above.subplots(1, 2)
        draw_landscape(plane, data.landscape)
        for k, path in enumerate(data.points.values()):
            draw_path(plane, path, k, markevery=max(1, len(path) // 60))
        draw_heights(against_step, data.landscape, data.heights, ARRIVED)
        above.suptitle(title(data), x=0.01, ha="left", fontsize=10.5, fontweight="bold")
        panels = below.subplots(rows, columns, squeeze=False).flat
        for k, (axes, label) in enumerate(zip(panels, data.points, strict=False)):
            _draw_panel(axes, data, label, k)
        for axes in below.axes[len(data.points) :]:
            axes.set_visible(False)
    return figure


def _draw_panel(axes: Axes, data: PathFolder, label: str, k: int) -> None:
    path = data.points[label]
    draw_landscape(axes, data.landscape)
    axes.set(xlabel="", ylabel="")
    draw_path(axes, path, k, markersize=3)
    axes.set_title(drawable(label, 36), fontsize=9)
    settings = next(about["settings"] for about in data.protocol["optimizers"] if about["label"] == label)
    notes = [f"η = {settings['lr']:g}"] if isinstance(settings.get("lr"), int | float) else []
    notes.append(translate("{n} updates", n=len(path) - 1))
    if (far := farthest(path, data.landscape.domain)) is not None:
        notes.append(translate("as far as ({x:.3g}, {y:.3g})", x=far[0], y=far[1]))
    add_note(axes, 0.02, 0.02, "\n".join(notes), va="bottom")


def legend_of(data: PathFolder) -> list[str]:
    """Return an entry for each path: AdaGrad  lr 1.5, eps 1e-07 — stopped at step 3."""
    steps = {label: len(path) for label, path in data.points.items() if len(path) <= data.protocol["steps"]}
    outcomes = {label: [translate("stopped at step {steps}", steps=f"{step:,}")] for label, step in steps.items()}
    drawn = [about for about in data.protocol["optimizers"] if about["label"] in data.points]
    return legend_entries({"optimizers": drawn}, outcomes)


def title(data: PathFolder) -> str:
    """Return the landscape's name and equation, the start, and the number of updates."""
    x, y = data.protocol["problem"]["start"]
    words = translate("{steps} updates from ({x:g}, {y:g})", steps=data.protocol["steps"], x=x, y=y)
    return f"{type(data.landscape).__name__}:  f = {data.landscape.equation}   ·   {words}"
