"""The sentences of a verdict."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zeronet.lab.comparison.words import networks_words, unit
from zeronet.lab.runner.analysis.pairwise import Pair, detectable, seeds_needed, typical_spread
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.locale import translate


def pair_sentence(pair: Pair, what: str, others: Mapping[str, Pair], margin: float, seeds: int) -> str:
    """Return the outcome of a pair, its intervals, and how often the better one ends lower.

    what: the metric of the verdict; others: name of another metric → the same pair by it.
    """
    if pair.better == pair.b:  # name the better one first
        pair, others = pair.turned(), {name: other.turned() for name, other in others.items()}
    a, b = pair.a, pair.b
    if seeds == 1:
        return translate("{a} and {b}: cannot tell from one seed.", a=a, b=b)
    if pair.difference == pair.low == pair.high == 0:
        return translate("{a} and {b}: equal, every difference is exactly 0.", a=a, b=b)
    outcome = outcome_words(pair.outcome, a, margin)
    wins = translate(
        "a random run of {a} beats one of {b} {wins:.0%} of the time ({low:.0%} to {high:.0%})",
        a=a,
        b=b,
        wins=pair.wins,
        low=pair.wins_low,
        high=pair.wins_high,
    )
    if any(pair.failed):
        failed = zip((a, b), pair.failed, strict=True)
        counts = ", ".join(
            translate("{n} of {m} runs of {label} failed", n=n, m=seeds, label=x) for x, n in failed if n
        )
        return translate(
            "{a} and {b}: {outcome}; {counts}: compared by ranks; {wins}.",
            **{"a": a, "b": b, "outcome": outcome, "counts": counts, "wins": wins},
        )
    if pair.outcome == "equal" and pair.high is not None and pair.low is not None and pair.high < 0:
        ahead = {"a": a, "low": -100 * math.expm1(pair.high), "high": -100 * math.expm1(pair.low)}
        outcome += translate(" ({a} ahead by {low:.2g} to {high:.2g} %)", **ahead)
    metrics = [f"{translate(name)} {_ratio_words(other)}" for name, other in {what: pair, **others}.items()]
    return translate(
        "{a} and {b}: {outcome}; {a}'s over {b}'s: {metrics}; {wins}.",
        a=a,
        b=b,
        outcome=outcome,
        metrics=", ".join(metrics),
        wins=wins,
    )


def outcome_words(outcome: str, better: str, margin: float) -> str:
    """Return an outcome in words."""
    return {
        "wins": translate("{a} wins", a=better),
        "equal": translate("equal within {margin:.3g} %", margin=100 * margin),
        "cannot tell": translate("cannot tell"),
    }[outcome]


def contradictions(what: str, pairs: Iterable[Pair], others: Iterable[Mapping[str, Pair]]) -> list[str]:
    """Return a sentence for each pair that two metrics order in opposite ways, both beyond chance."""
    sentences = []
    for pair, by_metric in zip(pairs, others, strict=True):
        winners = {name: one.better for name, one in {what: pair, **by_metric}.items() if one.outcome == "wins"}
        if len(set(winners.values())) > 1:
            each = ", ".join(
                translate("by {metric} {winner} wins", metric=translate(name), winner=winner)
                for name, winner in winners.items()
            )
            sentences.append(translate("{a} and {b}: {each}.", a=pair.a, b=pair.b, each=each))
    return sentences


def sensitivity(losses: Mapping[str, Sequence[float]], margin: float) -> list[str]:
    """Return a sentence on which differences these seeds could have shown, from the spread that was measured."""
    spread = typical_spread(losses)
    if not spread:
        return []
    whole = [values for values in losses.values() if all(map(math.isfinite, values))]
    pairs, seeds = math.comb(len(whole), 2), len(whole[0])
    seen = 100 * math.expm1(detectable(seeds, pairs) * spread)
    size = f"{seen:.2g}" if seen < 10 else f"{seen:,.0f}"
    text = translate("{n} seeds see differences of {size} % or more here in 4 of 5 comparisons", n=seeds, size=size)
    if seen <= 100 * margin:
        return [f"{text}{translate('.')}"]
    needed = seeds_needed(math.log1p(margin) / spread, pairs)
    more = translate("more than 10,000") if needed is None else f"{needed:,}"
    return [text + translate("; {margin:.3g} % would need {more}.", margin=100 * margin, more=more)]


def known_to(label: str, lr: float, factor: float) -> str:
    """Return how well the best learning rate of an optimizer is known."""
    if math.isinf(factor):
        return translate(
            "The best learning rate of {label}, {lr:.4g}, is at the edge of those tried: look further.",
            label=label,
            lr=lr,
        )
    return translate(
        "The best learning rate of {label}, {lr:.4g}, is known to a factor of {factor:.2f}: look closer.",
        label=label,
        lr=lr,
        factor=factor,
    )


def conditions(protocol: Mapping[str, Any]) -> str:
    """Return what the verdict is conditional on: problem, network, batch size, steps, schedules, searched settings."""
    problem, tuning = protocol["problem"], protocol["tuning"]
    parts = [problem["name"]]
    if "landscape" not in problem:
        parts += [
            translate("{n:,} training {unit}", n=protocol["split"]["train"], unit=unit(problem)),
            networks_words(protocol),
            translate("batches of {n:,}", n=protocol["batch_size"]),
        ]
    parts.append(translate("{steps:,} steps", steps=protocol["steps"]))
    schedules = {about["settings"].get("schedule") for about in protocol["optimizers"]}
    names = sorted(translate("constant") if name is None else str(name) for name in schedules)
    parts.append(translate("learning rates: {schedules}", schedules=", ".join(names)))
    over = sorted({name for variants in tuning["over"].values() for variant in variants for name in variant})
    return translate(
        "This holds for {parts}; searched: {searched}, with {budget} trials each on {n} other seeds, every seed with "
        "its own first weights, batches{split}.",
        parts=", ".join(parts),
        searched=", ".join(["lr", *over]),
        budget=tuning["budget"],
        n=len(tuning["seeds"]),
        split=translate(" and validation {unit}", unit=unit(problem)) if "landscape" not in problem else "",
    )


def method(what: str, others: Sequence[str], late: float | None) -> str:
    """Return how the numbers were made."""
    text = translate(
        "Means and ratios: of logarithms, over the seeds; intervals: 95 %, for all pairs together; wins: Holm."
    )
    if others:
        text += translate(
            " {what}: after the last step, not used for any choice; {validation}: mean of the last tenth.",
            what=what[:1].upper() + what[1:],
            validation=translate(next(iter(others))),
        )
    if late is not None:
        text += translate(" Steps: until the target is reached and kept, at most {late:g} too many.", late=late)
    return text


def busy() -> str:
    """Return the warning that times were measured beside other programs."""
    return translate("The machine was busy while the time of a step was measured: do not rely on the seconds.")


def searched_settings(protocol: Mapping[str, Any], label: str) -> str:
    """Return the learning rate, its schedule and the other settings that were searched; the rest is in summary.csv."""
    settings = next(about["settings"] for about in protocol["optimizers"] if about["label"] == label)
    over = [name for variant in protocol["tuning"]["over"].get(label, ()) for name in variant]
    names = [name for name in dict.fromkeys(["lr", "schedule", *over]) if name in settings]
    short = {name: float(f"{v:.4g}") if isinstance(v := settings[name], float) else v for name in names}
    return settings_words(short)


def _ratio_words(pair: Pair) -> str:
    if pair.low is None or pair.high is None:
        return "-"
    return translate(
        "{ratio} ({low} to {high})",
        **{name: _ratio(value) for name, value in (("ratio", pair.difference), ("low", pair.low), ("high", pair.high))},
    )


def _ratio(difference: float) -> str:
    """Return the factor that a difference of logarithms means, with 3 decimals unless it is very small or large."""
    ratio = math.exp(min(difference, 700))
    return f"{ratio:.3f}" if 0.01 <= ratio < 1000 else f"{ratio:.2g}"
