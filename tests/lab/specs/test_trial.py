"""Plug-ins that do not end when they are tried: stopped, and named with their line."""

import signal
import subprocess
import sys
import time

import pytest

from zeronet.common.errors import UserError
from zeronet.lab.specs.networks import networks_of
from zeronet.lab.specs.spec import parse
from zeronet.lab.specs.trial import trial_seconds

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs the timers of POSIX")

TEXTS = {
    "import": "import time\nwhile True: pass\nclass A:\n    update = print\n",
    "__init__": "import time\nclass A:\n    def __init__(self):\n        while True: pass\n    update = print\n",
    "a sleep": "import time\nclass A:\n    def __init__(self):\n        time.sleep(1000)\n    update = print\n",
    "whatever is caught once": "import time\nclass A:\n    def __init__(self):\n        try: time.sleep(1000)\n"
    "        except BaseException: time.sleep(1000)\n    update = print\n",
}
LINES = {"import": 2, "__init__": 4, "a sleep": 4, "whatever is caught once": 5}


@pytest.fixture
def little_time():
    token = trial_seconds.set(0.2)
    yield
    trial_seconds.reset(token)


@pytest.mark.parametrize("where", TEXTS)
def test_an_optimizer_that_does_not_end_is_one_line_that_names_it(tmp_path, little_time, where):
    (tmp_path / "mine.py").write_text(TEXTS[where])
    words = rf"mine\.py, line {LINES[where]}: Endless: stopped after 0\.2 seconds: is there a loop that does not end\?$"
    with pytest.raises(UserError, match=words):
        parse(f"{tmp_path / 'mine.py'}:A")


def test_a_network_that_does_not_end_is_one_line_that_names_it(tmp_path, little_time):
    (tmp_path / "mine.py").write_text("def net(input_size, output_size, seed):\n    while True: pass\n")
    [spec] = networks_of([f"{tmp_path / 'mine.py'}:net"])
    with pytest.raises(UserError, match=r"mine\.py, line 2: Endless: stopped after 0\.2 seconds"):
        spec.fitted({"input_size": 2, "classes": 2, "name": "a"}, (), 1)


def test_the_alarm_of_the_caller_goes_on(tmp_path):
    (tmp_path / "mine.py").write_text("class A:\n    update = print\n")
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        parse(f"{tmp_path / 'mine.py'}:A")
        time.sleep(0.5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung == [1]


@pytest.mark.slow
def test_one_that_catches_every_stop_ends_the_command_with_one_line(tmp_path):
    endless = "import time\nwhile True:\n    try: time.sleep(0.1)\n    except BaseException: pass\n"
    (tmp_path / "mine.py").write_text(endless)
    script = "from zeronet import cli; from zeronet.lab.specs import trial; trial.MOST_STOPS = 1; cli.main()"
    words = ["train", "--problem", "digits", "--run-timeout", "1", "--optimizer", f"{tmp_path / 'mine.py'}:A"]
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert "mine.py:A: stopped after 1 seconds" in line
