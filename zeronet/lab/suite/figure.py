"""The performance profile: on what share of the problems each optimizer is within a factor τ of the fastest."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from zeronet.lab.plots.looks import Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import draw_shares, drawable, house_style
from zeronet.lab.suite.profile import MAX_RATIO, score
from zeronet.locale import translate


def profile_figure(ratios: Mapping[str, Sequence[float]], problems: Sequence[str], looks: Mapping[str, Look]) -> Figure:
    """Draw ρ(τ) for each optimizer.

    ratios: label → one per problem, as suite.profile.ratios returns them; problems: their names; looks: label → look.
    """
    with house_style():
        areas = {label: score(values) for label, values in ratios.items()}
        first = max(areas, key=areas.__getitem__)
        figure = new_page(
            3.6,
            translate(
                "{label} has the largest area over {n} problems: {area:.2f}",
                label=drawable(first, 30),
                n=len(problems),
                area=areas[first],
            ),
            [
                drawable(", ".join(problems), 400),
                translate("Performance profile; area up to τ = {most:g} in the legend", most=MAX_RATIO),
            ],
            entries={f"{drawable(label, 50)}  {area:.2f}": looks[label] for label, area in areas.items()},
        )
        axes = figure.subplots()
        for label, values in ratios.items():
            draw_shares(
                axes, looks[label], [ratio for ratio in values if ratio <= MAX_RATIO], len(values), 1, MAX_RATIO
            )
        axes.set(xlim=(0.97, MAX_RATIO), xlabel=translate("τ: updates to the target, over those of the fastest"))
        axes.set_ylabel(translate("share of the problems"))
    return figure
