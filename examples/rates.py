"""The learning rate decides.

    AdaGrad:  w ← w − η g / (√h + ε)          SGD on the valley:  x ← (1 − η/10) x,   y ← (1 − 2η) y

Look at each row. AdaGrad takes learning rates from 0.95 to 30: at 0.95 it does not arrive in 30 updates, at 30 it
leaps out of the picture once, fills h with the large gradient there, and comes back. SGD's range ends in a cliff:
each update multiplies y by 1 − 2η, so it shrinks at 0.95 (−0.9), flips between 2 and −2 for ever at 1 (−1), and
diverges exactly when η > 1: at 1.05 (−1.1), |y| is 34.9 after 30 updates.
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path, farthest
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import SMALL, house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import SGD, AdaGrad

runs: list[tuple[AdaGrad | SGD, int]] = [(AdaGrad(lr=0.95), 30), (AdaGrad(lr=1.5), 30), (AdaGrad(lr=30), 10)]
runs += [(SGD(lr=0.95), 30), (SGD(lr=1.0), 30), (SGD(lr=1.05), 30)]
paths = {(type(opt).__name__, opt.lr): descend(Valley(), opt, steps=steps) for opt, steps in runs}

with house_style():
    figure = new_page(
        3.0,
        "AdaGrad arrives at rates from 1.5 to 30; SGD diverges just above 1",
        [f"f = {Valley.equation} · {contour_words(Valley())}"],
    )
    for axes, ((name, lr), path) in zip(figure.subplots(2, 3).flat, paths.items(), strict=True):
        draw_landscape(axes, Valley())
        draw_path(axes, path, look(name))
        axes.set_title(f"{name}, η = {lr:g}\n{len(path) - 1} updates")
        axes.set(xlabel="", ylabel="")
        if (far := farthest(path, Valley.domain)) is not None:
            words = f"as far as\n({far[0]:.2g}, {far[1]:.3g})".replace("-", "−")
            note = axes.text(0.98, 0.95, words, transform=axes.transAxes, ha="right", va="top", fontsize=SMALL)
            note.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 2})

finish(figure)
