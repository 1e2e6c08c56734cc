"""A comparison as one page for the browser: curves to look into, the table, and the verdict."""

import html
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.files import write_text
from zeronet.lab.comparison.files import read_curves, read_evaluations
from zeronet.lab.comparison.words import band_words, legend_entries, machine, trained
from zeronet.lab.plots.looks import looks_of
from zeronet.lab.runner.analysis import curves
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.protocol import read_protocol
from zeronet.lab.web.page import page, script_json, svg_look
from zeronet.locale import current_language, translate

Rows = Mapping[str, Mapping[int, np.ndarray]]


def write_report(folder: Path, name: str, table: Any, sentences: Sequence[str]) -> None:
    """Write the page beside the files of a comparison, from which it is made.

    Parameters
    ----------
    folder : Path
        Of protocol.json, curves.csv and, for networks, evaluations.csv.
    name : str
        Of the page's file.
    table
        With records(): header and rows.
    sentences : sequence of str
        What follows from the table.
    """
    protocol = read_protocol(folder / "protocol.json")
    labels = [about["label"] for about in protocol["optimizers"]]
    verdict = "tuning" in protocol
    parts = {
        "lang": current_language(),
        "title": html.escape(f"{protocol['problem']['name']}: {', '.join(labels)}"),
        "summary": html.escape(trained(protocol)),
        "band": html.escape(band_words(protocol)),
        "table": _table(*table.records()),
        "verdict_name": html.escape(translate("Verdict") if verdict else translate("How to read it")),
        "verdict": "\n".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences),
        "machine": html.escape(machine(protocol)),
        "data": script_json(_data(folder, protocol)),
    }
    write_text(folder / name, page("report.html", ["chart.js", "report.js"], parts))


def _data(folder: Path, protocol: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page's script draws: looks, and the curves with their bands."""
    entries = dict(zip(looks_of(protocol["optimizers"]), legend_entries(protocol), strict=True))
    looks = looks_of(protocol["optimizers"])
    losses = read_curves(folder, protocol)
    window = curves.smoothing_window(protocol["steps"])
    classifies = problem_of(protocol["problem"]).classifies
    name = translate("training loss") if classifies else "f − f_min"
    charts: list[dict[str, Any]] = [
        {"name": name, "loss": True, "series": _losses(losses, window if classifies else 1)}
    ]
    if classifies:
        accuracy = translate("validation accuracy") if "split" in protocol else translate("test accuracy")
        seen = read_evaluations(folder, protocol)
        charts.append({"name": accuracy, "loss": False, "series": _accuracies(seen, protocol["steps"], losses)})
        if (target := protocol.get("target")) is not None:
            charts[-1]["level"] = {"y": target, "name": translate("target: {target:g}", target=target)}
        first = [run[0, 1] for runs in losses.values() for run in runs.values() if len(run)]
        if first:
            charts[0]["limits"] = [0, 1.1 * max([math.log(protocol["problem"]["classes"]), *first])]
    return {
        "lang": current_language(),
        "last": protocol["steps"],
        "looks": {label: svg_look(look) | {"entry": entries[label].strip()} for label, look in looks.items()},
        "charts": charts,
    }


def _losses(runs: Rows, window: int) -> list[dict[str, Any]]:
    series = []
    for label, seeds in runs.items():
        if whole := [run[:, 1] for run in seeds.values() if len(run)]:
            median, low, high = curves.over_seeds(whole)
            x, y = curves.thinned_line(curves.smoothed(median, window) if window > 1 else median)
            series.append(_series(label, x, y, *curves.thinned_band(low, high)))
    return series


def _accuracies(seen: Rows, steps: int, losses: Rows) -> list[dict[str, Any]]:
    series = []
    for label, seeds in seen.items():
        if runs := {seed: run for seed, run in seeds.items() if seed in losses[label]}:
            ended = [len(losses[label][seed]) < steps for seed in runs]
            x, y, low, high = curves.evaluations_over_seeds([(run[:, 0], run[:, 2]) for run in runs.values()], ended)
            series.append(_series(label, x, y, x, low, high))
    return series


def _series(label: str, x: Any, y: Any, band_x: Any, low: Any, high: Any) -> dict[str, Any]:
    numbers = {"x": x, "y": y, "bandX": band_x, "low": low, "high": high}
    return {"label": label, **{name: [_short(value) for value in values] for name, values in numbers.items()}}


def _short(value: float) -> float | None:
    return float(f"{value:.5g}") if math.isfinite(value) else None


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table in HTML."""
    head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in header)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f'<td class="number">{value:.4g}</td>'
    return f"<td>{html.escape('' if value is None else str(value))}</td>"
