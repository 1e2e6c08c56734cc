"""The whole bench on one class, in its own process with a time limit: the side that starts it and reads its report."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zeronet.common.errors import UserError
from zeronet.lab.check.findings import Finding, in_one_line
from zeronet.lab.check.report import Report
from zeronet.lab.check.state import settings_of_object
from zeronet.lab.specs.plugins import origin_of, packed
from zeronet.locale import current_language, translate

START = "from zeronet.lab.check.running import main; main()"
TIME_LIMIT = 60.0  # seconds; a usual class takes two


def check(
    target: Any,
    time_limit: float = TIME_LIMIT,
    roles: Mapping[str, str] | None = None,
    like: str | None = None,
) -> Report:
    """Put one class through all laws, in a process of its own; return a report that JSON can hold.

    print(report) shows it as `zeronet check` does, and a notebook as a table.

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
    Report, a dict
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
                [sys.executable, "-c", START, str(out), json.dumps(request), str(os.getpid())],
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


def _assembled(target: str, lines: list[dict[str, Any]], ended: str, hint: str) -> Report:
    """Return the report that the process wrote line by line, with what stopped it if it did not finish."""
    report = Report({"file": target, "class": None, "settings": {}, "family": None, "equals": None})
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
