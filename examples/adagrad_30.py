"""AdaGrad at the learning rate 30, twenty times too large: it still arrives, after ten updates.

    h ← h + g ⊙ g                (6.5)
    w ← w − η g / (√h + ε)       (6.6)

Look at the first step: it is η long in each direction, whatever the gradient, and leads from (−7, 2) to (23, −28).
There the gradient is large, and its square stays in h: from now on the effective steps 30/√h are about 12 in x and 0.5
in y, and each update multiplies x by about −0.2 and y by about −0.07. So a learning rate that is far too large spoils
one step and then corrects itself. SGD would diverge with it.
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import AdaGrad

valley = Valley()
path = descend(valley, AdaGrad(lr=30), steps=10)

with house_style():
    contours = contour_words(valley, domain=((-12, 28), (-31, 9)))
    figure = new_page(
        4.6,
        f"AdaGrad leaps to ({path[1, 0]:.0f}, {path[1, 1]:.0f}), and still arrives: x = {path[-1, 0]:.5f}",
        [f"η = 30, 10 updates · {contours}"],
    )
    axes = figure.subplots()
    draw_landscape(axes, valley, domain=((-12, 28), (-31, 9)))
    draw_path(axes, path, look("AdaGrad"))

finish(figure)
