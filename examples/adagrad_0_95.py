"""AdaGrad at the learning rate 0.95, which suits SGD: it does not arrive.

    h ← h + g ⊙ g                (6.5)
    w ← w − η g / (√h + ε)       (6.6)

Look at the points: they lie closer and closer, and end at x = −0.92. The first step is η long in each direction and
all later ones are shorter, since h only grows. A learning rate that suits SGD, whose step is η times the gradient,
need not suit AdaGrad, whose step forgets how large the gradient is. AdaGrad needs a larger one here: with 1.5 it
arrives.
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import AdaGrad

valley = Valley()
path = descend(valley, AdaGrad(lr=0.95), steps=30)

with house_style():
    contours = contour_words(valley)
    figure = new_page(
        3.4,
        f"AdaGrad at η = 0.95 does not arrive: x = {path[-1, 0]:.2f} after 30 updates",
        [f"η = 0.95, 30 updates · {contours}"],
    )
    axes = figure.subplots()
    draw_landscape(axes, valley)
    draw_path(axes, path, look("AdaGrad"))

finish(figure)
