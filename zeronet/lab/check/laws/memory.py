"""Laws on long runs: all stays finite, every gradient counts, no memory starts over after some hundred updates."""

import math
from typing import Any, NamedTuple

import numpy as np

from zeronet.lab.check.findings import Verdict, failed, law, passed, skipped
from zeronet.lab.check.state import remembered
from zeronet.lab.check.subject import Subject
from zeronet.lab.check.twins import UPDATES
from zeronet.locale import translate

LONG = 2000  # updates; a mean with ρ = 0.99 has then settled to the last bit of float32
FIRST, LAST = 20, 64  # what happens before may be how a method begins; what is felt after them, cannot be seen
RARELY = 0.1  # a memory that is empty more often, as between two steps of many gradients, is meant so


@law("lasting", "parameters stay finite under a constant gradient for long", decayed=False)
def lasting(subject: Subject) -> Verdict:
    """Also at 0.9 for ρ or β₂, so that the means settle."""
    quick = {name: 0.9 for name in ("rho", "beta2") if subject.settings.get(name, 0) > 0.9}
    dtype = np.float64 if quick else np.float32  # in which means of any ρ settle to the last bit sooner
    for updates, changes in ((LONG, {}), *([(LONG // 5, quick)] if quick else [])):
        if lost := _first_lost(subject.at(**changes), updates, dtype):
            return failed(
                translate("not finite at update {k}", k=lost),
                translate("Is it √ of a difference such as h − m², which rounding makes negative, or 0 / 0?"),
            )
    return passed(translate("{n} updates", n=LONG))


def _first_lost(subject: Subject, updates: int, dtype: Any) -> int:
    """Return the first update under a constant gradient that is not finite though w is not far; 0 if there is none."""
    gradient = (10 ** np.random.default_rng(5).uniform(-3, 0, 64)).astype(dtype)
    optimizer, params, far = subject.new(), {"w": np.ones(64, dtype)}, 0.0
    for k in range(1, updates + 1):
        optimizer.update(params, {"w": gradient.copy()})
        if not math.isfinite(now := float(np.abs(params["w"]).max())):
            return k if far < 1e9 else 0  # a slope without end has no other
        far = now
    return 0


class Felt(NamedTuple):
    """What became of a change of each gradient: whether a step differs at all, one after its own update, and each state
    after the next update."""

    ever: np.ndarray
    later: np.ndarray
    states: dict[str, np.ndarray]


@law("memory", "every gradient counts, and none is forgotten at once", decayed=False)
def memory(subject: Subject) -> Verdict:
    """Whatever is kept fades; it does not end at one update, as if the class were made again."""
    if not subject.elementwise:
        return skipped(translate("it treats each array as a whole"))
    if off := {name: 0.9 for name in ("momentum", "rho") if subject.settings.get(name) == 0}:
        subject = subject.at(**off)
    felt = _felt(subject)
    if felt is None:
        return skipped(translate("not finite within {n} updates", n=UPDATES))
    for name, held in {translate("the step"): felt.later, **felt.states}.items():
        lost = np.flatnonzero(~held[FIRST:-LAST]) + FIRST
        if 0 < len(lost) <= RARELY * len(held):
            return failed(
                translate("at update {k} {name} does not depend on the gradient before", k=int(lost[0]) + 2, name=name),
                translate("the memory starts over: is the state created again after some updates, or each epoch?"),
            )
    ignored = ~felt.ever[FIRST:-LAST]
    for every in range(2, 11):
        if any((ignored == (np.arange(len(ignored)) % every == first)).all() for first in range(every)):
            return failed(
                translate("of every {n} gradients one has no effect at all", n=every),
                translate("Is an update left out, as by a counter?"),
            )
    return passed(translate("{n} gradients, each of them changed once", n=UPDATES))


def _felt(subject: Subject) -> Felt | None:
    """Walk with one number for each gradient that is changed, and a first one for which none is."""
    signs = np.random.default_rng(6).choice([-1.0, 1.0], UPDATES)
    optimizer, params = subject.new(), {"w": np.ones(UPDATES + 1)}
    ever, later, states = np.zeros(UPDATES + 1, bool), np.zeros(UPDATES + 1, bool), dict[str, np.ndarray]()
    lengths = []
    for k, sign in enumerate(signs):
        before, gradient = params["w"].copy(), np.full(UPDATES + 1, sign)
        gradient[k + 1] *= -1.7  # the number k + 1 is the one whose gradient k differs
        optimizer.update(params, {"w": gradient})
        move = params["w"] - before
        lengths.append(abs(float(move[0])))
        if not np.isfinite(move).all():
            return None
        differs = np.abs(move - move[0]) > 1e-9 * max(lengths)
        ever |= differs
        later[: k + 1] |= differs[: k + 1]
        for name, arrays in remembered(optimizer, params).items():
            state = np.asarray(arrays["w"])
            states.setdefault(name, np.ones(UPDATES, bool))[k - 1] = state[k] != state[0]
    if len(np.unique(np.round(np.array(lengths) / (max(lengths) or 1), 9))) <= 8:  # it uses signs, which may stay
        later[:] = True
    return Felt(ever[1:], later[1:], states)
