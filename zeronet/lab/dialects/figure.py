"""The dialects of one optimizer: their paths, and how far apart they are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path, height_over_width
from zeronet.lab.plots.looks import looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import QUIET, SMALL, curve_style, house_style, logarithmic
from zeronet.landscapes import Landscape
from zeronet.locale import translate

EQUAL = 1e-17  # drawn for a distance of 0 on the logarithmic axis


def dialects_figure(name: str, lr: float, landscape: Landscape, paths: Mapping[str, np.ndarray]) -> Figure:
    """Draw the paths, label → (n, 2), from above, and their distances from the first one, update by update.

    name, lr: for the title: the optimizer, and the learning rate of all dialects.
    """
    first, *others = paths
    # All are one optimizer: here a look belongs to a library, whose name is before the colon.
    libraries = {label: label.partition(":")[0] for label in paths}
    looks = looks_of(
        {"label": label, "target": name if label == first else f":{library}"} for label, library in libraries.items()
    )
    distances = {
        label: np.linalg.norm(paths[label][:n] - paths[first][:n], axis=1)
        for label in others
        for n in [min(len(paths[first]), len(paths[label]))]
    }
    with house_style():
        far = max((distance.max() for distance in distances.values()), default=0.0)
        figure = new_page(
            2.0,
            translate("The dialects of {name} are up to {far:.2g} apart", name=name, far=far),
            [
                translate(
                    "{name} in its dialects: {n} updates at lr {lr:g}",
                    name=name,
                    n=max(map(len, paths.values())) - 1,
                    lr=lr,
                )
                + f" · f = {landscape.equation} · {contour_words(landscape)}"
            ],
            entries={label: looks[label] for label in paths},
        )
        plane, apart = figure.subplots(1, 2)
        ring: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 0.8, "linewidth": 0.8}
        draw_landscape(plane, landscape)
        for k, (label, path) in enumerate(paths.items()):
            size = 2.5 + 1.3 * (len(others) - k)  # equal ones show as rings
            draw_path(plane, path, looks[label], **ring | {"markeredgecolor": looks[label].colour, "markersize": size})
        for k, (label, distance) in enumerate(distances.items(), start=1):
            apart.plot(
                range(1, len(distance)),
                np.maximum(distance[1:], EQUAL),
                **curve_style(looks[label]),
                markevery=(k, 5),
            )
        logarithmic(apart, "y")
        apart.set_ylim(EQUAL / 3, 100)
        apart.annotate(translate("0: the same numbers"), (0.02, EQUAL), (0, 5), xycoords=("axes fraction", "data"),
                       textcoords="offset points", fontsize=SMALL, color=QUIET)  # fmt: skip
        apart.set_box_aspect(height_over_width(landscape))
        apart.set(xlabel=translate("update"), ylabel=translate("distance from {label}", label=first.split(":")[0]))
    return figure
