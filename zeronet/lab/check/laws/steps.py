"""Laws on the step: that there is one, its direction and its length."""

import math
import random

import numpy as np

from zeronet.lab.check.findings import Verdict, failed, law, number, passed, remark, skipped
from zeronet.lab.check.subject import START, STEEP, Subject
from zeronet.locale import translate

BOWL = np.array([1.0, 0.5, 0.2, 0.1])  # f(w) = ½ Σ c w²


@law("runs", "makes an update")
def runs(subject: Subject) -> Verdict:
    """update(params, grads) changes params itself, and keeps their names."""
    params = {"w": START.copy()}
    optimizer = subject.new()
    for gradient in (START, -START, START):
        try:
            returned = optimizer.update(params, {"w": gradient.copy()})
        except (Exception, SystemExit):
            if _takes_lists(subject):
                return failed(
                    translate("update takes lists of arrays"),
                    translate("params and grads are dictionaries, name → array: for key in params: params[key] -= …"),
                )
            raise
        if returned is not None and returned is not params and (params["w"] == START).all():
            kind = type(returned).__name__
            return failed(
                translate("update returns a {kind}", kind=kind),
                translate("Change params itself: the return value is ignored"),
            )
        if list(params) != ["w"] or np.shape(params["w"]) != START.shape:
            shapes = {name: np.shape(value) for name, value in params.items()}
            return failed(
                translate("w of shape (4,) became {shapes}", shapes=shapes),
                translate("Names and shapes must not change"),
            )
    return passed(translate("3 updates of one array"))


def _takes_lists(subject: Subject) -> bool:
    """Say whether an update works with lists in the place of dictionaries."""
    params = [START.copy()]
    try:
        subject.new().update(params, [START.copy()])
    except (Exception, SystemExit):
        return False
    return bool((params[0] != START).any())


@law("finite", "parameters stay finite")
def finite(subject: Subject) -> Verdict:
    """Gradients of either sign give no nan and no inf."""
    steps = np.abs(np.diff(subject.track([START, -START, START]), axis=0)).max(axis=1)
    seen = translate("steps of {steps}", steps=", ".join(number(each) for each in steps))
    if np.isfinite(steps).all():
        return passed(seen)
    uncounted = translate("Is t counted, and before it is used? 1 − β⁰ is 0")
    other = translate("A missing square under the root, or a division by 0?")
    return failed(seen, uncounted if "beta2" in subject.settings and np.isnan(steps[0]) else other)


@law("repeats", "equal gradients give equal steps")
def repeats(subject: Subject) -> Verdict:
    """Nothing is random."""
    gradients = [START, -STEEP, START]

    def equal(seeded: bool) -> bool:
        paths = []
        for _ in range(2):
            if seeded:
                random.seed(0)
                np.random.seed(0)  # noqa: NPY002 (theirs, if they use it)
            paths.append(subject.track(gradients))
        return np.array_equal(paths[0], paths[1], equal_nan=True)

    if equal(seeded=False):
        return passed(translate("two equal runs are equal"))
    seen = translate("two equal runs differ")
    if equal(seeded=True):
        return failed(seen, translate("Is there randomness?"))
    return failed(seen, translate("Is there randomness, or something that two optimizers share?"))


@law("downhill", "descends on a bowl", decayed=False)
def downhill(subject: Subject) -> Verdict:
    """The first move that is not 0 goes down, and after 200 updates f is lower than at the start."""
    move = subject.first_move(BOWL * START)
    if not move.any():
        return failed(
            translate("no update moves w"),
            translate("Is the new value written back? w = w - … makes a new array: write params[key] = …"),
        )
    if _late(subject):
        return failed(
            translate("each step uses the previous gradient"), translate("Is the state used before it is updated?")
        )
    if not move @ (BOWL * START) < 0:
        return failed(
            translate("the first step raises f: {move} along the gradient", move=number(move @ (BOWL * START))),
            translate("moves uphill: is the sign of lr · grad flipped?"),
        )
    optimizer, params = subject.new(), {"w": START.copy()}
    first = float(BOWL @ START**2) / 2
    for _ in range(200):
        optimizer.update(params, {"w": BOWL * params["w"]})
    last = float(BOWL @ np.square(params["w"])) / 2
    seen = translate("f = ½ Σ c w² goes from {first} to {last} in 200 updates", first=number(first), last=number(last))
    return (
        passed(seen)
        if last < first
        else failed(seen, translate("leaves the bowl: is the step too long, or its sign wrong?"))
    )


@law(
    "family", "first step with 10 g instead of g: equally long (adaptive) or ten times as long (linear)", decayed=False
)
def family(subject: Subject) -> Verdict:
    """Or between the two: bounded, or with a power of the gradient. A shorter gradient makes no longer step."""
    still = max(int((subject.first_move(scale * STEEP) == 0).sum()) for scale in (1, 1e-5))
    if still > 0:
        return failed(
            translate("{n} of 4 numbers do not move", n=still),
            translate("Is a step rounded to 0, for example by // instead of /?"),
        )
    seen = translate("ten times the gradient gives {growth} times the step", growth=number(subject.growths[0]))
    if subject.family == "neither":
        slip = translate("missing root or square? With h from g², g / √h does not depend on the scale of g")
        *longer, short = subject.growths  # a step may become shorter where a clip bounds it: g / g² up to 1
        if (
            not all(np.isfinite(subject.growths))
            or max(subject.growths) > 10.1
            or (min(longer) < 0.99 and abs(short - 1) > 0.01)
        ):
            return failed(seen, slip)
        growths = ", ".join(number(each) for each in subject.growths)
        seen = translate(
            "ten times a long, a usual and a short gradient gives {growths} times the step", growths=growths
        )
        if subject.power is None:
            return remark(translate("{seen}: neither, as with a bound or a clip", seen=seen))
        return remark(translate("{seen}: neither, as with a power of h other than the root", seen=seen), slip)
    return passed(f"{seen}: {translate(subject.family)}")


@law("cancel", "gradients whose elements cancel make no extreme step", decayed=False)
def cancel(subject: Subject) -> Verdict:
    """A length is the root of squares; a mean, a sum or the first of the elements may be 0 when no gradient is."""
    vectors = STEEP, STEEP - [0, 0, 0, STEEP.sum()], *(STEEP * (np.arange(4) != i) for i in range(4))
    vectors += tuple(
        sign * np.array([0.0, 500, 900, 2000])[order] for sign in (1, -1) for order in ([0, 1, 2, 3], [3, 2, 1, 0])
    )
    usual, *others = (float(np.linalg.norm(subject.first_move(g))) for g in vectors)
    for g, length in zip(vectors[1:], others, strict=True):
        if not length <= 100 * usual:
            return failed(
                translate(
                    "the gradient {g} gives a step {times} times as long as {usual}",
                    g=[float(each) for each in g],
                    times=number(length / usual) if usual else "∞",
                    usual=[float(each) for each in STEEP],
                ),
                translate("Is h made of the mean or the sum of an array's gradient? Take g² of each element"),
            )
    return passed(translate("{n} gradients with zeros, or with a sum of 0", n=len(others)))


@law("zero", "a zero gradient is a fixed point")
def zero(subject: Subject) -> Verdict:
    """Before the first step nothing moves; after it, only what rolls."""
    still = subject.track([0 * START] * 3)[1:]
    if not np.isfinite(still).all():
        return failed(
            translate("a zero gradient gives {w}", w=still[0][0]),
            translate("0/0: is ε missing, or added outside the quotient?"),
        )
    bare = subject.bare
    if bare is not subject and (finding := zero(bare)).verdict == "fail":
        return finding
    if bare is not subject or subject.decays or subject.grows:
        return _decay(subject)
    if (still != START).any():
        far = number(np.abs(still - START).max())
        return failed(
            translate("moves by {far} under zero gradients", far=far),
            translate("Is something added to the step itself?"),
        )
    kick = subject.moves([STEEP, 0 * STEEP, 0 * STEEP])
    if not subject.rolls:
        return passed(translate("does not move, before or after a step"))
    if kick[1].any() and kick[1] @ kick[0] <= 0:  # as a whole: some project a part of it away
        if not kick[2].any():
            return remark(translate("without a gradient it reverses part of its step, once"))
        return failed(translate("without a gradient it moves back"), translate("Is the sign of the velocity wrong?"))
    return passed(translate("does not move before the first step; rolls on after it (momentum)"))


def _decay(subject: Subject) -> Verdict:
    """Under zero gradients weight decay shrinks every element of some array."""
    share, name, lr = _share_lost(subject), subject.name("weight_decay"), subject.name("lr")
    if (share < 0).any():
        return failed(
            translate("weights grow under zero gradients"), translate("weights grow: is the sign of the decay flipped?")
        )
    by_hand = translate("Is it added to the gradient, as {name} · w, or subtracted from w?", name=name)
    if not share.all():
        return failed(translate("weight decay removes nothing under zero gradients"), by_hand)
    if np.ptp(share) > 1e-9:
        ways = np.abs(share * START)  # through the gradient of an adaptive class all are of one length
        if subject.elementwise and (subject.family == "linear" or np.ptp(ways) > 0.01 * ways.max()):
            seen = translate(
                "weight decay removes shares of {low} to {high}", low=number(share.min()), high=number(share.max())
            )
            return failed(seen, by_hand)
        return remark(translate("weights shrink under zero gradients: weight decay through the gradient (L2)"))
    seen = translate("each update removes {share} of each weight: weight decay", share=number(share[0]))
    if decay := subject.settings.get("weight_decay"):
        half = _share_lost(subject, weight_decay=decay / 2)
        if not np.allclose(half, share / 2, rtol=1e-6):
            return failed(seen, translate("Half of {name} should remove half", name=name))
    if subject.lr and np.array_equal(share, _share_lost(subject, lr=subject.lr / 2)):
        return remark(seen, translate("{lr} does not change it: usually {lr} times the decay is removed", lr=lr))
    return remark(seen)


def _share_lost(subject: Subject, **changes: float) -> np.ndarray:
    """Return the share of each weight that an update under a zero gradient removes."""
    start = {"w": START, "W": START.reshape(2, 2)}  # some leave all but matrices alone
    last = subject.walk(start, [{name: 0 * w for name, w in start.items()}], subject.new(**changes))[-1]
    shares = [1 - np.ravel(last[name]) / START for name in start]
    return max(shares, key=lambda each: np.abs(each).max())


@law("by-hand", "one step by hand, linear: −lr · g", decayed=False)
def by_hand(subject: Subject) -> Verdict:
    """A linear class moves by lr · g, by (1 + momentum) · lr · g, or by (1 − momentum) · lr · g."""
    if subject.family != "linear":
        return skipped(translate("only for linear classes"))
    if not subject.lr:
        return skipped(translate("it has no setting lr"))
    lr = subject.name("lr")
    for rate in (subject.lr, subject.lr / 2):
        shares = subject.first_move(START, lr=rate) / (-rate * START)
        share, momentum = float(np.median(shares)), subject.settings.get("momentum", 0.0)
        values = {"share": number(share), "lr": lr, "value": number(rate)}
        seen = translate("the first step is {share} · {lr} · g at {lr} = {value}", **values)
        if np.ptp(shares) > 1e-9 * abs(share):
            if not subject.elementwise:
                return skipped(translate("it treats each array as a whole"))
            return failed(
                seen, translate("Its factor differs from element to element: does one use another's gradient?")
            )
        if math.isclose(share, 1 - momentum, rel_tol=1e-6) and momentum:
            name = subject.name("momentum")
            return remark(
                seen,
                translate(
                    "The new gradient has the weight 1 − {name}, as with dampening: usually it is {lr} · g",
                    name=name,
                    lr=lr,
                ),
            )
        if not any(math.isclose(share, each, rel_tol=1e-6) for each in (1, 1 + momentum)):
            if names := subject.stirring([STEEP]):
                return skipped(translate("{seen}; the bench does not know {names}", seen=seen, names=", ".join(names)))
            if share > 1e3:
                return failed(
                    seen, translate("Is the state used before it is updated? With a state of 0 only ε is left")
                )
            hint = translate("By hand it is 1 · {lr} · g: is a setting applied twice, or not at all?", lr=lr)
            return failed(seen, hint)
    return passed(seen)


def _late(subject: Subject) -> bool:
    """Say whether the first gradient moves nothing, and no gradient influences its own step."""
    usual, other = (
        subject.moves([STEEP] * 3),
        (subject.moves(each) for each in ([STEEP, -STEEP], [STEEP, STEEP, -STEEP])),
    )
    return not usual[0].any() and all(each[-1].any() and np.array_equal(each, usual[: len(each)]) for each in other)
