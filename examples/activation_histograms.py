"""First weights and activations: what arrives at the fifth layer of a network that has not learned anything.

    1,000 examples of 100 numbers ~ N(0, 1)          five layers of 100, no bias: a ← f(a W), W ~ s · N(0, 1)

Each panel has the activations of layer 1 (above) to 5 (below), and their standard deviation at the right. s = 1: the
sigmoid and tanh sit at their ends, where their derivative is 0, and the ReLU explodes; what lies above 3 is in its last
bin. s = 0.01: all units of a layer give nearly the same, so that 100 units say no more than one. Xavier's √(1/n) keeps
tanh spread out, but under ReLU, which drops half, the spread shrinks layer by layer; He's √(2/n) keeps it.
(Book, section 6.2.2)
"""

import numpy as np

from zeronet import He, Normal, ReLU, Sigmoid, Tanh, Xavier, stream
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import AZURE, CORAL, OLIVE
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import QUIET, house_style
from zeronet.locale import translate

inits = {"s = 1": Normal(1.0), "s = 0.01": Normal(0.01), "Xavier, √(1/n)": Xavier(), "He, √(2/n)": He()}
functions = {"sigmoid": (Sigmoid(), (0, 1), AZURE), "tanh": (Tanh(), (-1, 1), OLIVE), "ReLU": (ReLU(), (0, 3), CORAL)}
activations: dict[tuple[str, str], list[np.ndarray]] = {}
for name, (f, _, _) in functions.items():
    for init_name, init in inits.items():
        a, rng = stream(0, "noise").standard_normal((1000, 100)), stream(0, "weights")
        activations[name, init_name] = layers = []
        for _ in range(5):
            a = f.forward(a @ init(rng, (100, 100)))
            layers.append(a)
spreads = {key: [float(a.std()) for a in layers] for key, layers in activations.items()}

with house_style():
    figure = new_page(
        6.2,
        translate(
            "ReLU, layer 5: He's weights keep σ at {he:.2g}; Xavier's leave {xavier:.2g}, s = 0.01 {small:.1g}",
            he=spreads["ReLU", "He, √(2/n)"][-1],
            xavier=spreads["ReLU", "Xavier, √(1/n)"][-1],
            small=spreads["ReLU", "s = 0.01"][-1],
        ),
        [
            translate("from above: layers 1 to 5, histograms of 30 bins, each as high as its fullest bin · number: σ"),
            translate("ReLU: bars without the zeros; what lies above 3 is in the last bin"),
        ],
    )
    panels = figure.subplots(3, 4)
    for row, (name, (_, limits, colour)) in zip(panels, functions.items(), strict=True):
        for axes, init_name in zip(row, inits, strict=True):
            for k, layer in enumerate(activations[name, init_name]):
                shown = np.clip(layer[layer > 0] if name == "ReLU" else layer, *limits)
                counts, edges = np.histogram(shown, 30, limits)
                axes.stairs(0.85 * counts / counts.max() - k, edges, baseline=-k, fill=True, color=colour)
                sigma = spreads[name, init_name][k]
                text = f"{sigma:.2g}" if sigma < 100 else f"{sigma:,.0f}"
                axes.annotate(text, (1, 0.3 - k), xycoords=("axes fraction", "data"), ha="right", color=QUIET)
            low, high = limits
            axes.set(
                yticks=[], ylim=(-4.05, 1), xlim=(low, high + 0.55 * (high - low)), xticks=[low, (low + high) / 2, high]
            )
            axes.grid(False)
    for axes, init_name in zip(panels[0], inits, strict=True):
        axes.set_title(init_name)
    for axes, name in zip(panels[:, 0], functions, strict=True):
        axes.set_ylabel(name)

finish(figure)
