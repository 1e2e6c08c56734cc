"""A figure in a window."""

from matplotlib.figure import Figure

from zeronet.mistakes import Mistake


def show(figure: Figure) -> None:
    """Open a window with the figure and wait until it is closed. Raises Mistake where there is no display."""
    import matplotlib.pyplot as plt  # only here: pyplot looks for a display, which drawing does not need

    try:
        manager = plt.figure().canvas.manager
    except ImportError as error:
        raise Mistake(f"no window can be opened: {error}") from error
    if manager.canvas.required_interactive_framework is None:
        raise Mistake("no window can be opened: there is no display, or Python lacks a toolkit such as tkinter")
    manager.canvas.figure = figure  # ours instead of the empty one
    figure.set_canvas(manager.canvas)
    plt.show()
