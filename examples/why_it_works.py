"""Why AdaGrad works, and when it stops.

    AdaGrad   h ← h + g ⊙ g                      RMSProp   h ← ρ h + (1 − ρ) g ⊙ g
    both      w ← w − η g / (√h + ε)

Left: 1/√h, by which both multiply η. The other columns: h above, and the effective step η/√h below, at every update.
On the valley (η = 1.5 and 0.3) AdaGrad's effective steps settle, because the gradient vanishes first: h stops
growing, and they stay at 1.18 (x) and 0.36 (y) from update 30 to 1,000. There is no stall. On the slope f = x (η =
0.5 for both) the gradient never vanishes: h = t, and AdaGrad's effective step falls as η/√t for ever, while RMSProp's
tends to η. With noise, as from mini-batches, the gradient never vanishes either, not even at the minimum: AdaGrad's
effective steps fall again, RMSProp's stay near η. Without noise RMSProp has another weakness: when the gradient
vanishes its h forgets, its effective steps grow until it overshoots, and it keeps swinging around the minimum, by
about η/2 to either side.
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import Look, look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style, logarithmic
from zeronet.landscapes import Slope, Valley, walk
from zeronet.optimizers import AdaGrad, RMSProp

rates = {"valley": (1.5, 0.3), "slope": (0.5, 0.5), "noise": (1.5, 0.3)}  # of AdaGrad, of RMSProp
places = {"valley": (Valley(), 0.0), "slope": (Slope(), 0.0), "noise": (Valley(), 1.0)}
titles = {"valley": "valley", "slope": "slope f = x", "noise": "valley, noise"}
walks = {
    (place, type(optimizer).__name__): list(walk(landscape, optimizer, steps=1000, noise=noise))[1:]
    for place, (landscape, noise) in places.items()
    for optimizer in (AdaGrad(lr=rates[place][0]), RMSProp(lr=rates[place][1]))
}
h = {key: np.array([m.states["h"] for m in moments]) for key, moments in walks.items()}
effective = {key: np.array([m.effective_steps for m in moments]) for key, moments in walks.items()}

with house_style():
    lines = {"x": "-", "y": (0, (4, 2))}
    looks = {
        f"{name}, {axis}": Look(look(name).colour, "", line)
        for name in ("AdaGrad", "RMSProp")
        for axis, line in lines.items()
    }
    figure = new_page(
        4.4,
        f"AdaGrad's steps settle on the valley, and stall on the slope: {effective['slope', 'AdaGrad'][-1, 0]:.2g}",
        ["1,000 updates; η = 1.5 and 0.3 on the valley, 0.5 on the slope · above: h, below: the effective step η/√h"],
        entries=looks,
    )
    axes = figure.subplot_mosaic([["root", *(f"{name} {place}" for place in places)] for name in ("h", "rate")])
    axes["root"].plot(np.geomspace(0.01, 100, 200), np.geomspace(0.01, 100, 200) ** -0.5, color="black")
    axes["root"].set(xlabel="h", ylabel="1/√h", title="1/√h")
    for (place, name), states in h.items():
        style = {"color": look(name).colour, "linewidth": 1.2}
        for i, line in enumerate(list(lines.values())[: 1 if place == "slope" else 2]):
            for row, values in (("h", states), ("rate", effective[place, name])):
                axes[f"{row} {place}"].plot(range(1, 1001), values[:, i], linestyle=line, **style)
    for key, panel in axes.items():
        logarithmic(panel, "x")
        logarithmic(panel, "y")
        row, _, place = key.partition(" ")
        if row == "h":
            panel.set(title=titles[place])
        elif row == "rate":
            panel.set(xlabel="update")

finish(figure)
