"""Laws on what a class says it is: the path of zeronet's own, and of the same with another learning rate."""

from zeronet.lab.check.findings import Verdict, failed, law, passed, remark, skipped
from zeronet.lab.check.state import attributes
from zeronet.lab.check.subject import START, STEEP, Subject
from zeronet.lab.check.twins import UPDATES, Difference, Twin, difference, furthest, named_alike, twin_of, twins
from zeronet.locale import translate


@law("like", "goes where zeronet's optimizer of this name goes")
def like(subject: Subject) -> Verdict:
    """A class named as one of ours, or compared by --like, takes the same path under changing gradients."""
    kinds = named_alike(subject)
    if not kinds:
        return skipped(translate("zeronet has no optimizer of this name; --like NAME compares with one"))
    same = next((each for each in twins(subject) if each.kind in kinds), None)
    if same is None:
        found = [furthest(subject, kind) for kind in kinds if twin_of(subject, kind).fits]
        if not found:
            return skipped(translate("{twin} does not take its settings", twin=kinds[0].__name__))
        twin, parted = max(found, key=lambda each: each[1].update if each[1] else 0)
        if not subject.like and (unknown := subject.stirring([STEEP] * 12, twin.unknown)):
            names = ", ".join(map(subject.name, unknown))
            return skipped(translate("{twin} has no setting {names}", twin=twin.kind.__name__, names=names))
        return _parted(twin, parted)
    for name, value in (("momentum", 0.9), ("weight_decay", 0.1)):
        if subject.settings.get(name) == 0 and name not in same.unknown:  # at 0 it hides what is wrong with it
            other = subject.at(**{name: value})
            found = [furthest(other, kind) for kind in kinds]
            if all(parted for _, parted in found):
                return _parted(*max(found, key=lambda each: each[1].update if each[1] else 0))
    return passed(translate("{n} updates as {twin}", n=UPDATES, twin=repr(same)))


def _parted(twin: Twin, parted: Difference | None) -> Verdict:
    assert parted is not None
    seen = translate(
        "update {k}: {place} is {here:.9g}, in {twin} {there:.9g}",
        k=parted.update,
        place=parted.place,
        here=parted.here,
        there=parted.there,
        twin=repr(twin),
    )
    if parted.update == 1:
        hint = "They differ from the first update on: compare the equations, or give another method another name"
        return failed(seen, translate(hint))
    return failed(
        seen, translate("They are equal until then: what changes at update {k}, or builds up?", k=parted.update)
    )


@law("schedule", "a changed learning rate counts from the next update")
def schedule(subject: Subject) -> Verdict:
    """Schedules set the attribute lr of an optimizer, between two updates."""
    name = subject.name("lr")
    if not subject.lr or attributes(subject.new()).get(name) != subject.lr:
        return skipped(translate("it keeps no attribute {lr} to change", lr=name))
    paths = []
    for factor in (1.0, 0.5):
        optimizer = subject.new()
        start = subject.walk({"w": START}, [{"w": START}] * 5, optimizer)[-1]
        setattr(optimizer, name, factor * subject.lr)
        paths.append(subject.walk(start, [{"w": START}] * (subject.delay + 15), optimizer)[-1]["w"])
    counts, hint = (
        (paths[0] != paths[1]).any(),
        translate("Is {lr} read at each update, not only at the first?", lr=name),
    )
    parted = []
    for twin in twins(subject):
        if (each := difference(subject, twin, 200, slower=0.1)) is None:
            break
        parted.append((repr(twin), each.update))
    else:
        if parted:
            equal, k = max(parted, key=lambda each: each[1])
            seen = translate(
                "with a tenth of {lr} after 100 updates it leaves {twin} at update {k}", lr=name, twin=equal, k=k
            )
            return failed(seen, hint)
        if not counts:
            return remark(translate("half of {lr} after 5 updates gives the same path", lr=name), hint)
    return passed(translate("with another {lr} after some updates it takes another path", lr=name))
