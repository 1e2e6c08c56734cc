"""AdaGrad at the learning rate 1.5: straight to the minimum.

    h ← h + g ⊙ g                (6.5)
    w ← w − η g / (√h + ε)       (6.6)

Look at the first point: both coordinates moved by 1.5, although the slope in y is almost six times that in x. Then
look at the bend: y is almost 0 after four updates, while x goes on. The steep direction has filled its h and takes
short steps; the flat one still takes long ones. So the path does not zigzag as that of SGD does. After 30 updates it
is at (−0.12, 0.00).
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import AdaGrad

valley = Valley()
path = descend(valley, AdaGrad(lr=1.5), steps=30)

with house_style():
    contours = contour_words(valley)
    figure = new_page(
        3.4,
        f"AdaGrad goes straight to the minimum: x = {path[-1, 0]:.2f} after 30 updates",
        [f"η = 1.5, 30 updates · {contours}"],
    )
    axes = figure.subplots()
    draw_landscape(axes, valley)
    draw_path(axes, path, look("AdaGrad"))

finish(figure)
