"""Laws on the step: that there is one, which way it goes, and how far."""

import math

import numpy as np

from zeronet.check.findings import Verdict, failed, law, number, passed, remark, skipped
from zeronet.check.lengths import right_lengths, slip_of
from zeronet.check.subject import START, STEEP, Subject, remembered
from zeronet.language import say

BOWL = np.array([1.0, 0.5, 0.2, 0.1])  # f(w) = ½ Σ c w²


@law("runs", "makes an update")
def runs(subject: Subject) -> Verdict:
    """update(params, grads) changes params itself, and keeps their names."""
    params = {"w": START.copy()}
    optimizer = subject.new()
    for gradient in (START, -START, START):
        returned = optimizer.update(params, {"w": gradient.copy()})
        if returned is not None and returned is not params and (params["w"] == START).all():
            kind = type(returned).__name__
            return failed(
                say("update returns a {kind}", kind=kind), say("Change params itself: what it returns is lost")
            )
        if list(params) != ["w"] or np.shape(params["w"]) != START.shape:
            shapes = {name: np.shape(value) for name, value in params.items()}
            return failed(say("w of shape (4,) became {shapes}", shapes=shapes), say("Names and shapes must stay"))
    return passed(say("3 updates of one array"))


@law("finite", "numbers stay numbers")
def finite(subject: Subject) -> Verdict:
    """Gradients of either sign make no nan and no inf."""
    steps = [number(each) for each in np.abs(np.diff(subject.track([START, -START, START]), axis=0)).max(axis=1)]
    seen = say("steps of {steps}", steps=", ".join(steps))
    if all(math.isfinite(float(step)) for step in steps):
        return passed(seen)
    uncounted = say("Is t counted, and before it is used? 1 − β⁰ is 0")
    other = say("A missing square under the root, or a division by 0?")
    return failed(seen, uncounted if "beta2" in subject.settings and steps[0] == "nan" else other)


@law("downhill", "descends on a bowl")
def downhill(subject: Subject) -> Verdict:
    """The first move that is not 0 goes down, and after 200 updates f is lower than at the start."""
    move = subject.first_move(BOWL * START)
    if not move.any():
        return failed(
            say("no update moves w"),
            say("Is the new value written back? w = w - … makes a new w: params[key] = … puts it into its place"),
        )
    if not move @ (BOWL * START) < 0:
        return failed(
            say("the first step raises f: {move} along the gradient", move=number(move @ (BOWL * START))),
            say("moves uphill: is the sign of lr · grad flipped?"),
        )
    optimizer, params = subject.new(), {"w": START.copy()}
    first = float(BOWL @ START**2) / 2
    for _ in range(200):
        optimizer.update(params, {"w": BOWL * params["w"]})
    last = float(BOWL @ np.square(params["w"])) / 2
    seen = say("f = ½ Σ c w² goes from {first} to {last} in 200 updates", first=number(first), last=number(last))
    return (
        passed(seen) if last < first else failed(seen, say("leaves the bowl: is the step too long, or its sign wrong?"))
    )


@law("family", "first step under g → 10 g: as long (adaptive) or ten times as long (linear)")
def family(subject: Subject) -> Verdict:
    """There is nothing between the two."""
    if (still := int((subject.first_move(STEEP) == 0).sum())) > 0:
        return failed(
            say("{n} of 4 numbers do not move", n=still), say("Is a step rounded to 0, as by // in place of /?")
        )
    seen = say("ten times the gradient makes {growth} times the step", growth=number(subject.growth))
    if subject.family == "neither":
        return failed(seen, say("missing root or square? √h needs h of g², and g / √h has no length left"))
    return passed(f"{seen}: {say(subject.family)}")


@law("zero", "a zero gradient is a fixed point")
def zero(subject: Subject) -> Verdict:
    """Before the first motion nothing moves; after it, only what rolls."""
    still = subject.track([0 * START] * 3)[1:]
    if not np.isfinite(still).all():
        return failed(
            say("a zero gradient makes {w}", w=still[0][0]), say("0/0: is ε missing, or added outside the quotient?")
        )
    if subject.decays:
        return remark(say("each update takes away {share} of each weight: weight decay", share=number(subject.decays)))
    if (still != START).any():
        far = number(np.abs(still - START).max())
        return failed(
            say("moves by {far} under zero gradients", far=far), say("Is something added to the step itself?")
        )
    kick = subject.moves([STEEP, 0 * STEEP, 0 * STEEP])
    if not subject.rolls:
        return passed(say("stays, before and after a step"))
    if (kick[1] * kick[0] < 0).any():
        return failed(say("without a gradient it moves back"), say("Is the sign of the velocity wrong?"))
    return passed(say("stays before the first step; rolls on after it (momentum)"))


@law("by-hand", "one step by hand, linear: −lr · g")
def by_hand(subject: Subject) -> Verdict:
    """A linear class moves by lr · g, by (1 + momentum) · lr · g, or by (1 − momentum) · lr · g."""
    if subject.family != "linear":
        return skipped(say("for linear classes"))
    if not subject.lr:
        return skipped(say("it has no setting lr"))
    for rate in (subject.lr, subject.lr / 2):
        shares = subject.first_move(START, lr=rate) / (-rate * START)
        share, momentum = float(np.median(shares)), subject.settings.get("momentum", 0.0)
        seen = say("the first step is {share} · lr · g at lr = {lr}", share=number(share), lr=number(rate))
        if np.ptp(shares) > 1e-9 * abs(share):
            if not subject.elementwise:
                return skipped(say("it treats each array as a whole"))
            return failed(seen, say("Its share differs from number to number: is one of them another's gradient?"))
        if math.isclose(share, 1 - momentum, rel_tol=1e-6) and momentum:
            return remark(seen, say("The new gradient weighs 1 − momentum, as with dampening: many write lr · g"))
        if not any(math.isclose(share, each, rel_tol=1e-6) for each in (1, 1 + momentum)):
            if subject.strangers:
                return skipped(say("{seen}; the bench does not know {names}", seen=seen, names=_names(subject)))
            return failed(seen, say("By hand it is 1 · lr · g: is lr or momentum applied twice, or not at all?"))
    return passed(seen)


@law("first-step", "first step, adaptive: lr, or lr/√(1 − ρ)")
def first_step(subject: Subject) -> Verdict:
    """The first step of an adaptive class has one length, which follows from its settings."""
    if subject.family != "adaptive":
        return skipped(say("for adaptive classes"))
    if not subject.lr:
        return skipped(say("it has no setting lr"))
    if not subject.elementwise:
        return skipped(say("it treats each array as a whole"))
    if subject.length is None:
        lengths = ", ".join(number(each) for each in np.abs(subject.first_move(STEEP)))
        return failed(
            say("first steps of {lengths} in four directions", lengths=lengths), say("Each should be as long")
        )
    half = np.median(np.abs(subject.first_move(STEEP, lr=subject.lr / 2))) / (subject.lr / 2)
    seen = say("the first step is {length} · lr", length=number(subject.length))
    if abs(half / subject.length - 1) > 2e-3:
        return failed(
            say("{seen}, but {half} · lr where lr is half as large", seen=seen, half=number(half)),
            say("The step should be lr times something: is lr applied twice, or not at all?"),
        )
    for length, words in right_lengths(subject):
        if abs(subject.length / length - 1) < 2e-3:
            return passed(f"{seen} = {words}")
    if hint := slip_of(subject):
        return failed(seen, hint)
    if subject.strangers:
        return skipped(say("{seen}; the bench does not know {names}", seen=seen, names=_names(subject)))
    right = ", ".join(f"{number(length)} ({words})" for length, words in right_lengths(subject))
    return failed(seen, say("By hand it is {right} times lr", right=right))


@law("scale", "adaptive: the length of all gradients does not matter; linear: ten times makes ten times the way")
def scale(subject: Subject) -> Verdict:
    """What held for the first step holds for the next ones."""
    if subject.family == "neither":
        return failed(say("it is neither adaptive nor linear"))
    rng, factor = np.random.default_rng(1), 10 if subject.family == "linear" else 1
    gradients = STEEP * rng.uniform(0.5, 2, (5, 4)) * rng.choice([-1, 1], (5, 4))
    usual, steep = (np.cumsum(subject.moves(each), axis=0) for each in (gradients, 10 * gradients))
    off = float(np.abs(steep - factor * usual).max() / np.abs(factor * usual).max())
    seen = say("under 10 g the ways of 5 updates differ by {off} from what they should be", off=number(off))
    if not off < 5e-3:
        return failed(seen, say("Is a square or a root missing in what is remembered?"))
    return passed(seen)


@law("steady", "under a constant gradient, means of gradients stay what they are")
def steady(subject: Subject) -> Verdict:
    """A class with ρ, or β₁ and β₂, goes on in steps of lr; it does not stall, and does not run away."""
    if subject.family != "adaptive" or not ({"rho", "beta2"} & set(subject.settings)):
        return skipped(say("for adaptive classes with ρ or β₂"))
    if not subject.elementwise or not subject.lr or subject.length is None:
        return skipped(say("it treats each array as a whole, or has no first step of one length"))
    start = -1e4 * np.sign(STEEP)  # so far out that no step reaches 0
    changes = {"beta2": 0.9} if "beta2" in subject.settings else {}  # so that 300 updates are long
    steps = np.abs(subject.moves([STEEP] * 300, start, **changes))[:, 0] / subject.lr
    low, high, rho = float(steps.min()), float(steps.max()), subject.settings.get("rho", 0)
    seen = say("steps of {low} to {high} lr in 300 updates", low=number(low), high=number(high))
    if {"beta1", "beta2"} <= set(subject.settings) and abs(subject.length - 1) < 2e-3:
        if not (low > 0.5 and high < 1.05):
            return failed(
                seen, say("Is t counted, and is each mean decayed by its own β? 1 − βᵗ undoes the start at 0")
            )
    elif 0 < rho < 1:
        mean = say("h should be a mean: is it multiplied by ρ, and g² weighed by 1 − ρ?")
        by_hand = 1 / np.sqrt(1 - rho ** np.arange(1, 301))  # h = (1 − ρᵗ) g²
        plain = abs(subject.length / by_hand[0] - 1) < 2e-3 and not subject.rolls
        if plain and not np.allclose(steps, by_hand, rtol=0.01):
            return failed(seen, mean)
        usual = [length for length, words in right_lengths(subject) if "ε" not in words]
        if steps[-1] < 0.9 and any(abs(subject.length / each - 1) < 2e-3 for each in usual):
            return failed(seen, mean)
    return passed(seen)


@law("epsilon", "adaptive: ε only keeps 0/0 away")
def epsilon(subject: Subject) -> Verdict:
    """ε added outside the root shortens a step by ε/√h, inside it by ε/2h: short gradients tell which it is."""
    if subject.family != "adaptive" or not subject.elementwise:
        return skipped(say("for adaptive classes"))
    lengths = [float(np.abs(subject.first_move(STEEP * 10.0**-k))[0]) for k in range(13)]
    defects = [lengths[0] / length - 1 if length else math.inf for length in lengths]
    if min(defects) < -1e-3:
        g = number(900 * 10.0 ** -defects.index(min(defects)))
        return failed(say("a gradient of {g} makes a longer step than a long one", g=g), say("Is ε subtracted?"))
    small = [k for k in range(12) if 1e-5 < defects[k] < defects[k + 1] < 3e-2]
    small = small or [k for k in range(12) if 1e-6 < defects[k] < defects[k + 1] < 0.3]
    if not small:
        return passed(say("a gradient of 1e-9 makes the step of a long one"))
    at = small[0]
    inside = defects[at + 1] / defects[at] > 31  # ten times shorter: 10 outside, 100 inside
    g, defect = number(900 * 10.0**-at), number(defects[at])
    seen = say("a gradient of {g} makes a step that is shorter by a share of {defect}", g=g, defect=defect)
    if not inside:
        return passed(seen)
    if _starts_above_zero(subject):
        return remark(say("{seen}: its state does not start at 0", seen=seen))
    if "rho" in subject.settings and not subject.rolls:
        return remark(
            say("{seen}: ε is inside the root", seen=seen), say("as in Keras and optax; most add it to the root")
        )
    return failed(seen, say("ε is inside the root: √(h + ε) is not √h + ε, for √1e-7 is 3e-4"))


def _starts_above_zero(subject: Subject) -> bool:
    optimizer, params = subject.new(), {"w": 0 * START}  # a copy of the weights is no state then
    optimizer.update(params, {"w": 0 * START})
    return any((np.asarray(state["w"]) > 0).all() for state in remembered(optimizer, params).values())


def _names(subject: Subject) -> str:
    return ", ".join(subject.strangers)
