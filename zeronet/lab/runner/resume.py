"""Resume an interrupted experiment, but only with the plan, versions and BLAS that it started with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.files import TEXT, read_bytes, replacing
from zeronet.lab.runner.folder import RUNS

PLAN = "plan.json"  # beside the files of the runs


def start_or_resume(folder: Path, protocol: Mapping[str, Any], resume: bool) -> None:
    """Write the protocol that the runs of this folder belong to; on resume, check that it has not changed.

    Raises UserError, naming what differs, if it has changed.
    """
    path = folder / RUNS / PLAN
    asked = {name: value for name, value in protocol.items() if name != "compiled"}  # which changes no result
    protocol = json.loads(json.dumps(asked))  # as it comes back from a file
    if resume and path.exists():
        try:
            before = json.loads(read_bytes(path).decode(**TEXT))
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"cannot resume: {path} is damaged; leave out --resume to start over") from error
        if changed := changes(before, protocol):
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            raise UserError(f"cannot resume: {'; '.join(changed[:3])}{more}; leave out --resume to start over")
        return
    with replacing(path) as file:
        file.write((json.dumps(protocol, indent=2, ensure_ascii=False) + "\n").encode(**TEXT))


def changes(before: Any, now: Any, place: str = "") -> list[str]:
    """Return the differences between two JSON values, each as place: before → now.

    >>> changes({"steps": 100, "seeds": [0, 1]}, {"steps": 200, "seeds": [0, 1]})
    ['steps: 100 → 200']
    """
    if isinstance(before, dict) and isinstance(now, dict):
        names = [*before, *(name for name in now if name not in before)]
        return [
            line
            for name in names
            for line in changes(before.get(name), now.get(name), f"{place}.{name}" if place else name)
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [
            line for i, pair in enumerate(zip(before, now, strict=True)) for line in changes(*pair, f"{place}[{i}]")
        ]
    return [] if before == now else [f"{place}: {_short(before)} → {_short(now)}"]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
