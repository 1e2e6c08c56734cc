"""How the dialects of an optimizer differ, as a table: names, defaults, first states, first step and facts."""

import inspect
import re

import numpy as np

from zeronet.common.text import equation_of
from zeronet.lab.dialects.libraries import DIALECTS, FACTS, LibraryNames
from zeronet.locale import translate
from zeronet.optimizers import Optimizer

SYMBOLS = {"lr": "η", "momentum": "α", "rho": "ρ", "beta1": "β₁", "beta2": "β₂", "eps": "ε"}
SYMBOLS |= {"weight_decay": "λ", "momentum_decay": "ψ"}


def table(cls: type[Optimizer]) -> list[list[str]]:
    """Return the rows of the table, the head first: the call, each setting, where states start, the first step, facts.

    >>> from zeronet.optimizers import SGD
    >>> for row in table(SGD):
    ...     print(row[:3])
    ['', 'zeronet', 'book']
    ['called', 'SGD', 'SGD']
    ['η, lr', 'lr = 0.01', 'lr = 0.01']
    ['first step for w = g = 1', '0.01', '0.01']
    """
    columns = {"zeronet": cls, **DIALECTS[cls]}
    ours = {name: name for name in inspect.signature(cls).parameters}
    says = {"zeronet": LibraryNames(cls.__name__, ours, {}, FACTS[cls])}
    says |= {name: dialect.says for name, dialect in DIALECTS[cls].items()}
    rows = [["", *columns], [translate("called"), *(says[who].call for who in columns)]]
    settings = list(dict.fromkeys(name for each in columns.values() for name in inspect.signature(each).parameters))
    for name in settings:
        symbol = f"{SYMBOLS[name]}, {name}" if name in SYMBOLS else name
        rows.append([symbol, *(_setting(name, each, says[who]) for who, each in columns.items())])
    for k, state in enumerate(cls.state_names):
        rows.append(
            [
                translate("{state} at 0", state=state),
                *(f"{each().init_state(np.zeros(()))[k]:g}" for each in columns.values()),
            ]
        )
    rows.append([translate("first step for w = g = 1"), *(f"{_first_step(each):.4g}" for each in columns.values())])
    facts = dict.fromkeys(fact for each in says.values() for fact in each.facts)
    return rows + [[translate(fact), *(translate(says[who].facts[fact]) for who in columns)] for fact in facts]


def equations(cls: type[Optimizer]) -> list[str]:
    """Return the equations, each below the names of those who have it.

    >>> from zeronet.optimizers import Momentum
    >>> equations(Momentum)[:3]
    ['zeronet, book, keras', '    v ← α v − η g', '    w ← w + v']
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for who, each in {"zeronet": cls, **DIALECTS[cls]}.items():
        found.setdefault(tuple(re.split(r"\s{3,}", line)[0] for line in equation_of(each)), []).append(who)
    return [line for form, who in found.items() for line in (", ".join(who), *(f"    {each}" for each in form))]


def markdown(cls: type[Optimizer]) -> str:
    """Return table and equations as docs/dialects.md has them."""
    head, *rows = table(cls)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join([row[0], *(f'`{c}`' if row[0] == 'called' else c for c in row[1:])])} |" for row in rows]
    return "\n".join([*lines, "", "```text", *equations(cls), "```"])


def _first_step(cls: type[Optimizer]) -> float:
    """Return how far the first update goes from 1 down a slope of 1, with the class's own defaults."""
    params = {"x": 1.0}
    cls().update(params, {"x": 1.0})
    return 1 - params["x"]


def _setting(name: str, cls: type, says: LibraryNames) -> str:
    """Return what a setting is called and its default, as in: alpha = 0.99."""
    parameter = inspect.signature(cls).parameters.get(name)
    if parameter is None:
        return "—"
    default = f"{parameter.default:g}"
    theirs = says.defaults.get(name)
    if not says.names[name]:
        return translate("{value}, fixed", value=default)
    if theirs == "no default":
        return translate("{name}: no default (here {value})", name=says.names[name], value=default)
    if theirs is not None:
        return translate("{name} = {theirs} (here {value})", name=says.names[name], theirs=theirs, value=default)
    return f"{says.names[name]} = {default}"
