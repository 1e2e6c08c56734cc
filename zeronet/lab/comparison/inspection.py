"""Figures of the inside of networks: effective steps, gradients, updates, dead units; weights as images."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from zeronet.lab.comparison.files import InspectionFolder, read_inspection
from zeronet.lab.comparison.words import legend_entries, machine, trained
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import (
    QUIET,
    SMALL,
    WIDTH,
    band_style,
    curve_style,
    drawable,
    house_style,
    logarithmic,
    save_figure,
    wrapped,
)
from zeronet.locale import translate
from zeronet.training.inspection import COLUMNS

# What a row of panels shows: the column of inspection.csv, its title, whether its axis is logarithmic.
PANELS = [
    ("effective_step_0.5", "effective step r", True),
    ("gradient_norm", "‖g‖", True),
    ("update_ratio", "‖Δw‖ / ‖w‖", True),
    ("largest_update", "max |Δw|", True),
    ("dead_share", "dead ReLUs", False),
]


def save_inspection(folder: str | Path) -> None:
    """Draw inspection.png and .svg and, if the inputs are images, pixels.png and weights.png."""
    data = read_inspection(folder)
    save_figure(inspection_figure(data), folder, "inspection")
    if data.side:
        save_figure(pixels_figure(data), folder, "pixels", vectors=False)
        save_figure(weights_figure(data), folder, "weights", vectors=False)


def inspection_figure(data: InspectionFolder) -> Figure:
    """Draw the quantities of PANELS for each array of weights, against the update.

    Lines are medians over the seeds; of the effective step, the band holds the middle half of the weights.
    """
    names = [name for name in max(data.rows.values(), key=len) if name.startswith("W")]
    with house_style():
        note = translate("lines: medians over the seeds · band: the middle half of the weights · r where Δw = −r ⊙ g")
        looks = looks_of(data.protocol["optimizers"])
        head, foot = [trained(data.protocol), note], [machine(data.protocol)]
        figure = new_page(1.45 * len(PANELS), _headline(data), head, foot, legend_entries(data.protocol))
        grid = figure.subplots(len(PANELS), len(names), squeeze=False, sharex=True, sharey="row")
        for row, (column, quantity, log) in zip(grid, PANELS, strict=True):
            row[0].set_ylabel(translate(quantity))
            for axes, name in zip(row, names, strict=True):
                _draw_panel(axes, data, looks, name, column, log)
        for top, bottom, name in zip(grid[0], grid[-1], names, strict=True):
            top.set_title(name)
            (bottom if bottom.get_visible() else grid[-2][-1]).set_xlabel(translate("update"))
    return figure


def _headline(data: InspectionFolder) -> str:
    """Return how much of its size an update changes the first weights at the end, the least and the most of all."""
    column = COLUMNS.index("update_ratio")
    ends = {
        label: float(np.median([looks[-1, column] for looks in by_name["W1"].values()]))
        for label, by_name in data.rows.items()
        if by_name.get("W1")
    }
    ends = {label: ratio for label, ratio in ends.items() if math.isfinite(ratio)}
    if not ends:
        return translate("Inside the networks")
    least, most = min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)
    headline = translate(
        "The last update changes W1 by {most:.2g} of its size with {label}", most=ends[most], label=drawable(most, 30)
    )
    if most == least:
        return headline
    return headline + translate(", by {least:.2g} with {label}", least=ends[least], label=drawable(least, 30))


def _draw_panel(
    axes: Axes, data: InspectionFolder, styles: Mapping[str, Look], name: str, column: str, log: bool
) -> None:
    k = COLUMNS.index(column)
    for label in data.labels:
        seeds = list(data.rows[label].get(name, {}).values())
        if not seeds:
            continue
        looks = min(map(len, seeds))  # a run that stopped early has fewer
        table = np.median([run[:looks] for run in seeds], axis=0)
        steps = table[:, 0]
        axes.plot(steps, table[:, k], **curve_style(styles[label]) | {"markersize": 4})
        if column == "effective_step_0.5" and np.isfinite(table[:, k]).all():
            low, high = (table[:, COLUMNS.index(f"effective_step_{q}")] for q in (0.25, 0.75))
            axes.fill_between(steps, low, high, **band_style(styles[label]))
    axes.set_visible(any(np.isfinite(line.get_ydata()).any() for line in axes.get_lines()))
    logarithmic(axes, "x")
    if log:
        logarithmic(axes, "y")
    else:
        axes.set_ylim(-0.02, 1.02)


def pixels_figure(data: InspectionFolder) -> Figure:
    """Draw each pixel's median effective step as an image, beside how often the pixel is on.

    One logarithmic colour scale for all optimizers. Hatched: pixels without such a step, because they were never on, or
    so rarely that their state has faded below ε.
    """
    pixels = data.side**2  # the first weights of a convolution are not those of each pixel
    all_rates = {label: data.images.get(f"{k}/pixel_rate", np.array(np.nan)) for k, label in enumerate(data.labels)}
    rates = {label: rate for label, rate in all_rates.items() if np.isfinite(rate).any() and rate.size == pixels}
    shares = (array for name, array in data.images.items() if name.endswith("/pixel_on") and array.size == pixels)
    on = next(shares, np.zeros(pixels))
    with house_style():
        columns = min(1 + len(rates), 4)
        rows = math.ceil((1 + len(rates)) / columns)
        text = "median effective step r of each pixel's weights, after training, seed {seed} · hatched: none"
        note = translate(text, seed=data.protocol["seeds"][0])
        centres = {label: _centre(rate, data.side) for label, rate in rates.items()}
        figure = new_page(
            rows * (0.75 + 5.4 / columns),
            _centre_headline(centres),
            [trained(data.protocol), note],
            [machine(data.protocol)],
        )
        frame, *frames = figure.subplots(rows, columns, squeeze=False).flat
        for axes in frames[len(rates) :]:
            axes.set_visible(False)
        frames = frames[: len(rates)]
        image = _show(frame, np.where(on > 0, on, np.nan), data.side)
        frame.set_title(wrapped(translate("how often each pixel is on"), 0.85 * WIDTH / columns, SMALL, bold=True))
        figure.colorbar(image, ax=frame, location="bottom", format="{x:.0%}")
        seen = np.concatenate([rate[np.isfinite(rate)] for rate in rates.values()]) if rates else np.ones(1)
        norm = LogNorm(0.9 * seen.min(), 1.1 * seen.max())
        for axes, (label, rate) in zip(frames, rates.items(), strict=True):
            image = _show(axes, rate, data.side, norm)
            axes.set_title(drawable(label, 16))
            if math.isfinite(centres[label]):
                axes.set_xlabel(translate("centre: {r:.3g}", r=centres[label]))
        if frames:
            figure.colorbar(image, ax=frames, location="bottom", format="{x:g}")
    return figure


def _centre(rate: np.ndarray, side: int) -> float:
    """Return the median effective step of the pixels in the middle third, nan if there is none."""
    edge = side // 3
    centre = rate.reshape(side, -1)[edge:-edge, edge:-edge]
    return float(np.nanmedian(centre)) if np.isfinite(centre).any() else math.nan


def _centre_headline(centres: Mapping[str, float]) -> str:
    known = {label: r for label, r in centres.items() if math.isfinite(r)}
    if not known:
        return translate("No optimizer here has an effective step for each pixel")
    each = ", ".join(f"{drawable(label, 20)} {r:.3g}" for label, r in known.items())
    return translate("Median effective step of the pixels in the centre: {each}", each=each)


def weights_figure(data: InspectionFolder) -> Figure:
    """Draw the first weights of sixteen hidden units as images, at five moments, a row for each optimizer.

    Those of a convolution are its filters, if the images have one channel.
    """
    images = {label: data.images.get(f"{k}/weights", np.empty(0)) for k, label in enumerate(data.labels)}
    kept = {label: k for k, (label, array) in enumerate(images.items()) if array.size and _side(array)}
    with house_style():
        rows = max(len(kept), 1)
        columns = max((len(data.images[f"{k}/weights"]) for k in kept.values()), default=1)
        note = translate(
            "first weights of sixteen hidden units · purple positive, orange negative, each picture on its own scale"
        )
        figure = new_page(
            0.3 + 1.5 * rows, _spread_headline(data, kept), [trained(data.protocol), note], [machine(data.protocol)]
        )
        grid = figure.subplots(rows, columns, squeeze=False)
        for row, (label, k) in zip(grid, kept.items(), strict=False):
            moments = zip(row, data.images[f"{k}/weight_steps"], data.images[f"{k}/weights"], strict=False)
            for axes, step, weights in moments:
                mosaic = _mosaic(weights, _side(data.images[f"{k}/weights"]))
                span = np.nanmax(np.abs(mosaic)) or 1.0
                axes.imshow(mosaic, cmap="PuOr", vmin=-span, vmax=span, interpolation="nearest")
                axes.set_title(translate("update {step}", step=int(step)), weight="normal")
            row[0].set_ylabel(drawable(label, 16))
        for axes in grid.flat:
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            axes.spines[:].set_visible(False)
    return figure


def _spread_headline(data: InspectionFolder, kept: Mapping[str, int]) -> str:
    """Return by how much the spread of these weights grew, the most and the least of all."""
    ends = {label: data.images[f"{k}/weights"][[0, -1]].std(axis=(1, 2)) for label, k in kept.items()}
    growth = {label: float(last / first) for label, (first, last) in ends.items() if first > 0 and np.isfinite(last)}
    if not growth:
        return translate("First weights of sixteen hidden units")
    each = ", ".join(f"{drawable(label, 20)} {ratio:.3g}" for label, ratio in growth.items())
    return translate("The spread of the first weights grows by factors: {each}", each=each)


def _show(axes: Axes, values: np.ndarray, side: int, norm: Any = None) -> Any:
    axes.patch.set(facecolor="white", edgecolor=QUIET, hatch="//////", linewidth=0)  # seen where there is no value
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    return axes.imshow(values.reshape(side, side), cmap="cividis", norm=norm, interpolation="nearest")


def _side(weights: np.ndarray) -> int:
    """Return the side of the square images that weights (moments, D, units) are; 0 if D is no square."""
    side = math.isqrt(weights.shape[1])
    return side if side**2 == weights.shape[1] else 0


def _mosaic(weights: np.ndarray, side: int) -> np.ndarray:
    """Return the columns of weights (D, units) as images side by side, four in a row, a gap of nan between them."""
    tiles = np.full((math.ceil(weights.shape[1] / 4) * 4, side + 1, side + 1), np.nan)
    tiles[: weights.shape[1], :-1, :-1] = weights.T.reshape(-1, side, side)
    mosaic: np.ndarray = np.block([list(row) for row in tiles.reshape(-1, 4, side + 1, side + 1)])
    return mosaic[:-1, :-1]
