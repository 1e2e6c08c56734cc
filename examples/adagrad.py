"""AdaGrad gives each coordinate its own step.

    h ← h + g ⊙ g                (6.5)
    w ← w − η g / (√h + ε)       (6.6)

Look at the effective steps η/√h below: x, along which the slope is gentle, gets 2.1, and y, along which it is steep,
gets 0.4, so that the first update moves both by η = 1.5. Both fall, since h only grows; and both settle, because the
gradient vanishes at the minimum and h stops growing. So the path above goes straight to the floor of the valley and
follows it.
(Book, figure 6-6)
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, walk
from zeronet.optimizers import AdaGrad

moments = list(walk(Valley(), AdaGrad(lr=1.5), steps=30))
path = np.array([(m.x, m.y) for m in moments])
steps = np.array([m.effective_steps for m in moments[1:]])  # η/√h; there is none before the first update

with house_style():
    figure = new_page(
        5.2,
        f"AdaGrad's steps settle at {steps[-1, 0]:.2f} along the valley and {steps[-1, 1]:.2f} across",
        [f"η = 1.5, 30 updates · {contour_words(Valley())}"],
    )
    plane, below = figure.subplots(2, 1, height_ratios=(2, 1))
    draw_landscape(plane, Valley())
    draw_path(plane, path, look("AdaGrad"))
    updates = range(1, len(path))
    below.plot(
        updates, steps[:, 0], color=look("AdaGrad").colour, marker="o", markersize=3.5, label="along the valley, x"
    )
    below.plot(
        updates,
        steps[:, 1],
        color=look("AdaGrad").colour,
        marker="s",
        markersize=3.5,
        linestyle="--",
        label="across, y",
    )
    below.set(xlim=(0, 30), ylim=(0, 2.3), xlabel="update", ylabel="effective step η/√h")
    below.legend(loc="upper right", ncols=2)

finish(figure)
