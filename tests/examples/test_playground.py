"""The playground without a window: sliders are moved and the mouse clicks on an Agg canvas."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from zeronet import SGD, AdaGrad, Momentum, RMSProp
from zeronet.common.errors import UserError
from zeronet.landscapes import Rosenbrock, Valley, descend

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[2] / "examples" / "playground.py"
FOUR = ["sgd", "momentum", "adagrad", "rmsprop"]
Playground = runpy.run_path(str(SCRIPT))["Playground"]


def new(specs=FOUR, landscape="valley"):
    figure = Figure(figsize=(10, 6.4))
    FigureCanvasAgg(figure)
    return Playground(figure, specs, landscape)


def drawn(playground):
    """The paths on the plane, as they are drawn: what has more than one point and a marker."""
    lines = playground.plane.get_lines()
    return [np.transpose(line.get_data()) for line in lines if len(line.get_xdata()) > 1]


def click(playground, x, y):
    canvas = playground.figure.canvas
    canvas.draw()
    place = playground.plane.transData.transform((x, y))
    canvas.callbacks.process("button_press_event", MouseEvent("button_press_event", canvas, *place, button=1))


def assert_drawn(playground, optimizers, landscape, start, steps):
    paths = drawn(playground)
    assert len(paths) == len(optimizers)
    for path, optimizer in zip(paths, optimizers, strict=True):
        np.testing.assert_array_equal(path, descend(landscape, optimizer, start, steps))


def four(lr, memory):
    return [SGD(lr), Momentum(lr, memory), AdaGrad(lr), RMSProp(lr, memory)]


def test_it_begins_with_the_race_at_one_rate():
    assert_drawn(new(), four(0.3, 0.9), Valley(), (-7, 2), 30)


def test_the_rate_is_for_all_and_its_slider_is_logarithmic():
    playground = new()
    playground.rate.set_val(-1)
    assert_drawn(playground, four(0.1, 0.9), Valley(), (-7, 2), 30)
    assert playground.rate.valtext.get_text() == "0.1"


def test_the_rate_that_is_shown_is_the_one_that_is_used():
    playground = new(["sgd"])
    playground.rate.set_val(-0.7123)
    assert_drawn(playground, [SGD(float(playground.rate.valtext.get_text()))], Valley(), (-7, 2), 30)


def test_momentum_and_rho_move_together_and_leave_the_others_alone():
    playground = new()
    playground.memory.set_val(0.5)
    assert_drawn(playground, four(0.3, 0.5), Valley(), (-7, 2), 30)
    assert playground.memory.valtext.get_text() == "0.5"


def test_the_number_of_updates():
    playground = new()
    playground.steps.set_val(7)
    assert_drawn(playground, four(0.3, 0.9), Valley(), (-7, 2), 7)


def test_a_click_is_the_new_start():
    playground = new()
    click(playground, 4.0, -3.0)
    assert playground.start == pytest.approx((4, -3))
    assert_drawn(playground, four(0.3, 0.9), Valley(), playground.start, 30)


def test_a_click_beside_the_plane_or_while_zooming_starts_nothing():
    playground = new()
    click(playground, 40.0, 0.0)
    playground.figure.canvas.widgetlock(playground)
    click(playground, 4.0, -3.0)
    assert playground.start == (-7, 2)
    playground.figure.canvas.widgetlock.release(playground)
    click(playground, 4.0, -3.0)
    assert playground.start != (-7, 2)


def test_redrawing_leaves_nothing_of_the_old_picture():
    playground = new()
    before = len(playground.plane.get_children())
    for value in (-1, 1.5, -0.5):  # at 32, paths leave the plane, with arrows
        playground.rate.set_val(value)
    playground.rate.reset()
    assert len(playground.plane.get_children()) == before


def test_a_setting_that_is_named_stays_as_it_is():
    playground = new(["sgd", "rmsprop:RHO=0.5", "mine=adagrad:lr=1.5"])
    playground.rate.set_val(-1)
    playground.memory.set_val(0.7)
    assert_drawn(playground, [SGD(0.1), RMSProp(0.1, 0.5), AdaGrad(1.5)], Valley(), (-7, 2), 30)


def test_another_landscape_and_a_path_that_leaves_for_infinity():
    playground = new(["sgd", "adagrad"], "rosenbrock")
    playground.rate.set_val(0)
    path, other = drawn(playground)
    np.testing.assert_array_equal(path, descend(Rosenbrock(), SGD(1.0), steps=200))
    np.testing.assert_array_equal(other, descend(Rosenbrock(), AdaGrad(1.0), steps=200))
    assert len(path) < len(other) == 201
    assert "left for infinity" in playground.plane.get_legend().get_texts()[0].get_text()


def test_plug_ins_move_too_and_one_that_raises_is_named(tmp_path):
    head = "class {}:\n    def __init__(self, lr=0.01):\n        self.lr = lr\n\n    def update(self, params, grads):\n"
    good = head.format("Mine") + "        for k in params:\n            params[k] = params[k] - self.lr * grads[k]\n"
    bad = head.format("Bad") + "        raise ValueError('one must not')\n"
    (tmp_path / "my.py").write_text(good + "\n\n" + bad)
    playground = new([f"{tmp_path / 'my.py'}:Mine", f"{tmp_path / 'my.py'}:Bad", "sgd"])
    playground.rate.set_val(-1)
    assert_drawn(playground, [SGD(0.1), SGD(0.1)], Valley(), (-7, 2), 30)
    said = [text.get_text() for text in playground.plane.get_legend().get_texts()]
    assert [text.splitlines()[0] for text in said] == ["Mine", "Bad", "SGD"]
    assert said[1].endswith("one must not")
    assert playground.paths["Bad"].outcome == "raised"


@pytest.mark.parametrize("specs", [FOUR, ["手書き_$x$=sgd", *(f"o{k}=adam:lr={k + 1}" for k in range(8))]])
def test_nothing_overlaps(specs):
    playground = new(specs)
    playground.figure.canvas.draw()
    renderer = playground.figure.canvas.get_renderer()
    sliders = [playground.rate, playground.memory, playground.steps]
    words = [text.get_window_extent() for slider in sliders for text in (slider.label, slider.valtext)]
    blocks = [*words, playground.plane.get_legend().get_window_extent()]
    blocks.append(playground.plane.get_tightbbox(renderer, bbox_extra_artists=[]))
    page = playground.figure.bbox
    for i, block in enumerate(blocks):
        assert page.x0 <= block.x0 <= block.x1 <= page.x1
        assert page.y0 <= block.y0 <= block.y1 <= page.y1
        assert not any(block.overlaps(other) for other in blocks[i + 1 :])


def test_an_unknown_optimizer_is_a_mistake():
    with pytest.raises(UserError, match="did you mean SGD"):
        new(["sgb"])


def test_without_a_display_one_line_says_so():
    environment = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("playground.py: no window can be opened")
    assert len(done.stderr.splitlines()) == 1
