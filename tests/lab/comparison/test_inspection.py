"""The figures of what went on inside the networks are drawn from files."""

import numpy as np
import pytest

from zeronet import compare
from zeronet.common.errors import UserError
from zeronet.lab.comparison.files import read_inspection
from zeronet.lab.comparison.inspection import (
    inspection_figure,
    pixels_figure,
    save_inspection,
    weights_figure,
)
from zeronet.lab.runner.data_problem import DataProblem

FILES = ("inspection.csv", "inspection.npz", "inspection.png", "inspection.svg", "pixels.png", "weights.png")
PLAN = {"steps": 30, "eval_every": 10, "batch_size": 10, "hidden_sizes": [6], "inspect": True}


def images(side=4):
    """A problem whose inputs are tiny images; the first pixel is never on."""
    rng = np.random.default_rng(0)
    x = rng.random((60, side * side), np.float32)
    x[:, 0] = 0
    t = x[:, 1:4].argmax(axis=1)
    return DataProblem("memory", "tiny", "tiny images", "0123", x, t, x, t)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("inspection")
    compare(images(), ["sgd", "momentum", "rmsprop"], seeds=2, jobs=1, out=path, **PLAN)
    return path


@pytest.mark.drawn
@pytest.mark.slow
def test_a_comparison_with_inspection_writes_its_tables_and_figures_the_same_for_any_number_of_jobs(tmp_path):
    for jobs in (1, 2):
        compare(images(), ["rmsprop"], seeds=2, jobs=jobs, out=tmp_path / str(jobs), **PLAN)
    for name in FILES:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_looking_does_not_change_the_curves(folder, tmp_path):
    compare(images(), ["sgd", "momentum", "rmsprop"], seeds=2, jobs=1, out=tmp_path, **PLAN | {"inspect": False})
    assert (folder / "curves.csv").read_bytes() == (tmp_path / "curves.csv").read_bytes()
    assert not (tmp_path / "inspection.csv").exists()


def test_each_layer_has_a_column_and_each_quantity_a_row(folder):
    figure = inspection_figure(read_inspection(folder))
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["W1", "W2"]
    assert figure.axes[0].get_ylabel() == "effective step r"
    assert not figure.axes[9].get_visible()  # no ReLU behind the last layer
    sgd = figure.axes[0].get_lines()[0]
    np.testing.assert_allclose(sgd.get_ydata(), 0.01)


def test_pixels_that_were_never_on_are_left_out_and_only_optimizers_with_a_rate_are_shown(folder):
    figure = pixels_figure(read_inspection(folder))
    panels = [axes for axes in figure.axes if axes.get_images() and axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in panels] == ["how often each pixel is on", "SGD", "RMSProp"]
    for axes in panels:
        assert np.ma.getmaskarray(np.ma.masked_invalid(axes.get_images()[0].get_array()))[0, 0]


def test_weights_are_shown_at_five_moments_for_each_optimizer(folder):
    figure = weights_figure(read_inspection(folder))
    assert [axes.get_title(loc="left") for axes in figure.axes[:5]] == [f"update {step}" for step in (0, 2, 8, 17, 30)]
    assert len(figure.axes) == 15


@pytest.mark.parametrize(("name", "content"), [("inspection.csv", "a,b\n"), ("inspection.npz", "no archive")])
def test_a_damaged_file_is_a_mistake(folder, tmp_path, name, content):
    for file in ("inspection.csv", "inspection.npz", "protocol.json"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    save_inspection(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match="is damaged"):
        read_inspection(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(UserError, match="there is no file"):
        read_inspection(tmp_path)
