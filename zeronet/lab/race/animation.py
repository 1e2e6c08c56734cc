"""The race: all optimizers moving on one landscape, with f against the step; and eight moments of it as a picture."""

from pathlib import Path

import numpy as np
from matplotlib import animation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.comparison.words import machine
from zeronet.lab.plots.animation import DPI, save_animation
from zeronet.lab.plots.landscape import draw_heights, draw_landscape, height_over_width
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style, look
from zeronet.lab.race.figure import legend_of, title
from zeronet.lab.race.files import PathFolder, read_paths
from zeronet.lab.runner.problem import ARRIVED
from zeronet.locale import translate

MAX_FRAMES, REST = 120, 12  # frames of the way, frames that show the end
MOMENTS = 8


def race_figure(folder: str | Path) -> tuple[Figure, animation.FuncAnimation]:
    """Return the figure of a folder's paths in motion, and the animation that moves it.

    Left, the paths so far over the contours, each with a dot where it is; right, f − f_min against the step so far.
    In a notebook, HTML(animation.to_jshtml()) shows it. UserError if a file is missing or damaged.
    """
    data = read_paths(folder)
    with house_style():
        figure = new_page(10, 0.8 + 4.5 * height_over_width(data.landscape), legend_of(data))
        figure.set_dpi(DPI)
        plane, against_step = figure.subplots(1, 2)
        draw_landscape(plane, data.landscape)
        for k in range(len(data.points)):
            plane.plot([], [], **curve_style(k) | {"markersize": 3.5})
        dots = [
            plane.plot([], [], marker="o", color=look(k)["color"], markersize=9, markeredgecolor="black", zorder=4)[0]
            for k in range(len(data.points))
        ]
        draw_heights(against_step, data.landscape, data.heights, ARRIVED)
        against_step.set_xlim(0, data.protocol["steps"])
        figure.suptitle(title(data), x=0.01, ha="left", fontsize=10.5, fontweight="bold")
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
    """Return the steps that are shown: all, or MAX_FRAMES of them.

    >>> frames(3), len(frames(1000))
    ([0, 1, 2, 3], 120)
    """
    return np.unique(np.linspace(0, steps, min(steps + 1, MAX_FRAMES)).round().astype(int)).tolist()


def save_race(folder: str | Path, target: Path, quiet: bool = False) -> None:
    """Write the race of a folder's paths to target, a .gif or .mp4; UserError as race_figure and check_target raise it.

    quiet: no progress bar.
    """
    save_animation(race_figure(folder)[1], target, quiet)


def moments_figure(folder: str | Path) -> Figure:
    """Draw eight moments of the race side by side: a contact sheet. UserError as race_figure raises it."""
    data = read_paths(folder)
    with house_style():
        height = 1.1 + 4.8 * height_over_width(data.landscape)
        figure = new_page(11, height, legend_of(data), [machine(data.protocol)])
        last = data.protocol["steps"]
        for i, axes in enumerate(figure.subplots(2, MOMENTS // 2).flat):
            step = round(last * (i / (MOMENTS - 1)) ** 2)  # closer together at the start, where most happens
            _draw_moment(axes, data, step)
        figure.suptitle(title(data), x=0.01, ha="left", fontsize=10.5, fontweight="bold")
    return figure


def _draw_moment(axes: Axes, data: PathFolder, step: int) -> None:
    draw_landscape(axes, data.landscape)
    axes.set(xlabel="", ylabel="")
    axes.set_title(translate("update {step}", step=step), fontsize=9)
    for k, path in enumerate(data.points.values()):
        way = path[: step + 1]
        style = {**look(k), "linewidth": 1.2, "markersize": 6, "markeredgecolor": "black", "markeredgewidth": 0.6}
        axes.plot(*way.T, **style, markevery=[len(way) - 1], zorder=3 + 0.01 * k)
