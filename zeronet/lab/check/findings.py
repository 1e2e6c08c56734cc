"""What a law finds: pass, fail, remark or skip; what was seen; the likely slip."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any

import numpy as np

from zeronet.lab.check.subject import Subject
from zeronet.lab.specs.plugins import explained
from zeronet.locale import translate

STEPS = 300  # updates on the digits


@dataclass(frozen=True)
class Verdict:
    """How a law ends. verdict: "pass", "fail", "remark" or "skip"; seen: what was seen; hint: the likely slip."""

    verdict: str
    seen: str
    hint: str = ""


def passed(seen: str) -> Verdict:
    """The law holds."""
    return Verdict("pass", seen)


def failed(seen: str, hint: str = "") -> Verdict:
    """The law is broken."""
    return Verdict("fail", seen, hint)


def remark(seen: str, hint: str = "") -> Verdict:
    """Nothing is wrong, but the author may want to know."""
    return Verdict("remark", seen, hint)


def skipped(reason: str) -> Verdict:
    """The law does not apply."""
    return Verdict("skip", reason)


@dataclass(frozen=True)
class Finding:
    """The verdict of one law. law: its short name; title: the law in a sentence; the others as in Verdict."""

    law: str
    title: str
    verdict: str
    seen: str
    hint: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON takes it."""
        return asdict(self)


@dataclass(frozen=True)
class Law:
    """A law. name: short; title: in a sentence; decayed: whether it sees a class with its weight decay."""

    name: str
    title: str
    decayed: bool
    rule: Callable[[Subject], Verdict]

    def __call__(self, subject: Subject) -> Verdict:
        """Return the verdict on a class."""
        return self.rule(subject)


def law(name: str, title: str, *, decayed: bool = True) -> Callable[[Callable[[Subject], Verdict]], Law]:
    """Make a law of a function. decayed=False: its numbers by hand are those without weight decay."""
    return lambda rule: Law(name, title, decayed, rule)


def laws_of(module: ModuleType) -> list[Law]:
    """Return the laws of a module, in its order."""
    return [value for value in vars(module).values() if isinstance(value, Law)]


def judge(law: Law, subject: Subject) -> Finding:
    """Return what the law finds; an error inside the class is a failure, with its file and line."""
    try:
        verdict = law(subject if law.decayed else subject.bare)
    except (Exception, SystemExit) as error:
        verdict = failed(in_one_line(error, subject.place), _slip(error))
    return Finding(law.name, translate(law.title), verdict.verdict, verdict.seen, verdict.hint)


def in_one_line(error: BaseException, place: str | None) -> str:
    """Return the error in one line of printable characters, even if its own text cannot be made."""
    return "".join(
        character if character.isprintable() else "?" for character in explained(error, *filter(None, [place]))
    )


def _slip(error: BaseException) -> str:
    """Return the likely slip behind an error, or ""."""
    text = " ".join(argument for argument in error.args if isinstance(argument, str))
    if isinstance(error, ZeroDivisionError):
        return translate("Is t counted, and before it is used? 1 − β⁰ is 0")
    if isinstance(error, KeyError):
        return translate("Is the state created for every key, with zeros, before its first use?")
    if isinstance(error, TypeError) and "NoneType" in text:
        return translate("Is the state created at the first update?")
    if isinstance(error, AttributeError) and "'float' object" in text:
        return translate("A plain number has no array methods: np.sum(g), not g.sum()")
    if isinstance(error, AttributeError) and isinstance(error.obj, np.ndarray | dict):
        return translate("params and grads are dictionaries of plain arrays: params[key] and grads[key]")
    if isinstance(error, AttributeError) and "has no attribute" in text:
        return translate("Is it set in __init__?")
    return ""


def number(value: Any) -> str:
    """Return a number in at most four digits."""
    return f"{float(value):.4g}"
