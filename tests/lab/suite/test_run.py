"""Several problems at once: what profile.csv says is what the runs of each problem say."""

import csv
import math
import re

import pytest

from zeronet.cli.train import main
from zeronet.lab.suite.profile import score

FIVE = ["valley", "rosenbrock", "beale", "himmelblau", "branin"]
OPTIMIZERS = ["--optimizer", "sgd:lr=0.01", "adagrad:lr=1", "--steps", "60", "--quiet"]


def profile(folder):
    with (folder / "profile.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def updates_to_target(folder):
    """Return label → the first update from which on f − f_min stays below 0.01, from the points of paths.csv."""
    with (folder / "paths.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lowest = {"branin": 0.397887357729738}.get(folder.name, 0.0)
    found = {}
    for row in rows:
        there = float(row["f"]) - lowest < 0.01
        found[row["optimizer"]] = min(found.get(row["optimizer"], math.inf), int(row["step"])) if there else math.inf
    return found


def test_each_updates_to_the_target_are_those_of_its_path_and_the_area_is_that_of_the_profile(tmp_path, capsys):
    assert main(["--problem", *FIVE, *OPTIMIZERS, "--out", str(tmp_path / "five")]) == 0
    rows = profile(tmp_path / "five")
    assert [(row["problem"], row["optimizer"]) for row in rows] == [
        (name, label) for name in FIVE for label in ("SGD lr=0.01", "AdaGrad lr=1")
    ]
    ratios = {}
    for row in rows:
        steps = updates_to_target(tmp_path / "five" / row["problem"])
        ours, fastest = steps[row["optimizer"]], min(steps.values())
        assert float(row["updates_to_target"]) == ours
        assert float(row["ratio_to_fastest"]) == (ours / fastest if math.isfinite(fastest) else math.inf)
        ratios.setdefault(row["optimizer"], []).append(float(row["ratio_to_fastest"]))
    assert any(math.isfinite(ratio) for values in ratios.values() for ratio in values)
    printed = capsys.readouterr().out
    table = printed[printed.index("updates to the target") :]
    for label, values in ratios.items():
        assert re.search(rf"^{label} .* {score(values):.2f}$", table, re.MULTILINE)
    assert str(tmp_path / "five" / "profile.png") in printed
    assert (tmp_path / "five" / "profile.svg").exists()


def test_of_fewer_problems_there_is_a_table_and_an_older_profile_goes(tmp_path, capsys):
    assert main(["--problem", *FIVE, *OPTIMIZERS, "--out", str(tmp_path)]) == 0
    assert main(["--problem", *FIVE[:2], *OPTIMIZERS, "--out", str(tmp_path)]) == 0
    assert "No performance profile: on 2 problems" in capsys.readouterr().out
    assert len(profile(tmp_path)) == 4
    assert not (tmp_path / "profile.png").exists()
    assert (tmp_path / "beale" / "paths.csv").exists()


@pytest.mark.parametrize("name", ["profile.csv", "thesis.txt"])
def test_a_folder_with_files_of_somebody_else_is_refused_before_anything_runs(name, tmp_path, capsys):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    assert main(["--problem", *FIVE[:2], *OPTIMIZERS, "--out", str(tmp_path)]) == 2
    assert f"contains files that zeronet did not write, such as {name}" in capsys.readouterr().err
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
