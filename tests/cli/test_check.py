"""zeronet check: which class it takes, what it prints, and that foreign code is kept apart."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from zeronet.cli.check import finite, main
from zeronet.common.errors import UserError
from zeronet.lab.check import check
from zeronet.locale import JAPANESE, language

pytestmark = pytest.mark.slow  # each class is checked in a process of its own

RIGHT = """
import numpy as np

class AdaGrad:
    def __init__(self, lr=0.01):
        self.lr = lr
        self.h = None

    def update(self, params, grads):
        if self.h is None:
            self.h = {key: np.zeros_like(val) for key, val in params.items()}
        for key in params.keys():
            self.h[key] += grads[key] * grads[key]
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)
"""
WRONG = RIGHT.replace("params[key] -=", "params[key] +=")
HINT = "moves uphill: is the sign of lr · grad flipped?"


@pytest.fixture
def write(tmp_path):
    def to(text, name="mine.py"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return to


def broken(report):
    return [each["law"] for each in report["laws"] if each["verdict"] == "fail"]


def test_a_right_class_ends_with_0_and_its_twin_among_the_built_ins(write, capsys):
    assert main([write(RIGHT)]) == 0
    out = capsys.readouterr().out
    assert "It equals AdaGrad(lr=0.01, eps=1e-07)." in out
    curves = [line for line in out.splitlines() if "█" in line]
    assert [line.split()[0] for line in curves] == ["AdaGrad", "SGD", "Adam"]
    assert "0 broken" in out


def test_a_wrong_class_ends_with_1_and_the_likely_slip(write, capsys):
    assert main([write(WRONG)]) == 1
    out = capsys.readouterr().out
    assert HINT in out
    assert "It equals" not in out  # nothing that is wrong does


def test_the_report_is_japanese_where_that_is_wanted(write, capsys):
    assert main([write(WRONG), "--lang", "ja"]) == 1
    out = capsys.readouterr().out
    assert JAPANESE[HINT] in out
    assert "不合格" in out
    with language("ja"):
        assert JAPANESE[HINT] in [each["hint"] for each in check(write(WRONG))["laws"]]


def test_many_files_are_marked_one_line_of_json_each_and_a_missing_one_stops_none(write, tmp_path, capsys):
    missing = str(tmp_path / "missing.py")
    assert main([write(RIGHT, "a.py"), missing, write(WRONG, "b.py"), "--json"]) == 2
    captured = capsys.readouterr()
    right, lost, wrong = (json.loads(line) for line in captured.out.splitlines())
    assert (right["passed"], right["equals"], right["class"]) == (True, "AdaGrad(lr=0.01, eps=1e-07)", "AdaGrad")
    assert "cannot be read" in lost["mistake"]
    assert captured.err.count("\n") == 1
    assert not wrong["passed"]
    assert wrong["family"] == "adaptive"
    assert set(wrong["curves"]) == {"AdaGrad", "SGD", "Adam"}
    finding = next(each for each in wrong["laws"] if each["law"] == "downhill")
    assert (finding["verdict"], finding["hint"]) == ("fail", HINT)


def test_settings_may_be_given_and_a_required_one_must_be(write):
    path = write(RIGHT.replace("lr=0.01", "lr"))
    with pytest.raises(
        UserError, match=r"AdaGrad cannot be made from its defaults .*'lr'.*: write FILE.py:AdaGrad:lr=0.1"
    ):
        check(path)
    report = check(f"{path}:AdaGrad:lr=0.05")
    assert report["passed"]
    assert report["equals"] == "AdaGrad(lr=0.05, eps=1e-07)"
    assert check(f"{path}:LR=0.05")["equals"] == "AdaGrad(lr=0.05, eps=1e-07)"
    with pytest.raises(UserError, match="AdaGrad has no setting 'momentum', but lr"):
        check(f"{path}:lr=0.05,momentum=0.9")


def test_like_compares_with_an_optimizer_and_the_last_line_names_what_broke(write, capsys):
    path = write(RIGHT.replace("class AdaGrad", "class Mine"))
    assert main([path, "--like", "adagrad"]) == 0
    assert "1200 updates as AdaGrad(lr=0.01, eps=1e-07)" in capsys.readouterr().out
    assert main([path, "--like", "rmsprop"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("Broken: like (update 1: W[0, 0] is -0.9021")
    assert main([path, "--like", "adagrand"]) == 2
    assert "--like names an optimizer of zeronet, not 'adagrand'" in capsys.readouterr().err
    assert main([write(WRONG)]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith("Broken: downhill, ")
    assert "[downhill]" in out


def test_a_class_with_pytorchs_interface_ends_with_2_and_one_line(write, capsys):
    text = "class Mine:\n    def __init__(self, params, lr):\n        pass\n    def step(self):\n        pass\n"
    assert main([write(text)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("zeronet check: Mine has PyTorch's interface, __init__(params, …) and step(): ")
    assert captured.err.count("\n") == 1


def test_a_role_may_be_declared(write, capsys):
    path = write(RIGHT.replace("lr", "alpha"))
    assert main([path]) == 0
    assert "alpha is taken for lr" in capsys.readouterr().out
    assert main([path, "--role", "alpha=lr"]) == 0
    assert "which setting is which" not in capsys.readouterr().out
    laws = {each["law"]: each for each in check(path, roles={"alpha": "none"})["laws"]}
    assert laws["first-step"]["seen"] == "it has no setting lr"
    with pytest.raises(SystemExit):
        main([path, "--role", "alpha=rate"])
    assert "'alpha=rate' is not SETTING=ROLE" in capsys.readouterr().err


def test_the_only_class_with_update_is_found_and_of_several_one_must_be_named(write):
    helper = "class Helper:\n    pass\n"
    assert check(write(helper + RIGHT))["class"] == "AdaGrad"
    several = write(RIGHT + "\n\nclass Better(AdaGrad):\n    pass\n")
    with pytest.raises(UserError, match=r"several classes with update: write .*mine.py:Better"):
        check(several)
    assert check(f"{several}:Better")["class"] == "Better"
    derived = "from zeronet import Optimizer\n\nclass Mine(Optimizer):\n    def __init__(self, lr=0.1):\n"
    derived += "        super().__init__(lr=lr)\n\n    def rule(self, w, g):\n        w -= self.lr * g\n"
    report = check(write(derived))  # the imported base class is none of the file's
    assert (report["class"], report["equals"], report["passed"]) == ("Mine", "SGD(lr=0.1)", True)


@pytest.mark.parametrize(
    ("text", "target", "words"),
    [
        ("x = 1\n", "mine.py", "has no class"),
        ("class A:\n    pass\n", "mine.py", "has no class with update"),
        ("class A:\n    pass\n", "mine.py:A", "has no method update"),
        ("class A\n", "mine.py", "line 1: SyntaxError"),
        ("raise SystemExit(0)\n\nclass A:\n    pass\n", "mine.py", "line 1: SystemExit"),
        (RIGHT, "mine.py:Adagrad", "no class 'Adagrad', but AdaGrad"),
        (RIGHT.replace("self.h = None", "self.h = {}['h']"), "mine.py", "line 7: KeyError"),
        (RIGHT.replace("self.h = None", "raise SystemExit(3)"), "mine.py", "line 7: SystemExit: 3"),
        (RIGHT, "mine", "names no file"),
    ],
)
def test_a_mistake_ends_with_2_and_one_line(write, monkeypatch, tmp_path, capsys, text, target, words):
    write(text)
    monkeypatch.chdir(tmp_path)
    assert main([target]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import sys; sys.exit(3)", "line 12: SystemExit: 3"),
        ("1 / 0", "line 12: ZeroDivisionError"),
        ("return {k: params[k] - grads[k] for k in params}", "update returns a dict"),
    ],
)
def test_foreign_code_is_kept_apart(write, line, words):
    text = RIGHT.replace("        for key in params.keys():", f"        {line}\n        for key in params.keys():")
    report = check(write(text))
    assert broken(report) == ["runs"]
    assert words in report["laws"][-1]["seen"]
    assert not report["passed"]


def test_an_error_later_on_ends_no_other_law(write):
    late = "        self.n = getattr(self, 'n', 0) + 1\n        if self.n > 50: raise KeyError('W1')\n"
    late += "        for key in params.keys():"
    report = check(write(RIGHT.replace("        for key in params.keys():", late)))
    assert broken(report) == ["downhill", "lasting", "memory", "like", "digits"]  # all that take more than 50 updates
    assert (report["family"], report["equals"]) == ("adaptive", None)
    assert set(report["curves"]) == {"SGD", "Adam"}


@pytest.mark.skipif(os.name == "nt", reason="needs the commands of a Unix system")
def test_what_the_class_starts_ends_with_it(write, tmp_path):
    import fcntl

    mark = tmp_path / "alive"
    hold = f"import fcntl, time; file = open({str(mark)!r}, 'w'); fcntl.flock(file, fcntl.LOCK_SH); print(flush=True)"
    start = (
        f"import subprocess, sys\nstarted = subprocess.Popen([sys.executable, '-c', {hold + '; time.sleep(3600)'!r}],"
    )
    start += " stdout=subprocess.PIPE)\nstarted.stdout.readline()  # it holds the lock for as long as it lives\n"
    assert check(write(start + RIGHT), time_limit=300)["passed"]
    with mark.open() as file:
        for _ in range(600):
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(0.1)
    pytest.fail("it is still alive")


def test_what_the_class_prints_is_no_part_of_the_report(write, capfd):
    report = check(
        write(RIGHT.replace("        for key in params", "        print('hello')\n        for key in params"))
    )
    assert report["passed"]
    assert capfd.readouterr() == ("", "")


def test_a_loop_later_on_keeps_what_was_found_before(write):
    loop = "        self.n = getattr(self, 'n', 0) + 1\n        while self.n > 100: pass\n"
    loop += "        for key in params.keys():"
    report = check(write(RIGHT.replace("        for key in params.keys():", loop)), time_limit=3)
    assert [each["law"] for each in report["laws"]] == ["runs", "finite", "repeats", "process"]
    assert (broken(report), report["passed"]) == (["process"], False)
    stopped = report["laws"][-1]
    assert (stopped["title"], stopped["seen"]) == ("descends on a bowl", "stopped after 3 seconds")
    assert stopped["hint"] == "Is there a loop that does not end?"


def test_a_process_that_ends_itself_is_no_endless_loop(write):
    report = check(write(RIGHT.replace("        for key", "        import os; os._exit(7)\n        for key")))
    assert (broken(report), report["passed"]) == (["process"], False)
    assert (report["laws"][-1]["seen"], report["laws"][-1]["hint"]) == ("the process ended with status 7", "")


def test_warnings_may_be_errors(write, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    assert check(write(RIGHT))["passed"]


@pytest.mark.parametrize(
    "error",
    [
        "raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "raise ValueError('half a letter: \\ud800')",
    ],
)
def test_an_error_that_cannot_be_printed_stops_no_law(write, capsys, error):
    path = write(RIGHT.replace("        for key", f"        {error}\n        for key"))
    assert main([path]) == 1
    assert main([path, "--json"]) == 1
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.isascii()
    assert broken(json.loads(line)) == ["runs"]


def test_json_has_no_nan_and_only_ascii(write, capsys):
    path = write(
        RIGHT.replace("lr=0.01", "lr=0.01, cap=float('inf')")
        .replace("0.01 *", "*")
        .replace("-= self", "+= 1e200 * self")
    )
    assert main([path, "--json"]) == 1
    line = capsys.readouterr().out
    assert line.isascii()
    json.loads(line, parse_constant=lambda word: pytest.fail(word))
    assert finite([float("nan"), {"a": float("inf")}, 1.5]) == [None, {"a": None}, 1.5]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_and_a_reader_that_leaves_are_no_tracebacks(write):
    command = f"{sys.executable} -m zeronet check {write(RIGHT)} {write(WRONG, 'wrong.py')}"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    full = subprocess.run(["sh", "-c", f"{command} > /dev/full"], capture_output=True, text=True, env=environment)
    assert (full.returncode, full.stderr.count("\n")) == (2, 1)
    assert "cannot write" in full.stderr
    left = subprocess.run(["sh", "-c", f"{command} | head -1"], capture_output=True, text=True, env=environment)
    assert left.stderr == ""


def test_the_module_is_a_command_that_says_that_it_runs_the_code(tmp_path):
    house = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-m", "zeronet", "check", "--help"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "This runs the code of the file, in a process of its own" in " ".join(run.stdout.split())


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "1e9"])
def test_a_time_limit_is_a_number_of_seconds(seconds, capsys):
    with pytest.raises(SystemExit) as end:
        main(["mine.py", "--time-limit", seconds])
    assert end.value.code == 2
    assert "--time-limit must be a positive number of seconds" in capsys.readouterr().err
