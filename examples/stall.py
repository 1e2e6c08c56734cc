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
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style, logarithmic
from zeronet.landscapes import Slope, descend
from zeronet.optimizers import AdaGrad, RMSProp

optimizers = {"AdaGrad": AdaGrad(lr=0.5), "RMSProp": RMSProp(lr=0.5, rho=0.9)}
paths = {name: descend(Slope(), optimizer, steps=1000) for name, optimizer in optimizers.items()}
lengths = {name: -np.diff(path[:, 0]) for name, path in paths.items()}
update = np.arange(1, 1001)

with house_style():
    figure = new_page(
        3.5,
        "AdaGrad's step after 1,000 updates is {AdaGrad:.2g}, RMSProp's {RMSProp:.2g}".format(
            **{name: length[-1] for name, length in lengths.items()}
        ),
        ["on the slope f = x, η = 0.5"],
        entries={name: look(name) for name in lengths},
    )
    axes = figure.subplots()
    for name, length in lengths.items():
        axes.plot(update, length, **curve_style(look(name)), markevery=[0, 9, 99, 999])
    for t in (1, 10, 100, 1000):
        length = lengths["AdaGrad"][t - 1]
        axes.annotate(f"{length:.3g}", (t, length), (-4, -12), textcoords="offset points", ha="right")
    logarithmic(axes, "x")
    logarithmic(axes, "y")
    axes.set(xlim=(0.6, 1300), ylim=(0.008, 3), xlabel="update", ylabel="length of the step")

finish(figure)
