"""The text of figures: headline, what was trained, settings and outcomes for the legend, the machine."""

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from zeronet.lab.comparison.files import ComparisonFolder, steps_per_epoch
from zeronet.lab.plots.looks import Look, looks_of
from zeronet.lab.runner.analysis.curves import QUARTILES_FROM
from zeronet.lab.runner.analysis.ranking import finished_loss, ranking
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.specs.grammar import word
from zeronet.lab.specs.networks import RESERVED, outputs_of
from zeronet.locale import translate


def drawable(text: str, most: int) -> str:
    """Return text with letters that the figures' fonts have, on one line."""
    from zeronet.lab.plots import style  # only here: tables need no matplotlib, which takes a while to import

    return style.drawable(text, most)


def ended_lowest(finals: Mapping[str, Sequence[float]], what: str, tuned: bool = False) -> str:
    """Return the headline of a comparison: which optimizer ended lowest, which highest.

    finals: label → final losses, infinite for failed runs; what: their name; tuned: whether the statistic is the
    verdict's, the mean logarithm, and not the median.

    >>> ended_lowest({"SGD": [0.5, 0.6, 0.7], "Adam": [0.1, 0.2, math.inf]}, "training loss")
    'Adam ended lowest: training loss 0.2, median of 3 seeds; SGD highest: 0.6'
    """
    middle = finished_loss if tuned else statistics.median
    middles = {label: middle(losses) for label, losses in finals.items() if losses}
    order = ranking(finals) if tuned else sorted(middles, key=middles.__getitem__)
    finite = [label for label in order if math.isfinite(middles.get(label, math.inf))]
    if not finite:
        return translate("Every optimizer failed on at least half of its seeds.")
    seeds, loss = len(finals[finite[0]]), f"{middles[finite[0]]:.3g}"
    over = f"{what} {loss}"
    if seeds > 1:
        text = "{what} {loss}, mean of {n} seeds" if tuned else "{what} {loss}, median of {n} seeds"
        over = translate(text, what=what, loss=loss, n=seeds)
    if len(finals) == 1:
        return translate("{label} ended at: {over}", label=drawable(finite[0], 30), over=over)
    lowest = translate("{label} ended lowest: {over}", label=drawable(finite[0], 30), over=over)
    if len(finite) == 1 or tuned:
        return lowest
    highest = {"label": drawable(finite[-1], 30), "loss": f"{middles[finite[-1]]:.3g}"}
    return lowest + translate("; {label} highest: {loss}", **highest)


def legend_entries(protocol: Mapping[str, Any], outcomes: Mapping[str, Sequence[str]] | None = None) -> dict[str, Look]:
    """Return each optimizer with the settings that its label does not name, and its look: RMSProp lr=0.1  rho 0.9.

    outcomes: label → texts on its runs, to be added.
    """
    entries: dict[str, Look] = {}
    looks = looks_of(protocol["optimizers"])
    for label, settings in ((about["label"], about["settings"]) for about in protocol["optimizers"]):
        named = label.replace(",", " ").split()
        others = {k: v for k, v in settings.items() if settings_words({k: v}).replace(" ", "=") not in named}
        entry = f"{drawable(label, 100)}  {drawable(settings_words(others), 300)}".rstrip()
        entry = " — ".join([entry, *(outcomes or {}).get(label, ())])
        while entry in entries:  # labels that differ only where they are cut
            entry += " "
        entries[entry] = looks[label]
    return entries


def unfinished(data: ComparisonFolder) -> dict[str, list[str]]:
    """Return label → texts that say which of its runs did not finish, and at which step they stopped."""
    return {label: _unfinished(data, label) for label in data.losses}


def _unfinished(data: ComparisonFolder, label: str) -> list[str]:
    losses, seeds, stopped = data.losses[label], data.protocol["seeds"], data.stopped(label)
    if not losses:
        return [translate("no finished step")]
    outcomes = []
    if len(set(stopped.values())) == 1 and len(stopped) == len(seeds):
        outcomes.append(translate("stopped at step {steps}", steps=f"{next(iter(stopped.values())):,}"))
    elif stopped:
        steps = [f"{step:,} ({seeds_named([seed])})" for seed, step in stopped.items()]
        more = translate(" and {n} more", n=len(steps) - 5) if len(steps) > 5 else ""
        outcomes.append(translate("stopped at step {steps}", steps=", ".join(steps[:5]) + more))
    if without := [seed for seed in seeds if seed not in losses]:
        outcomes.append(f"{seeds_named(without)}: {translate('no finished step')}")
    return outcomes


def trained(protocol: Mapping[str, Any]) -> str:
    """Return what was trained, for how long, and on which seeds; without the path of the data."""
    problem, steps = protocol["problem"], protocol["steps"]
    parts = [without_path(problem["source"])]
    if "landscape" in problem:
        parts.append(translate("{n} updates", n=f"{steps:,}"))
    else:
        epochs = steps / steps_per_epoch(protocol)
        parts += [
            networks_words(protocol),
            translate("batches of {n:,}", n=protocol["batch_size"]),
            translate("{steps:,} updates = {epochs:.3g} epochs", steps=steps, epochs=epochs),
        ]
        if averaging := [about["label"] for about in protocol["optimizers"] if about.get("averages")]:
            parts.append(translate("{labels}: training loss at w, evaluated at x", labels=", ".join(averaging)))
    return drawable(" · ".join([*parts, seeds_named(protocol["seeds"])]), 400)


def without_path(source: str) -> str:
    """Return where data are from without the folder, which is of no use elsewhere and may be private.

    >>> without_path("MNIST: 9 training and 4 test images from /home/me/mnist"), without_path("own data from ~/my.npz")
    ('MNIST: 9 training and 4 test images', 'own data from my.npz')
    """
    start, _, place = source.partition(" from ")
    name = re.split(r"[/\\]", place)[-1]
    if not start or name == place:
        return source
    return f"{start} from {name}" if "." in name.strip(".") else start.rstrip(",")


def unit(problem: Mapping[str, Any]) -> str:
    """Return what the examples of a problem are: images or rows."""
    return translate("rows") if problem.get("unit") == "rows" else translate("images")


def guess(problem: Mapping[str, Any]) -> tuple[float, str]:
    """Return the loss of guessing, and what that means.

    >>> guess({"outputs": 1, "variance": 1.0})
    (1.0, 'guessing: the mean')
    """
    if "outputs" in problem:
        return problem["variance"], translate("guessing: the mean")
    return math.log(problem["classes"]), translate("guessing: ln {classes}", classes=problem["classes"])


def band_words(protocol: Mapping[str, Any]) -> str:
    """Return what the band behind a line is."""
    many = len(protocol["seeds"]) >= QUARTILES_FROM
    return translate("their middle half") if many else translate("their range")


def machine(protocol: Mapping[str, Any]) -> str:
    """Return the versions and settings of the machine that the numbers depend on."""
    about = protocol.get("environment") or {}
    names = {"zeronet": protocol.get("zeronet"), "Python": about.get("python"), "NumPy": about.get("numpy")}
    parts = [f"{name} {version}" for name, version in names.items() if version]
    parts += map(str, about.get("blas") or ())
    if (threads := about.get("blas_threads")) is not None:
        parts.append(translate("BLAS threads per run: {n}", n=threads))
    if (flush := about.get("flush_subnormals")) is not None:
        parts.append(translate("subnormals flushed to zero") if flush else translate("subnormals kept"))
    return drawable(" · ".join(parts), 300)


def seeds_named(seeds: Sequence[int]) -> str:
    """Return seed 0, seeds 0, 1, 2, or seeds 0–99.

    >>> seeds_named([7]), seeds_named([0, 1, 2]), seeds_named(range(100)), seeds_named(range(0, 100, 9))
    ('seed 7', 'seeds 0, 1, 2', 'seeds 0–99', 'seeds 0, 9, 18, 27, … (12 seeds)')
    """
    if len(seeds) == 1:
        return translate("seed {seed}", seed=seeds[0])
    if len(seeds) > 5 and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return translate("seeds {seeds}", seeds=f"{seeds[0]}–{seeds[-1]}")
    if len(seeds) <= 10:
        return translate("seeds {seeds}", seeds=", ".join(map(str, seeds)))
    return translate("seeds {seeds}, … ({n} seeds)", seeds=", ".join(map(str, seeds[:4])), n=len(seeds))


def network_words(about: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """Return a network of a protocol in words: its class, the sizes of its layers, its other settings.

    >>> network_words({"class": "TwoLayerNet", "hidden_size": 50}, {"input_size": 784, "classes": 10})
    'TwoLayerNet 784–50–10'
    >>> network_words({"class": "SimpleConvNet", "image_shape": [1, 8, 8], "filters": 5}, {})
    'SimpleConvNet filters 5'
    """
    words = [about["class"].rpartition(":")[2]]
    stacked = ("hidden_size", "hidden_sizes") if about["class"] in ("TwoLayerNet", "MultiLayerNet") else ()
    if hidden := [about[name] for name in stacked if name in about]:
        sizes = hidden[0] if isinstance(hidden[0], list) else hidden
        words.append("–".join(map(str, [problem["input_size"], *sizes, outputs_of(problem)])))
    skipped = {*RESERVED, "image_shape", *stacked}
    words.append(", ".join(f"{name} {word(value)}" for name, value in about.items() if name not in skipped))
    return " ".join(filter(None, words))


def networks_words(protocol: Mapping[str, Any]) -> str:
    """Return the network of a protocol in words, or each of several with its label and size."""
    problem = protocol["problem"]
    if "networks" not in protocol:
        return network_words(protocol["network"], problem)
    words = [
        translate(
            "{label}: {network}, {n:,} parameters",
            label=about["label"],
            network=network_words(about, problem),
            n=about["parameters"],
        )
        for about in protocol["networks"]
    ]
    if _one_optimizer(protocol):  # labels do not name it
        target = str(protocol["optimizers"][0].get("target", "?"))
        words.append(translate("optimizer: {name}", name=target.rpartition(":")[2]))
    return "; ".join(words)


def compared_words(protocol: Mapping[str, Any]) -> str:
    """Return what the labels of a protocol name, for the head of a table."""
    if "networks" not in protocol:
        return translate("optimizer")
    return translate("network") if _one_optimizer(protocol) else translate("network, optimizer")


def _one_optimizer(protocol: Mapping[str, Any]) -> bool:
    return len(protocol["networks"]) == len(protocol["optimizers"])
