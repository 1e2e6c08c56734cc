"""The figure of the paths: all on one landscape, their heights beside it, and a panel for each."""

import math
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.comparison.words import legend_entries, machine
from zeronet.lab.plots.landscape import (
    contour_words,
    draw_heights,
    draw_landscape,
    draw_path,
    farthest,
    height_over_width,
)
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import add_note, drawable, house_style
from zeronet.lab.race.files import PathFolder, read_paths
from zeronet.lab.race.table import length_words
from zeronet.lab.runner.analysis.summary import arrival
from zeronet.lab.runner.landscape_problem import ARRIVED
from zeronet.locale import translate


def paths_figure(folder: str | Path) -> Figure:
    """Draw the paths of a folder from its files: paths.csv, protocol.json.

    Above, all paths over the contours of the landscape, and f − f_min against the update; below, a panel for each
    optimizer. The axes stay those of the landscape: an arrow points to where a path leaves them, and its farthest point
    is named. UserError if a file is missing or damaged.

    (『ゼロから作るDeep Learning』, figures 6-3 to 6-8, has the panels.)
    """
    data = read_paths(folder)
    looks = looks_of(data.protocol["optimizers"])
    columns = 4 if len(data.points) in (4, 7, 8) or len(data.points) > 9 else 3
    rows, shape = max(1, math.ceil(len(data.points) / columns)), height_over_width(data.landscape)
    together, each = 0.7 + 2.8 * shape, 0.3 + 6.3 / columns * shape  # inches
    with house_style():
        heights = together + rows * each + 0.2
        figure = new_page(heights, headline(data), subtitle(data), [machine(data.protocol)], legend_of(data))
        grid = figure.add_gridspec(2, 1, height_ratios=(together, rows * each))
        plane, against_step = grid[0].subgridspec(1, 2).subplots(squeeze=False).flat
        draw_landscape(plane, data.landscape)
        for label, path in data.points.items():
            draw_path(plane, path, looks[label], markevery=max(1, len(path) // 60))
        draw_heights(against_step, data.landscape, data.heights, looks, ARRIVED)
        panels = grid[1].subgridspec(rows, columns).subplots(sharex=True, sharey=True, squeeze=False).flat
        for axes, label in zip(panels, data.points, strict=False):
            _draw_panel(axes, data, label, looks[label])
        for k, axes in enumerate(figure.axes[2:]):
            axes.set_visible(k < len(data.points))
            axes.tick_params(labelbottom=k + columns >= len(data.points))
    return figure


def _draw_panel(axes: Axes, data: PathFolder, label: str, look: Look) -> None:
    path = data.points[label]
    draw_landscape(axes, data.landscape)
    axes.set(xlabel="", ylabel="", title=drawable(label, 18))
    draw_path(axes, path, look, markersize=3)
    if (far := farthest(path, data.landscape.domain)) is not None:
        add_note(axes, 0.02, 0.02, translate("as far as ({x:.3g}, {y:.3g})", x=far[0], y=far[1]), va="bottom")


def legend_of(data: PathFolder) -> dict[str, Look]:
    """Return an entry for each path, and its look: AdaGrad  lr 1.5, eps 1e-07 — stopped at step 3."""
    steps = {label: len(path) for label, path in data.points.items() if len(path) <= data.protocol["steps"]}
    outcomes = {label: [translate("stopped at step {steps}", steps=f"{step:,}")] for label, step in steps.items()}
    outcomes |= {
        about["label"]: [translate("no finished step")]
        for about in data.protocol["optimizers"]
        if about["label"] not in data.points
    }
    return legend_entries(data.protocol, outcomes)


def headline(data: PathFolder) -> str:
    """Return which optimizer arrived first and how many did; if none, or if there is no minimum, which ended lowest."""
    lowest, steps = data.landscape.lowest, data.protocol["steps"]
    name = getattr(data.landscape, "name", type(data.landscape).__name__)
    whole = {label: f for label, f in data.heights.items() if len(f) > steps}
    if not whole:
        return translate("{name}: every optimizer left for infinity", name=name)
    best = drawable(min(whole, key=lambda label: float(whole[label][-1])), 30)
    least = min(float(f[-1]) for f in whole.values())
    if lowest is None:
        return translate("{name}: {label} descends farthest, to f = {f:.3g}", name=name, label=best, f=least)
    arrived = {label: arrival((f - lowest < ARRIVED).tolist()) for label, f in data.heights.items()}
    arrivals = {label: math.inf if update is None else update for label, update in arrived.items()}
    first = min(arrivals.values())
    if math.isinf(first):
        return translate(
            "{name}: none reaches f − f_min < {target:g}; {label} ends lowest, at {f:.3g}",
            name=name,
            target=ARRIVED,
            label=best,
            f=least - lowest,
        )
    return translate(
        "{name}: {labels} first at f − f_min < {target:g}, update {n}; {arrived} of {all} get there",
        name=name,
        labels=", ".join(drawable(label, 30) for label, step in arrivals.items() if step == first),
        target=ARRIVED,
        n=first,
        arrived=sum(map(math.isfinite, arrivals.values())),
        all=len(data.protocol["optimizers"]),
    )


def subtitle(data: PathFolder) -> list[str]:
    """Return the landscape's equation, the start, the number of updates, and what the contours are."""
    words = length_words(data.protocol["problem"], data.protocol["steps"])
    contours = [contour_words(data.landscape)] if data.landscape.variables == 2 else []
    return [" · ".join([f"f = {data.landscape.equation}", words, *contours])]
