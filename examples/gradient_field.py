"""Where the slope points, and where the minimum is.

    −∇f = (−x/10, −2y)

Look at the arrows: except near the axes, they point at the floor of the valley and not at the minimum. An arrow is at
right angles to its contour, and the contours are not circles. At the start (−7, 2), −∇f and the direction of the
minimum are 64° apart. SGD follows the arrows, so it runs across the valley, past the floor, and back again: it zigzags.
(Book, figure 6-2)
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape
from zeronet.lab.plots.looks import AZURE, CORAL
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley

valley = Valley()
x, y = np.meshgrid(np.arange(-9.0, 10.0, 1.5), np.arange(-4.5, 5.0, 0.75))
down = -np.array(valley.gradient(x, y))

start = np.array(valley.start)
slope_there = -np.array(valley.gradient(*start))
to_minimum = valley.minima[0] - start
cosine = slope_there @ to_minimum / (np.linalg.norm(slope_there) * np.linalg.norm(to_minimum))
angle = float(np.degrees(np.arccos(cosine)))

with house_style():
    figure = new_page(
        3.5,
        f"−∇f does not point at the minimum: at (−7, 2) it is {angle:.0f}° off",
        [f"f = {valley.equation} · {contour_words(valley)} · grey: −∇f, its length in proportion"],
    )
    axes = figure.subplots()
    draw_landscape(axes, valley)
    axes.quiver(x, y, *down, color="#6E6E6E", angles="xy", scale_units="xy", scale=14, width=0.0025, zorder=2)
    for way, colour, name in ((slope_there, CORAL, "−∇f"), (to_minimum, AZURE, "to the minimum")):
        arrow = 2.5 * way / np.linalg.norm(way)  # both of one length: only their directions are compared
        axes.quiver(*start, *arrow, color=colour, angles="xy", scale_units="xy", scale=1, width=0.006,
                    zorder=4, label=name)  # fmt: skip
    axes.plot(*start, "o", color="white", markeredgecolor="black", markersize=6, zorder=5)
    axes.legend(loc="upper right", ncols=2)

finish(figure)
