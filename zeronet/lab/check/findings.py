"""What a law says of a class: pass, fail, remark or skip; what was seen; which slip is likely."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any

from zeronet.lab.check.subject import Subject
from zeronet.lab.specs.plugins import explained
from zeronet.locale import translate


@dataclass(frozen=True)
class Finding:
    """One law's verdict. law: its short name; title: the law in words; seen: the numbers; hint: the likely slip."""

    law: str
    title: str
    verdict: str
    seen: str
    hint: str = ""

    def about(self) -> dict[str, str]:
        """Return it as JSON takes it."""
        return asdict(self)


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
    """Nothing is wrong, but its author may want to know."""
    return Verdict("remark", seen, hint)


def skipped(reason: str) -> Verdict:
    """The law does not apply."""
    return Verdict("skip", reason)


Law = Callable[[Subject], Verdict]


def law(name: str, title: str, *, decayed: bool = True) -> Callable[[Law], Law]:
    """Mark a function as a law.

    name: its short name; title: the law in words, for say; decayed: whether it sees a class with its weight decay (its
    numbers by hand do not know of any).
    """

    def mark(function: Law) -> Law:
        function.law, function.title, function.decayed = name, title, decayed
        return function

    return mark


def laws_of(module: ModuleType) -> list[Law]:
    """Return the laws of a module, in its order."""
    return [each for each in vars(module).values() if hasattr(each, "law")]


def judge(each: Law, subject: Subject) -> Finding:
    """Return what the law finds; an error inside the class is a failure, with its file and line."""
    try:
        verdict = each(subject if each.decayed else subject.bare)
    except (Exception, SystemExit) as error:
        verdict = failed(told(error, subject.place), _slip(error))
    return Finding(each.law, translate(each.title), verdict.verdict, verdict.seen, verdict.hint)


def told(error: BaseException, place: str | None) -> str:
    """Return the error in one line of letters, even where it cannot say itself."""
    try:
        words = explained(error, place)
    except Exception:
        words = f"{place}: {type(error).__name__}"
    return "".join(letter if letter.isprintable() else "?" for letter in words)


def _slip(error: BaseException) -> str:
    """Return the likely slip behind an error, where there is one."""
    words = " ".join(each for each in error.args if isinstance(each, str))
    if isinstance(error, ZeroDivisionError):
        return translate("Is t counted, and before it is used? 1 − β⁰ is 0")
    if isinstance(error, KeyError):
        return translate("Is the state made for every key, with zeros, before its first use?")
    if isinstance(error, TypeError) and "NoneType" in words:
        return translate("Is the state made at the first update?")
    if isinstance(error, AttributeError) and "'float' object" in words:
        return translate("A plain number has no methods of arrays: np.sum(g), not g.sum()")
    if isinstance(error, AttributeError) and "has no attribute" in words:
        return translate("Is it set in __init__?")
    return ""


def number(value: Any) -> str:
    """Return a number in at most four digits."""
    return f"{float(value):.4g}"
