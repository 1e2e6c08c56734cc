"""The whole bench on one class, in its own process with a time limit."""

import ast
import contextlib
import json
import os
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
from zeronet.common.processes import end_with
from zeronet.lab.check.findings import Finding, in_one_line, judge, laws_of
from zeronet.lab.check.laws import adaptive, contract, state, steps, training
from zeronet.lab.check.roles import ROLES
from zeronet.lab.check.subject import Subject
from zeronet.lab.specs.grammar import split
from zeronet.lab.specs.plugins import Plugin, located
from zeronet.locale import current_language, language, translate

LAWS = [law for module in (steps, adaptive, state, contract, training) for law in laws_of(module)]
START = "from zeronet.lab.check.running import main; main()"
TIME_LIMIT = 60.0  # seconds; a usual class takes two


def check(target: str, time_limit: float = TIME_LIMIT, roles: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Put one class through all laws, in a process of its own; return a report that JSON can hold.

    Parameters
    ----------
    target : str
        FILE.py[:Class][:key=value,…], or module:Class.
    time_limit : float, default 60
        Seconds until the process is ended.
    roles : mapping from str to str, optional
        What a setting is, if its name does not say it: {"alpha": "rho"}. The roles are lr, momentum, rho, beta1, beta2,
        eps, weight_decay, and "none" for a setting that is none of these.

    Returns
    -------
    dict
        file, class, settings, family, equals, passed, laws (a list of law, title, verdict, seen and hint), and curves
        (the losses, with those of SGD and Adam).

    Raises
    ------
    UserError
        If there is no such file, class, setting or role.
    """
    with tempfile.TemporaryDirectory(prefix="zeronet-check-") as folder:
        out, errors = Path(folder) / "report.jsonl", Path(folder) / "errors.txt"
        paths = [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {
            "ZERONET_LANG": current_language(),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }
        with errors.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-c", START, target, str(out), json.dumps(dict(roles or {})), str(os.getpid())],
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
    return _assembled(target, lines, ended, hint)


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


def run(target: str, out: Path, roles: Mapping[str, str]) -> None:
    """Write the report line by line, so that it shows how far it came."""
    with out.open("w", encoding="utf-8") as file:

        def write(**values: Any) -> None:
            file.write(json.dumps(values) + "\n")  # in ASCII: an error's text may be half a letter
            file.flush()

        try:
            subject = named(target, roles)
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
            equals = _or_none(lambda: training.equal_to(subject)) if right else None  # nothing that is wrong equals it
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


def named(target: str, roles: Mapping[str, str]) -> Subject:
    """Return the class that a target names, ready to be made. Raises UserError if there is none."""
    _, place, given = split(target)
    if place.lower().endswith(".py"):
        plugin = located(f"{place}:{_only_class(place)}")[1]
    elif ":" in place:
        plugin = located(place)[1]
    else:
        raise UserError(f"{target!r} names no file: write FILE.py, FILE.py:Class or module:Class")
    cls = plugin.load()
    if not callable(getattr(cls, "update", None)):
        raise UserError(f"{cls.__name__} in {plugin.place} has no method update(params, grads)")
    try:
        return Subject(cls, given, plugin.place, roles)
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise UserError(f"{cls.__name__} cannot be made: {in_one_line(error, plugin.place)}") from error


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
    """Begin the process: its arguments are the target, the file for the report, the roles in JSON, and its parent."""
    end_with(int(sys.argv[4]))
    warnings.simplefilter("ignore")
    with np.errstate(all="ignore"), language(None):
        run(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
