"""zeronet compare-runs: the curves of several folders in one figure."""

import json
import statistics

import numpy as np
import pytest

from tests.support.problems import save_largest_of_three
from zeronet import compare, race
from zeronet.cli import main
from zeronet.common.errors import UserError
from zeronet.lab.comparison.figure import overlay_figure
from zeronet.lab.comparison.overlay import how_alike, read_overlay

SHORT = {"steps": 30, "batch_size": 10, "hidden_sizes": 8, "jobs": 1, "eval_every": 10}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("overlay")
    save_largest_of_three(folder / "own.npz")
    problem = str(folder / "own.npz")
    compare(problem, ["sgd:lr=0.5", "adam"], seeds=2, out=folder / "first", **SHORT)
    compare(problem, ["sgd:lr=0.1", "wild=sgd:lr=1e30"], seeds=2, out=folder / "second", **SHORT)
    compare(problem, ["sgd"], seeds=1, out=folder / "larger", **{**SHORT, "batch_size": 20, "steps": 50})
    return folder


def test_the_table_and_the_curves_are_those_of_the_folders(here):
    data = read_overlay([here / "first", here / "second"])
    assert list(data.losses) == ["first SGD lr=0.5", "first Adam", "second SGD lr=0.1", "second wild"]
    header, *rows = data.table()
    assert header == ["", "training loss", "test accuracy", "updates"]
    protocol = json.loads((here / "first" / "protocol.json").read_text(encoding="utf-8"))
    assert protocol["steps"] == 30 and rows[0][3] == "30"
    finals = [np.mean(run) for run in data.losses["first SGD lr=0.5"].values()]  # of the last 100 steps: all
    assert rows[0][1] == f"{statistics.median(finals):.4g}"
    assert rows[3][1] == "-"  # it diverged
    figure = overlay_figure(data)
    loss, accuracy = figure.axes[:2]
    assert {"first SGD lr=0.5", "first Adam", "second SGD lr=0.1"} <= {line.get_label() for line in loss.lines}
    colours = {line.get_label(): (line.get_color(), line.get_linestyle()) for line in loss.lines}
    assert colours["first SGD lr=0.5"][0] == colours["second SGD lr=0.1"][0] != colours["first Adam"][0]
    assert colours["first SGD lr=0.5"][1] != colours["second SGD lr=0.1"][1]
    assert accuracy.get_ylabel() == "test accuracy"


def test_what_is_not_the_same_is_said(here):
    same = read_overlay([here / "first", here / "second"])
    assert how_alike(same) == "The same in all folders: data, network, batch size, seeds and versions."
    other = read_overlay([here / "first", here / "larger"])
    assert how_alike(other) == "Not the same in all folders: batch size (10, 20); seeds (seeds 0, 1, seed 0)."
    words = " ".join(text.get_text() for text in overlay_figure(other).texts).replace("\n", " ")
    assert "Not the same in all folders: batch size (10, 20)" in words
    assert other.protocol["steps"] == 50 and not other.stopped("first Adam")


@pytest.mark.drawn
def test_the_command_prints_the_table_and_where_the_figure_is(here, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(here)
    assert main(["compare-runs", "first", "second", "larger", "--out", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "first SGD lr=0.5" in out and "Not the same" in out
    assert out.splitlines()[-1] == f"figure: {tmp_path / 'new' / 'compare-runs.png'}"
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["compare-runs.png", "compare-runs.svg"]


def test_folders_of_one_name_are_told_apart_by_their_parents(here, tmp_path):
    (tmp_path / "first").symlink_to(here / "first")
    data = read_overlay([here / "first", tmp_path / "first"])
    assert list(data.folders) == [f"{here.name}/first", f"{tmp_path.name}/first"]
    with pytest.raises(UserError, match="two folders are called"):
        read_overlay([here / "first", here / "first"])


def test_what_cannot_be_compared_is_one_line(here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    race("valley", ["sgd"], steps=3, out="race")
    x = np.eye(4, dtype=np.float32)
    np.savez("numbers.npz", x_train=x, t_train=x[:, :1], x_test=x, t_test=x[:, :1])
    compare("numbers.npz", ["sgd"], steps=3, batch_size=2, seeds=1, jobs=1, out="numbers")
    for folders, words in (
        ([here / "first"], "give from 2 to 10 folders, not 1"),
        ([here / "first", "race"], "race has paths on a landscape, and no curves"),
        ([here / "first", "numbers"], "some predict numbers, and others classes"),
        ([here / "first", "absent"], "there is no file"),
    ):
        with pytest.raises(UserError, match=words):
            read_overlay(folders)
