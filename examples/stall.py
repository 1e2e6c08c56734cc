"""AdaGrad stalls on a slope that never ends, and RMSProp does not.

    f = x,  g = 1 for ever:          AdaGrad  h = t,         step η/√t
                                     RMSProp  h = 1 − ρᵗ,    step η/√(1 − ρᵗ) → η

Look at the two lines: both axes are logarithmic, and AdaGrad's step falls along a straight line with the slope −1/2.
With η = 0.5 it is 0.5, 0.158, 0.05 and 0.0158 long at update 1, 10, 100 and 1,000, although the slope is the same at
every place. RMSProp's h is a mean and not a sum: it tends to 1, and the step to η. RMSProp's first steps are longer,
because its h starts at 0.
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.style import HouseFigure, house_style, logarithmic, look
from zeronet.landscapes import Slope, descend
from zeronet.optimizers import AdaGrad, RMSProp

optimizers = {"AdaGrad": AdaGrad(lr=0.5), "RMSProp": RMSProp(lr=0.5, rho=0.9)}
paths = {name: descend(Slope(), optimizer, steps=1000) for name, optimizer in optimizers.items()}
lengths = {name: -np.diff(path[:, 0]) for name, path in paths.items()}
update = np.arange(1, 1001)

with house_style():
    figure = HouseFigure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    for k, (name, length) in enumerate(lengths.items(), start=2):
        axes.plot(update, length, **{**look(k), "markersize": 6}, markevery=[0, 9, 99, 999], label=name)
    for t in (1, 10, 100, 1000):
        length = lengths["AdaGrad"][t - 1]
        axes.annotate(f"{length:.3g}", (t, length), (-4, -12), textcoords="offset points", ha="right")
    logarithmic(axes, "x")
    logarithmic(axes, "y")
    axes.set(xlim=(0.6, 1300), ylim=(0.008, 3), xlabel="update t", ylabel="length of the step")
    axes.legend(loc="lower left")
    axes.set_title("On the slope f = x, η = 0.5", loc="left")

finish(figure)
