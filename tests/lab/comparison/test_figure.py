"""The comparison figure shows what the files say, legibly, and the same every time."""

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from zeronet import SGD, ScheduleFreeAdamW
from zeronet.cli.plot import main
from zeronet.common.errors import UserError
from zeronet.lab.comparison.figure import comparison_figure
from zeronet.lab.comparison.files import read_comparison
from zeronet.lab.comparison.words import trained
from zeronet.lab.plots import save_figure
from zeronet.lab.runner.analysis.curves import smoothed, thinned_band
from zeronet.lab.specs.spec import specs_of

SIX = {
    "SGD": {"lr": 0.01},
    "Momentum lr=0.02": {"lr": 0.02, "momentum": 0.9},
    "AdaGrad": {"lr": 0.01, "eps": 1e-7},
    "RMSProp": {"lr": 0.001, "rho": 0.9, "eps": 1e-7},
    "手書き $x_1$": {"lr": 0.1},
    "_Adam_with_a_long_name_" * 4: {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
}


def texts(figure):
    return [text for text in figure.findobj(lambda artist: hasattr(artist, "get_text")) if text.get_text().strip()]


def words(figure):
    return " ".join(" ".join(text.get_text().split()) for text in texts(figure))


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines() if not line.get_label().startswith("_child")}


def test_the_line_is_the_smoothed_median_over_the_seeds(default_folder):
    loss, accuracy = comparison_figure(default_folder).axes[:2]
    rows = [row.split(",") for row in (default_folder / "curves.csv").read_text().splitlines()[1:]]
    for label, line in lines(loss).items():
        runs = [[float(value) for name, s, _, value in rows if (name, s) == (label, seed)] for seed in "012"]
        assert np.allclose(line.get_ydata(), smoothed(np.median(runs, axis=0), 51))
        assert line.get_ydata()[0] == runs[0][0]  # the curve begins where the runs began
    assert list(lines(loss)) == list(lines(accuracy)) == ["SGD", "AdaGrad", "RMSProp"]


def test_smoothing_keeps_a_straight_line_and_is_a_mean_over_a_kaiser_window():
    straight = np.arange(100.0)
    assert np.allclose(smoothed(straight, 11)[:95], straight[:95])
    spike = np.zeros(101)
    spike[50] = 1
    assert np.allclose(smoothed(spike, 11)[45:56], np.kaiser(11, 2) / np.kaiser(11, 2).sum())


@pytest.mark.parametrize("n", range(8))
def test_short_curves_can_be_smoothed_too(n):
    assert np.allclose(smoothed(np.full(n, 2.0), 11), 2.0)
    assert len(smoothed(np.full(n, 2.0), 11)) == n


def test_a_band_of_many_steps_keeps_every_spike():
    values = np.random.default_rng(0).standard_normal(20_000)
    steps, low, high = thinned_band(values, values)
    assert len(steps) == 2000
    assert (low.min(), high.max()) == (values.min(), values.max())


def test_the_axes_run_from_0_to_just_above_the_first_loss_and_count_epochs(default_folder):
    figure = comparison_figure(default_folder)
    loss = figure.axes[0]
    bottom, top = loss.get_ylim()
    assert bottom == 0
    assert 2.3026 < top < 2.3026 * 1.2
    assert "guessing: ln 10" in words(figure)
    assert any(np.allclose(line.get_ydata(), np.log(10)) for line in loss.get_lines())
    (epochs,) = loss.child_axes
    assert np.allclose(epochs._functions[0](np.array([468, 936])), [1, 2])  # 60,000 // 128 steps each


def test_what_lies_above_is_clipped_and_named_with_its_maximum(tmp_path, comparison):
    folder = comparison(tmp_path, spikes={("RMSProp", 3): 14.5}, steps=200)
    figure = comparison_figure(folder)
    assert figure.axes[0].get_ylim()[1] < 3
    assert "RMSProp reaches 14.7" in words(figure)  # the largest of three seeds
    wide = comparison_figure(folder, ylim=20)
    assert wide.axes[0].get_ylim() == (0, 20)
    assert "reaches" not in words(wide)


@pytest.mark.parametrize("case", ["default", "six", "ten", "one", "step", "long source"])
def test_nothing_overlaps_or_leaves_the_page(tmp_path, comparison, case):
    cases = {
        "default": {"steps": 300},
        "six": {"optimizers": SIX, "steps": 300, "spikes": {("SGD", 3): 9.0, ("RMSProp", 2): 8.0}},
        "ten": {"optimizers": {f"RMSProp rho=0.{k}": {"lr": 0.001, "rho": k / 10} for k in range(10)}, "steps": 50},
        "one": {"optimizers": {"SGD": {"lr": 0.1}}, "seeds": [7], "steps": 50, "target": None},
        "step": {"optimizers": {"SGD": {"lr": 0.1}}, "seeds": [7], "steps": 1},
        "long source": {"source": "data from /a/rather/long/folder" * 20, "steps": 50},
    }
    figure = comparison_figure(comparison(tmp_path, **cases[case]))
    figure.canvas.draw()
    page, renderer = figure.bbox, figure.canvas.get_renderer()
    blocks = [panel.get_tightbbox(renderer) for panel in figure.axes[:2]]
    blocks += [text.get_window_extent(renderer) for text in [*figure.texts, figure.legends[0]]]
    for block in blocks:
        assert page.x0 <= block.x0 <= block.x1 <= page.x1
        assert page.y0 <= block.y0 <= block.y1 <= page.y1
    for one, other in combinations(blocks, 2):
        width = min(one.x1, other.x1) - max(one.x0, other.x0)
        height = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(width, height) < 1  # a pixel of rounding


def test_legend_and_footer_tell_settings_and_protocol(default_folder):
    said = words(comparison_figure(default_folder))
    assert "RMSProp lr 0.001, rho 0.9, eps 1e-07" in said
    assert "TwoLayerNet 784–50–10 · batches of 128 · 2,000 updates = 4.27 epochs · seeds 0, 1, 2" in said
    assert "same weights and sees the same batches" in said
    assert "openblas 0.3.31 SkylakeX · BLAS threads per run: 1 · subnormals flushed to zero" in said
    assert "Kaiser window of 51 steps" in said
    assert "target: 0.9" in said


class Lookahead(SGD):
    def evaluation_params(self, params):
        return {name: w.copy() for name, w in params.items()}


def test_the_footer_tells_whose_losses_and_evaluations_are_of_different_weights(default_folder):
    protocol = read_comparison(default_folder).protocol
    specs = specs_of(["adam", "free=schedulefreesgd", ScheduleFreeAdamW(), Lookahead()])
    protocol["optimizers"] = [spec.to_dict() for spec in specs]
    labels = f"free, {specs[2].label}, Lookahead"
    assert f" · {labels}: training loss at w, evaluated at x · seeds" in trained(protocol)
    protocol["optimizers"] = protocol["optimizers"][:1]
    assert "evaluated at x" not in trained(protocol)


def test_settings_that_the_label_tells_are_not_said_twice(tmp_path, comparison):
    said = words(comparison_figure(comparison(tmp_path, SIX, steps=20)))
    assert "Momentum lr=0.02 momentum 0.9" in said


def test_runs_that_stopped_or_never_began_are_named(tmp_path, comparison):
    missing = {("SGD", seed) for seed in range(3)}
    folder = comparison(tmp_path, diverge={("AdaGrad", 0): 70}, missing=missing, steps=200)
    said = words(comparison_figure(folder))
    assert "stopped at step 70 (seed 0)" in said
    assert "SGD lr 0.01 — no finished step" in said


def test_a_logarithmic_axis(default_folder):
    axes = comparison_figure(default_folder, log=True).axes[0]
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] > 0


@pytest.mark.drawn
@pytest.mark.slow
def test_the_svg_has_the_same_bytes_in_another_process(default_folder, tmp_path):
    draw = "import sys; from zeronet.lab.comparison.figure import *; from zeronet.lab.plots import *\n"
    draw += "save_figure(comparison_figure(sys.argv[1]), sys.argv[2])\n"
    draw += "assert 'matplotlib.pyplot' not in sys.modules"  # drawing needs no display
    subprocess.run([sys.executable, "-c", draw, default_folder, tmp_path], check=True)
    other = (tmp_path / "comparison.svg").read_bytes()
    assert save_figure(comparison_figure(default_folder), tmp_path) == tmp_path / "comparison.png"
    assert (tmp_path / "comparison.svg").read_bytes() == other
    assert {path.name for path in tmp_path.iterdir()} == {"comparison.png", "comparison.svg"}


@pytest.mark.drawn
def test_a_notebook_shows_the_figure(default_folder):
    assert comparison_figure(default_folder)._repr_png_().startswith(b"\x89PNG")


def test_the_command_draws_again_from_the_files_alone(tmp_path, comparison, capsys):
    comparison(tmp_path, steps=20)
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "comparison.png")
    assert (tmp_path / "comparison.svg").is_file()


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("curves.csv", None, "there is no file"),
        ("curves.csv", "optimizer,seed,step,loss\nSGD,0,0,x\n", "line 2"),
        ("curves.csv", "optimizer,seed,step,loss\nSGD,0,1,2.0\n", "the steps are not 0, 1, 2"),
        ("protocol.json", "{", "is damaged"),
        ("protocol.json", '{"format": 7}', "format is 7"),
    ],
)
def test_damaged_files_are_named_in_one_line(tmp_path, comparison, capsys, file, content, words):
    comparison(tmp_path, steps=20)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_text(content)
    assert main([str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert file in line
    assert words in line


@pytest.mark.parametrize("options", ["nowhere", "{} --ylim -1", "{} --ylim nan", "{} --ylim x", "{} --yl 3", ""])
def test_mistakes_end_with_status_2_in_one_line(tmp_path, comparison, capsys, options):
    comparison(tmp_path, steps=20)
    try:
        status = main(options.format(tmp_path).split())
    except SystemExit as end:  # argparse's own
        status = end.code
    assert status == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("ylim", [0, float("inf"), True])
def test_limits_that_are_none(default_folder, ylim):
    with pytest.raises(UserError, match="ylim"):
        comparison_figure(default_folder, ylim=ylim)


@pytest.mark.slow
def test_printing_never_fails_for_its_encoding(tmp_path, comparison):
    folder = comparison(tmp_path / "é 慣性", steps=20)
    run = [sys.executable, "-m", "zeronet", "plot", folder]
    done = subprocess.run(run, env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp932"}, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "慣性" in done.stdout.decode("cp932")
