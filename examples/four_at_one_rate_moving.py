"""Four optimizers at the same learning rate, 0.3, in motion.

    w ← w − η g          SGD; Momentum adds a velocity; AdaGrad and RMSProp divide by √h

Look at the dots, which make their updates at the same time. Momentum runs ahead and past the minimum. RMSProp starts
with the longest stride, η/√(1 − ρ) = 0.95 in each direction, and arrives first. SGD is slow along the valley, because
the slope is small there. AdaGrad's first step is as long as its learning rate, and each update is shorter: it creeps.
At learning rates that suit each of them the order is different: see four_at_one_rate.py.
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.animation import Motion
from zeronet.lab.plots.landscape import draw_landscape
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import SGD, AdaGrad, Momentum, RMSProp

rate, steps = 0.3, 30
optimizers = [SGD(lr=rate), Momentum(lr=rate), AdaGrad(lr=rate), RMSProp(lr=rate)]
paths = {type(optimizer).__name__: descend(Valley(), optimizer, steps=steps) for optimizer in optimizers}

with house_style():
    looks = {name: look(name) for name in paths}
    figure = new_page(3.4, "At one learning rate RMSProp arrives first and AdaGrad creeps", entries=looks)
    axes = figure.subplots()
    draw_landscape(axes, Valley())
    ways = [axes.plot([], [], **{**looks[name].style, "markersize": 3.5}, zorder=3)[0] for name in paths]
    dots = [
        axes.plot([], [], **{**looks[name].style, "markersize": 9, "markeredgecolor": "black"}, zorder=4)[0]
        for name in paths
    ]
    clock = axes.set_title(f"η = {rate}, update 0", weight="normal")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the layout is final; to compute it for every frame would take long


def move(step: int) -> None:
    """Draw the paths up to an update."""
    clock.set_text(f"η = {rate}, update {step}")
    for way, dot, path in zip(ways, dots, paths.values(), strict=True):
        way.set_data(*path[: step + 1].T)
        dot.set_data(*path[step : step + 1].T)


finish(figure, Motion(figure, move, list(range(steps + 1)), [*ways, *dots, clock]))
