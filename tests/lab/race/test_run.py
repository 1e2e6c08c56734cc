"""A race on a landscape, from the command line to its files."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import train
from tests.support.folders import rows_of
from zeronet import SGD, RMSProp, race
from zeronet.common.errors import UserError
from zeronet.lab.plots.landscape import farthest
from zeronet.lab.race.animation import frames
from zeronet.lab.race.figure import paths_figure
from zeronet.lab.race.files import COLUMNS
from zeronet.lab.runner.landscape_problem import PATH
from zeronet.landscapes import LANDSCAPES

HERE = Path(train.__file__).parent
BROKEN = """
class Broken:
    def update(self, params, grads):
        raise RuntimeError("no such luck")
"""


def command(*words, out):
    return train.main(["--problem", "valley", *map(str, words), "--out", str(out), "--quiet"])


def test_paths_csv_has_every_moment_with_states_and_rates_where_there_are_any(tmp_path):
    assert command("--optimizer", "sgd", "momentum", "adagrad", out=tmp_path / "out") == 0
    rows = rows_of(tmp_path / "out" / "paths.csv")
    assert list(rows[0]) == COLUMNS
    by_label = {label: [row for row in rows if row["optimizer"] == label] for label in ("SGD", "Momentum", "AdaGrad")}
    assert {len(each) for each in by_label.values()} == {31}
    assert {row["h_x"] for row in by_label["SGD"]} == {""}
    assert {row["effective_step_x"] for row in by_label["SGD"][1:]} == {"0.95"}
    assert {row["effective_step_y"] for row in by_label["Momentum"]} == {""}
    end = by_label["AdaGrad"][-1]
    assert float(end["x"]) == pytest.approx(-0.12016232231416045, abs=1e-12)
    assert float(end["effective_step_x"]) == pytest.approx(1.5 / np.sqrt(float(end["h_x"])), rel=1e-6)
    assert {"paths.png", "paths.svg", "protocol.json"} < {path.name for path in (tmp_path / "out").iterdir()}


def test_the_table_says_when_each_arrived(tmp_path, capsys):
    command("--optimizer", "sgd", "momentum", "adagrad", "rmsprop", "--lr", 0.3, out=tmp_path / "out")
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert [line.rpartition("  ")[2].strip() for line in lines[1:5]] == ["not in 30", "not in 30", "not in 30", "25"]
    assert lines[6] == "f = x²/20 + y²; 30 updates from (-7, 2)"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lion", "sgd", "mine=adamw", "adamw:lr=0.3"], "note: Lion, mine: at a default learning rate"),
        (["lion", "sgd", "--lr", 0.3], None),
        (["nadam:dialect=keras,LR=0.3", "adadelta"], None),
        (["sgd", "adam"], None),
    ],
)
def test_a_default_that_is_meant_for_networks_is_named(words, told, tmp_path, capsys):
    assert train.main(["--problem", "valley", "--out", str(tmp_path), "--optimizer", *map(str, words)]) == 0
    error = capsys.readouterr().err
    assert told in error if told else "note" not in error


@pytest.mark.slow
@pytest.mark.drawn
def test_a_protocol_repeats_the_paths_byte_for_byte(tmp_path):
    command("--optimizer", "adam", "a=rmsprop:rho=0.5", "--start=3,-1", "--steps", 7, out=tmp_path / "a")
    train.main(["--protocol-file", str(tmp_path / "a" / "protocol.json"), "--out", str(tmp_path / "b"), "--quiet"])
    for name in ("paths.csv", "paths.png", "paths.svg", "protocol.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert json.loads((tmp_path / "b" / "protocol.json").read_text())["problem"]["start"] == [3.0, -1.0]


@pytest.mark.drawn
@pytest.mark.slow
def test_the_figure_is_drawn_again_from_the_files(tmp_path):
    command("--optimizer", "sgd:lr=1.05", out=tmp_path / "out")
    before = (tmp_path / "out" / "paths.png").read_bytes()
    (tmp_path / "out" / "paths.png").unlink()
    again = [sys.executable, "-m", "zeronet", "plot", tmp_path / "out"]
    subprocess.run(again, cwd=HERE, check=True, capture_output=True)
    assert (tmp_path / "out" / "paths.png").read_bytes() == before


@pytest.mark.parametrize("name", LANDSCAPES)
def test_every_landscape_has_a_default_race(name):
    result = race(name, ["sgd", "adagrad", "rmsprop"])
    assert all(run.outcome == "finished" for run in result.runs.values())
    assert len(result.figure.axes) >= 5


def test_names_get_the_landscape_s_rate_and_objects_keep_theirs():
    result = race("valley", ["sgd", RMSProp(lr=0.5), "adagrad:lr=0.1"], steps=2)
    assert [about["settings"]["lr"] for about in result.table.protocol["optimizers"]] == [0.95, 0.5, 0.1]


def test_an_optimizer_that_raises_leaves_its_traceback_and_the_others_go_on(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(BROKEN)
    assert command("--optimizer", f"{tmp_path / 'mine.py'}:Broken", "sgd", out=tmp_path / "out") == 1
    printed = capsys.readouterr().out
    assert "RuntimeError: no such luck" in printed
    assert "RuntimeError: no such luck" in next((tmp_path / "out" / "errors").iterdir()).read_text()
    assert sum(row["optimizer"] == "SGD" for row in rows_of(tmp_path / "out" / "paths.csv")) == 31


def test_a_path_that_diverges_is_cut_and_still_drawn(tmp_path):
    result = race("rosenbrock", ["sgd:lr=1"], steps=50, out=tmp_path / "out")
    assert result.runs["SGD lr=1", 0].outcome == "diverged"
    words = [text.get_text() for legend in result.figure.legends for text in legend.get_texts()]
    assert "stopped at step" in words[0]


def test_a_path_that_leaves_the_axes_has_an_arrow_and_its_farthest_point(tmp_path):
    race("valley", ["adagrad:lr=30"], out=tmp_path / "out")
    panel = paths_figure(tmp_path / "out").axes[2]
    assert panel.get_xlim() == (-10, 10)
    assert any("as far as (23, -28)" in text.get_text() for text in panel.texts)
    assert any(text.arrow_patch for text in panel.texts if hasattr(text, "arrow_patch"))
    assert farthest(np.zeros((3, 2)), ((-1, 1), (-1, 1))) is None


@pytest.mark.drawn
@pytest.mark.parametrize("labels", [["_hidden", "$x$", "a" * 90], [f"n{k}" for k in range(9)]])
def test_any_label_can_be_drawn(tmp_path, labels):
    result = race("valley", {label: "sgd" for label in labels}, steps=2, out=tmp_path / "out")
    assert len(result.figure.legends[0].get_texts()) == len(labels)


@pytest.mark.drawn
@pytest.mark.slow
def test_the_race_is_a_gif_with_every_update_and_a_contact_sheet(tmp_path):
    assert command("--optimizer", "sgd", "rmsprop", "--steps", 6, "--animate", out=tmp_path / "out") == 0
    with Image.open(tmp_path / "out" / "race.gif") as gif:
        assert gif.n_frames >= 7
    assert (tmp_path / "out" / "race.gif").stat().st_size < 1_500_000
    assert (tmp_path / "out" / "moments.png").stat().st_size > 10_000
    assert frames(6) == [0, 1, 2, 3, 4, 5, 6]
    assert (len(frames(5000)), frames(5000)[-1]) == (120, 5000)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--hidden", "5"], "--hidden is for networks"),
        (["--jobs", "2"], "--jobs is for networks"),
        (["--start=1,2,3"], "is not two numbers"),
        (["--start=nan,1"], "pair of finite numbers"),
        (["--steps", "0"], "steps must be at least 1"),
        (["--explain", "0"], "explain must be at least 1"),
        (["--animate", "race.avi"], "race.gif or race.mp4"),
        (["--optimizer", "sgd", "sgd"], "two optimizers are labelled"),
    ],
)
def test_a_mistake_ends_in_one_line_and_status_2(tmp_path, capsys, words, message):
    try:
        status = command(*words, out=tmp_path / "out")
    except SystemExit as ended:  # argparse's own
        status = ended.code
    said = capsys.readouterr()
    assert status == 2
    assert said.err.count("\n") == 1
    assert message in said.err
    assert not (tmp_path / "out" / "paths.csv").exists()


def test_an_mp4_without_ffmpeg_is_a_mistake(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("matplotlib.animation.writers.is_available", lambda name: False)
    assert command("--animate", "race.mp4", out=tmp_path / "out") == 2
    assert "needs the program ffmpeg" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--start=1,2"], ["--animate"], ["--explain", "2"]])
def test_what_is_for_landscapes_needs_one(capsys, words):
    assert train.main(["--problem", "digits", *words]) == 2
    assert "needs a landscape" in capsys.readouterr().err


def test_a_name_that_is_nearly_a_landscape_s_is_answered_with_it(capsys):
    assert train.main(["--problem", "vally"]) == 2
    assert "did you mean valley?" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["", "optimizer,step\n", f"{','.join(COLUMNS)}\nSGD,5,1,2,3\n"])
def test_damaged_files_are_a_mistake_that_names_the_folder(tmp_path, damage):
    race("valley", ["sgd"], steps=2, out=tmp_path / "out")
    (tmp_path / "out" / "paths.csv").write_text(damage)
    with pytest.raises(UserError, match=r"paths\.csv is (damaged|empty)"):
        paths_figure(tmp_path / "out")


def test_an_unused_object_can_race_too():
    assert race("valley", {"mine": SGD(lr=0.1)}, steps=3).runs["mine", 0].path.shape == (4, len(PATH))


def test_a_start_where_f_is_not_finite_is_refused_before_anything_runs(capsys):
    assert train.main(["--problem", "valley", "--start=1e308,1e308"]) == 2
    assert "valley is not finite at the start 1e+308,1e+308" in capsys.readouterr().err


def test_a_path_that_stays_where_it_begins_is_drawn():
    run = race("saddle", ["sgd"], start=(0, 0)).runs["SGD", 0]
    assert (run.path[:, 1:3] == 0).all()


MUTE = """
class Mute:
    def update(self, params, grads):
        raise type("Error", (Exception,), {"__str__": lambda self: 3})()
"""


def test_an_error_without_a_message_is_reported_like_any_other(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(MUTE)
    assert command("--optimizer", f"{tmp_path / 'mine.py'}:Mute", "sgd", out=tmp_path / "out") == 1
    assert "mine.py, line 4: Error: its message cannot be shown" in capsys.readouterr().out
