"""Whatever goes wrong in a command is one line and an exit status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import train
from zeronet.cli.parser import Parser, exit_status
from zeronet.common.errors import UserError


def raising(error):
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (UserError("no\nsuch\r\nfile\x0b!"), 2, "zeronet x: no such file !\n"),
        (KeyboardInterrupt(), 130, "zeronet x: interrupted; earlier results are unchanged\n"),
    ],
)
def test_an_error_is_one_line_and_a_status(capsys, error, status, line):
    assert exit_status("zeronet x", raising(error)) == status
    assert capsys.readouterr().err == line


def test_an_error_of_ours_is_one_line_and_its_traceback_is_in_a_file(capsys):
    assert exit_status("zeronet x", raising(ZeroDivisionError("one\nhalf"))) == 1
    line = capsys.readouterr().err
    assert line.startswith("zeronet x: internal error, ZeroDivisionError: one half; traceback: ")
    assert line.count("\n") == 1
    file = Path(line.rpartition(" ")[2].strip())
    assert "ZeroDivisionError" in file.read_text(encoding="utf-8")
    file.unlink()


def test_the_parsers_own_errors_are_one_line_too(capsys):
    parser = Parser(prog="zeronet x")
    parser.add_argument("--lang", choices=["en", "ja"])
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(["--lang", "a\nb"])
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(("wanted", "lines"), [({}, 0), ({"PYTHONWARNINGS": "always"}, 1)])
def test_warnings_of_libraries_and_plug_ins_stay_off_the_terminal_unless_they_are_wanted(tmp_path, wanted, lines):
    (tmp_path / "mine.py").write_text(
        "import warnings\n\n\nclass Mine:\n    def update(self, params, grads):\n        warnings.warn('odd')\n"
    )
    options = [
        "--problem",
        "digits",
        "--steps",
        "2",
        "--seeds",
        "2",
        "--optimizer",
        "mine.py:Mine",
        "--jobs",
        "2",
        "--quiet",
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"} | wanted
    command = [sys.executable, train.__file__, *options]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert ("UserWarning: odd" in done.stderr) == bool(lines)


@pytest.mark.parametrize(("sent", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interrupt_that_falls_into_a_destructor_is_not_lost_and_nothing_is_printed_of_it(sent, status, tmp_path):
    script = f"""
import signal, sys, time
from zeronet.cli.parser import exit_status

class Late:
    def __del__(self):
        signal.raise_signal(signal.{sent})
        for _ in range(10): pass

def command():
    Late()
    for _ in range(200): time.sleep(0.1)
    return 0

sys.exit(exit_status("zeronet", command))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr == "zeronet: interrupted; earlier results are unchanged\n"
