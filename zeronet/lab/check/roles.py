"""Which setting is which: by its name where that is sure, else by what the setting does."""

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np

Subject = Any  # zeronet.lab.check.subject.Subject, which stands on this file

KNOWN = ("lr", "momentum", "rho", "beta1", "beta2", "eps", "weight_decay")
NAMES = {
    **dict.fromkeys(("learning_rate", "learningrate", "eta", "step_size"), "lr"),
    **dict.fromkeys(("beta_1", "b1"), "beta1"),
    **dict.fromkeys(("beta_2", "b2"), "beta2"),
    **{"mu": "momentum", "epsilon": "eps", "wd": "weight_decay"},
}
DOUBTFUL = ("alpha", "beta", "gamma", "decay", "decay_rate")  # a rate, a momentum, a ρ, or how a rate falls

STEEP = np.array([900.0, -2000.0, 1300.0, 600.0])  # long gradients, beside which ε and any start value are small


def by_name(names: Iterable[str]) -> dict[str, str]:
    """Return our name → its own name, for the settings whose names are sure; the others keep their own.

    >>> by_name(["eta", "alpha", "lr"])
    {'lr': 'lr', 'eta': 'eta', 'alpha': 'alpha'}
    """
    own: dict[str, str] = {name: name for name in names if name in KNOWN}
    for name in names:
        ours = NAMES.get(name.lower(), name.lower() if name.lower() in KNOWN else name)
        if name not in own.values():
            own[name if ours in own else ours] = name
    return own


def by_behaviour(subject: Subject) -> dict[str, str]:
    """Return our name → its own name for all settings; what a doubtful one does decides."""
    own = by_name(subject.values)
    doubtful = [name for name in own if name.lower() in DOUBTFUL]
    if ("beta1" in own) != ("beta2" in own) and not subject.pair:  # a lone β is a momentum, or a ρ
        doubtful.append("beta1" if "beta1" in own else "beta2")
    trial = copy.copy(subject)
    trial.own = own
    roles: dict[str, str] = {}
    try:
        with np.errstate(all="ignore"):
            if "lr" not in own and (rate := _rate(trial, doubtful)):
                roles["lr"] = rate
                doubtful = [name for name in doubtful if name != rate]
            if len(doubtful) == 1 and (role := _role(trial, doubtful[0])):
                roles[role] = doubtful[0]
    except Exception:  # what is wrong with it is said by the laws
        roles |= {"rho": doubtful[0]} if len(doubtful) == 1 else {}
    kept = {ours: name for ours, name in own.items() if ours not in roles.values()}
    return kept | {role: own[name] for role, name in roles.items()}


def _rate(trial: Subject, doubtful: list[str]) -> str | None:
    """Return the setting that the first step is in proportion to; else an alpha that changes it and is nothing else."""
    for name in trial.strangers:
        value = trial.settings[name]
        if value > 0 and np.allclose(_first(trial, name, value / 2), _first(trial, name, value) / 2, rtol=1e-6, atol=0):
            return name
    alphas = [name for name in doubtful if name.lower() == "alpha" and not trial.rolls]
    return next((name for name in alphas if _role(trial, name) is None and not _idle(trial, name)), None)


def _role(trial: Subject, name: str) -> str | None:
    """Return "momentum" where it makes the class roll, "rho" where it weighs what is remembered, None for all else."""
    taken = set(trial.own) - {name}
    if trial.family == "linear":
        return "momentum" if trial.rolls and "momentum" not in taken else None
    if trial.rolls and "momentum" not in taken and "rho" not in taken:
        moves = trial.moves([STEEP, 0 * STEEP], **{name: 0.0})
        if not np.abs(moves[1]).max() > 1e-9 * np.abs(moves[0]).max():
            return "momentum"
    return None if {"rho", "beta2"} & taken or _only_the_rate(trial, name) else "rho"


def _only_the_rate(trial: Subject, name: str) -> bool:
    """Say whether it scales every step alike, whatever the gradients were, and the first one not as a ρ does.

    So do a rate that falls, and a setting without effect.
    """
    value = trial.settings[name] or 0.5
    first = _first(trial, name, value) / _first(trial, name, value / 2)
    if 0 < value < 1 and (np.isclose(first[0], [((1 - value / 2) / (1 - value)) ** 0.5, 0.5**0.5], rtol=1e-6)).any():
        return False
    paths = ([STEEP, each * STEEP, STEEP] for each in (10, 0.1))
    shares = [trial.moves(each, **{name: value}) / trial.moves(each, **{name: value / 2}) for each in paths]
    return bool(np.allclose(*shares, rtol=1e-6, atol=0))


def _idle(trial: Subject, name: str) -> bool:
    value = trial.settings[name]
    return np.array_equal(_first(trial, name, value), _first(trial, name, value / 2))


def _first(trial: Subject, name: str, value: float) -> np.ndarray:
    return trial.first_move(STEEP, **{name: value})
