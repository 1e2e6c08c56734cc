"""The command line: what it prints, what it writes, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import train
from tests.support.articles import ADAGRAD
from tests.support.problems import save_largest_of_three
from zeronet import compare
from zeronet.lab.comparison.planning import OPTIONS as NETWORK

SCRIPT = Path(train.__file__)
SHORT = ["--steps", "20", "--seeds", "1", "--batch-size", "10", "--hidden", "8", "--jobs", "1"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder with a small data set of one's own."""
    monkeypatch.chdir(tmp_path)
    save_largest_of_three("own.npz")
    return tmp_path


def command(*arguments, **environment):
    """Run the script as a user does, and return what came out."""
    run = [sys.executable, SCRIPT, *arguments]
    return subprocess.run(run, env={**os.environ, **environment}, capture_output=True, timeout=600)


def test_the_default_is_chapter_6():
    options = train.parse([])
    assert options.optimizer is None
    assert NETWORK["optimizer"] == ["sgd", "adagrad", "rmsprop"]
    assert (NETWORK["problem"], NETWORK["hidden"], NETWORK["steps"]) == ("mnist", [50], 2000)
    assert (NETWORK["batch_size"], NETWORK["seeds"], NETWORK["lr"]) == (128, 3, None)


def test_it_prints_a_table_and_where_the_figure_is(here, capsys):
    assert train.main(["--problem", "own.npz", "--target", "0.99", *SHORT]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert all(len(line) <= 100 for line in lines[: lines.index("")])
    unfolded = [line for line in lines if not line.startswith(" ")]
    head, sgd, adagrad, rmsprop, _, caption, _, figure, note, following = unfolded
    assert " ".join(head.split()) == "optimizer settings training loss test accuracy steps to 0.99 seconds"
    assert [line.split()[0] for line in (sgd, adagrad, rmsprop)] == ["SGD", "AdaGrad", "RMSProp"]
    assert "not in 20 (best 0." in sgd
    assert caption.startswith("20 steps = 2.0 epochs; seed 0")
    assert (here / figure.removeprefix("figure: ")).is_file()
    assert "not tuned" in note
    assert following.endswith("--problem own.npz --hidden 8 --batch-size 10 --optimizer sgd:lr=0.5 adagrad rmsprop")
    assert "100 training and 30 test" in err


def test_the_command_to_try_keeps_the_problem_and_the_network(here, capsys):
    (here / "own.npz").rename(here / "my own.npz")
    network = ["--network", "mlp:hidden=3"]
    assert train.main(["--problem", "my own.npz", *network, *SHORT[:6]]) == 0
    same = "--problem 'my own.npz' --network mlp:hidden=3 --batch-size 10"
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"{same} --optimizer sgd:lr=0.5 adagrad rmsprop")


def test_results_go_below_runs_in_the_current_folder(here):
    assert train.main(["--problem", "own.npz", "--optimizer", "sgd", "adam:lr=0.1", "--quiet", *SHORT]) == 0
    (folder,) = (here / "runs").iterdir()
    assert folder.name == "own.npz-sgd-adam_lr=0.1"
    expected = "comparison.png comparison.svg curves.csv evaluations.csv models protocol.json summary.csv timings.csv"
    assert {path.name for path in folder.iterdir()} - {".runs", ".lock"} == set(expected.split())


@pytest.mark.slow
def test_a_protocol_repeats_the_comparison(here, capsys):
    (here / "mine.py").write_text(ADAGRAD)
    options = ["--problem", "own.npz", "--optimizer", "mine=mine.py:AdaGrad:lr=0.1", "sgd", "--lr", "0.3"]
    assert train.main([*options[:-2], "--seed", "4", "--out", "first", *SHORT]) == 0
    assert train.main(["--protocol-file", "first/protocol.json", "--out", "second", "--jobs", "2"]) == 0
    for name in ("curves.csv", "evaluations.csv", "summary.csv", "protocol.json", "comparison.svg"):
        assert (here / "first" / name).read_bytes() == (here / "second" / name).read_bytes()
    assert train.main(["--protocol-file", "first/protocol.json", "--steps", "3"]) == 2
    assert "leave out --steps" in capsys.readouterr().err
    (here / "mine.py").write_text(ADAGRAD + "\n")
    assert train.main(["--protocol-file", "first/protocol.json"]) == 2


def test_one_hidden_size_makes_the_book_s_network_and_several_a_deep_one(here):
    for hidden, kind in {"5": "TwoLayerNet", "5 4": "MultiLayerNet"}.items():
        options = [*SHORT, "--hidden", *hidden.split(), "--optimizer", "sgd", "--out", kind]
        assert train.main(["--problem", "own.npz", *options]) == 0
        assert f'"class": "{kind}"' in (here / kind / "protocol.json").read_text()


def test_a_run_that_raises_ends_with_status_1_and_shows_the_last_line_with_its_place(here, capsys):
    (here / "mine.py").write_text(ADAGRAD.replace("import numpy as np", ""))
    assert train.main(["--problem", "own.npz", "--optimizer", "mine.py:AdaGrad", "sgd", "--out", "out", *SHORT]) == 1
    out = capsys.readouterr().out
    assert "mine.py, line 13: NameError: name 'np' is not defined (add: import numpy as np)" in out
    assert "Traceback" not in out
    assert "Traceback" in (here / "out" / "errors" / "AdaGrad-seed0.txt").read_text()


def test_a_run_that_diverges_is_a_result(here, capsys):
    assert train.main(["--problem", "own.npz", "--optimizer", "sgd:lr=1e30", *SHORT]) == 0
    assert "1 diverged of 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--optimizer sgb", "did you mean SGD?"),
        ("--optimizer sgd:lr=-1", "lr must be positive and finite, not -1"),
        ("--optimizer sgd sgd", "LABEL="),
        ("--optimizer nowhere.py:A", "nowhere.py"),
        ("--lr nan", "not nan"),
        ("--lr abc", "abc"),
        ("--steps 0", "steps must be at least 1, not 0"),
        ("--epochs 0", "epochs must be at least 1, not 0"),
        ("--steps 1 --epochs 1", "not allowed with"),
        ("--seeds 0", "seeds must be at least 1, not 0"),
        ("--seed -1", "not -1"),
        ("--seeds 10000000000", "at most 100,000"),
        ("--jobs 0", "jobs must be at least 1, not 0"),
        ("--batch-size 0", "batch-size must be at least 1"),
        ("--hidden 0", "hidden size must be at least 1"),
        ("--eval-every 0", "eval-every"),
        ("--blas-threads 0", "blas-threads"),
        ("--target 90", "not 90"),
        ("--problem mnits", "mnist"),
        ("--problem nowhere.npz", "nowhere.npz"),
        ("--problem own.npz other/own.npz", "two problems have the same name"),
        ("--problem damaged.npz", "damaged.npz"),
        ("--out own.npz", "own.npz"),
        ("--out .", "damaged.npz"),
        ("--opt sgd", "unrecognized arguments: --opt"),
        ("--protocol-file nowhere.json", "nowhere.json"),
        ("--protocol-file damaged.npz", "damaged.npz"),
    ],
)
def test_mistakes_end_with_one_line_and_status_2(here, capsys, options, words):
    (here / "damaged.npz").write_bytes((here / "own.npz").read_bytes()[:500])
    (here / "other").mkdir()
    shutil.copy(here / "own.npz", here / "other")
    start = [] if "protocol" in options else ["--problem", "own.npz", "--jobs", "1", "--batch-size", "10"]
    try:
        status = train.main([*start, *options.split()])
    except SystemExit as end:  # argparse's own
        status = end.code
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if "training and" not in line]
    assert status == 2
    assert len(lines) == 1
    assert words in lines[0]
    assert out == ""


def test_a_batch_larger_than_the_data_is_cut_to_them_with_a_note(here, capsys):
    words = ["--problem", "own.npz", "--optimizer", "sgd", "--steps", "2", "--seeds", "1", "--jobs", "1", "--quiet"]
    assert train.main([*words, "--out", "whole", "--batch-size", "100"]) == 0
    assert "note" not in capsys.readouterr().err
    for size in ([], ["--batch-size", "101"]):
        assert train.main([*words, "--out", "cut", *size]) == 0
        wanted = size[1] if size else 128
        note = f"train.py: note: a batch of {wanted} is larger than the data: 100 examples are one"
        assert note in capsys.readouterr().err.replace("zeronet train:", "train.py:").splitlines()
        assert (here / "cut" / "curves.csv").read_bytes() == (here / "whole" / "curves.csv").read_bytes()
    assert compare(here / "own.npz", ["sgd"], steps=2, seeds=1, jobs=1).table.protocol["batch_size"] == 100


@pytest.mark.slow
def test_it_runs_from_any_folder_with_names_of_any_letters_and_any_encoding(here):
    place = here / "日本 語 é"
    place.mkdir()
    shutil.move(here / "own.npz", place / "データ.npz")
    (place / "手書き.py").write_text(ADAGRAD)
    optimizers = ["--optimizer", f"é慣性={place / '手書き.py'}:AdaGrad", "sgd"]
    run = command(
        *["--problem", place / "データ.npz", *optimizers, "--out", place / "結果"],
        *["--steps", "5", "--batch-size", "10", "--jobs", "2"],
        **{"TMPDIR": str(place), "HOME": str(place), "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp932"},
    )
    assert run.returncode == 0, run.stderr
    assert "慣性" in run.stdout.decode("cp932")
    assert (place / "結果" / "models" / "é慣性-seed2.npz").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that a locale cannot decode")
def test_names_that_the_locale_cannot_decode_come_through(here):
    options = ["--problem", "own.npz", "--optimizer", "慣性=sgd", "--out", "結果", *SHORT]
    run = command(*options, LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert run.returncode == 0, run.stderr
    assert "慣性,0,0," in (here / "結果" / "curves.csv").read_text(encoding="utf-8")


def test_help_answers_at_once_for_it_imports_nothing_that_takes_long(here):
    code = "import sys, train\ntry:\n    train.main(['--help'])\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", code], cwd=SCRIPT.parent, capture_output=True, text=True, timeout=600)
    assert "--optimizer SPEC" in run.stdout
    loaded = {name.partition(".")[0] for name in run.stderr.split()}
    assert not loaded & {
        "numpy",
        "matplotlib",
        "joblib",
        "scipy",
        "sklearn",
        "pandas",
        "requests",
        "pooch",
        "numba",
        "distributed",
    }


UNDER_WAY = """
import pathlib

class Slow:
    def update(self, params, grads):
        pathlib.Path({mark!r}).touch()
        for key in params:
            params[key] -= 0.01 * grads[key]
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to interrupt")
@pytest.mark.parametrize(
    ("jobs", "sent", "status"),
    [("1", "SIGINT", 130), ("2", "SIGINT", 130), ("2", "SIGTERM", 143), ("1", "SIGHUP", 129)],
)
def test_ctrl_c_and_sigterm_end_at_once_in_one_line_and_leave_earlier_results(here, jobs, sent, status):
    (here / "slow.py").write_text(UNDER_WAY.format(mark=str(here / "under way")))
    options = ["--problem", "own.npz", "--optimizer", "slow.py:Slow", "--batch-size", "10", "--out", "out"]
    options += ["--jobs", jobs]
    assert train.main([*options, "--steps", "5"]) == 0
    before = (here / "out" / "curves.csv").read_bytes()
    (here / "under way").unlink()
    long = subprocess.Popen(
        [sys.executable, SCRIPT, *options, "--steps", "10000000"],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True, "text": True},
    )
    long.stderr.readline()  # the data were found
    while not (here / "under way").exists():
        assert long.poll() is None, long.communicate()
        time.sleep(0.01)
    if sent == "SIGINT":  # a terminal sends it to the whole group
        os.killpg(long.pid, signal.SIGINT)
    else:
        long.send_signal(getattr(signal, sent))
    try:
        out, err = long.communicate(timeout=120)  # however busy the machine is: it would run for hours
    finally:
        if long.poll() is None:
            os.killpg(long.pid, signal.SIGKILL)
    assert (long.returncode, out, err) == (status, "", "train.py: interrupted; earlier results are unchanged\n")
    assert (here / "out" / "curves.csv").read_bytes() == before
    with pytest.raises(ProcessLookupError):  # soon nobody of its group is left
        for _ in range(1200):
            os.killpg(long.pid, 0)
            time.sleep(0.1)


@pytest.mark.mnist
def test_mnist_is_learned_in_the_order_that_the_default_rates_decide(tmp_path, monkeypatch):
    from zeronet import compare

    rows = compare("mnist", ["sgd", "adagrad", "rmsprop"], steps=500, seeds=1).table.rows
    sgd, adagrad, rmsprop = (row.accuracy.median for row in rows)
    assert sgd < 0.8 < 0.9 < min(adagrad, rmsprop)


def test_a_learning_rate_that_is_text_is_its_optimizer_s_own_affair_on_a_landscape(tmp_path, capsys):
    source = (
        "class Text:\n    def __init__(self, lr='quick'):\n        self.lr = lr\n    def update(self, params, grads):\n"
    )
    (tmp_path / "text.py").write_text(f"{source}        pass\n")
    options = ["--problem", "saddle", "--optimizer", f"{tmp_path / 'text.py'}:Text", "sgd", "--quiet"]
    assert train.main([*options, "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err == ""


def test_a_protocol_without_the_version_that_made_it_may_differ_in_the_last_digits(tmp_path, capsys):
    assert train.main(["--problem", "valley", "--quiet", "--out", str(tmp_path / "one")]) == 0
    protocol = json.loads((tmp_path / "one" / "protocol.json").read_text(encoding="utf-8"))
    del protocol["zeronet"]
    (tmp_path / "edited.json").write_text(json.dumps(protocol), encoding="utf-8")
    edited = ["--protocol-file", str(tmp_path / "edited.json"), "--quiet", "--out", str(tmp_path / "two")]
    assert train.main(edited) == 0
    assert "the last digits may differ" in capsys.readouterr().err


def test_no_more_updates_are_explained_than_there_are(tmp_path, capsys):
    options = "--problem valley --optimizer sgd --steps 3 --explain 10000000000 --quiet --out"
    assert train.main([*options.split(), str(tmp_path / "out")]) == 0
    assert "update 3" in (out := capsys.readouterr().out)
    assert "update 4" not in out
