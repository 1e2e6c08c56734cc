"""Four optimizers at the same learning rate, 0.3: RMSProp is first, and AdaGrad creeps.

    AdaGrad   h ← h + g ⊙ g                      RMSProp   h ← ρ h + (1 − ρ) g ⊙ g
    both      w ← w − η g / (√h + ε)

Look at where the paths end after 30 updates: x is −4.38 for AdaGrad, −2.81 for SGD, −0.26 for Momentum, −0.15 for
RMSProp. On the right, RMSProp is the first with f < 0.01, at update 25; Momentum gets there at 44, SGD at 91, AdaGrad
not within 200. AdaGrad's h is a sum and only grows, so its steps only shrink; RMSProp's is a mean that forgets.

That is true at this learning rate, and not the whole truth. At the book's own learning rates the order is reversed:
AdaGrad at 1.5 arrives at update 20, RMSProp at 0.3 at 25. AdaGrad needs a larger one, since it divides by the root of a
sum and RMSProp by the root of a mean. Nor is RMSProp better at every common learning rate: at 0.1 and 0.5 it is far
ahead, but at 1.0 and 1.5 it keeps swinging around the minimum while AdaGrad settles.
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_heights, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import SGD, AdaGrad, Momentum, RMSProp

valley, rate, steps = Valley(), 0.3, 30
optimizers = [SGD(lr=rate), Momentum(lr=rate), AdaGrad(lr=rate), RMSProp(lr=rate)]
paths = {type(optimizer).__name__: descend(valley, optimizer, steps=steps) for optimizer in optimizers}
heights = {name: valley(*path.T) for name, path in paths.items()}


def arrival(optimizer: object, within: int = 200) -> int | None:
    """Return the first update after which f < 0.01, or None."""
    low = valley(*descend(valley, optimizer, steps=within).T) < 0.01
    return int(np.argmax(low)) if low.any() else None


at_one_rate = {type(optimizer).__name__: arrival(optimizer) for optimizer in optimizers}
at_own_rates = {"AdaGrad": arrival(AdaGrad(lr=1.5)), "RMSProp": arrival(RMSProp(lr=0.3))}

with house_style():
    at_one, at_own = (", ".join(f"{name} {n or 'not in 200'}" for name, n in arrivals.items())
                      for arrivals in (at_one_rate, at_own_rates))  # fmt: skip
    looks = {name: look(name) for name in paths}
    figure = new_page(
        2.3,
        f"At one learning rate RMSProp is first (update {at_one_rate['RMSProp']}); at its own, AdaGrad "
        f"({at_own_rates['AdaGrad']})",
        [f"η = {rate}, {steps} updates · f = {valley.equation} · {contour_words(valley)}"],
        [f"first update with f < 0.01:   η = {rate}: {at_one}   ·   η = 1.5 and 0.3: {at_own}"],
        {f"{name}, x = {path[-1, 0]:.2f}".replace("-", "−"): looks[name] for name, path in paths.items()},
    )
    plane, against_step = figure.subplots(1, 2)
    draw_landscape(plane, valley)
    for name, path in paths.items():
        draw_path(plane, path, looks[name])
    draw_heights(against_step, valley, heights, looks, 0.01)
    against_step.set(xlim=(0, steps), ylim=(1e-3, 20), ylabel="f")

finish(figure)
