"""Which of zeronet's optimizers a class equals, and where its path leaves that of the one it should equal."""

import inspect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.check.roles import NO_ROLE, role_of
from zeronet.lab.check.subject import Arrays, Subject, is_number, random_arrays
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.specs.aliases import our_class, our_settings
from zeronet.lab.specs.build import split_settings
from zeronet.lab.specs.grammar import split
from zeronet.optimizers import OPTIMIZERS, Optimizer
from zeronet.optimizers.transforms import L2, Transform, WeightDecay

UPDATES = 1200  # two epochs of MNIST in batches of 100, as in the book
SHAPES = {"W": (4, 3), "b": (3,), "c": (3,)}
PLACES = [f"{name}{list(i)}" for name, shape in SHAPES.items() for i in np.ndindex(shape)]
LONG = 1e6  # so long are gradients beside which no ε matters
TOLERANCE = 1e-6  # of the way gone so far
# What a number may be that stands in the code and is no setting.
USUAL = {
    "start": (0.0, 0.1),
    "rho": (0.9, 0.99, 0.95, 0.999),
    "momentum": (0.9,),
    "beta1": (0.9,),
    "beta2": (0.999, 0.99),
}
EPS = (1e-8, 1e-7, 1e-6, 1e-10)


@dataclass(frozen=True)
class Twin:
    """One of zeronet's optimizers with the settings of a class, as far as both have them."""

    kind: type[Optimizer]
    settings: Mapping[str, float]
    decay: Transform | None = None  # where the optimizer has no such setting
    unknown: Sequence[str] = ()  # roles of numbers of the class that the optimizer does not have

    def new(self) -> Optimizer:
        """Make the optimizer."""
        optimizer = self.kind(**self.settings)
        return optimizer.with_transforms(self.decay) if self.decay else optimizer

    @property
    def fits(self) -> bool:
        """Whether the optimizer takes these settings."""
        try:
            self.new()
        except (ValueError, TypeError):
            return False
        return True

    def __repr__(self) -> str:
        """Return it as it is written."""
        return repr(self.new())


@dataclass(frozen=True)
class Difference:
    """Where two paths part: after this update, this element of this parameter is here, and there for the twin."""

    update: int
    place: str
    here: float
    there: float


@cache
def gradients(updates: int = UPDATES) -> tuple[Arrays, ...]:
    """Return gradients that change from update to update, of lengths from 1e-4 to 10, and some of them 0."""
    rng = np.random.default_rng(7)
    scales = {name: 10.0 ** rng.uniform(-4, 1, shape) for name, shape in SHAPES.items()}
    return tuple(
        {
            name: 10.0 ** rng.uniform(-0.5, 0.5) * scale * rng.standard_normal(scale.shape) * (rng.random() > 0.02)
            for name, scale in scales.items()
        }
        for _ in range(updates)
    )


def difference(
    subject: Subject, twin: Twin, updates: int = UPDATES, scale: float = 1.0, slower: float | None = None
) -> Difference | None:
    """Return where the class leaves the path of its twin, or None.

    scale: of the gradients; slower: a factor for the learning rate of both, from half-way on.
    """
    key = updates, scale, slower
    if key not in subject.known:
        subject.known[key] = _path(subject.new(), *key, subject.name("lr"))
    mine, theirs = subject.known[key], _path(twin.new(), *key, "lr")
    way = np.cumsum(np.abs(np.diff(theirs, axis=0)), axis=0)
    apart = ~(np.abs(mine - theirs)[1:] <= TOLERANCE * way + 1e-13)
    apart &= ~(np.isnan(mine) & np.isnan(theirs))[1:]
    if not apart.any():
        return None
    k, i = (int(each) for each in np.argwhere(apart)[0])
    return Difference(k + 1, PLACES[i], float(mine[k + 1, i]), float(theirs[k + 1, i]))


def _path(optimizer: Any, updates: int, scale: float, slower: float | None, lr: str) -> np.ndarray:
    """Return all parameters in a row (n + 1, D), before the first update and after each."""
    params = random_arrays(0, SHAPES)
    path = np.empty((updates + 1, len(PLACES)))
    path[0] = np.concatenate([params[name].ravel() for name in SHAPES])
    for k, each in enumerate(itertools.islice(gradients(), updates), start=1):
        if slower and k == updates // 2 + 1:
            setattr(optimizer, lr, slower * getattr(optimizer, lr))
        optimizer.update(params, {name: scale * g for name, g in each.items()})
        path[k] = np.concatenate([np.ravel(params[name]) for name in SHAPES])
    return path


def named_alike(subject: Subject) -> list[type[Optimizer]]:
    """Return the optimizers that the class should equal one of: those of --like, or else those of its own name."""
    if subject.like:
        return like_kinds(subject.like)[0]
    name = our_class(subject.cls.__name__, OPTIMIZERS)
    return [OPTIMIZERS[name], *_dialects(OPTIMIZERS[name])] if name else []


def like_kinds(text: str) -> tuple[list[type[Optimizer]], dict[str, Any]]:
    """Return the optimizers that --like names, and the settings it gives; ours may have the book's form.

    Raises UserError if there is no such optimizer or setting.
    """
    _, target, given = split(text)
    name = our_class(target, OPTIMIZERS)
    if name is None:
        raise UserError(f"--like names an optimizer of zeronet, not {target!r}: {', '.join(OPTIMIZERS)}")
    parts = split_settings(OPTIMIZERS[name], given)
    if parts.schedule or parts.transforms:
        raise UserError(f"--like takes settings of {name}, not {', '.join([*parts.schedule, *parts.transforms])}")
    book = [kind for library, kind in DIALECTS.get(OPTIMIZERS[name], {}).items() if library == "book"]
    return [parts.cls] if "dialect" in given else [OPTIMIZERS[name], *book], parts.own


def _dialects(kind: type[Optimizer]) -> list[type[Optimizer]]:
    return list(DIALECTS.get(kind, {}).values())


def twin_of(subject: Subject, kind: type[Optimizer]) -> Twin:
    """Return an optimizer with the numbers of the class: by their names, or as the author says."""
    names = list(inspect.signature(kind).parameters)
    settings: dict[str, float] = {}
    unknown, decay = [], None
    for role, value in subject.settings.items():
        own = subject.own.get(role, role)
        meanings = (role, role_of(own), *(our_settings(own) if subject.roles.get(own) != NO_ROLE else ()))
        meant = next((each for each in meanings if each in names and each not in settings), None)
        if meant:
            settings[meant] = value
        elif role == "weight_decay":
            decay = L2(value, "all") if value else None
        elif role in subject.own:
            unknown.append(role)
    if subject.like:
        settings |= {k: float(v) for k, v in like_kinds(subject.like)[1].items() if is_number(v)}
    return Twin(kind, settings, decay, unknown)


def variants(subject: Subject, twin: Twin, hidden: bool) -> Iterator[Twin]:
    """Return the twins to compare with: what is no setting of the class, may be a number in its code.

    hidden: whether to try usual numbers; without it only ε is tried. A number of the twin that makes no difference
    to a first step, such as ε, is taken from it.
    """
    names = inspect.signature(twin.kind).parameters
    missing = [name for name in USUAL if name in names and name not in twin.settings] if hidden else []
    default = {name: names[name].default for name in missing}
    choices = [dict.fromkeys((default[name], *USUAL[name])) for name in missing]
    ways: list[Transform | None] = [None]
    if twin.decay:  # of all arrays or of matrices only, through the gradient or not
        share = subject.settings["weight_decay"]
        ways = [kind(share, which) for kind in (L2, WeightDecay) for which in ("all", "weights")]
    for decay, values in itertools.product(ways, itertools.product(*choices)):
        settings = {**twin.settings, **dict(zip(missing, values, strict=True))}
        if "lr" in names and "lr" not in settings:
            settings["lr"] = _fitted_lr(subject, Twin(twin.kind, settings, decay))
        each = replace(twin, settings=settings, decay=decay)
        if "eps" not in names or "eps" in settings:
            yield each
            continue
        yield from (replace(each, settings={**settings, "eps": eps}) for eps in (names["eps"].default, *EPS))
        if not difference(subject, each, 3, LONG):
            yield replace(each, settings={**settings, "eps": _fitted_eps(subject, each)})


def _first_length(subject: Subject, optimizer: Any, scale: float) -> float:
    """Return how far the first update goes."""
    before = random_arrays(0, SHAPES)
    after = subject.walk(before, [{name: np.full(shape, scale) for name, shape in SHAPES.items()}], optimizer)[-1]
    return float(np.abs(after["b"] - before["b"]).max())


def _fitted_lr(subject: Subject, twin: Twin) -> float:
    """Return the learning rate with which the twin's first step is as long."""
    mine, theirs = (_first_length(subject, each.new(), LONG) for each in (subject, twin))
    lr = twin.new().lr * mine / theirs if theirs else 0.0
    return lr if np.isfinite(lr) and lr > 0 else float(twin.new().lr)


def _fitted_eps(subject: Subject, twin: Twin) -> float:
    """Return the ε with which the twin's first step is as long under a short gradient; four digits of it."""
    low, high, mine = -20.0, 0.0, _first_length(subject, subject.new(), 1e-6)
    for _ in range(45):
        middle = (low + high) / 2
        twin = replace(twin, settings={**twin.settings, "eps": 10.0**middle})
        longer = _first_length(subject, twin.new(), 1e-6) > mine
        low, high = (middle, high) if longer else (low, middle)
    return float(f"{10.0**high:.4g}")


def furthest(subject: Subject, kind: type[Optimizer], hidden: bool = True) -> tuple[Twin, Difference | None]:
    """Return the variant of an optimizer that the class equals for longest, and where it leaves its path."""
    if (kind, hidden) not in subject.known:
        subject.known[kind, hidden] = _furthest(subject, kind, hidden)
    return subject.known[kind, hidden]


def _furthest(subject: Subject, kind: type[Optimizer], hidden: bool) -> tuple[Twin, Difference | None]:
    best: tuple[Twin, Difference | None] | None = None
    for twin in variants(subject, twin_of(subject, kind), hidden):
        parted = difference(subject, twin, 40) or difference(subject, twin)
        if parted is None:
            return twin, None
        if best is None or (best[1] and parted.update > best[1].update):
            best = twin, parted
    assert best is not None
    return best


def twins(subject: Subject) -> Iterator[Twin]:
    """Give one by one zeronet's optimizers and dialects that the class equals; its own name's first."""
    found, others = subject.known.setdefault("twins", ([], _twins(subject)))
    yield from found
    for twin in others:
        found.append(twin)
        yield twin


def _twins(subject: Subject) -> Iterator[Twin]:
    alike = named_alike(subject)
    others = [*OPTIMIZERS.values(), *(dialect for each in DIALECTS.values() for dialect in each.values())]
    equations = {(kind.rule, *inspect.signature(kind).parameters): kind for kind in reversed([*alike, *others])}
    for kind in reversed(equations.values()):
        twin = twin_of(subject, kind)
        if twin.fits and (kind in alike or not difference(subject, twin, 3, LONG)):  # this rules out most of them
            found, parted = furthest(subject, kind, hidden=kind in alike)
            if parted is None:
                yield found


def equal_to(subject: Subject) -> str | None:
    """Return the optimizer or dialect, with its settings, that the class equals for 1200 updates; None for none."""
    return next((repr(each) for each in twins(subject)), None)
