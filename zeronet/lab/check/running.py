"""The whole bench on one class, in its own process with a time limit."""

import ast
import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.check.findings import Finding, in_one_line, judge, laws_of
from zeronet.lab.check.laws import adaptive, contract, likeness, memory, state, steps, training
from zeronet.lab.check.roles import ROLES
from zeronet.lab.check.subject import Subject, settings_of_object
from zeronet.lab.check.twins import equal_to, like_kinds
from zeronet.lab.specs.grammar import split
from zeronet.lab.specs.plugins import Plugin, located, origin_of, packed
from zeronet.locale import current_language, language, translate

LAWS = [law for module in (steps, adaptive, state, contract, memory, likeness, training) for law in laws_of(module)]
START = "from zeronet.lab.check.running import main; main()"
TIME_LIMIT = 60.0  # seconds; a usual class takes two


def check(
    target: Any,
    time_limit: float = TIME_LIMIT,
    roles: Mapping[str, str] | None = None,
    like: str | None = None,
) -> dict[str, Any]:
    """Put one class through all laws, in a process of its own; return a report that JSON can hold.

    Parameters
    ----------
    target : class, object or str
        A class with update(params, grads), one of its objects, whose settings are then its own, or a text:
        FILE.py[:Class][:key=value,…] or module:Class.
    time_limit : float, default 60
        Seconds until the process is ended.
    roles : mapping from str to str, optional
        What a setting is, if its name does not say it: {"alpha": "rho"}. The roles are lr, momentum, rho, beta1, beta2,
        eps, weight_decay, and "none" for a setting that is none of these.
    like : str, optional
        The optimizer of zeronet that it should equal, as on the command line: "rmsprop", "adam:dialect=pytorch". By
        default the one of its own name, if there is one.

    Returns
    -------
    dict
        file, class, settings, family, equals, passed, laws (a list of law, title, verdict, seen and hint), and curves
        (the losses, with those of SGD and Adam).

    Raises
    ------
    UserError
        If there is no such file, class, setting, role or optimizer, or if the class has another interface, such as
        PyTorch's step().

    Examples
    --------
    >>> from zeronet import SGD, check
    >>> check(SGD(lr=0.5))["equals"]
    'SGD(lr=0.5)'
    """
    place, packed_class = (target, None) if isinstance(target, str) else _handed_over(target)
    with tempfile.TemporaryDirectory(prefix="zeronet-check-") as folder:
        out, errors = Path(folder) / "report.jsonl", Path(folder) / "errors.txt"
        paths = [
            str(Path(__file__).parents[3]),
            *([os.environ.get("PYTHONPATH", "")] if packed_class is None else sys.path),
        ]
        if packed_class is not None:
            (Path(folder) / "class.pickle").write_bytes(packed_class)
        request = {"target": place, "roles": dict(roles or {}), "like": like, "handed_over": packed_class is not None}
        environment = os.environ | {
            "ZERONET_LANG": current_language(),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }
        with errors.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-c", START, str(out), json.dumps(request)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what the class prints is no part of the report
                stderr=file,
                env=environment,
                start_new_session=True,
            )
            hint = ""
            try:
                status, words = process.wait(time_limit), _last(errors)
                ended = translate("the process ended with status {status}: {words}", status=status, words=words)
                ended = ended.rstrip(": ")
            except subprocess.TimeoutExpired:
                ended = translate("stopped after {seconds:g} seconds", seconds=time_limit)
                hint = translate("Is there a loop that does not end?")
            finally:
                _end(process)
        text = out.read_text(encoding="utf-8", errors="replace") if out.exists() else ""
    lines = []
    for line in text.split("\n")[:-1]:  # the last may be half written
        try:
            lines.append(json.loads(line))
        except ValueError:  # something else wrote there: what follows is lost
            break
    return _assembled(place, lines, ended, hint)


def _handed_over(target: Any) -> tuple[str, bytes]:
    """Return what a class or an object is called, and it and its settings for the other process."""
    cls = target if isinstance(target, type) else type(target)
    given = {} if isinstance(target, type) else settings_of_object(target)
    try:
        return cls.__qualname__, packed((cls, given, origin_of(cls)))
    except Exception as error:
        raise UserError(f"{cls.__name__} cannot be taken to another process: {in_one_line(error, None)}") from error


def _assembled(target: str, lines: list[dict[str, Any]], ended: str, hint: str) -> dict[str, Any]:
    """Return the report that the process wrote line by line, with what stopped it if it did not finish."""
    report: dict[str, Any] = {"file": target, "class": None, "settings": {}, "family": None, "equals": None}
    report |= {"passed": False, "laws": [], "curves": {}}
    for line in lines:
        if "mistake" in line:
            raise UserError(line["mistake"])
        if "law" in line:
            report["laws"].append(line)
        else:
            report |= line
    if not report.pop("finished", False):
        begun = report.pop("begun", "")
        report["laws"].append(Finding("process", begun or translate("is loaded"), "fail", ended, hint).to_dict())
    report.pop("begun", None)
    report["passed"] = all(each["verdict"] != "fail" for each in report["laws"])
    return report


def _end(process: subprocess.Popen) -> None:
    """End the process, and what it started."""
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last(errors: Path) -> str:
    """Return the last line that the process wrote to stderr."""
    lines = [line for line in errors.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""


# Inside the process ------------------------------------------------------------------------------------------------


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
        return stepping[-1]  # which is told what it lacks
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
    """Begin the process: its arguments are the file for the report, and in JSON what run takes."""
    warnings.simplefilter("ignore")
    with np.errstate(all="ignore"), language(None):
        run(Path(sys.argv[1]), **json.loads(sys.argv[2]))
