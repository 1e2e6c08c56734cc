"""A race as a page for the browser: the explorer, with this race loaded."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.common.files import write_text
from zeronet.lab.runner.plan import Plan
from zeronet.lab.specs.spec import Spec
from zeronet.lab.web.explorer import explorer_page
from zeronet.lab.web.javascript import optimizer_functions, traceable
from zeronet.locale import current_language
from zeronet.optimizers import Optimizer

HTML = "race.html"


def write_race_page(folder: Path, plan: Plan) -> None:
    """Write race.html; UserError if none of the optimizers can run in a browser."""
    missing = left_out(plan.optimizers)
    specs = [spec for spec in plan.optimizers if spec.label not in missing]
    if not specs:
        raise UserError(f"--html: {', '.join(missing)} cannot run in a browser, which knows elementwise rules only")
    kinds: dict[str, Optimizer] = {}
    runners: list[dict[str, Any]] = []
    for spec in specs:
        optimizer, kind = spec.build(), type(spec.build()).__name__
        if traceable().get(kind) is not type(optimizer):
            kind = _plain(spec.label)
            kinds[kind] = optimizer
        runners.append({"kind": kind, "label": _plain(spec.label), "settings": optimizer.settings})
    race = {"landscape": plan.problem["landscape"], "start": list(plan.problem["start"]), "steps": plan.steps}
    write_text(folder / HTML, explorer_page(race | {"lang": current_language(), "runners": runners}, kinds))


def left_out(specs: Iterable[Spec]) -> list[str]:
    """Return the labels of the optimizers that cannot run in a browser."""
    return [spec.label for spec in specs if not _is_traceable(spec)]


def _is_traceable(spec: Spec) -> bool:
    try:
        optimizer = spec.build()
        return isinstance(optimizer, Optimizer) and bool(optimizer_functions(optimizer))
    except Exception:  # an own class may raise anything; the race itself reports it
        return False


def _plain(label: str) -> str:
    """Return a label without the characters that have a meaning in the page's link."""
    return label.translate(str.maketrans(":=;,", "    "))
