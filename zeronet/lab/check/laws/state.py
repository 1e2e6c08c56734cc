"""Laws on the state: that it is kept, for which parameter, and in which optimizer."""

from itertools import pairwise

import numpy as np

from zeronet.lab.check.findings import Verdict, failed, law, number, passed, remark, skipped
from zeronet.lab.check.state import attributes, remembered, restored
from zeronet.lab.check.subject import STEEP, Arrays, Subject, is_number, random_arrays
from zeronet.locale import translate

PAIR = {"first": (4,), "second": (4,)}


@law("remembers", "the state is written back and kept", decayed=False)
def remembers(subject: Subject) -> Verdict:
    """After some gradients no state is 0, and later steps still depend on the first gradient."""
    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, subject.delay + 13)]
    gradients[:2] = [
        {name: 1e3 * g for name, g in each.items()} for each in gradients[:2]
    ]  # large enough to be seen later
    needs = [name for name in ("momentum", "rho", "beta1", "beta2") if name in subject.settings]
    if off := {name: 0.9 for name in needs if name in ("momentum", "rho") and not subject.settings[name]}:
        subject = subject.at(**off)  # nothing is remembered at 0
    optimizer = subject.new()
    states = remembered(optimizer, subject.walk(start, gradients[:3], optimizer)[-1])
    for name, arrays in states.items():
        if not any(np.any(array) for array in arrays.values()):
            return failed(
                translate("after 3 updates {name} is 0", name=name),
                translate("the state is never written back: {name} stays 0", name=name),
            )
    if not all(_forgets(subject, start, gradients, k) for k in (0, 1)):
        return passed(translate("remembers {names}", names=", ".join(states) or translate("something")))
    if not states and not needs:
        return passed(translate("it has no state, and needs none"))
    names = ", ".join(states) or ", ".join(subject.name(name) for name in needs)
    return failed(
        translate("later steps do not depend on the first gradient, although it has {names}", names=names),
        translate(
            "the state is created again at every step, or never written back: create it once, at the first update"
        ),
    )


@law("own-state", "each parameter has its own state")
def own_state(subject: Subject) -> Verdict:
    """Two parameters take the same path together as each alone."""
    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, subject.delay + 6)]
    optimizer, single = subject.new(), subject.new()
    together = subject.walk(start, gradients, optimizer)[-1]
    alone = {}
    for name in PAIR:
        own = [{name: each[name]} for each in (start, *gradients)]
        alone[name] = subject.walk(own[0], own[1:], single if name == "first" else None)[-1]
    for name in PAIR:
        if np.array_equal(together[name], start[name]) and not np.array_equal(alone[name][name], start[name]):
            return failed(
                translate("together with another parameter, {name} is not changed", name=name),
                translate("Loop over all keys"),
            )
    for name, arrays in remembered(optimizer, together).items():
        if len(arrays) > 1 and _share(*arrays.values()):
            return failed(
                translate("{name} of the two parameters is one array", name=name),
                translate("the second parameter's state is the first one's"),
            )
    off = max(float(np.abs(together[name] - alone[name][name]).max()) for name in PAIR)
    seen = translate("two parameters together and alone differ by {off} after 5 updates", off=number(off))
    if not off > 1e-9:
        return passed(seen) if off <= 1e-9 else failed(translate("not finite after 5 updates"))
    if _order_matters(subject, subject.delay + 5) > 1e-9:
        if counters := _grown_too_fast(subject, optimizer, single):
            words = translate("{name} counts the parameters: count once per update, before the loop", name=counters[0])
            return failed(seen, words)
        return failed(seen, translate("the second parameter's state is the first one's"))
    return remark(seen, translate("It looks at all parameters at once, as with a global norm"))


@law("order", "the order of the keys does not matter")
def order(subject: Subject) -> Verdict:
    """Parameters, or only gradients, in another order give the same path."""
    off = _order_matters(subject, subject.delay + 5)
    seen = translate("the order makes a difference of {off} after 5 updates", off=number(off))
    if not off < 1e-9:
        return failed(
            seen,
            translate("Is something carried over from one key to the next, or are keys and values paired by order?"),
        )
    return passed(seen)


@law("settings", "every setting has an effect")
def settings(subject: Subject) -> Verdict:
    """Another value gives another path; and β₁, not β₂, makes it roll."""
    s = subject.settings
    other = {"lr": 0.5 * s.get("lr", 1), "eps": 1.0, "weight_decay": 0.1}
    other |= dict.fromkeys(("rho", "momentum", "beta1", "beta2"), 0.5)
    names = [name for name in other if name in s and s[name] != other[name]]
    for name in names:
        if _same_paths(subject, name, [other[name]]):
            value, own = number(other[name]), subject.name(name)
            return failed(
                translate("{name} = {value} gives the same path", name=own, value=value),
                translate("{name} has no effect: is it used, or a number in its place?", name=own),
            )
    strange = subject.strangers
    if not names and not strange:
        return skipped(translate("it has no settings that the bench knows"))
    adaptive = subject.bare.family != "linear"  # several velocities may have a pair of βs
    if adaptive and {"beta1", "beta2"} <= set(s) and not any("beta" in name for name in strange):
        moves = np.abs(subject.bare.moves([STEEP, 0 * STEEP], beta1=0.0))
        if moves[1].max() > (1e-9 + 2 * subject.decays) * moves[0].max():
            return failed(translate("with β₁ = 0 it still rolls"), translate("β₁ and β₂ are swapped"))
        if s["beta1"] > s["beta2"]:
            return failed(
                translate("β₁ = {one}, β₂ = {two}", one=number(s["beta1"]), two=number(s["beta2"])),
                translate("β₁ and β₂ are swapped: the squares have the longer memory, as 0.9 and 0.999"),
            )
    idle = [name for name in strange if _same_paths(subject, name, [*subject.near(name), 0.5, 1, 2])]
    tested = [subject.name(name) for name in (*names, *strange) if name not in idle]
    seen = ", ".join(dict.fromkeys(tested)) or translate("none")
    if untested := [name for name in subject.values if name not in subject.shown]:
        seen = translate("{seen}; not tested: {names}", seen=seen, names=", ".join(untested))
    if not idle:
        return passed(seen)
    hint = translate("{name} has no effect: is it used, or a number in its place?", name=", ".join(idle))
    if len(strange) == 1 and isinstance(subject.values[subject.own[idle[0]]], float):  # no other switches it on
        return failed(translate("other values of {name} give the same path", name=idle[0]), hint)
    return remark(seen, translate("no other value of {names} changed 12 updates", names=", ".join(idle)))


@law(
    "rolling",
    "momentum: without a gradient each step is momentum times the previous one, and it comes to rest",
    decayed=False,
)
def rolling(subject: Subject) -> Verdict:
    """A linear class slows down after one gradient as its momentum says."""
    momentum = subject.name("momentum")
    fades = translate("It never comes to rest: is the velocity multiplied by {momentum}?", momentum=momentum)
    if subject.settings.get("momentum") == 0:
        if subject.family == "linear" and subject.rolls:
            return failed(translate("with {name} = 0 it still rolls", name=momentum), fades)
        subject = subject.at(momentum=0.9)
    if subject.family != "linear" or not subject.rolls:
        return skipped(translate("only for linear classes that roll"))
    kick = [STEEP] + [0 * STEEP] * 5
    moves = -subject.moves(kick)[:, 0] / STEEP[0]
    if not moves[2:].any():
        return skipped(translate("it is at rest after two steps"))
    ratios, kept = moves[1:] / moves[:-1], subject.settings.get("momentum")
    ratio = float(ratios[2])
    seen = translate("each step is {ratio} times the previous one", ratio=number(ratio))
    if not ratio < 1:
        return failed(seen, fades)
    if kept is None or subject.stirring(kick):
        return passed(seen)
    if abs(ratio - kept) > 1e-6:
        rates = np.abs(subject.moves([STEEP] * 6, momentum=0.0))[:, 0]  # with no memory the rate is left
        if np.allclose(ratios * rates[:-1] / rates[1:], kept, rtol=1e-6):
            return remark(seen, translate("Its learning rate changes from step to step"))
        return failed(seen, translate("It should be {name} = {kept}", name=momentum, kept=number(kept)))
    if subject.lr:
        way = float(moves[0] + moves[1] / (1 - ratio)) / subject.lr
        dampened = abs(moves[0] / subject.lr - (1 - kept)) < 1e-6  # then the distance is lr · g
        if abs(way - (1 if dampened else 1 / (1 - kept))) > 1e-6 / (1 - kept):
            lr = subject.name("lr")
            by_hand = translate(
                "It should be {lr} · g / (1 − {momentum}), with Nesterov too",
                lr=lr,
                momentum=momentum,
            )
            return failed(
                translate("the total distance after one gradient is {way} · {lr} · g", way=number(way), lr=lr), by_hand
            )
    return passed(seen)


@law("instances", "two optimizers of the class share nothing")
def instances(subject: Subject) -> Verdict:
    """What one has seen does not change the path of the other."""
    gradients = [np.array(each) for each in np.random.default_rng(3).standard_normal((4, 4))]
    first = subject.track(gradients)
    subject.track([100 * each for each in gradients])
    off = float(np.abs(subject.track(gradients) - first).max())
    seen = translate("a second optimizer's path differs by {off}", off=number(off))
    if off == 0:
        return passed(seen)
    return failed(
        seen,
        translate(
            "Is the state kept in the class, in a global variable or in a default argument? Create it in __init__"
        ),
    )


@law("restore", "saved and restored, it continues bit for bit")
def restore(subject: Subject) -> Verdict:
    """A new optimizer with the attributes of the old one takes the same next steps."""
    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, 9)]
    usual = subject.walk(start, gradients)[-1]
    interrupted = subject.new()
    half = subject.walk(start, gradients[:4], interrupted)[-1]
    again = subject.walk(half, gradients[4:], restored(subject, interrupted))[-1]
    off = max(float(np.abs(usual[name] - again[name]).max()) for name in PAIR)
    seen = translate("4 updates after restoring, the paths differ by {off}", off=number(off))
    if all(np.array_equal(usual[name], again[name]) for name in PAIR):
        return passed(seen)
    return failed(seen, translate("Keep every state and counter in self, under the parameter's name"))


def _forgets(subject: Subject, start: Arrays, gradients: list[Arrays], k: int) -> bool:
    """Say whether the steps after gradient k do not depend on it, weight decay aside."""
    changed = [{name: -2 * g for name, g in each.items()} if i == k else each for i, each in enumerate(gradients)]
    one, other = (pairwise(subject.walk(start, each)[k + 1 :]) for each in (gradients, changed))
    return all(
        np.allclose(
            a[name] - b[name], c[name] - d[name], 1e-6, 1e-12 + 1.01 * subject.decays * np.abs(b[name] - d[name])
        )
        for (b, a), (d, c) in zip(one, other, strict=True)
        for name in PAIR
    )


def _order_matters(subject: Subject, steps: int) -> float:
    """Return how far apart the paths are if the same keys come in another order."""

    def turned(arrays: dict) -> dict:
        return dict(reversed(arrays.items()))

    start, gradients = random_arrays(0, PAIR), [random_arrays(k, PAIR) for k in range(1, steps + 1)]
    usual = subject.walk(start, gradients)[-1]
    all_turned = subject.walk(turned(start), [turned(each) for each in gradients])[-1]
    grads_turned = subject.walk(start, [turned(each) for each in gradients])[-1]
    return max(float(np.abs(other[name] - usual[name]).max()) for other in (all_turned, grads_turned) for name in PAIR)


def _same_paths(subject: Subject, name: str, values: list[float]) -> bool:
    """Say whether all of these values of a setting give the same paths, under usual, short and long gradients."""
    shapes = {"w": (4,), "W": (2, 3)}
    start, gradients = random_arrays(0, shapes), [random_arrays(k, shapes) for k in range(1, subject.delay + 13)]
    scaled = [{key: 10.0 ** (3 * (k % 3 - 1)) * g for key, g in each.items()} for k, each in enumerate(gradients)]
    for each in (gradients, scaled) if name in subject.strangers else (gradients,):
        usual = subject.walk(start, each)[-1]
        for value in values:
            try:
                path = subject.walk(start, each, subject.new(**{name: value}))[-1]
            except ValueError:  # it is looked at, and refused
                return False
            if not all(np.array_equal(usual[key], path[key], equal_nan=True) for key in shapes):
                return False
    return True


def _share(first: object, second: object) -> bool:
    return isinstance(first, np.ndarray) and isinstance(second, np.ndarray) and np.shares_memory(first, second)


def _grown_too_fast(subject: Subject, two: object, one: object) -> list[str]:
    """Return the counters that grew faster with two parameters than with one."""
    new, two, one = (attributes(each) for each in (subject.new(), two, one))
    numbers = [name for name in new if all(is_number(each.get(name)) for each in (new, two, one))]
    return [name for name in numbers if two[name] - new[name] in range(6, 99) and one[name] > new[name]]  # 5 updates
