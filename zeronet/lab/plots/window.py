"""A figure in a window, or in a file."""

import sys
from pathlib import Path

from matplotlib.figure import Figure

from zeronet.common.errors import UserError
from zeronet.common.files import replacing
from zeronet.lab.plots.animation import Motion, save_animation
from zeronet.lab.plots.style import PNG_DPI, house_style


def show(figure: Figure) -> None:
    """Open a window with the figure and wait until it is closed; UserError if there is no display."""
    import matplotlib.pyplot as plt  # only here: pyplot looks for a display, which drawing does not need

    try:
        manager = plt.figure(figsize=figure.get_size_inches(), dpi=figure.dpi).canvas.manager
    except ImportError as error:
        raise UserError(f"no window can be opened: {error}") from error
    if manager is None or manager.canvas.required_interactive_framework is None:
        raise UserError("no window can be opened: there is no display, or Python lacks a toolkit such as tkinter")
    manager.canvas.figure = figure  # in place of the empty one
    figure.set_canvas(manager.canvas)
    plt.show()


class FigureError(UserError, SystemExit):
    """A figure can be neither shown nor saved: it ends a script with status 2, unless the caller catches it."""

    code = 2


def finish(figure: Figure, moving: Motion | None = None) -> None:
    """End a script: save the figure to the path that is its only argument, or show it in a window if there is none.

    moving: an animation of the figure, saved in its place as .gif. Says in one line if there is no display or the path
    cannot be written, and raises FigureError, an Exception, so that a caller of several scripts can go on.
    """
    try:
        if len(sys.argv) < 2:
            show(figure)
            return
        target = Path(sys.argv[1])
        if moving is not None:
            save_animation(moving, target, quiet=True)
            return
        with house_style(), replacing(target) as file:
            figure.savefig(file, format=target.suffix[1:] or "png", dpi=PNG_DPI)
    except (UserError, OSError, ValueError) as error:  # ValueError: matplotlib does not know the ending
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        raise FigureError(str(error)) from error
