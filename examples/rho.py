"""Forgetting: what RMSProp's ρ does.

    h ← ρ h + (1 − ρ) g ⊙ g          w ← w − η g / (√h + ε)

Look at the last picture first. The gradient k updates ago weighs (1 − ρ) ρᵏ in h: recent ones count, old ones fade,
and the memory is about 1/(1 − ρ) updates long. In AdaGrad's h every gradient weighs 1 for ever. Now the paths, all at
η = 0.3: with ρ = 0, h is the last squared gradient alone, every step is η · sign(g), and the path never settles. With
0.5 it still swings about the floor (|y| = 0.15 at the end). With 0.9, f < 0.01 at update 25; with 0.99 at 6; with
0.999 at 4. But a long memory starts empty: the first step is η/√(1 − ρ) in each direction, 9.5 with ρ = 0.999, and
leads to (2.49, −7.49).
"""

import numpy as np

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look, looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style, logarithmic
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import RMSProp

paths = {rho: descend(Valley(), RMSProp(lr=0.3, rho=rho), steps=30) for rho in (0, 0.5, 0.9, 0.99, 0.999)}
ago = np.arange(101)
weights = {rho: (1 - rho) * rho**ago for rho in (0.5, 0.9, 0.99)}

with house_style():
    domain = ((-8, 4), (-8.5, 3.5))
    looks = looks_of({"label": f"RMSProp, ρ = {rho}", "target": "RMSProp"} for rho in weights) | {
        "AdaGrad": look("AdaGrad")
    }
    figure = new_page(
        4.9,
        f"The longer RMSProp remembers, the longer its first step: {-paths[0.999][1, 1]:.1f} down with ρ = 0.999",
        [f"η = 0.3, 30 updates · {contour_words(Valley(), domain)} · below right: what h remembers"],
        entries=looks,
    )
    *planes, memory = figure.subplots(2, 3).flat
    for axes, (rho, path) in zip(planes, paths.items(), strict=True):
        draw_landscape(axes, Valley(), domain)
        axes.set(xlabel="", ylabel="")
        draw_path(axes, path, look("RMSProp"))
        axes.set_title(f"ρ = {rho}, 1/(1 − ρ) = {1 / (1 - rho):.0f}")
    for curve, style in zip([*weights.values(), np.ones(len(ago))], looks.values(), strict=True):
        memory.plot(ago, curve, **curve_style(style), markevery=10)
    logarithmic(memory, "y")
    memory.set(xlim=(0, 100), ylim=(1e-4, 4), xlabel="k, updates ago", ylabel="weight of that g² in h")
    memory.set_box_aspect(1)

finish(figure)
