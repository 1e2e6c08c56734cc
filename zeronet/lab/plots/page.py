"""The page of a figure: headline, subtitle and legend above its panels, a footer below, all with enough room."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D

from zeronet.lab.plots.looks import Look
from zeronet.lab.plots.style import QUIET, SMALL, STROKE, TITLE, WIDTH, HouseFigure, text_width, wrapped

MARGIN, SPACE, HANDLE = 0.1, 0.09, 0.75  # inches: beside the text, between its blocks, a line with its marker


def new_page(
    panels: float,
    headline: str,
    subtitle: Sequence[str] = (),
    footer: Sequence[str] = (),
    entries: Mapping[str, Look] | None = None,
) -> HouseFigure:
    """Return a figure with all its text, and room for panels in its middle, which constrained layout fills.

    panels: the height of that room in inches; headline: what there is to see, from the numbers; subtitle, footer: the
    paragraphs on how it was drawn, and on what machine; entries: of the legend.
    """
    figure = HouseFigure(figsize=(WIDTH, panels), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)  # measures text; saving and windows use another canvas
    inches = WIDTH - 2 * MARGIN
    above = [figure.text(0, 0, wrapped(headline, inches, TITLE, bold=True), fontsize=TITLE, weight="bold")]
    if subtitle:
        lines = "\n".join(wrapped(paragraph, inches, SMALL) for paragraph in subtitle)
        above.append(figure.text(0, 0, lines, fontsize=SMALL, color=QUIET, linespacing=1.25))
    below = "\n".join(wrapped(paragraph, inches, SMALL) for paragraph in footer)
    foot, legend = SPACE, None
    if below:
        bottom = figure.text(0, 0, below, fontsize=SMALL, color=QUIET, linespacing=1.25)
        bottom.set(transform=figure.dpi_scale_trans, x=MARGIN, y=SPACE, va="bottom", in_layout=False)
        foot += bottom.get_window_extent().height / figure.dpi + SPACE
    if entries:
        legend = figure.legend(
            [Line2D([], [], **STROKE | look.style) for look in entries.values()],
            ["?"] * len(entries),  # set below: matplotlib leaves out labels that begin with an underscore
            loc="upper left",
            bbox_transform=figure.dpi_scale_trans,
            ncols=_columns(list(entries), inches),
            frameon=False,
            borderpad=0,
            borderaxespad=0,
            handlelength=2.8,
        )
        for label, entry in zip(legend.get_texts(), entries, strict=True):
            label.set_text(wrapped(entry, inches - HANDLE, SMALL))
    blocks = [*above, *([legend] if legend else [])]
    heights = [block.get_window_extent().height / figure.dpi for block in blocks]
    head = sum(heights) + SPACE * (len(heights) + 1)
    height = math.ceil((head + panels + foot) * 100) / 100  # whole pixels
    figure.set_size_inches(WIDTH, height)
    top = height - SPACE
    for block, its_height in zip(blocks, heights, strict=True):
        if block is legend:
            legend.set_bbox_to_anchor((MARGIN, top), figure.dpi_scale_trans)
        else:
            block.set(transform=figure.dpi_scale_trans, x=MARGIN, y=top, va="top")  # in inches
        block.set_in_layout(False)
        top -= its_height + SPACE
    figure.set_layout_engine("constrained", rect=(0.01, foot / height, 0.98, panels / height))
    return figure


def _columns(entries: Sequence[str], inches: float) -> int:
    """Return how many columns of a legend, at most three, fit into the width. A legend is filled column by column."""
    widths = np.array([text_width(entry, SMALL) / 72 + HANDLE for entry in entries])
    fitting = (n for n in (3, 2) if n <= len(entries) and sum(map(max, np.array_split(widths, n))) <= inches)
    return next(fitting, 1)
