"""Laws on adaptive classes: how long a step is, at any scale of the gradients (scale is for linear ones too)."""

import math

import numpy as np

from zeronet.lab.check.findings import Verdict, failed, law, number, passed, remark, skipped
from zeronet.lab.check.first_step import right_lengths, slip_of
from zeronet.lab.check.state import remembered
from zeronet.lab.check.subject import START, STEEP, Subject
from zeronet.locale import translate

MOST = 1.1  # the longest corrected step, in units of lr


@law("first-step", "first step, adaptive: lr, or lr/√(1 − ρ)", decayed=False)
def first_step(subject: Subject) -> Verdict:
    """The first step of an adaptive class has one length, which follows from its settings."""
    if subject.family != "adaptive":
        return skipped(translate("only for adaptive classes"))
    if not subject.lr:
        return skipped(translate("it has no setting lr"))
    if not subject.elementwise:
        return skipped(translate("it treats each array as a whole"))
    if subject.length is None:
        lengths = ", ".join(number(each) for each in np.abs(subject.first_move(STEEP)))
        return failed(
            translate("first steps of {lengths} in four directions", lengths=lengths),
            translate("All should be equally long"),
        )
    half = np.median(np.abs(subject.first_move(STEEP, lr=subject.lr / 2))) / (subject.lr / 2)
    lr = subject.name("lr")
    seen = translate("the first step is {length} · {lr}", length=number(subject.length), lr=lr)
    if abs(half / subject.length - 1) > 2e-3:
        return failed(
            translate("{seen}, but {half} · {lr} if {lr} is halved", seen=seen, half=number(half), lr=lr),
            translate("The step should be {lr} times something: is {lr} applied twice, or not at all?", lr=lr),
        )
    for length, words in right_lengths(subject):
        if abs(subject.length / length - 1) < 2e-3:
            return passed(f"{seen} = {words}")
    if hint := slip_of(subject):
        if subject.never_forgets:
            return skipped(translate("{seen}; it divides by the largest v, which some do not correct", seen=seen))
        return failed(seen, hint)
    if names := subject.stirring([STEEP]):
        return skipped(translate("{seen}; the bench does not know {names}", seen=seen, names=", ".join(names)))
    right = ", ".join(f"{number(length)} ({words})" for length, words in right_lengths(subject))
    return failed(seen, translate("By hand it is {right} times {lr}", right=right, lr=lr))


@law(
    "scale",
    "adaptive: the scale of the gradients does not matter; linear: ten times the gradients, ten times the distance",
    decayed=False,
)
def scale(subject: Subject) -> Verdict:
    """What holds for the first step holds for the next ones."""
    factor = {"adaptive": 1.0, "linear": 10.0}.get(subject.family, subject.power)
    if factor is None:
        return skipped(translate("it is neither adaptive nor linear"))
    rng, n = np.random.default_rng(1), 60 if subject.family == "neither" else 5  # a power may change slowly
    shape = subject.delay + n, 4
    gradients = STEEP * rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape)
    usual, steep = (np.cumsum(subject.moves(each), axis=0) for each in (gradients, 10 * gradients))
    off = float(np.abs(steep - factor * usual).max() / np.abs(factor * usual).max())
    seen = translate("with 10 g the path of {n} updates is off by a relative {off}", n=n, off=number(off))
    if not off < 5e-3:
        return failed(seen, translate("Is a square or a root missing in the state?"))
    return passed(seen)


@law("steady", "a constant gradient leaves running means of gradients as they are", decayed=False)
def steady(subject: Subject) -> Verdict:
    """A class with ρ, or β₁ and β₂, continues in steps of lr: it neither stalls nor runs away."""
    s = subject.settings
    literal = subject.rolls and not {"rho", "beta1", "beta2", "momentum"} & set(s)  # its βs are in the code
    if subject.family != "adaptive" or not ({"rho", "beta2"} & set(s) or literal):
        return skipped(translate("only for adaptive classes with ρ or β₂"))
    if not subject.elementwise or not subject.lr or subject.length is None:
        return skipped(translate("it treats each array as a whole, or its first steps differ in length"))
    if literal:
        return _bounded(subject)
    low, high, steps = _extremes(subject, **{"beta2": 0.9} if "beta2" in s else {})  # so that 300 updates are long
    rho, lr = s.get("rho", 0), subject.name("lr")
    seen = translate("steps of {low} to {high} {lr} in 300 updates", low=number(low), high=number(high), lr=lr)
    if {"beta1", "beta2"} <= set(s) and abs(subject.length - 1) < 2e-3:
        if 0.5 < low <= high < MOST:
            return passed(seen)
        rates = _extremes(subject, beta1=0.0, beta2=0.0)[2]  # with no memory the rate is left
        even = steps / (rates / rates[0])
        if 0.5 < even.min() <= even.max() < MOST:
            return remark(seen, translate("Its learning rate changes from step to step"))
        return failed(
            seen, translate("Is t counted, and is each mean decayed by its own β? 1 − βᵗ undoes the start at 0")
        )
    if 0 < rho < 1:
        r = subject.name("rho")
        mean = translate("h should be a mean: is it multiplied by {rho}, and g² by 1 − {rho}?", rho=r)
        by_hand = 1 / np.sqrt(1 - rho ** np.arange(1, 301))  # h = (1 − ρᵗ) g²
        plain = abs(subject.length / by_hand[0] - 1) < 2e-3 and not subject.rolls
        if plain and not np.allclose(steps, by_hand, rtol=0.01):
            return failed(seen, mean)
        usual = [length for length, words in right_lengths(subject) if "ε" not in words]
        if steps[-1] < 0.9 and any(abs(subject.length / each - 1) < 2e-3 for each in usual):
            return failed(seen, mean)
    return passed(seen)


def _extremes(subject: Subject, **changes: float) -> tuple[float, float, np.ndarray]:
    """Return the shortest, the longest, and all steps under 300 equal gradients, in units of lr."""
    start = -1e4 * np.sign(STEEP)  # so far away that no step reaches 0
    steps = np.abs(subject.moves([STEEP] * 300, start, **changes))[:, 0] / subject.lr
    return float(steps.min()), float(steps.max()), steps


def _bounded(subject: Subject) -> Verdict:
    """A class that rolls comes to rest after a kick; a first step of lr is no more than twice what it settles at."""
    if len(np.unique(np.abs(subject.moves([STEEP, 0.1 * STEEP, 3 * STEEP])).round(12))) == 1:
        return skipped(translate("it uses only the signs of its state, which no β changes"))
    start, n = -1e5 * np.sign(STEEP), 4000  # for a β₂ of 0.999
    after = np.abs(subject.moves([STEEP] + [0 * STEEP] * n, start))[:, 0]
    seen = translate("{n} updates after a kick it still moves by {far}", n=n, far=number(after[-1]))
    if not after[-1] < 0.5 * after.max():
        return failed(seen, translate("Is the state multiplied by a β below 1?"))
    steps = np.abs(subject.moves([STEEP] * n, start))[:, 0] / subject.lr
    lr, last = subject.name("lr"), float(steps[-1])
    seen = translate("under a constant gradient a step of {last} {lr} after {n} updates", last=number(last), lr=lr, n=n)
    settles = abs(last / steps[n // 2] - 1) < 0.1  # a falling rate does not
    if not np.isfinite(last) or (settles and last < 0.5 and abs((subject.length or 0) - 1) < 2e-3):
        return failed(
            seen, translate("Is t counted, and is each mean decayed by its own β? 1 − βᵗ undoes the start at 0")
        )
    return passed(seen)


@law("epsilon", "adaptive: ε only prevents 0/0", decayed=False)
def epsilon(subject: Subject) -> Verdict:
    """ε added outside the root shortens a step by ε/√h, inside it by ε/2h: short gradients tell which it is."""
    if subject.family != "adaptive" or not subject.elementwise:
        return skipped(translate("only for adaptive classes"))
    lengths = [float(np.abs(subject.first_move(STEEP * 10.0**-k))[0]) for k in range(13)]
    defects = [lengths[0] / length - 1 if length else math.inf for length in lengths]
    if min(defects) < -1e-3:
        g = number(900 * 10.0 ** -defects.index(min(defects)))
        return failed(
            translate("a gradient of {g} gives a longer step than a large one", g=g), translate("Is ε subtracted?")
        )
    small = [k for k in range(12) if 1e-5 < defects[k] < defects[k + 1] < 3e-2]
    small = small or [k for k in range(12) if 1e-6 < defects[k] < defects[k + 1] < 0.3]
    if not small:
        return passed(translate("a gradient of 1e-9 gives the same step as a large one"))
    at = small[0]
    inside = defects[at + 1] / defects[at] > 31  # ten times shorter: 10 outside, 100 inside
    g, defect = number(900 * 10.0**-at), number(defects[at])
    seen = translate("a gradient of {g} gives a step that is shorter by a relative {defect}", g=g, defect=defect)
    if not inside:
        return passed(seen)
    if _starts_above_zero(subject):
        return remark(translate("{seen}: its state does not start at 0", seen=seen))
    if "beta2" not in subject.settings and not subject.rolls:
        return remark(
            translate("{seen}: ε is inside the root", seen=seen),
            translate("as in Keras and optax; most add it to the root"),
        )
    return failed(seen, translate("ε is inside the root: √(h + ε) is not √h + ε: √1e-7 is 3e-4"))


def _starts_above_zero(subject: Subject) -> bool:
    optimizer, params = subject.new(), {"w": 0 * START}  # a copy of the weights is no state then
    optimizer.update(params, {"w": 0 * START})
    return any((np.asarray(state["w"]) > 0).all() for state in remembered(optimizer, params).values())
