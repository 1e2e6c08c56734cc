"""SGD zigzags.

    w ← w − η g          (6.1)

Look at y: it changes its sign at every update. Here g = (x/10, 2y), so an update multiplies x by 1 − η/10 = 0.905 and
y by 1 − 2η = −0.9. The valley is so steep across that a step goes past its floor, and so flat along that the same
learning rate barely moves x. A smaller one would stop the zigzag and make x slower still; above η = 1 the factor of y
is below −1, and y diverges. (Book, figure 6-3)
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import SGD

valley = Valley()
path = descend(valley, SGD(lr=0.95), steps=30)

with house_style():
    contours = contour_words(valley)
    figure = new_page(
        3.4,
        f"SGD zigzags: after 30 updates at y = {path[-1, 1]:.2f}, x = {path[-1, 0]:.2f}",
        [f"η = 0.95, 30 updates · {contours}"],
    )
    axes = figure.subplots()
    draw_landscape(axes, valley)
    draw_path(axes, path, look("SGD"))

finish(figure)
