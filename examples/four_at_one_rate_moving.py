"""Four optimizers at the same learning rate, 0.3, in motion.

    w ← w − η g          SGD; Momentum adds a velocity; AdaGrad and RMSProp divide by √h

Look at the dots, which make their updates at the same time. Momentum runs ahead and past the minimum. RMSProp starts
with the longest stride, η/√(1 − ρ) = 0.95 in each direction, and arrives first. SGD is slow along the valley, because
the slope is small there. AdaGrad's first step is as long as its learning rate, and each update is shorter: it creeps.
At learning rates that suit each of them the order is different: see four_at_one_rate.py.
"""

from matplotlib.animation import FuncAnimation

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import draw_landscape
from zeronet.lab.plots.style import HouseFigure, house_style, look
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import SGD, AdaGrad, Momentum, RMSProp

rate, steps = 0.3, 30
optimizers = [SGD(lr=rate), Momentum(lr=rate), AdaGrad(lr=rate), RMSProp(lr=rate)]
paths = {type(optimizer).__name__: descend(Valley(), optimizer, steps=steps) for optimizer in optimizers}
frames = [*range(steps + 1), *[steps] * 8]  # the last frame stays for a while

with house_style():
    figure = HouseFigure(figsize=(6.5, 3.8), layout="constrained")
    axes = figure.subplots()
    draw_landscape(axes, Valley())
    ways = [axes.plot([], [], **{**look(k), "markersize": 3.5}, zorder=3)[0] for k in range(len(paths))]
    dots = [
        axes.plot([], [], **{**look(k), "markersize": 9, "markeredgecolor": "black"}, label=name, zorder=4)[0]
        for k, name in enumerate(paths)
    ]
    axes.legend(loc="upper right", ncols=2)
    clock = axes.set_title(f"η = {rate}, update 0", loc="left")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the layout is final; to compute it for every frame would take long


def move(step: int) -> None:
    """Draw the paths up to an update."""
    clock.set_text(f"η = {rate}, update {step}")
    for way, dot, path in zip(ways, dots, paths.values(), strict=True):
        way.set_data(*path[: step + 1].T)
        dot.set_data(*path[step : step + 1].T)


finish(figure, FuncAnimation(figure, move, frames, init_func=lambda: None, interval=200))
