"""Momentum rolls like a ball.

    v ← α v − η g          (6.3)
    w ← w + v              (6.4)

Look at the arrows: the velocity v points along the path, while the push of the slope, −η g, points to the floor of
the valley and bends the velocity. Then look below. The x-part of v is pushed the same way again and again and grows,
although the slope in x is small; its y-part is pushed back and forth and cancels out. So the path swings less often
across the valley than SGD's and goes faster along it. The ball also overshoots: it still has speed at the floor.
(Book, figure 6-5)
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import AZURE, look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, walk
from zeronet.optimizers import Momentum

moments = list(walk(Valley(), Momentum(lr=0.1, momentum=0.9), steps=30))
path = np.array([(m.x, m.y) for m in moments])
velocity = np.array([m.states["v"] for m in moments])
push = velocity[1:] - 0.9 * velocity[:-1]  # −η g, what the slope adds to α v

with house_style():
    domain = ((-8.5, 2.5), (-3, 2.5))
    figure = new_page(
        5.6,
        f"Momentum gathers speed along the valley, {np.abs(velocity[:, 0]).max():.2f} per update, and overshoots",
        [f"η = 0.1, α = 0.9, 30 updates · {contour_words(Valley(), domain)}"],
    )
    plane, below = figure.subplots(2, 1, height_ratios=(2, 1))
    draw_landscape(plane, Valley(), domain)
    draw_path(plane, path, look("Momentum"))
    arrows = {"angles": "xy", "scale_units": "xy", "scale": 0.5, "width": 0.004, "zorder": 3.5}  # twice as long
    plane.quiver(*path[1::2].T, *velocity[1::2].T, color=AZURE, label="velocity v", **arrows)
    plane.quiver(*path[1:-1:2].T, *push[1::2].T, color="black", label="push −η g", **arrows)
    plane.legend(loc="lower right", ncols=2, title="arrows twice as long as the steps they stand for")
    below.plot(velocity[:, 0], color=look("Momentum").colour, marker="o", markersize=3.5, label="along the valley, x")
    below.plot(
        velocity[:, 1], color=look("Momentum").colour, marker="s", markersize=3.5, linestyle="--", label="across, y"
    )
    below.set(xlim=(0, 30), xlabel="update", ylabel="velocity v")
    below.legend(loc="lower right", ncols=2)

finish(figure)
