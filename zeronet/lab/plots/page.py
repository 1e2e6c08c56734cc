"""The page of a figure: panels, and below them a legend and the protocol, with all the room that they need."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D

from zeronet.lab.plots.style import QUIET, SMALL, STROKE, HouseFigure, look, text_width, wrapped

LEGEND_SIZE = 8.5  # points
MARGIN, SPACE, HANDLE = 0.15, 0.12, 0.75  # inches: beside the text, between its blocks, a line with its marker


def new_page(
    width: float, panels: float, entries: Sequence[str], paragraphs: Sequence[str] = (), below: float = 0.0
) -> HouseFigure:
    """Return a figure with legend and protocol, and room for panels above them, which constrained layout fills.

    width, panels, below: in inches, of the page and of the room above and below legend and protocol; entries: of the
    legend, the k-th in the look of the k-th optimizer; paragraphs: of the protocol.
    """
    figure = HouseFigure(figsize=(width, panels), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)  # measures text; saving and windows use another canvas
    inches = width - 2 * MARGIN
    lines = "\n".join(wrapped(paragraph, inches, SMALL) for paragraph in paragraphs)
    height = below
    if lines:
        text = figure.text(MARGIN, height + SPACE, lines, fontsize=SMALL, color=QUIET, linespacing=1.35, va="bottom")
        text.set_transform(figure.dpi_scale_trans)  # in inches, wherever the page will end
        height += SPACE + text.get_window_extent().height / figure.dpi
    if entries:
        legend = figure.legend(
            [Line2D([], [], **look(k), **STROKE) for k in range(len(entries))],
            ["?"] * len(entries),  # set below: matplotlib leaves out labels that begin with an underscore
            loc="lower left",
            bbox_to_anchor=(MARGIN, height + SPACE),
            bbox_transform=figure.dpi_scale_trans,
            ncols=_columns(entries, inches),
            fontsize=LEGEND_SIZE,
            frameon=False,
            borderpad=0,
            borderaxespad=0,
            handlelength=2.8,
        )
        for label, entry in zip(legend.get_texts(), entries, strict=True):
            label.set_text(wrapped(entry, inches - HANDLE, LEGEND_SIZE))
        height += SPACE + legend.get_window_extent().height / figure.dpi
    height = math.ceil((height + SPACE) * 100) / 100  # whole pixels
    figure.set_size_inches(width, panels + height)
    if not below:
        figure.set_layout_engine("constrained", rect=(0, height / (panels + height), 1, panels / (panels + height)))
    return figure


def _columns(entries: Sequence[str], inches: float) -> int:
    """Return how many columns of a legend, at most three, fit into the width. A legend is filled column by column."""
    widths = np.array([text_width(entry, LEGEND_SIZE) / 72 + HANDLE for entry in entries])
    fitting = (n for n in (3, 2) if n <= len(entries) and sum(map(max, np.array_split(widths, n))) <= inches)
    return next(fitting, 1)
