"""How the dialects of an optimizer differ, as a table: names, defaults, first states, first step and facts."""

import inspect
import re

import numpy as np

from zeronet.common.text import equation_of
from zeronet.lab.dialects.dialect import Dialect, LibraryNames
from zeronet.lab.dialects.libraries import DIALECTS, FACTS
from zeronet.locale import translate
from zeronet.optimizers import AdamW, Optimizer

THROUGH, BESIDE = "g ← g + λ w", "w ← w − η λ w"  # weight decay
SYMBOLS = {"lr": "η", "momentum": "α", "rho": "ρ", "beta1": "β₁", "beta2": "β₂", "eps": "ε"}
SYMBOLS |= {"weight_decay": "λ", "momentum_decay": "ψ", "dampening": "τ", "lr_decay": "κ"}
SYMBOLS |= {"shrink": "η⁻", "grow": "η⁺", "min_step": "s_min", "max_step": "s_max"}


def table(cls: type[Optimizer]) -> list[list[str]]:
    """Return the rows of the table, the head first: the call, each setting, where states start, the first step, facts.

    >>> from zeronet.optimizers import SGD
    >>> for row in table(SGD):
    ...     print(row[:3])
    ['', 'zeronet', 'book']
    ['called', 'SGD', 'SGD']
    ['η, lr', 'lr = 0.01', 'lr = 0.01']
    ['α, momentum', '—', '—']
    ['τ, dampening', '—', '—']
    ['nesterov', '—', '—']
    ['λ, weight_decay', '—', '—']
    ['maximize', '—', '—']
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
    """Return the equations, each below the names of those who have it, then those of settings that bring another.

    >>> from zeronet.optimizers import Momentum
    >>> equations(Momentum)[:3]
    ['zeronet, book, keras', '    v ← α v − η g', '    w ← w + v']
    >>> equations(Momentum)[6:8]
    ['pytorch with dampening', '    v ← α v + (1 − τ) g, at the first update v ← g']
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for who, each in {"zeronet": cls, **DIALECTS[cls]}.items():
        found.setdefault(_equation(each), []).append(who)
    for who, dialect in DIALECTS[cls].items():
        for settings, form in dialect.forms.items():
            if settings:
                decay = (BESIDE,) if issubclass(cls, AdamW) else ()  # the form's equation has none
                header = translate("{name} with {settings}", name=who, settings=" + ".join(settings))
                found.setdefault(decay + _equation(form), []).append(header)
    for who, dialect in DIALECTS[cls].items():
        if first := _before(dialect):
            found.setdefault(first, []).append(translate("{name} before each update", name=who))
    return [line for form, who in found.items() for line in (", ".join(who), *(f"    {each}" for each in form))]


def markdown(cls: type[Optimizer]) -> str:
    """Return table and equations as docs/dialects.md has them."""
    head, *rows = table(cls)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join([row[0], *(f'`{c}`' if row[0] == 'called' else c for c in row[1:])])} |" for row in rows]
    return "\n".join([*lines, "", "```text", *equations(cls), "```"])


def _equation(cls: type[Optimizer]) -> tuple[str, ...]:
    """Return the lines of the equation without their notes."""
    return tuple(re.split(r"\s{3,}", line)[0] for line in equation_of(cls))


def _before(dialect: type[Dialect]) -> tuple[str, ...]:
    """Return what the settings maximize and weight_decay do to g and w."""
    settings = inspect.signature(dialect).parameters
    maximize = ("g ← −g if maximize",) if "maximize" in settings else ()
    if "decoupled_weight_decay" in settings:
        return (*maximize, f"{THROUGH}, or {BESIDE} if decoupled_weight_decay")
    if "weight_decay" not in settings or issubclass(dialect, AdamW):  # whose equation has it
        return maximize
    return (*maximize, BESIDE if dialect.decoupled else THROUGH)


def _first_step(cls: type[Optimizer]) -> float:
    """Return how far the first update goes from 1 down a slope of 1, with the class's own defaults."""
    params = {"w": np.ones((1, 1))}
    cls().update(params, {"w": np.ones((1, 1))})
    return 1 - params["w"].item()


def _setting(name: str, cls: type, says: LibraryNames) -> str:
    """Return what a setting is called and its default, as in: alpha = 0.99."""
    parameter = inspect.signature(cls).parameters.get(name)
    if parameter is None:
        return "—"
    switch = isinstance(parameter.default, bool)
    default = str(parameter.default).lower() if switch else f"{parameter.default:g}"
    theirs = says.defaults.get(name)
    if not says.names[name]:
        return translate("{value}, fixed", value=default)
    if theirs == "none":
        return translate("{name} = {value} (only here)", name=says.names[name], value=default)
    if theirs == "no default":
        return translate("{name}: no default (here {value})", name=says.names[name], value=default)
    if theirs is not None:
        return translate("{name} = {theirs} (here {value})", name=says.names[name], theirs=theirs, value=default)
    return f"{says.names[name]} = {default}"
