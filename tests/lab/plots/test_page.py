"""One layout: text that can be read, contours that mean something, pictures that are small."""

import json
import time

import numpy as np
import pytest
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from zeronet import race
from zeronet.lab.comparison.words import ended_lowest, without_path
from zeronet.lab.plots.landscape import _levels, draw_landscape
from zeronet.lab.plots.style import WIDTH
from zeronet.lab.race.animation import moments_figure, save_race
from zeronet.lab.race.figure import paths_figure
from zeronet.lab.runner.analysis.curves import band, evaluations_over_seeds
from zeronet.landscapes import LANDSCAPES
from zeronet.locale import language

FIVE = ["sgd", "momentum", "adagrad", "rmsprop", "adam"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("valley")
    race("valley", FIVE, out=path)
    return path


def assert_legible(figure):
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    assert min(sizes) * 7 / figure.get_figwidth() >= 9


@pytest.mark.parametrize("draw", [paths_figure, moments_figure])
@pytest.mark.parametrize("word", ["en", "ja"])
def test_text_is_at_least_9_points_at_7_inches_and_stays_on_the_page(folder, draw, word):
    with language(word):
        figure = draw(folder)
    assert figure.get_figwidth() == WIDTH == 7
    assert_legible(figure)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    for block in [*figure.texts, *figure.legends, *(axes for axes in figure.axes if axes.get_visible())]:
        box = block.get_tightbbox(renderer)
        assert figure.bbox.x0 - 1 <= box.x0 <= box.x1 <= figure.bbox.x1 + 1
        assert figure.bbox.y0 - 1 <= box.y0 <= box.y1 <= figure.bbox.y1 + 1


def test_the_headline_says_who_arrives_first_from_the_numbers(folder):
    title = paths_figure(folder).texts[0].get_text().replace("\n", " ")
    assert title == "Valley: AdaGrad first at f − f_min < 0.01, update 20; 2 of 5 get there"  # Momentum passes by


class Bad:
    def update(self, params, grads):
        raise ValueError("no")


def test_an_optimizer_that_made_no_step_does_not_hide_the_others(tmp_path):
    some = race("valley", [Bad(), "sgd"]).figure
    assert "SGD lowest" in some.texts[0].get_text() or "SGD" in some.texts[0].get_text()
    none = race("valley", [Bad()], out=tmp_path / "none").figure
    assert "left for infinity" in none.texts[0].get_text()
    moments_figure(tmp_path / "none")


@pytest.mark.parametrize("name", LANDSCAPES)
def test_contours_are_at_equal_distances_of_f_or_of_its_logarithm(name):
    f = LANDSCAPES[name]()
    axes = Figure().add_subplot()
    draw_landscape(axes, f)
    [contours] = axes.findobj(ContourSet)
    (left, right), (low, high) = f.domain
    z = f(*np.meshgrid(np.linspace(left, right, 241), np.linspace(low, high, 241)))
    levels, log = _levels(f, z)
    np.testing.assert_array_equal(contours.levels, levels)
    assert 5 <= len(levels) <= 24
    steps = np.diff(np.log10(levels - f.lowest)) if log else np.diff(levels)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


def test_a_band_is_the_range_of_up_to_four_seeds_and_the_quartiles_of_five():
    table = np.array([[1.0], [2.0], [3.0], [10.0]])
    assert [float(end[0]) for end in band(table)] == [1, 10]
    assert [float(end[0]) for end in band(np.vstack([table, [[4.0]]]))] == [2, 4]


def test_one_failed_seed_leaves_the_band_of_the_others():
    for n in (3, 5, 8):
        table = np.array([*np.arange(1.0, n), np.inf])[:, None]
        low, high = band(table)
        assert 1 <= low[0] < high[0] <= n - 1


def test_accuracies_have_the_same_band_upside_down():
    steps = np.array([0, 1])
    runs = [(steps, np.array([0.1, accuracy])) for accuracy in (0.5, 0.6, 0.7, 0.8, 0.9)]
    _, median, low, high = evaluations_over_seeds(runs, [False] * 5)
    assert (median[1], low[1], high[1]) == pytest.approx((0.7, 0.6, 0.8))


def test_the_headline_names_the_lowest_and_the_highest():
    inf = float("inf")
    finals = {"a": [3.0, 3.0, inf], "b": [1.0, 2.0, 1.5], "c": [inf, inf, 0.1]}
    assert ended_lowest(finals, "loss") == "b ended lowest: loss 1.5, median of 3 seeds; a highest: 3"
    assert ended_lowest({"a": [2.0]}, "loss") == "a ended at: loss 2"
    assert "failed" in ended_lowest({"a": [inf]}, "loss")


@pytest.mark.parametrize("place", ["/data/mnist", "~/mnist", r"C:\Users\me\mnist", "/a from b/c"])
def test_no_figure_has_a_local_path(place):
    assert without_path(f"MNIST: 60 training and 10 test images from {place}").endswith("images")
    assert without_path("Digits: 60 training and 10 test images from scikit-learn").endswith("from scikit-learn")


def gif(folder, target):
    began = time.process_time()
    save_race(folder, target, quiet=True)
    with Image.open(target) as image:
        return image.n_frames, target.stat().st_size, time.process_time() - began


@pytest.mark.slow
@pytest.mark.drawn
def test_a_race_is_small_also_with_many_optimizers(tmp_path):
    """On the landscape with the longest way, and so the most frames."""
    race(
        "rosenbrock",
        [*FIVE, "nesterov", "adamw:lr=0.1", "rmsprop:lr=0.05", "adam:lr=0.02", "adabelief:lr=0.1"],
        out=tmp_path,
    )
    frames, size, _ = gif(tmp_path, tmp_path / "race.gif")
    assert size < 1_500_000
    assert frames <= json.loads((tmp_path / "protocol.json").read_text())["steps"] + 1


@pytest.mark.slow
@pytest.mark.drawn
def test_31_frames_are_written_fast_and_show_what_they_should(folder, tmp_path):
    frames, _, seconds = gif(folder, tmp_path / "race.gif")
    assert frames == 31
    assert seconds < 6  # on a machine that is half as fast as ours
    with Image.open(tmp_path / "race.gif") as image:
        first = np.asarray(image.convert("RGB")).astype(int)
        image.seek(30)
        last = np.asarray(image.convert("RGB")).astype(int)
    changed = np.abs(first - last).max(axis=2) > 8
    assert 0.002 < changed.mean() < 0.2  # what moves, and nothing of the ground
    for colour in ("#0180FF", "#C28702", "#FB596C", "#82315E"):
        rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        assert (np.abs(last - rgb).max(axis=2) < 40).sum() > 20
