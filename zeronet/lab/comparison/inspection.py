"""Figures of the inside of networks: effective steps, gradients, updates, dead units; weights as images."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from zeronet.lab.comparison.files import InspectionFolder, read_inspection
from zeronet.lab.comparison.words import footer, legend_entries
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import SMALL, band_style, curve_style, drawable, house_style, logarithmic, save_figure
from zeronet.locale import translate
from zeronet.training.inspection import COLUMNS

# What a column of panels shows: the column of inspection.csv, its title, whether its axis is logarithmic.
PANELS = [
    ("effective_step_0.5", "effective step r", True),
    ("gradient_norm", "‖g‖", True),
    ("update_ratio", "‖Δw‖ / ‖w‖", True),
    ("largest_update", "max |Δw|", True),
    ("dead_share", "dead ReLUs", False),
]
NEVER = "#BDBDBD"  # pixels without an effective step


def save_inspection(folder: str | Path) -> None:
    """Draw inspection.png and .svg and, if the inputs are images, pixels.png and weights.png."""
    data = read_inspection(folder)
    save_figure(inspection_figure(data), folder, "inspection")
    if data.side:
        save_figure(pixels_figure(data), folder, "pixels", vectors=False)
        save_figure(weights_figure(data), folder, "weights", vectors=False)


def inspection_figure(data: InspectionFolder) -> Figure:
    """Draw the quantities of PANELS for each array of weights, against the step.

    Lines are medians over the seeds; of the effective step, the band holds the middle half of the weights.
    """
    names = [name for name in max(data.rows.values(), key=len) if name.startswith("W")]
    with house_style():
        note = translate("lines: medians over the seeds · band: the middle half of the weights · r where Δw = −r ⊙ g")
        entries = legend_entries(data.protocol)
        figure = new_page(14, 0.3 + 2.3 * len(names), entries, footer(data.protocol, note))
        grid = figure.subplots(len(names), len(PANELS), squeeze=False, sharex=True)
        for row, name in zip(grid, names, strict=True):
            row[0].set_ylabel(name)
            for axes, (column, _, log) in zip(row, PANELS, strict=True):
                _draw_panel(axes, data, name, column, log)
        for top, bottom, (_, title, _) in zip(grid[0], grid[-1], PANELS, strict=True):
            top.set_title(translate(title), fontsize=9)
            bottom.set_xlabel(translate("update"))
    return figure


def _draw_panel(axes: Axes, data: InspectionFolder, name: str, column: str, log: bool) -> None:
    k = COLUMNS.index(column)
    for i, label in enumerate(data.labels):
        seeds = list(data.rows[label].get(name, {}).values())
        if not seeds:
            continue
        looks = min(map(len, seeds))  # a run that stopped early has fewer
        table = np.median([run[:looks] for run in seeds], axis=0)
        steps = table[:, 0]
        axes.plot(steps, table[:, k], **curve_style(i) | {"markersize": 4})
        if column == "effective_step_0.5" and np.isfinite(table[:, k]).all():
            low, high = (table[:, COLUMNS.index(f"effective_step_{q}")] for q in (0.25, 0.75))
            axes.fill_between(steps, low, high, **band_style(i))
    axes.set_visible(any(np.isfinite(line.get_ydata()).any() for line in axes.get_lines()))
    logarithmic(axes, "x")
    if log:
        logarithmic(axes, "y")
    else:
        axes.set_ylim(-0.02, 1.02)


def pixels_figure(data: InspectionFolder) -> Figure:
    """Draw each pixel's median effective step as an image, beside how often the pixel is on.

    One logarithmic colour scale for all optimizers. Grey: pixels without such a step, because they were never on, or so
    rarely that their state has faded below ε.
    """
    all_rates = {label: data.images.get(f"{k}/pixel_rate", np.array(np.nan)) for k, label in enumerate(data.labels)}
    rates = {label: rate for label, rate in all_rates.items() if np.isfinite(rate).any()}
    on = next((array for name, array in data.images.items() if name.endswith("/pixel_on")), np.zeros(data.side**2))
    with house_style():
        panels = 1 + len(rates)
        text = "median effective step r of each pixel's weights, after training, seed {seed} · grey: none"
        note = translate(text, seed=data.protocol["seeds"][0])
        figure = new_page(0.8 + 2.7 * panels, 3.1, (), footer(data.protocol, note))
        frame, *frames = figure.subplots(1, panels, squeeze=False).flat
        image = _show(frame, np.where(on > 0, on, np.nan), data.side)
        frame.set_title(translate("how often each pixel is on"), fontsize=9)
        figure.colorbar(image, ax=frame, shrink=0.7, format="{x:.0%}")
        seen = np.concatenate([rate[np.isfinite(rate)] for rate in rates.values()]) if rates else np.ones(1)
        norm = LogNorm(0.9 * seen.min(), 1.1 * seen.max())
        for axes, (label, rate) in zip(frames, rates.items(), strict=True):
            image = _show(axes, rate, data.side, norm)
            axes.set_title(drawable(label, 40), fontsize=9)
            edge = data.side // 3
            centre = rate.reshape(data.side, -1)[edge:-edge, edge:-edge]
            if np.isfinite(centre).any():
                axes.set_xlabel(translate("median in the centre {r:.3g}", r=np.nanmedian(centre)), fontsize=SMALL)
        if frames:
            figure.colorbar(image, ax=frames, shrink=0.7, format="{x:g}")
    return figure


def weights_figure(data: InspectionFolder) -> Figure:
    """Draw the first weights of sixteen hidden units as images, at five moments, a row for each optimizer."""
    kept = {label: k for k, label in enumerate(data.labels) if len(data.images.get(f"{k}/weights", ()))}
    with house_style():
        rows = max(len(kept), 1)
        columns = max((len(data.images[f"{k}/weights"]) for k in kept.values()), default=1)
        note = translate(
            "first weights of sixteen hidden units · purple positive, orange negative, each picture on its own scale"
        )
        figure = new_page(0.5 + 2.3 * columns, 0.2 + 2.5 * rows, (), footer(data.protocol, note))
        grid = figure.subplots(rows, columns, squeeze=False)
        for row, (label, k) in zip(grid, kept.items(), strict=False):
            moments = zip(row, data.images[f"{k}/weight_steps"], data.images[f"{k}/weights"], strict=False)
            for axes, step, weights in moments:
                mosaic = _mosaic(weights, data.side)
                span = np.nanmax(np.abs(mosaic)) or 1.0
                axes.imshow(mosaic, cmap="PuOr", vmin=-span, vmax=span, interpolation="nearest")
                axes.set_title(translate("update {step}", step=int(step)), fontsize=8)
            row[0].set_ylabel(drawable(label, 30))
        for axes in grid.flat:
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            axes.spines[:].set_visible(False)
    return figure


def _show(axes: Axes, values: np.ndarray, side: int, norm: Any = None) -> Any:
    axes.set_facecolor(NEVER)
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    return axes.imshow(values.reshape(side, side), cmap="cividis", norm=norm, interpolation="nearest")


def _mosaic(weights: np.ndarray, side: int) -> np.ndarray:
    """Return the columns of weights (D, units) as images side by side, four in a row, a gap of nan between them."""
    tiles = np.full((math.ceil(weights.shape[1] / 4) * 4, side + 1, side + 1), np.nan)
    tiles[: weights.shape[1], :-1, :-1] = weights.T.reshape(-1, side, side)
    mosaic: np.ndarray = np.block([list(row) for row in tiles.reshape(-1, 4, side + 1, side + 1)])
    return mosaic[:-1, :-1]
