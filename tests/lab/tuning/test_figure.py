"""The figure of a verdict shows what its files say, whatever they hold, and the same every time."""

import json
import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from zeronet.common.errors import UserError
from zeronet.common.files import write_csv
from zeronet.lab.plots import save_figure
from zeronet.lab.runner.protocol import FORMAT
from zeronet.lab.tuning.figure import verdict_figure
from zeronet.lab.tuning.files import TRIALS, read_verdict
from zeronet.locale import language

RATES = [0.001, 0.01, 0.1, 1.0]


def write_verdict(folder, labels=("SGD", "AdaGrad"), failing=(), diverged=(), landscape=False, target=0.9):
    """Write the files of a made-up verdict. failing: labels whose last seed diverged; diverged: (label, rate)."""
    seeds, tuning_seeds, steps = [0, 1, 2], [3, 4, 5], [0, 1, 2] if landscape else [0, 50, 100]
    problem = {"source": "Digits: 1,442 training and 355 test images", "train": 1442, "test": 355}
    problem |= {"input_size": 64, "classes": 10}
    if landscape:
        problem = {"source": "valley: f = x²/20 + y²", "landscape": "valley"}
    protocol = {
        "format": FORMAT,
        "problem": problem,
        "optimizers": [{"label": label, "settings": {"lr": 0.1, "eps": 1e-7}} for label in labels],
        "seeds": seeds,
        "steps": steps[-1],
        "target": None if landscape else target,
        "tuning": {"budget": len(RATES), "seeds": tuning_seeds, "over": {}, "margin": 0.02},
        "network": {"class": "TwoLayerNet", "hidden_size": 50},
        "batch_size": 128,
        **({} if landscape else {"split": {"train": 1202, "validation": 240}}),
    }
    curves, trials, optimizers = [], [], []
    for k, label in enumerate(labels):
        finals = []
        for seed in seeds:
            fails = label in failing and seed == seeds[-1]
            for step in steps[:1] if fails else steps:
                loss, accuracy = 2.3 * (0.3 + 0.01 * k + 0.003 * seed) ** (step / steps[1]), 0.1 + step * 0.0085
                curves.append((label, seed, step, loss) if landscape else (label, seed, step, loss, accuracy))
            finals.append(None if fails else loss)
        for rate in RATES:
            for seed in tuning_seeds:
                loss = math.inf if (label, rate) in diverged else 0.1 + abs(math.log10(rate / 0.1)) + 0.01 * seed
                trials.append((label, rate, "1e-07", seed, loss, 1))
        optimizers.append({"label": label, "final_losses": finals})
    folder.mkdir(exist_ok=True)
    (folder / "protocol.json").write_text(json.dumps(protocol), encoding="utf-8")
    (folder / "verdict.json").write_text(json.dumps({"optimizers": optimizers}), encoding="utf-8")
    head = ["optimizer", "seed", "step", "loss"]
    evaluations = [*head[:3], "validation_loss", "validation_accuracy"]
    write_csv(folder / ("curves.csv" if landscape else "evaluations.csv"), head if landscape else evaluations, curves)
    write_csv(folder / "tuning.csv", ["optimizer", "lr", "eps", *TRIALS[1:]], trials)
    return folder


def words(figure):
    found = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return " ".join(" ".join(text.get_text().split()) for text in found)


def test_the_curve_is_the_median_over_the_seeds(tmp_path):
    loss = verdict_figure(write_verdict(tmp_path)).axes[0]
    lines = [line for line in loss.get_lines() if len(line.get_xdata()) == 3]
    for k, line in enumerate(lines):
        assert np.allclose(line.get_ydata(), [2.3 * (0.303 + 0.01 * k) ** power for power in (0, 1, 2)])
    assert len(lines) == 2
    assert loss.get_yscale() == "log"


def test_the_rates_are_those_of_the_trials_and_the_best_is_marked(tmp_path):
    figure = verdict_figure(write_verdict(tmp_path, diverged=[("SGD", 1.0)]))
    rates = figure.axes[1]
    stars = [line for line in rates.get_lines() if line.get_marker() == "*"]
    assert [float(np.ravel(star.get_xdata())[0]) for star in stars] == [0.1, 0.1]
    [cross] = [line for line in rates.get_lines() if line.get_marker() == "x"]
    assert list(cross.get_xdata()) == [1.0]
    assert cross.get_ydata()[0] == rates.get_ylim()[1]  # at the upper edge, where it is seen
    sgd = rates.get_lines()[0]
    assert list(sgd.get_xdata()) == RATES
    trials = [[distance + 0.1 + 0.01 * seed for seed in (3, 4, 5)] for distance in (2, 1, 0)]
    assert np.allclose(sgd.get_ydata()[:3], [np.prod(losses) ** (1 / 3) for losses in trials])
    assert (rates.get_xscale(), rates.get_yscale()) == ("log", "log")


def test_the_share_that_reached_the_target_counts_all_seeds(tmp_path):
    reached = verdict_figure(write_verdict(tmp_path, labels=["SGD"], failing=["SGD"])).axes[2]
    assert max(reached.get_lines()[0].get_ydata()) == pytest.approx(2 / 3)
    assert "Reached the target: accuracy 0.9" in words(reached)


def test_the_matrix_holds_the_probabilities_to_win(tmp_path):
    folder = write_verdict(tmp_path, failing=["SGD"])
    finals = read_verdict(folder).finals
    won = np.mean([x < y for x in finals["SGD"] for y in finals["AdaGrad"]])
    wins = verdict_figure(folder).axes[3]
    assert {text.get_text() for text in wins.texts} == {f"{won:.0%}", f"{1 - won:.0%}"}
    assert won == pytest.approx(2 / 3)


CASES = {
    "one": {"labels": ["SGD"]},
    "eight": {"labels": [f"RMSProp rho=0.{k}" for k in range(8)]},
    "failing": {"failing": ["SGD"], "diverged": [("SGD", 1.0), ("AdaGrad", 0.001)]},
    "all diverged": {"diverged": [(label, rate) for label in ("SGD", "AdaGrad") for rate in RATES]},
    "landscape": {"landscape": True},
    "no target": {"target": None},
    "names": {"labels": ["手書き $x_1$", "_a_long_name_" * 8]},
}


@pytest.mark.parametrize("case", CASES)
def test_it_can_be_drawn_and_nothing_leaves_the_page(tmp_path, case):
    figure = verdict_figure(write_verdict(tmp_path, **CASES[case]))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    for block in [*figure.axes, *figure.legends, *figure.texts]:
        box = block.get_tightbbox(renderer)
        assert figure.bbox.x0 - 1 <= box.x0 <= box.x1 <= figure.bbox.x1 + 1
        assert figure.bbox.y0 - 1 <= box.y0 <= box.y1 <= figure.bbox.y1 + 1


def test_the_footer_tells_the_protocol(tmp_path):
    said = words(verdict_figure(write_verdict(tmp_path)))
    assert "1,202 training and 240 validation images, split off the training set" in said
    assert "each optimizer: 4 trials on 3 seeds, best by mean, then 3 fresh seeds" in said
    assert "validation loss" in said


def test_a_landscape_has_heights_and_no_validation(tmp_path):
    said = words(verdict_figure(write_verdict(tmp_path, landscape=True)))
    assert "f − f_min < 0.01" in said
    assert "validation" not in said


@pytest.mark.slow
@pytest.mark.drawn
def test_the_same_files_give_the_same_bytes(tmp_path):
    folder = write_verdict(tmp_path / "out", failing=["SGD"])
    drawn = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        save_figure(verdict_figure(folder), tmp_path / name, "verdict")
        drawn.append([(tmp_path / name / f"verdict.{kind}").read_bytes() for kind in ("svg", "png")])
    assert drawn[0] == drawn[1]


def test_in_japanese_every_word_is_and_has_a_glyph(tmp_path):
    folder = write_verdict(tmp_path)
    with language("ja"):
        figure = verdict_figure(folder)
    FigureCanvasAgg(figure).draw()  # a missing glyph would be a warning, which is an error here
    said = words(figure)
    assert "学習率への感度" in said
    for english in ("seeds", "trials", "update", "rate", "target"):
        assert english not in said


def cut(path, lines):
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:lines]), encoding="utf-8")


def drop(path, *keys):
    content = json.loads(path.read_text(encoding="utf-8"))
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    del inner[keys[-1]]
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("name", ["protocol.json", "verdict.json", "tuning.csv", "evaluations.csv"])
@pytest.mark.parametrize("damage", ["missing", "empty", "binary", "half"])
def test_missing_and_damaged_files_are_mistakes(tmp_path, name, damage):
    path = write_verdict(tmp_path) / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "binary": b"\xff\x00\xfe", "half": content[: len(content) // 2]}[damage])
    with pytest.raises(UserError):
        verdict_figure(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: cut(folder / "tuning.csv", 1),
        lambda folder: cut(folder / "evaluations.csv", 1),
        lambda folder: drop(folder / "verdict.json", "optimizers", 0),
        lambda folder: drop(folder / "verdict.json", "optimizers", 1, "final_losses"),
        lambda folder: drop(folder / "protocol.json", "seeds"),
        lambda folder: drop(folder / "protocol.json", "split"),
        lambda folder: drop(folder / "protocol.json", "problem", "source"),
        lambda folder: drop(folder / "protocol.json", "tuning", "budget"),
        lambda folder: drop(folder / "protocol.json", "optimizers", 0, "settings"),
        lambda folder: (folder / "evaluations.csv").write_text("optimizer,seed,step,a,b\nSGD,0,x,1,1\n"),
    ],
)
def test_files_that_lack_something_are_called_damaged(tmp_path, damage):
    damage(write_verdict(tmp_path))
    with pytest.raises(UserError, match="is damaged"):
        verdict_figure(tmp_path)


def test_a_comparison_that_was_not_tuned_has_no_verdict(tmp_path):
    drop(write_verdict(tmp_path) / "protocol.json", "tuning")
    with pytest.raises(UserError, match="were not tuned"):
        verdict_figure(tmp_path)


def test_what_lies_above_the_axis_is_named(tmp_path):
    """Ten times the median of the first losses, 2.3, is the top: a leap to 157 is clipped, and says so."""
    folder = write_verdict(tmp_path)
    assert "reaches" not in words(verdict_figure(folder))
    path = folder / "evaluations.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    k = next(i for i, row in enumerate(rows) if row.startswith("AdaGrad,0,50,"))
    rows[k] = "AdaGrad,0,50,157.0,0.1"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert "AdaGrad reaches 157" in words(verdict_figure(folder))
