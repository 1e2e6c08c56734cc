"""All laws on one class: what the process does in which foreign code runs (process.py starts it)."""

import ast
import json
import pickle
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.processes import end_with
from zeronet.lab.check.findings import Finding, in_one_line, judge, laws_of
from zeronet.lab.check.laws import adaptive, contract, likeness, memory, state, steps, training
from zeronet.lab.check.roles import ROLES
from zeronet.lab.check.subject import Subject
from zeronet.lab.check.twins import equal_to, like_kinds
from zeronet.lab.specs.grammar import split
from zeronet.lab.specs.plugins import Plugin, located
from zeronet.locale import language, translate

LAWS = [law for module in (steps, adaptive, state, contract, memory, likeness, training) for law in laws_of(module)]


def run(out: Path, target: str, roles: Mapping[str, str], like: str | None, handed_over: bool) -> None:
    """Write the report line by line, so that it shows how far it came."""
    with out.open("w", encoding="utf-8") as file:

        def write(**values: Any) -> None:
            file.write(json.dumps(values) + "\n")  # in ASCII: an error's text may be half a letter
            file.flush()

        try:
            subject = loaded(out.parent / "class.pickle", roles, like) if handed_over else named(target, roles, like)
        except UserError as mistake:
            write(mistake=str(mistake))
            return
        write(**{"class": subject.cls.__name__, "settings": subject.shown})
        if doubt := doubtful(subject):
            write(**doubt.to_dict())
        broken, right = False, True
        for law in LAWS:
            write(begun=translate(law.title))
            finding = judge(law, subject)
            write(**finding.to_dict())
            right &= finding.verdict != "fail"
            if broken := finding.law == "runs" and finding.verdict == "fail":
                break  # all that follow would find the same
        if not broken:
            equals = _or_none(lambda: equal_to(subject)) if right else None  # nothing that is wrong equals it
            write(family=_or_none(lambda: subject.family), equals=equals, curves=curves(subject))
        write(finished=True)


def _or_none(question: Callable[[], str | None]) -> str | None:
    """Return the answer; None if the class fails, which its laws have reported."""
    try:
        return question()
    except (Exception, SystemExit):
        return None


def doubtful(subject: Subject) -> Finding | None:
    """Return a remark on the numbers whose roles their names do not tell; None if there are none."""
    assumed = [translate("{name} is taken for {role}", name=n, role=role) for n, role in subject.assumed.items()]
    unknown = [subject.own[name] for name in subject.strangers if subject.own[name] not in subject.roles]
    if unknown:
        assumed.append(translate("unknown: {names}", names=", ".join(unknown)))
    if not assumed:
        return None
    name = [*unknown, *subject.assumed][0]
    hint = translate("A role can be declared: --role {name}=…, one of {roles}", name=name, roles=", ".join(ROLES))
    return Finding("roles", translate("which setting is which"), "remark", "; ".join(assumed), hint)


def loaded(file: Path, roles: Mapping[str, str], like: str | None) -> Subject:
    """Return the class that was handed over, ready to be made. Raises UserError if it cannot be."""
    try:
        cls, given, place = pickle.loads(file.read_bytes())  # our own, from the parent process
    except Exception as error:
        raise UserError(f"the class cannot be taken to another process: {in_one_line(error, None)}") from error
    return subject_of(cls, given, place, roles, like)


def named(target: str, roles: Mapping[str, str], like: str | None = None) -> Subject:
    """Return the class that a target names, ready to be made. Raises UserError if there is none."""
    _, place, given = split(target)
    if place.lower().endswith(".py"):
        plugin = located(f"{place}:{_only_class(place)}")[1]
    elif ":" in place:
        plugin = located(place)[1]
    else:
        raise UserError(f"{target!r} names no file: write FILE.py, FILE.py:Class or module:Class")
    return subject_of(plugin.load(), given, plugin.place, roles, like)


def subject_of(
    cls: type, given: Mapping[str, Any], place: str | None, roles: Mapping[str, str], like: str | None
) -> Subject:
    """Return a class, ready to be made. Raises UserError if it cannot be made, or has another interface."""
    if like:
        like_kinds(like)  # before anything runs
    try:
        return Subject(cls, given, place, roles, like)
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise UserError(f"{cls.__name__} cannot be made: {in_one_line(error, place)}") from error


def _only_class(place: str) -> str:
    """Return the name of the only class with update in a file. Raises UserError for none, or several."""
    _, plugin = located(f"{place}:_")  # reads it
    try:
        statements = ast.parse(plugin.source or "").body
    except (SyntaxError, ValueError):
        plugin.load()  # raises an error with its line
        raise
    names = [each.name for each in statements if isinstance(each, ast.ClassDef)]
    if not names:
        raise UserError(f"{place} has no class")
    module = sys.modules[Plugin(plugin.place, names[0], plugin.digest, plugin.source).load().__module__]
    updating = [name for name in names if callable(getattr(getattr(module, name, None), "update", None))]
    if not updating and (
        stepping := [name for name in names if callable(getattr(getattr(module, name, None), "step", None))]
    ):
        return stepping[-1]  # the error for its interface says what is missing
    if not updating:
        raise UserError(f"{place} has no class with update(params, grads), but {', '.join(names)}")
    if len(updating) > 1:
        raise UserError(
            f"{place} has several classes with update: write {place}:{updating[-1]}, or {', '.join(updating)}"
        )
    return updating[0]


def curves(subject: Subject) -> dict[str, list[float]]:
    """Return the loss curves, thinned out to every tenth step."""
    return {label: [round(loss, 6) for loss in losses[::10]] for label, losses in training.curves(subject).items()}


def main() -> None:
    """Begin the process: its arguments are the file for the report, in JSON what run takes, and its parent."""
    end_with(int(sys.argv[3]))
    warnings.simplefilter("ignore")
    with np.errstate(all="ignore"), language(None):
        run(Path(sys.argv[1]), **json.loads(sys.argv[2]))
