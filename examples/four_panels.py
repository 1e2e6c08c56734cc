"""Four optimizers on the valley, each at the learning rate that the book gives it.

    f(x, y) = x²/20 + y²          (6.2)          start (−7, 2), 30 updates

Look at the four ways to the same place: SGD zigzags, because one learning rate is too large for y and too small for x;
Momentum swings like a ball in a bowl; AdaGrad goes straight to the floor and along it; Adam does a little of both.
AdaGrad seems best. But the learning rates were chosen one by one, and with others the order is different (rates.py,
four_at_one_rate.py). (Book, figure 6-8, whose paths have the start and 29 updates)
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import SGD, AdaGrad, Adam, Momentum

optimizers = [SGD(lr=0.95), Momentum(lr=0.1), AdaGrad(lr=1.5), Adam(lr=0.3)]
paths = {type(optimizer).__name__: descend(Valley(), optimizer, steps=30) for optimizer in optimizers}

with house_style():
    ends = {name: float(np.hypot(*path[-1])) for name, path in paths.items()}
    closest = min(ends, key=ends.__getitem__)
    frame = ((-10, 10), (-10, 10))  # the book's
    figure = new_page(
        7,
        f"{closest} ends closest to the minimum, {ends[closest]:.2f} away",
        [f"each at the book's learning rate, 30 updates · {contour_words(Valley(), frame)}"],
    )
    for axes, optimizer in zip(figure.subplots(2, 2).flat, optimizers, strict=True):
        name = type(optimizer).__name__
        draw_landscape(axes, Valley(), frame)
        draw_path(axes, paths[name], look(name))
        axes.set_title(f"{name}, η = {optimizer.lr:g}")

finish(figure)
