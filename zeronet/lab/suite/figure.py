"""The performance profile: on what share of the problems each optimizer is within a factor τ of the fastest."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from zeronet.lab.plots.style import QUIET, SMALL, HouseFigure, drawable, house_style, look, shortened
from zeronet.lab.suite.profile import MOST, score
from zeronet.locale import translate


def profile_figure(ratios: Mapping[str, Sequence[float]], problems: Sequence[str]) -> Figure:
    """Draw ρ(τ) for each optimizer.

    ratios: label → one for each problem, as comparison.profile gives them; problems: their names.
    """
    with house_style():
        figure = HouseFigure(figsize=(7, 4.6), dpi=100, layout="constrained")
        axes = figure.subplots()
        for k, (label, each) in enumerate(ratios.items()):
            reached = sorted(ratio for ratio in each if ratio <= MOST)
            x = [1.0, *reached, MOST]
            y = [0.0, *(np.arange(1, len(reached) + 1) / len(each)), len(reached) / len(each)]
            line = {"color": look(k)["color"], "linewidth": 1.8, "linestyle": ["-", "--", "-.", ":"][k % 4]}
            words = f"{drawable(shortened(label, 50))}  {score(each):.2f}"
            axes.step(x, y, where="post", label="_", zorder=3 + 0.01 * k, **line)
            axes.plot([], [], label=words, **line)
            axes.plot(reached, y[1:-1], look(k)["marker"], color=line["color"], markersize=6, zorder=4)
        axes.set(xlim=(0.97, MOST), ylim=(-0.03, 1.05))
        axes.set(
            xlabel=translate("τ: updates to the target, over those of the fastest"),
            ylabel=translate("share of the problems"),
        )
        axes.set_title(translate("Performance profile; area up to τ = {most:g} in the legend", most=MOST))
        axes.legend(frameon=False, fontsize=8.5, loc="lower right")
        figure.suptitle(drawable(shortened(", ".join(problems), 120)), x=0.01, ha="left", fontsize=SMALL, color=QUIET)
    return figure
