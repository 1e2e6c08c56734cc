"""Figures, drawn from the files of a finished comparison and never from memory; one file per kind of figure.

Read in this order: folder (the files), curves (the numbers of a line and its band), style (how every figure looks),
words (legend and footer), page (where everything stands), comparison (the figure), verdict (of a tuned comparison),
profile (of many problems), ladder (from the book's figure to a fair one), inspection (inside the networks), plane (a
landscape from above), paths (optimizers on it), dialects (of one of them), race (in motion), window (on the screen).
`python -m zeronet.plots FOLDER` draws a folder's figure again.
"""

from zeronet.plots.comparison import comparison_figure
from zeronet.plots.inspection import save_inspection
from zeronet.plots.paths import paths_figure
from zeronet.plots.profile import profile_figure
from zeronet.plots.race import check_target, moments_figure, save_race
from zeronet.plots.style import save_figure
from zeronet.plots.verdict import verdict_figure
from zeronet.plots.window import finish, show

__all__ = [
    "check_target",
    "comparison_figure",
    "finish",
    "moments_figure",
    "paths_figure",
    "profile_figure",
    "save_figure",
    "save_inspection",
    "save_race",
    "show",
    "verdict_figure",
]
