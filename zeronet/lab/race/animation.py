"""The race: all optimizers moving on one landscape, with f against the step; and eight moments of it as a picture."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zeronet.lab.comparison.words import machine
from zeronet.lab.plots.animation import DPI, Motion, save_animation
from zeronet.lab.plots.landscape import draw_heights, draw_landscape, height_over_width
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style
from zeronet.lab.race.figure import headline, legend_of, subtitle
from zeronet.lab.race.files import PathFolder, read_paths
from zeronet.lab.runner.landscape_problem import ARRIVED
from zeronet.locale import translate

MAX_FRAMES = 120  # of the way
MOMENTS = 8


def race_figure(folder: str | Path) -> tuple[Figure, Motion]:
    """Return the figure of a folder's paths in motion, and the animation that moves it.

    Left, the paths so far over the contours, each with a dot where it is; right, f − f_min against the update so far.
    In a notebook, HTML(animation.to_jshtml()) shows it. UserError if a file is missing or damaged.
    """
    data = read_paths(folder)
    looks = looks_of(data.protocol["optimizers"])
    last = data.protocol["steps"]
    with house_style():
        height = 0.9 + 2.8 * height_over_width(data.landscape)
        figure = new_page(height, headline(data), subtitle(data), entries=legend_of(data))
        figure.set_dpi(DPI)
        plane, against_step = figure.subplots(1, 2)
        draw_landscape(plane, data.landscape)
        above = plane.get_lines()  # the minima, in front of the paths
        small = {"linewidth": 1.2, "markersize": 3.5, "markeredgewidth": 0}
        ways = [plane.plot([], [], **curve_style(looks[label]) | small)[0] for label in data.points]
        dot = {"markersize": 8, "markeredgecolor": "black", "linestyle": "", "zorder": 4}
        dots = [plane.plot([], [], **looks[label].style | dot)[0] for label in data.points]
        draw_heights(against_step, data.landscape, data.heights, looks, ARRIVED)
        against_step.set_xlim(0, last)
        curves = [line for line in against_step.get_lines() if line.get_label() in data.points]
        clock = plane.set_title(translate("update {step} of {steps}", step=last, steps=last), weight="normal")
        figure.draw_without_rendering()
        figure.set_layout_engine(None)  # everything has its place, and to find it takes as long as to draw a frame

    def move(step: int) -> None:
        clock.set_text(translate("update {step} of {steps}", step=step, steps=last))
        for way, dot, curve, (label, path) in zip(ways, dots, curves, data.points.items(), strict=True):
            so_far = path[: step + 1]
            way.set_data(*so_far.T)
            dot.set_data(*so_far[-1:].T)
            curve.set_data(np.arange(len(so_far)), data.heights[label][: step + 1])

    return figure, Motion(figure, move, frames(last), [*ways, *dots, *curves, *above, clock])


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
    looks = looks_of(data.protocol["optimizers"])
    with house_style():
        height = 1.0 + 3.1 * height_over_width(data.landscape)
        figure = new_page(height, headline(data), subtitle(data), [machine(data.protocol)], legend_of(data))
        last = data.protocol["steps"]
        panels = figure.subplots(2, MOMENTS // 2, sharex=True, sharey=True)
        for i, axes in enumerate(panels.flat):
            step = round(last * (i / (MOMENTS - 1)) ** 2)  # closer together at the start, where most happens
            _draw_moment(axes, data, looks, step)
    return figure


def _draw_moment(axes: Axes, data: PathFolder, looks: Mapping[str, Look], step: int) -> None:
    draw_landscape(axes, data.landscape)
    axes.set(xlabel="", ylabel="")
    axes.set_title(translate("update {step}", step=step), weight="normal")
    for label, path in data.points.items():
        way = path[: step + 1]
        style = {"linewidth": 1.2, "markersize": 6, "markeredgecolor": "black", "markeredgewidth": 0.6}
        axes.plot(*way.T, **curve_style(looks[label]) | style, markevery=[len(way) - 1])
