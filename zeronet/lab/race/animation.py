"""The race: all optimizers moving on one landscape, while f grows beside it; and eight moments of it, still."""

from pathlib import Path

import numpy as np
from matplotlib import animation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.plots.animation import DPI, save_animation
from zeronet.lab.plots.landscape import draw_heights, draw_landscape, height_over_width
from zeronet.lab.plots.style import STROKE, HouseFigure, house_style, look
from zeronet.lab.race.figure import (
    PathFolder,
    add_legend,
    label_heights,
    legend_height,
    read_paths,
    title,
)
from zeronet.lab.runner.problem import ARRIVED
from zeronet.locale import translate

MOST_FRAMES, REST = 120, 12  # frames of the way, frames that show the end
MOMENTS = 8


def race_figure(folder: str | Path) -> tuple[Figure, animation.FuncAnimation]:
    """Return the figure of a folder's paths in motion, and the animation that moves it.

    Left, the paths so far over the contours, each with a dot where it is; right, f − f_min against the step so far.
    In a notebook, HTML(animation.to_jshtml()) shows it. Raises UserError for files that are missing or damaged.
    """
    data = read_paths(folder)
    with house_style():
        height = 1.2 + 4.5 * height_over_width(data.landscape) + legend_height(data)
        figure = HouseFigure(figsize=(10, height), dpi=DPI, layout="constrained")
        plane, against_step = figure.subplots(1, 2)
        draw_landscape(plane, data.landscape)
        for k, label in enumerate(data.points):
            plane.plot([], [], **{**look(k), **STROKE, "markersize": 3.5}, label="_" + label, zorder=3 + 0.01 * k)
        dots = [
            plane.plot([], [], marker="o", color=look(k)["color"], markersize=9, markeredgecolor="black", zorder=4)[0]
            for k in range(len(data.points))
        ]
        draw_heights(against_step, data.heights, data.landscape.lowest, ARRIVED)
        against_step.set_xlim(0, data.protocol["steps"])
        label_heights(against_step, data.landscape)
        figure.suptitle(title(data), x=0.01, ha="left", fontsize=10.5, fontweight="bold")
        add_legend(figure, plane, data)
        clock = plane.set_title("?", fontsize=9)
        figure.draw_without_rendering()
        figure.set_layout_engine(None)  # everything has its place, and to find it takes as long as to draw a frame

    def move(step: int) -> None:
        clock.set_text(translate("update {step} of {steps}", step=step, steps=data.protocol["steps"]))
        ways = zip(plane.get_lines()[-2 * len(dots) :], dots, against_step.get_lines(), data.points, strict=False)
        for way, dot, height, label in ways:
            path = data.points[label][: step + 1]
            way.set_data(*path.T)
            dot.set_data(*path[-1:].T)
            height.set_data(np.arange(len(path)), data.heights[label][: step + 1])

    steps = frames(data.protocol["steps"])
    return figure, animation.FuncAnimation(figure, move, [*steps, *steps[-1:] * REST], init_func=lambda: None)


def frames(steps: int) -> list[int]:
    """Return the steps that are shown: all, or so many as MOST_FRAMES.

    >>> frames(3), len(frames(1000))
    ([0, 1, 2, 3], 120)
    """
    return np.unique(np.linspace(0, steps, min(steps + 1, MOST_FRAMES)).round().astype(int)).tolist()


def save_race(folder: str | Path, target: Path, quiet: bool = False) -> None:
    """Draw the race of a folder's paths into target: a GIF, or an .mp4 where ffmpeg is there.

    quiet: no progress bar. Raises UserError for files that are missing or damaged, and what check_target raises.
    """
    save_animation(race_figure(folder)[1], target, quiet)


def moments_figure(folder: str | Path) -> Figure:
    """Draw eight moments of the race side by side: a contact sheet. Raises UserError as race_figure does."""
    data = read_paths(folder)
    with house_style():
        height = 1.6 + 4.8 * height_over_width(data.landscape) + legend_height(data)
        figure = HouseFigure(figsize=(11, height), dpi=100, layout="constrained")
        last = data.protocol["steps"]
        for i, axes in enumerate(figure.subplots(2, MOMENTS // 2).flat):
            step = round(last * (i / (MOMENTS - 1)) ** 2)  # closer together at the start, where most happens
            _draw_moment(axes, data, step)
        figure.suptitle(title(data), x=0.01, ha="left", fontsize=10.5, fontweight="bold")
        add_legend(figure, figure.axes[0], data)
    return figure


def _draw_moment(axes: Axes, data: PathFolder, step: int) -> None:
    draw_landscape(axes, data.landscape)
    axes.set(xlabel="", ylabel="")
    axes.set_title(translate("update {step}", step=step), fontsize=9)
    for k, (label, path) in enumerate(data.points.items()):
        way = path[: step + 1]
        style = {**look(k), "linewidth": 1.2, "markersize": 6, "markeredgecolor": "black", "markeredgewidth": 0.6}
        axes.plot(*way.T, **style, markevery=[len(way) - 1], label="_" + label, zorder=3 + 0.01 * k)
