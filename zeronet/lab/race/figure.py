"""The figure of the paths: all on one landscape, their heights beside it, and a panel for each."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.plots.landscape import draw_heights, draw_landscape, draw_path, farthest, height_over_width
from zeronet.lab.plots.style import SMALL, HouseFigure, drawable, house_style, shortened, text_width
from zeronet.lab.race.files import PathFolder, read_paths
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.runner.problem import ARRIVED
from zeronet.landscapes import Landscape
from zeronet.locale import translate

WIDTH, LEGEND_SIZE = 11.0, 8.5  # inches, points


def paths_figure(folder: str | Path) -> Figure:
    """Draw the paths of a folder from its files: paths.csv, protocol.json.

    Above, all paths over the contours of the landscape, and f − f_min against the step; below, a panel for each
    optimizer, with its rate and number of updates. The axes stay those of the landscape: where a path leaves them, an
    arrow shows the way, and its farthest point is named. Raises UserError for a file that is missing or damaged.

    (『ゼロから作るDeep Learning』, figures 6-3 to 6-8, has the panels.)
    """
    data = read_paths(folder)
    columns = 4 if len(data.points) in (4, 7, 8) or len(data.points) > 9 else 3
    rows, shape = math.ceil(len(data.points) / columns), height_over_width(data.landscape)
    heights = (1.4 + 4.6 * shape + legend_height(data), rows * (0.55 + (9.2 / columns) * shape))  # inches
    with house_style():
        figure = HouseFigure(figsize=(WIDTH, sum(heights)), dpi=100, layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=heights)
        plane, against_step = above.subplots(1, 2)
        draw_together(plane, data.landscape, data.points)
        draw_heights(against_step, data.heights, data.landscape.lowest, ARRIVED)
        label_heights(against_step, data.landscape)
        above.suptitle(title(data), x=0.01, ha="left", fontsize=10.5, fontweight="bold")
        add_legend(above, plane, data)
        panels = below.subplots(rows, columns, squeeze=False).flat
        for k, (axes, label) in enumerate(zip(panels, data.points, strict=False)):
            _draw_panel(axes, data, label, k)
        for axes in below.axes[len(data.points) :]:
            axes.set_visible(False)
    return figure


def draw_together(axes: Axes, landscape: Landscape, points: Mapping[str, np.ndarray]) -> None:
    """Draw all paths over the contours."""
    draw_landscape(axes, landscape)
    for k, (label, path) in enumerate(points.items()):
        draw_path(axes, path, k, label="_" + label, markevery=max(1, len(path) // 60))


def label_heights(axes: Axes, landscape: Landscape) -> None:
    """Name the axes of the heights against the step, and let them be as high as the landscape beside them."""
    axes.set_box_aspect(height_over_width(landscape))
    axes.set(xlabel=translate("update"), ylabel="f" if landscape.lowest is None else "f − f_min")


def add_legend(figure: Any, axes: Axes, data: PathFolder) -> None:
    """Name the lines of axes below the figure, each with its settings."""
    lines = [line for line in axes.get_lines() if str(line.get_label()).startswith("_") and line.get_zorder() >= 3]
    by_label = {str(line.get_label())[1:]: line for line in lines}
    entries = {label: entry(data, label) for label in data.points}
    legend = figure.legend(
        [by_label[label] for label in entries],
        ["?"] * len(entries),  # set below: matplotlib has its own opinion of labels that begin with an underscore
        loc="outside lower left",
        ncols=_legend_columns(data),
        frameon=False,
        fontsize=LEGEND_SIZE,
        handlelength=2.8,
    )
    for text, words in zip(legend.get_texts(), entries.values(), strict=True):
        text.set_text(words)


def legend_height(data: PathFolder) -> float:
    """Return the inches that a legend of more than three rows needs besides."""
    return 0.19 * max(0, math.ceil(len(data.points) / _legend_columns(data)) - 3)


def _legend_columns(data: PathFolder) -> int:
    widest = max(text_width(entry(data, label), LEGEND_SIZE) for label in data.points) / 72 + 0.75
    return max(1, min(len(data.points), int(WIDTH / widest), 3))


def _draw_panel(axes: Axes, data: PathFolder, label: str, k: int) -> None:
    path = data.points[label]
    draw_landscape(axes, data.landscape)
    axes.set(xlabel="", ylabel="")
    draw_path(axes, path, k, markersize=3)
    axes.set_title(drawable(shortened(label, 36)), fontsize=9)
    settings = next(about["settings"] for about in data.protocol["optimizers"] if about["label"] == label)
    notes = [f"η = {settings['lr']:g}"] if isinstance(settings.get("lr"), int | float) else []
    notes.append(translate("{n} updates", n=len(path) - 1))
    if (far := farthest(path, data.landscape.domain)) is not None:
        notes.append(translate("as far as ({x:.3g}, {y:.3g})", x=far[0], y=far[1]))
    note = axes.text(0.02, 0.02, "\n".join(notes), transform=axes.transAxes, fontsize=SMALL, va="bottom", zorder=7)
    note.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})


def entry(data: PathFolder, label: str) -> str:
    """Return an optimizer with its settings and what became of its path: AdaGrad  lr 1.5, eps 1e-07."""
    settings = next(about["settings"] for about in data.protocol["optimizers"] if about["label"] == label)
    shown = label.replace(",", " ").split()  # settings that the label already tells
    words = settings_words({k: v for k, v in settings.items() if settings_words({k: v}).replace(" ", "=") not in shown})
    ended = len(data.points[label]) <= data.protocol["steps"]
    fate = translate(" — stopped at update {step}", step=len(data.points[label])) if ended else ""
    return f"{drawable(shortened(label, 60))}  {drawable(shortened(words, 110))}".rstrip() + fate


def title(data: PathFolder) -> str:
    """Return name, equation, start and length."""
    x, y = data.protocol["problem"]["start"]
    words = translate("{steps} updates from ({x:g}, {y:g})", steps=data.protocol["steps"], x=x, y=y)
    return f"{type(data.landscape).__name__}:  f = {data.landscape.equation}   ·   {words}"
