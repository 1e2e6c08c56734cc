"""How every figure looks and is saved: colours, markers, curves, text that fits, files with the same bytes."""

import io
import logging
import math
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.textpath import text_to_path
from matplotlib.ticker import StrMethodFormatter
from matplotlib.transforms import Bbox

from zeronet.common.files import replacing
from zeronet.lab.plots.looks import Look
from zeronet.locale import current_language, language

STROKE: dict[str, Any] = {"linewidth": 1.5, "markersize": 5, "markeredgecolor": "white", "markeredgewidth": 0.5}

INK, QUIET = "#000000", "#555555"  # QUIET: subtitle, notes and footer
WIDTH = 7.0  # inches, of every figure, so that the text below is legible on a slide and in a column
TITLE, SMALL = 11.0, 9.0  # points: of headlines, and of everything else
PNG_DPI = 150

PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}  # behind notes on curves

LATIN_FONT = "DejaVu Sans"  # comes with matplotlib: the same figure on every machine
JAPANESE_FONTS = ["Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "IPAexGothic"]

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a font without bold letters is fine

SETTINGS = {
    "font.size": SMALL,
    "axes.labelsize": SMALL,
    "axes.titlesize": SMALL,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.linewidth": 0.7,
    "axes.edgecolor": QUIET,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.title_fontsize": SMALL,
    "text.parse_math": False,  # labels and paths may hold $
    "svg.hashsalt": "zeronet",  # fixed ids: the same figure has the same bytes
}

_LOCK = threading.RLock()  # matplotlib's settings belong to the whole process


@contextmanager
def house_style() -> Iterator[None]:
    """Use these settings of matplotlib inside the block, whatever the reader's own are, one thread at a time.

    If no font has Japanese letters, the figures of a block in Japanese are in English, and a line says so.
    """
    legible = current_language() == "en" or japanese_font() is not None
    if not legible:
        _complain_once()
    with (
        _LOCK,
        matplotlib.style.context(["default", SETTINGS | {"font.family": font_families()}]),
        language(None if legible else "en"),
    ):
        yield


def font_families() -> list[str]:
    """Return the fonts in which a letter is looked up: DejaVu Sans, then a Japanese one if there is any."""
    return [LATIN_FONT, *filter(None, [japanese_font()])]


@cache
def japanese_font() -> str | None:
    """Return the first installed font of JAPANESE_FONTS, else that of the extra ja, else None."""
    installed = {font.name for font in fontManager.ttflist}
    if (name := next((name for name in JAPANESE_FONTS if name in installed), None)) is not None:
        return name
    package = find_spec("matplotlib_fontja")
    for file in sorted(Path(package.origin).parent.rglob("*.ttf")) if package and package.origin else ():
        fontManager.addfont(file)
        return get_font(file).family_name
    return None


@cache
def _complain_once() -> None:
    print(
        "note: figures are in English because no Japanese font was found: python -m pip install matplotlib-fontja",
        file=sys.stderr,
    )


class HouseFigure(Figure):
    """A Figure that a notebook shows without pyplot."""

    def _repr_png_(self) -> bytes:
        with io.BytesIO() as file, house_style():
            self.savefig(file, format="png", dpi=100)
            return file.getvalue()


def curve_style(look: Look) -> dict[str, Any]:
    """Return how an optimizer's curve is drawn: in its look, in front of those before it."""
    return {**STROKE, **look.style, "zorder": 3 + 0.01 * look.place}


def band_style(look: Look) -> dict[str, Any]:
    """Return how the band behind that curve is drawn."""
    return {"facecolor": look.colour, "alpha": 0.18, "linewidth": 0, "zorder": 1 + 0.01 * look.place}


def mark_end(axes: Axes, x: Any, y: Any, look: Look) -> None:
    """Mark the end of a failed run with an x, not clipped at the edge of the panel."""
    axes.plot(x, y, "x", color=look.colour, markersize=8, markeredgewidth=2, clip_on=False, zorder=6)


def draw_level(axes: Axes, y: float, name: str) -> None:
    """Draw a dashed line across the panel, with its name above its right end."""
    axes.axhline(y, color=QUIET, linewidth=0.9, linestyle=(0, (6, 4)), zorder=2)
    note = axes.annotate(name, (1, y), (-2, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
                         ha="right", va="bottom", fontsize=SMALL, color=QUIET, zorder=7)  # fmt: skip
    note.set_bbox(PAPER)


def draw_shares(axes: Axes, look: Look, reached: Sequence[float], total: int, first: float, last: float) -> None:
    """Draw which share of a total has been reached, as steps from x = first to last with a marker at each."""
    x, shares = sorted(reached), np.arange(len(reached) + 1) / total
    style = curve_style(look) | {"clip_on": False}
    width = max(1.2, 4.4 - 0.8 * look.place)  # many lie on one another: those in front are narrower
    axes.step([first, *x, last], [*shares, shares[-1]], where="post", **style | {"marker": "", "linewidth": width})
    if x:  # an empty line that is not clipped would take room in the layout
        axes.plot(x, shares[1:], **style | {"linestyle": ""})
    axes.set_ylim(-0.03, 1.05)


def add_note(axes: Axes, x: float, y: float, text: str, **alignment: Any) -> None:
    """Write a small note at a place of the panel (0 to 1), on white, in front of all curves."""
    note = axes.text(x, y, text, transform=axes.transAxes, fontsize=SMALL, zorder=7, **alignment)
    note.set_bbox(PAPER)


def save_figure(figure: Figure, folder: str | Path, stem: str = "comparison", vectors: bool = True) -> Path:
    """Write stem.png and, unless vectors is False, stem.svg into an existing folder; return the path of the first.

    The same figure gives the same bytes. Both files are replaced, or neither if drawing fails. OSError if the folder
    cannot be written.
    """
    png, svg = Path(folder) / f"{stem}.png", Path(folder) / f"{stem}.svg"
    with house_style(), ExitStack() as files:
        _settle(figure)
        if vectors:
            figure.savefig(files.enter_context(replacing(svg)), format="svg", metadata={"Date": None})
        figure.savefig(files.enter_context(replacing(png)), format="png", dpi=PNG_DPI)
    return png


def _settle(figure: Figure) -> None:
    """Keep the layout at whole thousandths of the figure: the solver's last digits differ from time to time."""
    if (engine := figure.get_layout_engine()) is None:
        return
    engine.execute(figure)
    figure.set_layout_engine(None)  # else each format would be drawn once more, for nothing
    for axes in figure.axes:
        axes.set_position(Bbox(axes.get_position(original=True).get_points().round(3)))


def logarithmic(axes: Axes, which: str) -> None:
    """Give the x or y axis a logarithmic scale with plain numbers: 0.01, 1, 100; also 2 and 5 on a short axis."""
    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis

    def between(value: float, _: float) -> str:
        low, high = axis.get_view_interval()
        first_digit = round(value / 10 ** math.floor(math.log10(value)))
        return f"{value:g}" if high < 50 * low and first_digit in (2, 5) else ""

    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(between)


def drawable(text: str, most: int | None = None) -> str:
    """Return text on one line: without its middle if longer than `most` letters, with ? for letters that no font has.

    >>> drawable("one\\ntwo \\U0010ffff $v_t$"), drawable("/a/very/long/path/to/data", 13)
    ('one two ? $v_t$', '/a/ver…o/data')
    """
    if most is not None and len(text) > most:
        half = (most - 1) // 2
        text = f"{text[: most - 1 - half]}…{text[-half:]}"
    return "".join(c if _in_font(c) else "?" for c in " ".join(text.split()))


def wrapped(text: str, inches: float, size: float, bold: bool = False) -> str:
    """Break text into lines of at most this width at this font size (points); a word too long for a line is cut."""
    width, lines = inches * 72 / (1.18 if bold else 1.03), [""]  # hinted letters are wider, bold ones by another 15 %
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if text_width(longer, size) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and text_width(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    return "\n".join(lines)


def text_width(text: str, size: float) -> float:
    """Return the width of a line of text in points."""
    return sum(_letter_width(letter) for letter in text) * size


@lru_cache(maxsize=4096)
def _letter_width(letter: str) -> float:
    """Return the width of a letter per point of font size; ten of them, since one alone has no space around it."""
    prop = FontProperties(family=font_families(), size=100)
    double = text_to_path.get_text_width_height_descent(f"|{letter * 10}|", prop, ismath=False)[0]
    bars = text_to_path.get_text_width_height_descent("||", prop, ismath=False)[0]
    return (double - bars) / 1000


@lru_cache(maxsize=4096)
def _in_font(letter: str) -> bool:
    fonts = (get_font(findfont(FontProperties(family=family))) for family in font_families())
    return any(font.get_char_index(ord(letter)) for font in fonts)
