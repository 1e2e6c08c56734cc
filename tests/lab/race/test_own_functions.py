"""Races on functions of one's own, of one variable and of two, and how a notebook shows them in motion."""

import base64
import io
import math
import re

import numpy as np
import pytest
from PIL import Image

from zeronet import SGD, Momentum, race
from zeronet.cli import main
from zeronet.common.errors import UserError
from zeronet.landscapes import LANDSCAPES, OwnLandscape, Valley


def double_well(x):
    return x**4 - 2 * x**2 + 0.3 * x


def valley(x, y):
    return x**2 / 20 + y**2


def test_the_valley_written_by_hand_has_the_valleys_paths():
    own = race(valley, {"SGD": SGD(0.5), "Momentum": Momentum(0.1)}, start=(-7, 2), steps=20)
    known = race("valley", {"SGD": SGD(0.5), "Momentum": Momentum(0.1)}, steps=20)
    for run, other in zip(own.runs.values(), known.runs.values(), strict=True):
        np.testing.assert_allclose(run.path[:, :4], other.path[:, :4], rtol=1e-6, atol=1e-8)
    assert "f = valley(x, y); 20 updates from (-7, 2)" in str(own.table)
    assert LANDSCAPES["valley"] is Valley  # one's own does not take its place


def test_a_function_of_one_variable_is_a_curve_with_the_path_on_it():
    result = race(double_well, ["sgd:lr=0.02"], start=1.9, steps=15)
    x = 1.9
    for _ in range(15):
        x -= 0.02 * (4 * x**3 - 4 * x + 0.3)
    path = result.runs["SGD lr=0.02", 0].path
    assert path[-1, 1] == pytest.approx(x, rel=1e-6)
    assert (path[:, 2] == 0).all()
    plane, against_step = result.figure.axes[:2]
    assert (plane.get_xlabel(), plane.get_ylabel()) == ("x", "f(x)")
    line = next(line for line in plane.lines if len(line.get_xdata()) == 16)
    np.testing.assert_allclose(line.get_ydata(), double_well(line.get_xdata()), rtol=1e-9)
    (left, right), (low, high) = plane.get_xlim(), plane.get_ylim()
    assert left < path[:, 1].min() and path[:, 1].max() < right and low < path[:, 3].min() and path[:, 3].max() < high
    assert against_step.get_ylabel() == "f"
    assert "end point x" in str(result.table) and "15 updates from 1.9" in str(result.table)


def test_functions_of_numbers_only_and_their_own_gradients():
    class Bowl:
        start, equation = (1.0, 1.0), "eˣ − x + y²"

        def __call__(self, x, y):
            return math.exp(x) - x + y**2

        def gradient(self, x, y):
            return math.exp(x) - 1, 2 * y

    result = race(Bowl(), ["sgd:lr=0.1"], steps=100)
    assert result.runs["SGD lr=0.1", 0].path[-1, 1:3] == pytest.approx([0, 0], abs=1e-3)
    assert "f = eˣ − x + y²" in str(result.table)


def test_a_path_that_overflows_has_diverged_and_does_not_hide_the_others():
    result = race(lambda x, y: math.cosh(x) + y**2, {"wild": "sgd:lr=9", "tame": "sgd:lr=0.1"}, start=(2, -3))
    assert result.runs["wild", 0].outcome == "diverged"
    (left, right), _ = result.figure.axes[0].get_xlim(), result.figure.axes[0].get_ylim()
    assert right - left < 10


@pytest.mark.drawn
def test_a_notebook_shows_the_race_in_motion(tmp_path):
    result = race("valley", ["sgd:lr=0.5"], steps=4, animate=True)
    html = result._repr_html_()
    [content] = re.findall(r'src="data:image/gif;base64,([^"]+)"', html)
    picture = Image.open(io.BytesIO(base64.b64decode(content)))
    assert picture.n_frames == 5 and result.drawn == "race.gif" and result.folder is None
    kept = race("valley", ["sgd:lr=0.5"], steps=4, animate=True, out=tmp_path / "out")
    assert (tmp_path / "out" / "race.gif").read_bytes() == kept.animation == result.animation
    assert race("valley", ["sgd:lr=0.5"], steps=4).animation == b""


def test_its_files_can_be_drawn_again_only_where_the_function_is(tmp_path, capsys, monkeypatch):
    race(double_well, ["sgd:lr=0.02"], start=1.9, steps=3, out=tmp_path / "out")
    assert main(["plot", str(tmp_path / "out")]) == 0
    monkeypatch.setattr("zeronet.lab.runner.landscape_problem._own", {})
    assert main(["plot", str(tmp_path / "out")]) == 2
    assert "double_well was handed over in Python" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("function", "start", "words"),
    [
        (double_well, None, r"double_well has no start: give a finite number, as in start=3"),
        (double_well, (1, 2), "the start of double_well must be a finite number"),
        (valley, 3, r"the start of valley must be two finite numbers, as in start=\(-7, 2\), not 3"),
        (valley, (0, math.nan), "the start of valley must be two finite numbers"),
        (lambda: 3, 1, "a function to descend takes one or two numbers, x and y, and this one 0"),
        (lambda x, y, z: x, 1, "and this one 3"),
        (3.0, 1, "3.0 is no function of one or two variables"),
        (lambda x: math.inf, 1, "f is not finite at the start 1,0"),
    ],
)
def test_each_mistake_is_one_line(function, start, words):
    with pytest.raises(UserError, match=words):
        race(function, ["sgd"], start=start)
    with pytest.raises(UserError, match=r"animation must be race\.gif or race\.mp4"):
        race("valley", ["sgd"], animate="film.avi")


def test_arrays_and_numbers_have_the_same_values():
    x, y = np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-1, 1, 3))
    for f in (OwnLandscape(valley, (0, 0)), OwnLandscape(lambda x, y: x * x / 20 + math.pow(y, 2), (0, 0))):
        np.testing.assert_allclose(f(x, y), valley(x, y))
        assert f(2.0, 1.0) == pytest.approx(1.2)
