"""Why AdaGrad works, and when it stops.

    AdaGrad   h ← h + g ⊙ g                      RMSProp   h ← ρ h + (1 − ρ) g ⊙ g
    both      w ← w − η g / (√h + ε)

Left: 1/√h, by which both multiply the rate. The other columns: h above, and the effective rate η/√h below, at every
update. On the valley (η = 1.5 and 0.3) AdaGrad's rates settle, because the gradient dies first: h stops growing, and
the rates stay at 1.18 (x) and 0.36 (y), at update 30 as at 1,000. There is no stall to be seen. On the slope f = x (η =
0.5 for both) the gradient never dies: h = t, and AdaGrad's rate falls as η/√t for ever, while RMSProp's tends to η.
With noise, as mini-batches make it, the gradient never dies either, not even at the minimum: AdaGrad's rates fall
again, RMSProp's stay about η.
Without noise RMSProp has a weakness of its own: where the gradient dies its h forgets, its rates grow until the steps
overshoot, and it ends swinging about the minimum, about η/2 to either side.
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.style import HouseFigure, house_style, logarithmic, look
from zeronet.landscapes import Slope, Valley, walk
from zeronet.optimizers import AdaGrad, RMSProp

rates = {"valley": (1.5, 0.3), "slope": (0.5, 0.5), "noise": (1.5, 0.3)}  # of AdaGrad, of RMSProp
places = {"valley": (Valley(), 0.0), "slope": (Slope(), 0.0), "noise": (Valley(), 1.0)}
titles = {"valley": "valley", "slope": "slope f = x", "noise": "valley, noise N(0, 1)"}
walks = {
    (place, type(optimizer).__name__): list(walk(landscape, optimizer, steps=1000, noise=noise))[1:]
    for place, (landscape, noise) in places.items()
    for optimizer in (AdaGrad(lr=rates[place][0]), RMSProp(lr=rates[place][1]))
}
h = {key: np.array([m.states["h"] for m in moments]) for key, moments in walks.items()}
effective = {key: np.array([m.effective_steps for m in moments]) for key, moments in walks.items()}

with house_style():
    figure = HouseFigure(figsize=(9.4, 4.6), layout="constrained")
    axes = figure.subplot_mosaic([["root", *(f"{name} {place}" for place in places)] for name in ("h", "rate")])
    axes["root"].plot(np.geomspace(0.01, 100, 200), np.geomspace(0.01, 100, 200) ** -0.5, color="black")
    axes["root"].set(xlabel="h", ylabel="1/√h", title="1/√h")
    for (place, name), states in h.items():
        style = {"color": look(2 if name == "AdaGrad" else 3)["color"], "linewidth": 1.2}
        for i, (coordinate, line) in enumerate([("x", "-"), ("y", (0, (4, 2)))][: 1 if place == "slope" else 2]):
            for row, values in (("h", states), ("rate", effective[place, name])):
                axes[f"{row} {place}"].plot(range(1, 1001), values[:, i], linestyle=line, **style,
                                            label=f"{name}, {coordinate}")  # fmt: skip
    for key, each in axes.items():
        logarithmic(each, "x")
        logarithmic(each, "y")
        row, _, place = key.partition(" ")
        if row == "h":
            each.set(title=titles[place], ylabel="h")
        elif row == "rate":
            each.set(xlabel="update", ylabel="η/√h")
    figure.legend(handles=axes["rate valley"].get_lines(), loc="outside lower center", ncols=4, frameon=False)

finish(figure)
