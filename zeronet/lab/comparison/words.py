"""The text of legends and footers: settings, outcomes of the runs, the protocol, the machine."""

from collections.abc import Mapping, Sequence
from typing import Any

from zeronet.lab.comparison.files import ComparisonFolder, steps_per_epoch
from zeronet.lab.plots.style import drawable
from zeronet.lab.runner.analysis.summary import settings_words
from zeronet.lab.runner.networks import layer_sizes
from zeronet.locale import translate


def legend_entries(protocol: Mapping[str, Any], outcomes: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """Return each optimizer with the settings that its label does not name: RMSProp lr=0.1  rho 0.9, eps 1e-07.

    outcomes: label → texts on its runs, to be added.
    """
    entries = []
    for label, settings in ((about["label"], about["settings"]) for about in protocol["optimizers"]):
        named = label.replace(",", " ").split()
        others = {k: v for k, v in settings.items() if settings_words({k: v}).replace(" ", "=") not in named}
        entry = f"{drawable(label, 100)}  {drawable(settings_words(others), 300)}".rstrip()
        entries.append(" — ".join([entry, *(outcomes or {}).get(label, ())]))
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


def footer(protocol: Mapping[str, Any], *meaning: str) -> list[str]:
    """Return the paragraphs of the footer: what was trained, what the figure means, and on what machine it was made."""
    problem, steps = protocol["problem"], protocol["steps"]
    trained = [problem["source"]]
    if "landscape" in problem:
        trained.append(translate("{n} updates", n=f"{steps:,}"))
    else:
        epochs = steps / steps_per_epoch(protocol)
        trained += [
            f"{protocol['network']['class']} {layer_sizes(protocol['network'], problem)}",
            translate("batches of {n:,}", n=protocol["batch_size"]),
            translate("{steps:,} steps = {epochs:.3g} epochs", steps=steps, epochs=epochs),
        ]
        if averaging := [about["label"] for about in protocol["optimizers"] if about.get("averages")]:
            trained.append(translate("{labels}: training loss at w, evaluated at x", labels=", ".join(averaging)))
    trained.append(seeds_named(protocol["seeds"]))
    return [drawable(" · ".join(trained), 400), *meaning, machine(protocol)]


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
