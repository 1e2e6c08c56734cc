"""The explorer: a page on which optimizers descend landscapes, by rules traced from the Python code."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zeronet.common.text import equation_of
from zeronet.lab.plots.landscape import contour_levels
from zeronet.lab.plots.looks import looks_of
from zeronet.lab.runner.landscape_defaults import RATES, STEPS
from zeronet.lab.runner.landscape_problem import ARRIVED
from zeronet.lab.web.javascript import (
    PRELUDE,
    evaluated_state,
    is_exact,
    landscape_functions,
    optimizer_functions,
    traceable,
)
from zeronet.lab.web.page import page, script_json, svg_look
from zeronet.lab.web.rates import OTHER_RATES
from zeronet.landscapes import LANDSCAPES, Landscape
from zeronet.optimizers import OPTIMIZERS, Optimizer
from zeronet.optimizers.hyperparameters import RANGES

ARGUMENTS = {"init": ["self", "w"], "before": ["self"], "rule": ["self", "w", "g"], "effective": ["self"]}
VARIANTS = 4  # looks of one optimizer: the first, and those of its further copies


def explorer_page(race: Mapping[str, Any] | None = None, kinds: Mapping[str, Optimizer] | None = None) -> str:
    """Return the page, as HTML that needs nothing else.

    Parameters
    ----------
    race : mapping, optional
        What it shows first: landscape, start, steps, lang, and runners, each with kind, label and settings; default:
        the four optimizers of the book in the valley.
    kinds : name → optimizer, optional
        Further optimizers, with their settings to begin with.

    Raises
    ------
    Untraceable if one of `kinds` cannot be traced as elementwise operations.
    """
    scripts = [javascript_source(kinds or {}), "walk.js", "chart.js", "state.js", "drawing.js", "explorer.js"]
    return page("explorer.html", scripts, {"race": script_json(race or {})})


def javascript_source(extra_optimizers: Mapping[str, Optimizer] = MappingProxyType({})) -> str:
    """Return optimizers and landscapes as JavaScript: OPTIMIZERS and LANDSCAPES, by name."""
    ours = {name: cls() for name, cls in traceable().items()}
    optimizers = [_optimizer(name, optimizer) for name, optimizer in (ours | dict(extra_optimizers)).items()]
    landscapes = [_landscape(name, kind()) for name, kind in LANDSCAPES.items()]
    return "\n".join(
        [
            PRELUDE,
            f"const ARRIVED = {ARRIVED};",
            f"const MISSING = {script_json([name for name in OPTIMIZERS if name not in ours])};",
            "const OPTIMIZERS = {",
            *optimizers,
            "};",
            "const LANDSCAPES = {",
            *landscapes,
            "};",
        ]
    )


def _optimizer(name: str, optimizer: Optimizer) -> str:
    cls, defaults = type(optimizer), optimizer.settings
    target = name if name in OPTIMIZERS else f"own:{name}"
    looks = looks_of([{"label": str(k), "target": target} for k in range(VARIANTS)]).values()
    about = {
        "equation": equation_of(cls),
        "settings": {
            setting: {"start": value, "range": RANGES.get(setting, (None, ""))[1]}
            for setting, value in defaults.items()
        },
        "states": cls.state_names,
        "scalars": cls.scalar_names,
        "evaluated": evaluated_state(cls),
        "looks": [svg_look(look) for look in looks],
        "rates": {landscape: rate(landscape, name, defaults["lr"]) for landscape in LANDSCAPES},
    }
    functions = optimizer_functions(optimizer)
    arguments = {**ARGUMENTS, "rule": [*ARGUMENTS["rule"], *cls.state_names], "effective": ["self", *cls.state_names]}
    return _entry(name, about, {key: (arguments[key], body) for key, body in functions.items()})


def _landscape(name: str, landscape: Landscape) -> str:
    functions = landscape_functions(landscape)
    levels, log = contour_levels(landscape)
    about = {
        "equation": landscape.equation,
        "domain": landscape.domain,
        "start": landscape.start,
        "minima": landscape.minima.tolist(),
        "lowest": landscape.lowest,
        "contours": [float(f"{level:.6g}") for level in levels],
        "logarithmic": log,
        "steps": STEPS[name],
        "exact": is_exact(functions),
    }
    return _entry(name, about, {key: (["x", "y"], body) for key, body in functions.items()})


def _entry(name: str, about: Mapping[str, Any], functions: Mapping[str, tuple[list[str], list[str]]]) -> str:
    """Return an entry of an object in JavaScript: data, then methods."""
    lines = [f"{json.dumps(name)}: {{"]
    lines += [f"  {key}: {script_json(value)}," for key, value in about.items()]
    for key, (arguments, body) in functions.items():
        lines += [f"  {key}({', '.join(arguments)}) {{", *(f"    {line}" for line in body), "  },"]
    return "\n".join([*lines, "},"])


def rate(landscape: str, name: str, default: float = 0.1) -> float:
    """Return the learning rate with which an optimizer begins on a landscape."""
    if LANDSCAPES[landscape]().lowest is None:
        return RATES[landscape]["SGD"]
    name = "Adam" if name == "AdamW" else name
    return RATES[landscape].get(name) or OTHER_RATES[landscape].get(name, default)


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(explorer_page(), encoding="utf-8", newline="\n")
