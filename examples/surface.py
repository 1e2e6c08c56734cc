"""The valley as a surface, and as a map.

    f(x, y) = x²/20 + y²          (6.2)

Look at the surface from its end: a gutter, steep at the sides and almost flat along its floor. The map on the right
shows the same heights as rings. An optimizer sees neither picture; it only feels the slope under it.
(Book, figure 6-1)
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley

valley = Valley()
x, y = np.meshgrid(np.linspace(-10, 10, 21), np.linspace(-10, 10, 21))
height = valley(x, y)

with house_style():
    domain = ((-10, 10), (-10, 10))
    figure = new_page(3.4, "A gutter, steep at the sides", [f"f = {valley.equation} · {contour_words(valley, domain)}"])
    surface = figure.add_subplot(1, 2, 1, projection="3d")
    surface.plot_surface(x, y, height, color="#CFE3F7", edgecolor="#4A4A4A", linewidth=0.25, antialiased=True)
    surface.view_init(elev=32, azim=-62)
    surface.set(xlabel="x", ylabel="y", zlabel="f", xticks=range(-10, 11, 5), yticks=range(-10, 11, 5))
    plane = figure.add_subplot(1, 2, 2)
    draw_landscape(plane, valley, domain)

finish(figure)
