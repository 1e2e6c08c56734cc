"""The performance profile: on what share of the problems each optimizer is within a factor τ of the fastest."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import draw_shares, drawable, house_style
from zeronet.lab.suite.profile import MAX_RATIO, score
from zeronet.locale import translate


def profile_figure(ratios: Mapping[str, Sequence[float]], problems: Sequence[str]) -> Figure:
    """Draw ρ(τ) for each optimizer.

    ratios: label → one per problem, as suite.profile.ratios returns them; problems: their names.
    """
    with house_style():
        entries = [f"{drawable(label, 50)}  {score(values):.2f}" for label, values in ratios.items()]
        figure = new_page(7, 4.4, entries, [drawable(", ".join(problems), 400)])
        axes = figure.subplots()
        for k, values in enumerate(ratios.values()):
            draw_shares(axes, k, [ratio for ratio in values if ratio <= MAX_RATIO], len(values), 1, MAX_RATIO)
        axes.set(xlim=(0.97, MAX_RATIO), xlabel=translate("τ: updates to the target, over those of the fastest"))
        axes.set_ylabel(translate("share of the problems"))
        axes.set_title(translate("Performance profile; area up to τ = {most:g} in the legend", most=MAX_RATIO))
    return figure
