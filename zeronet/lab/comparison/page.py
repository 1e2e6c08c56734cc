"""The page of a comparison figure: two panels, legend and footer below them, each with the room that it needs."""

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from zeronet.lab.comparison import words
from zeronet.lab.comparison.files import ComparisonFolder
from zeronet.lab.plots.style import QUIET, SMALL, STROKE, HouseFigure, look, text_width, wrapped
from zeronet.locale import translate

# In inches, from left to right and from top to bottom. Legend and footer make the page as high as they need.
WIDTH, LEFT, LOSS_WIDTH, GAP, ACCURACY_WIDTH = 11.0, 0.6, 5.45, 1.35, 2.95
TITLE_HEIGHT, PANEL_HEIGHT, TICKS_HEIGHT, SPACE = 0.98, 3.6, 0.5, 0.12
TEXT_LEFT, TEXT_WIDTH = 0.3, WIDTH - 0.6
LEGEND_SIZE, HANDLE_WIDTH = 8.5, 0.75
X_MARGIN = 0.012  # of the steps, so that the first and last markers are whole


def new_page(data: ComparisonFolder) -> tuple[Figure, Axes, Axes]:
    """Return a figure with the panels for loss and accuracy, both against the step."""
    figure = HouseFigure(figsize=(WIDTH, 7), dpi=100)
    FigureCanvasAgg(figure)  # measures text; saving and windows bring a canvas of their own
    panels = figure.add_axes((0, 0, 0.5, 1)), figure.add_axes((0.5, 0, 0.5, 1))
    for panel in panels:
        _draw_steps(panel, data)
    return figure, *panels


def _draw_steps(axes: Axes, data: ComparisonFolder) -> None:
    axes.set_xlim(-X_MARGIN * data.steps, (1 + X_MARGIN) * data.steps)
    axes.set_xlabel(translate("step (the book's iteration)"))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    per_epoch = data.steps_per_epoch
    epochs = axes.secondary_xaxis("top", functions=(lambda step: step / per_epoch, lambda epoch: epoch * per_epoch))
    epochs.xaxis.set_major_locator(MaxNLocator(5))
    epochs.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    epochs.set_xlabel(translate("epoch"), color=QUIET, fontsize=8, labelpad=3)
    epochs.tick_params(labelsize=7.5, labelcolor=QUIET)


def lay_out(figure: Figure, data: ComparisonFolder) -> None:
    """Add titles, legend and footer, and give everything its place."""
    loss, accuracy = figure.axes[:2]
    legend = _legend(figure, [words.legend_entry(data, k) for k in range(len(data.losses))])
    footer = "\n".join(wrapped(paragraph, TEXT_WIDTH, SMALL) for paragraph in words.footer(data))
    foot = figure.text(0, 0, footer, fontsize=SMALL, color=QUIET, va="bottom", linespacing=1.35)
    legend_height = legend.get_window_extent(figure.canvas.get_renderer()).height / figure.dpi
    foot_height = foot.get_window_extent().height / figure.dpi
    below = TICKS_HEIGHT + legend_height + foot_height + 3 * SPACE
    height = TITLE_HEIGHT + PANEL_HEIGHT + below
    figure.set_size_inches(WIDTH, height)
    foot.set_position((TEXT_LEFT / WIDTH, SPACE / height))
    legend.set_bbox_to_anchor((TEXT_LEFT / WIDTH, (below - TICKS_HEIGHT) / height), figure.transFigure)
    places = ((loss, LEFT, LOSS_WIDTH), (accuracy, LEFT + LOSS_WIDTH + GAP, ACCURACY_WIDTH))
    for axes, left, width in places:
        axes.set_position((left / WIDTH, below / height, width / WIDTH, PANEL_HEIGHT / height))
    titles = (
        (translate("Training loss"), words.about_loss(data)),
        (
            translate("Validation accuracy") if data.tuned else translate("Test accuracy"),
            words.about_accuracy(data),
        ),
    )
    for (_, left, width), (title, said) in zip(places, titles, strict=True):
        x, top = left / WIDTH, 1 - SPACE / height
        figure.text(x, top, title, fontsize=10.5, fontweight="bold", va="top")
        said = wrapped(said, width + 0.5, SMALL)
        figure.text(x, top - 0.21 / height, said, fontsize=SMALL, color=QUIET, va="top")


def _legend(figure: Figure, entries: list[str]) -> Legend:
    """Return a legend with as many columns as the longest entry allows; what is longer than a line is wrapped."""
    longest = max(text_width(entry, LEGEND_SIZE) for entry in entries) / 72
    fitting = int(TEXT_WIDTH / (longest + HANDLE_WIDTH))
    handles = [Line2D([], [], **look(k), **STROKE) for k in range(len(entries))]
    legend = figure.legend(
        handles,
        ["?"] * len(entries),  # set below: matplotlib has its own opinion of labels that begin with an underscore
        ncols=max(1, min(fitting, 3, len(entries))),
        loc="upper left",
        fontsize=LEGEND_SIZE,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=2.8,
    )
    for text, entry in zip(legend.get_texts(), entries, strict=True):
        text.set_text(wrapped(entry, TEXT_WIDTH - HANDLE_WIDTH, LEGEND_SIZE))
    return legend
