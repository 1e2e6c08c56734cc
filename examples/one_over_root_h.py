"""What AdaGrad multiplies the learning rate by: 1/√h.

    h ← h + g ⊙ g          w ← w − η g / √h

Look at both ends of the curve. Where gradients have been small, h is small and 1/√h is large: the step grows. Where
they have been large, h is large and the step shrinks: a gradient ten times as large makes h a hundred times as large
and 1/√h a tenth, so that the first step η g/√h is η long in every direction. And since a square is never negative,
h only grows: every parameter moves along this curve to the right, and never back.
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style

h = np.linspace(0.04, 24, 600)
factor = 1 / np.sqrt(h)
marked = np.array([0.25, 1.0, 4.0, 16.0])

with house_style():
    figure = new_page(3.4, "AdaGrad: the more gradient so far, the shorter the step", ["w ← w − η g / √h"])
    axes = figure.subplots()
    axes.plot(h, factor, color=look("AdaGrad").colour, linewidth=1.5)
    axes.plot(marked, 1 / np.sqrt(marked), look("AdaGrad").marker, color=look("AdaGrad").colour, markersize=6)
    for value in marked:
        text = f"h = {value:g}: η times {1 / np.sqrt(value):g}"
        axes.annotate(text, (value, 1 / np.sqrt(value)), (8, 6), textcoords="offset points")
    axes.axhline(1, color="#555555", linewidth=0.8, linestyle=(0, (6, 4)), zorder=1)
    axes.set(xlim=(0, 24), ylim=(0, 5), xlabel="h, the sum of squared gradients", ylabel="1/√h")

finish(figure)
