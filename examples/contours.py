"""The function that every optimizer of the book descends, seen from above.

    f(x, y) = x²/20 + y²          (6.2)          minimum (0, 0), marked +

Look at the shape of the rings: ellipses, √20 ≈ 4.5 times as long as high, because y counts twenty times as much as
x. Each ring joins places of equal height. Close rings mean a steep slope: it is steep across the valley (in y) and
almost flat along it (in x), and one learning rate has to suit both.
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import draw_landscape
from zeronet.lab.plots.style import HouseFigure, house_style
from zeronet.landscapes import Valley

valley = Valley()

with house_style():
    figure = HouseFigure(figsize=(6.5, 3.8), layout="constrained")
    axes = figure.subplots()
    draw_landscape(axes, valley)
    axes.set_title(f"f = {valley.equation}", loc="left")

finish(figure)
