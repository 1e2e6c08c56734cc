"""Laws on what is remembered: that it is, for which parameter, and in which optimizer."""

import numpy as np

from zeronet.check.findings import Verdict, failed, law, number, passed, remark, skipped
from zeronet.check.subject import STEEP, Subject, copied, random_arrays, remembered, restored
from zeronet.language import say

PAIR = {"first": (4,), "second": (4,)}


@law("remembers", "what is remembered is written back, and kept")
def remembers(subject: Subject) -> Verdict:
    """After some gradients no state is 0, and the second step still knows of the first gradient."""
    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, 4)]
    gradients[0] = {name: 1e3 * each for name, each in gradients[0].items()}  # not to be overlooked
    optimizer, params = subject.new(), copied(start)
    for each in gradients:
        before = copied(params)
        optimizer.update(params, copied(each))
    states = remembered(optimizer, params)
    for name, arrays in states.items():
        if not any(np.any(array) for array in arrays.values()):
            return failed(
                say("after 3 updates {name} is 0", name=name),
                say("the state is never written back: {name} stays 0", name=name),
            )
    fresh = subject.walk(start, gradients[1:2])
    later = subject.walk(start, gradients[:2])
    forgets = all(np.allclose(later[2][k] - later[1][k], fresh[1][k] - fresh[0][k], rtol=1e-6, atol=0) for k in PAIR)
    needs = sorted({"momentum", "rho", "beta1", "beta2"} & {k for k, value in subject.settings.items() if value})
    newcomer = subject.new()
    newcomer.update(before, copied(gradients[-1]))
    anew = bool(states) and _equal(states, remembered(newcomer, before))
    if anew or (forgets and (states or needs)):
        names = ", ".join(states) or ", ".join(needs)
        return failed(
            say("after several updates it is where a new optimizer is; it has {names}", names=names),
            say("the state is made anew at every step, or never written back: make it once, at the first update"),
        )
    if forgets:
        return passed(say("nothing is remembered, and there is nothing to remember"))
    return passed(say("remembers {names}", names=", ".join(states) or say("something")))


@law("own-state", "each parameter has a state of its own")
def own_state(subject: Subject) -> Verdict:
    """Two parameters go together as each would go alone."""
    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, 6)]
    optimizer = subject.new()
    together = subject.walk(start, gradients, optimizer)[-1]
    for name, arrays in remembered(optimizer, together).items():
        if len(arrays) > 1 and _share(*arrays.values()):
            return failed(
                say("{name} of the two parameters is one array", name=name),
                say("the second parameter's state is the first one's"),
            )
    off = 0.0
    for name in PAIR:
        alone = subject.walk({name: start[name]}, [{name: each[name]} for each in gradients])[-1]
        off = max(off, float(np.abs(together[name] - alone[name]).max()))
    seen = say("together and alone differ by {off} after 5 updates", off=number(off))
    if not off > 1e-9:
        return passed(seen) if off <= 1e-9 else failed(say("not a number after 5 updates"))
    if _order_matters(subject, 5) > 1e-9:
        counters = [n for n, v in getattr(optimizer, "__dict__", {}).items() if type(v) is int and v >= 10]  # 2 · 5
        if counters:
            words = say("{name} counts the parameters: count once per update, before the loop", name=counters[0])
            return failed(seen, words)
        return failed(seen, say("the second parameter's state is the first one's"))
    return remark(seen, say("It looks at all parameters at once, as with a global norm"))


@law("order", "the order of the keys does not matter")
def order(subject: Subject) -> Verdict:
    """Parameters, or only gradients, in another order make the same path."""
    off = _order_matters(subject, 5)
    seen = say("the order makes a difference of {off} after 5 updates", off=number(off))
    if not off < 1e-9:
        return failed(
            seen, say("Is something carried over from one key to the next, or are keys and values paired by order?")
        )
    return passed(seen)


@law("settings", "every setting has its effect")
def settings(subject: Subject) -> Verdict:
    """Another value makes another path; and β₁, not β₂, is what makes it roll."""
    shapes = {"w": (4,), "W": (2, 3)}
    start, gradients = random_arrays(0, shapes), [random_arrays(k, shapes) for k in range(1, 13)]
    usual = subject.walk(start, gradients)[-1]
    s = subject.settings
    other = {"lr": 0.5 * s.get("lr", 1), "eps": 1.0, "rho": 0.5, "momentum": 0.5, "beta1": 0.5, "beta2": 0.5}
    names = [name for name in other if name in s and s[name] != other[name]]
    for name in names:
        path = subject.walk(start, gradients, subject.new(**{name: other[name]}))[-1]
        if all(np.array_equal(usual[key], path[key]) for key in shapes):
            value = number(other[name])
            return failed(
                say("{name} = {value} makes the same path", name=subject.own.get(name, name), value=value),
                say("{name} has no effect: is it used, or a number in its place?", name=subject.own.get(name, name)),
            )
    if not names:
        return skipped(say("it has no settings that the bench knows"))
    if {"beta1", "beta2"} <= set(s) and not any("beta" in name for name in subject.strangers):
        moves = np.abs(subject.moves([STEEP, 0 * STEEP], beta1=0.0))
        if moves[1].max() > (1e-9 + 2 * subject.decays) * moves[0].max():
            return failed(say("with β₁ = 0 it still rolls"), say("β₁ and β₂ are swapped"))
        if s["beta1"] > s["beta2"]:
            return failed(
                say("β₁ = {one}, β₂ = {two}", one=number(s["beta1"]), two=number(s["beta2"])),
                say("β₁ and β₂ are swapped: the squares have the longer memory, as 0.9 and 0.999"),
            )
    return passed(", ".join(subject.own.get(name, name) for name in names))


@law("rolling", "momentum: without a gradient each step is momentum times the one before, and it comes to rest")
def rolling(subject: Subject) -> Verdict:
    """A linear class that was kicked once slows down as its momentum says."""
    if subject.family != "linear" or not subject.rolls:
        return skipped(say("for linear classes that roll"))
    moves = -subject.moves([STEEP] + [0 * STEEP] * 5)[:, 0] / STEEP[0]
    ratio, kept = float(moves[3] / moves[2]), subject.settings.get("momentum")
    seen = say("each step is {ratio} times the one before", ratio=number(ratio))
    if not ratio < 1:
        return failed(seen, say("It never comes to rest: is the velocity multiplied by momentum?"))
    if kept is not None and not subject.strangers and abs(ratio - kept) > 1e-6:
        return failed(seen, say("It should be momentum = {kept}", kept=number(kept)))
    if kept is not None and not subject.strangers and subject.lr:
        way = float(moves[0] + moves[1] / (1 - ratio)) / subject.lr
        dampened = abs(moves[0] / subject.lr - (1 - kept)) < 1e-6  # then the way is lr · g
        if abs(way - (1 if dampened else 1 / (1 - kept))) > 1e-6 / (1 - kept):
            return failed(
                say("the whole way after one gradient is {way} · lr · g", way=number(way)),
                say("It should be lr · g / (1 − momentum), for a ball that looks ahead (Nesterov) too"),
            )
    return passed(seen)


@law("instances", "two optimizers of the class share nothing")
def instances(subject: Subject) -> Verdict:
    """What one has seen does not change the path of the next."""
    gradients = [np.array(each) for each in np.random.default_rng(3).standard_normal((4, 4))]
    first = subject.track(gradients)
    subject.track([100 * each for each in gradients])
    off = float(np.abs(subject.track(gradients) - first).max())
    seen = say("a second optimizer's path differs by {off}", off=number(off))
    if off == 0:
        return passed(seen)
    return failed(
        seen, say("Is the state kept in the class, in a global name or in a default argument? Make it in __init__")
    )


@law("restore", "saved and restored it goes on bit for bit")
def restore(subject: Subject) -> Verdict:
    """A new optimizer with the attributes of the old one makes the same next steps."""
    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, 9)]
    usual = subject.walk(start, gradients)[-1]
    interrupted = subject.new()
    half = subject.walk(start, gradients[:4], interrupted)[-1]
    again = subject.walk(half, gradients[4:], restored(subject, interrupted))[-1]
    off = max(float(np.abs(usual[name] - again[name]).max()) for name in PAIR)
    seen = say("4 updates after restoring, the paths differ by {off}", off=number(off))
    if all(np.array_equal(usual[name], again[name]) for name in PAIR):
        return passed(seen)
    return failed(seen, say("Keep every state and counter in self, under the parameter's name"))


def _order_matters(subject: Subject, steps: int) -> float:
    """Return how far apart paths are that meet the same keys in another order."""

    def turned(arrays: dict) -> dict:
        return dict(reversed(arrays.items()))

    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, steps + 1)]
    usual = subject.walk(start, gradients)[-1]
    all_turned = subject.walk(turned(start), [turned(each) for each in gradients])[-1]
    grads_turned = subject.walk(start, [turned(each) for each in gradients])[-1]
    return max(float(np.abs(other[name] - usual[name]).max()) for other in (all_turned, grads_turned) for name in PAIR)


def _share(first: object, second: object) -> bool:
    return isinstance(first, np.ndarray) and isinstance(second, np.ndarray) and np.shares_memory(first, second)


def _equal(first: dict[str, dict], second: dict[str, dict]) -> bool:
    """Say whether two optimizers remember the same numbers."""
    return first.keys() == second.keys() and all(
        np.allclose(first[state][name], second[state].get(name, np.nan), rtol=1e-9, atol=0)
        for state in first
        for name in first[state]
    )
