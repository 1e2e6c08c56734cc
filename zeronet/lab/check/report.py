"""The report as text: laws, loss curves, and what the class equals."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from zeronet.common.notebook import html_table
from zeronet.common.text import columns, listed
from zeronet.lab.check.findings import STEPS
from zeronet.locale import translate

MARKS = {"pass": "pass", "fail": "FAIL", "remark": "remark", "skip": "skip"}
BLOCKS = "▁▂▃▄▅▆▇█"


class Report(dict[str, Any]):
    """The report of a check: a dictionary that JSON can hold, and that str() and notebooks show as text and table."""

    def __str__(self) -> str:
        return text(self)

    def __repr__(self) -> str:
        counts = [sum(each["verdict"] == verdict for each in self["laws"]) for verdict in ("pass", "fail")]
        broken = [each["law"] for each in self["laws"] if each["verdict"] == "fail"]
        names = f": {listed(broken, 5)}" if broken else ""
        return f"Report({self['class'] or self['file']}: {counts[0]} laws hold, {counts[1]} broken{names})"

    def _repr_html_(self) -> str:
        head = [translate("law"), "", translate("seen"), translate("hint")]
        rows = [[each["title"], translate(MARKS[each["verdict"]]), each["seen"], each["hint"]] for each in self["laws"]]
        return html_table([head, *rows], [repr(self)])


def text(report: Mapping[str, Any]) -> str:
    """Return the report as lines for a terminal."""
    settings = ", ".join(f"{name}={_short(value)}" for name, value in report["settings"].items())
    family = f" · {translate(report['family'])}" if report["family"] else ""
    lines = [f"{report['file']} · {report['class']}({settings}){family}", ""]
    laws = report["laws"]
    wide = max(columns(translate(mark)) for mark in MARKS.values())
    for each in laws:
        mark = translate(MARKS[each["verdict"]])
        name = f"  [{each['law']}]" if each["verdict"] == "fail" else ""
        lines.append(f"  {padded(mark, wide)}  {each['title']}{name}")
        lines.append(f"  {' ' * wide}    {each['seen']}")
        if each["hint"]:
            lines.append(f"  {' ' * wide}  → {each['hint']}")
    if report["curves"]:
        lines += [
            "",
            translate("Loss on the digits, 64-32-10, {n} updates, one seed, learning rates not tuned", n=STEPS),
        ]
        lines += curves(report["curves"])
    if report["family"] and report["passed"]:
        equals = report["equals"]
        words = (
            translate("It equals {name}.", name=equals) if equals else translate("It equals no optimizer of zeronet.")
        )
        lines += ["", words]
    n, lost, remarks, skipped = (sum(each["verdict"] == verdict for each in laws) for verdict in MARKS)
    total = "{n} laws hold, {lost} broken, {remarks} with a remark, {skipped} skipped"
    total = translate(total, n=n, lost=lost, remarks=remarks, skipped=skipped)
    broken = [each for each in laws if each["verdict"] == "fail"]
    if broken:
        names = [f"{each['law']} ({each['seen']})" if each["law"] == "like" else each["law"] for each in broken]
        total += "\n" + translate("Broken: {names}", names=", ".join(names))
    return "\n".join([*lines, "", total])


def _short(value: float | Sequence[float]) -> str:
    return f"({', '.join(map(_short, value))})" if isinstance(value, Sequence) else f"{value:g}"


def curves(losses: Mapping[str, Sequence[float]]) -> list[str]:
    """Return a line for each label: its curve in blocks, from 0 to the highest first loss, and the last loss.

    >>> curves({"mine": [2.0, 1.0, 0.0], "SGD": [2.0, 2.0, 2.0]})
    ['  mine  █▄▁  2.000 → 0.000', '  SGD   ███  2.000 → 2.000']
    """
    top = max(values[0] for values in losses.values())
    wide = max(columns(label) for label in losses)
    lines = []
    for label, values in losses.items():
        bars = "".join(block(value / top) for value in values)
        lines.append(f"  {padded(label, wide)}  {bars}  {values[0]:.3f} → {values[-1]:.3f}")
    return lines


def block(share: float) -> str:
    """Return the block of this height, as a share of a line; the whole block for all above 1."""
    return BLOCKS[min(7, math.ceil(7 * share - 0.5))] if share < 1 else BLOCKS[7]


def padded(label: str, width: int) -> str:
    """Return the label with blanks up to a width in a terminal's columns."""
    return label + " " * (width - columns(label))
