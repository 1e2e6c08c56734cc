"""What the comparison figure says in words: its legend, and the protocol at its foot."""

from collections.abc import Sequence
from typing import Any

from zeronet.lab.comparison.files import ComparisonFolder
from zeronet.lab.plots.style import drawable, shortened
from zeronet.lab.runner.analysis.curves import smoothing_window
from zeronet.lab.runner.problem import layer_sizes
from zeronet.locale import translate


def legend_entry(data: ComparisonFolder, k: int) -> str:
    """Return the k-th optimizer with its settings and what became of its runs: RMSProp  lr 0.001, rho 0.9."""
    optimizer = data.protocol["optimizers"][k]
    label, settings = optimizer["label"], optimizer.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    shown = label.replace(",", " ").split()  # settings that the label already tells
    pairs = [f"{name} {number(value)}" for name, value in settings.items() if f"{name}={number(value)}" not in shown]
    entry = f"{drawable(shortened(label, 100))}  {drawable(shortened(', '.join(pairs), 300))}".rstrip()
    return " — ".join([entry, *fates(data, label)])


def fates(data: ComparisonFolder, label: str) -> list[str]:
    """Say which runs of an optimizer did not finish.

    A run has stopped at step k where its file ends after k rows: it diverged, or its optimizer raised an error.
    """
    losses, seeds, stopped = data.losses[label], data.protocol["seeds"], data.stopped(label)
    if not losses:
        return [translate("no finished step")]
    without = [seed for seed in seeds if seed not in losses]
    said = []
    if stopped and len(set(stopped.values())) == 1 and len(stopped) == len(seeds):
        said.append(translate("stopped at step {steps}", steps=f"{next(iter(stopped.values())):,}"))
    elif stopped:
        each = [f"{step:,} ({seeds_named([seed])})" for seed, step in stopped.items()]
        said.append(translate("stopped at step {steps}", steps=listed(each)))
    if without:
        said.append(f"{seeds_named(without)}: {translate('no finished step')}")
    return said


def footer(data: ComparisonFolder) -> list[str]:
    """Return the paragraphs of the protocol: what was trained, how it was compared and drawn, and on what machine."""
    protocol = data.protocol
    problem, network = protocol["problem"], protocol["network"]
    epochs = data.steps / data.steps_per_epoch
    trained = [
        shortened(problem["source"], 300),
        f"{network['class']} {layer_sizes(network, problem)}",
        translate("batches of {n:,}", n=protocol["batch_size"]),
        translate("{steps:,} steps = {epochs:.3g} epochs", steps=data.steps, epochs=epochs),
        seeds_named(protocol["seeds"]),
    ]
    compared = translate(
        "Every optimizer of a seed starts from the same weights and meets the same batches; {tuning}. Training loss: "
        "of each batch, before its update. {accuracy}.",
        tuning=translate("rates tuned with one budget") if data.tuned else _tuning(protocol["optimizers"]),
        accuracy=translate(
            "Validation accuracy: on {n:,} images of the training set", n=protocol["split"]["validation"]
        )
        if data.tuned
        else translate("Test accuracy: on {n:,} images", n=problem["test"]),
    )
    return [drawable(" · ".join(trained)), compared, drawable(shortened(" · ".join(_machine(protocol)), 300))]


def about_loss(data: ComparisonFolder) -> str:
    """Say what the lines and bands of the loss are."""
    window = smoothing_window(data.steps)
    smoothing = translate("smoothed (Kaiser window of {window} steps, β = 2, narrower at the start)", window=window)
    if len(data.protocol["seeds"]) == 1:
        seed = seeds_named(data.protocol["seeds"])
        return translate("{seed} · line: {smoothing} · pale: each batch", seed=seed, smoothing=smoothing)
    return translate("line: median of the seeds, {smoothing} · pale: their range", smoothing=smoothing)


def about_accuracy(data: ComparisonFolder) -> str:
    """Say what the lines and bands of the accuracy are."""
    seeds = data.protocol["seeds"]
    if len(seeds) == 1:
        return translate("{seed} · not smoothed", seed=seeds_named(seeds))
    return translate("line: median of the seeds · pale: their range")


def _tuning(optimizers: Sequence[dict[str, Any]]) -> str:
    targets = [optimizer.get("target") for optimizer in optimizers]
    distinct = len(set(map(str, targets))) == len(targets)
    return translate("one rate each, not tuned") if distinct else translate("settings as given, not tuned")


def _machine(protocol: dict[str, Any]) -> list[str]:
    where = protocol.get("environment")
    where = where if isinstance(where, dict) else {}
    threads, flush, blas = where.get("blas_threads"), where.get("flush_subnormals"), where.get("blas") or []
    said = [
        f"{name} {protocol_part}"
        for name, protocol_part in (
            ("zeronet", protocol.get("zeronet")),
            ("Python", where.get("python")),
            ("NumPy", where.get("numpy")),
        )
        if protocol_part
    ]
    said += [str(kernel) for kernel in blas] if isinstance(blas, list) else [str(blas)]
    if threads is not None:
        said.append(translate("BLAS threads per run: {n}", n=threads))
    if flush is not None:
        said.append(translate("subnormals flushed to zero") if flush else translate("subnormals kept"))
    return said


def number(value: Any) -> str:
    """Return a setting as short as it can be said exactly: 0.001, 1e-07, 100.

    >>> number(0.001), number(1e-7), number(100.0), number(None), number("x")
    ('0.001', '1e-07', '100', 'None', 'x')
    """
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


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


def listed(words: Sequence[str], most: int = 5) -> str:
    """Join words by commas, and count those beyond the first few."""
    more = translate(" and {n} more", n=len(words) - most) if len(words) > most else ""
    return ", ".join(words[:most]) + more
