"""The performance profile: on what share of the problems each optimizer is within a factor τ of the fastest."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import drawable, house_style, look, shortened
from zeronet.lab.suite.profile import MOST, score
from zeronet.locale import translate


def profile_figure(ratios: Mapping[str, Sequence[float]], problems: Sequence[str]) -> Figure:
    """Draw ρ(τ) for each optimizer.

    ratios: label → one for each problem, as comparison.profile gives them; problems: their names.
    """
    with house_style():
        entries = [f"{drawable(shortened(label, 50))}  {score(each):.2f}" for label, each in ratios.items()]
        figure = new_page(7, 4.4, entries, [drawable(shortened(", ".join(problems), 400))])
        axes = figure.subplots()
        for k, each in enumerate(ratios.values()):
            reached = sorted(ratio for ratio in each if ratio <= MOST)
            x = [1.0, *reached, MOST]
            y = [0.0, *(np.arange(1, len(reached) + 1) / len(each)), len(reached) / len(each)]
            line = {"color": look(k)["color"], "linewidth": 1.8, "linestyle": ["-", "--", "-.", ":"][k % 4]}
            axes.step(x, y, where="post", zorder=3 + 0.01 * k, **line)
            axes.plot(reached, y[1:-1], look(k)["marker"], color=line["color"], markersize=6, zorder=4)
        axes.set(xlim=(0.97, MOST), ylim=(-0.03, 1.05))
        axes.set(
            xlabel=translate("τ: updates to the target, over those of the fastest"),
            ylabel=translate("share of the problems"),
        )
        axes.set_title(translate("Performance profile; area up to τ = {most:g} in the legend", most=MOST))
    return figure
