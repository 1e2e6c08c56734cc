"""The function that every optimizer of the book descends, seen from above.

    f(x, y) = x²/20 + y²          (6.2)          minimum (0, 0), marked +

Look at the shape of the rings: ellipses, √20 ≈ 4.5 times as long as high, because y counts twenty times as much as
x. Each ring joins places of equal height. Close rings mean a steep slope: it is steep across the valley (in y) and
almost flat along it (in x), and one learning rate has to suit both.
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley

valley = Valley()

with house_style():
    figure = new_page(3.4, "Steep across, almost flat along", [f"f = {valley.equation} · {contour_words(valley)}"])
    draw_landscape(figure.subplots(), valley)

finish(figure)
