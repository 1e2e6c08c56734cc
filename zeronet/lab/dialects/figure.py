"""The dialects of one optimizer: their paths, and how far apart they are."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from zeronet.lab.plots.landscape import draw_landscape, draw_path, height_over_width
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import QUIET, SMALL, house_style, logarithmic, look
from zeronet.landscapes import Landscape
from zeronet.locale import translate

WIDTH = 10.0  # inches
EQUAL = 1e-17  # drawn for a distance of 0 on the logarithmic axis


def dialects_figure(name: str, lr: float, landscape: Landscape, paths: Mapping[str, np.ndarray]) -> Figure:
    """Draw the paths, label → (n, 2), from above, and their distances from the first one, update by update.

    name, lr: for the title: the optimizer, and the learning rate of all dialects.
    """
    first, *others = paths
    with house_style():
        figure = new_page(WIDTH, 3.0, list(paths))
        plane, apart = figure.subplots(1, 2)
        draw_landscape(plane, landscape)
        for k, path in enumerate(paths.values()):
            draw_path(plane, path, k, markersize=2.5 + 1.3 * (len(others) - k))  # equal ones show as rings
        for k, label in enumerate(others, start=1):
            n = min(len(paths[first]), len(paths[label]))
            distance = np.linalg.norm(paths[label][:n] - paths[first][:n], axis=1)
            style = {**look(k), "linewidth": 1.5, "markersize": 4.5, "markevery": (k, 5)}
            apart.plot(range(1, n), np.maximum(distance[1:], EQUAL), **style)
        logarithmic(apart, "y")
        apart.set_ylim(EQUAL / 3, 100)
        apart.annotate(translate("0: the same numbers"), (0.02, EQUAL), (0, 5), xycoords=("axes fraction", "data"),
                       textcoords="offset points", fontsize=SMALL, color=QUIET)  # fmt: skip
        apart.set_box_aspect(height_over_width(landscape))
        apart.set(xlabel=translate("update"), ylabel=translate("distance from {label}", label=first.split(":")[0]))
        steps = max(map(len, paths.values())) - 1
        title = translate("{name} in its dialects: {n} updates at lr {lr:g}", name=name, n=steps, lr=lr)
        figure.suptitle(title, x=0.01, ha="left", fontsize=10.5, fontweight="bold")
    return figure
