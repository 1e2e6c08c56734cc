"""What the command line can, Python can, with the same files."""

import pytest

import train
from tests.support.problems import save_largest_of_three
from zeronet import Adam, compare
from zeronet.common.errors import UserError

FILES = ("protocol.json", "curves.csv", "evaluations.csv", "summary.csv", "ladder.csv", "tuning.csv", "studies.csv")
SHORT = ["--steps", "20", "--batch-size", "10", "--hidden", "8", "--jobs", "1", "--quiet"]
ALIKE = {"steps": 20, "batch_size": 10, "hidden_sizes": 8, "jobs": 1}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_largest_of_three("own.npz")
    return tmp_path


def same_files(a, b):
    """Compare the files of two folders, and return the names of those that both have."""
    names = [name for name in FILES if (a / name).exists() or (b / name).exists()]
    for name in names:
        assert (a / name).read_bytes() == (b / name).read_bytes(), name
    return names


@pytest.mark.parametrize(
    ("words", "arguments", "names"),
    [
        (["--seeds", "2"], {"seeds": 2}, 4),
        (["--protocol", "book"], {"protocol": "book"}, 4),
        (["--optimizer", "sgd", "adam:lr=0.1"], {"optimizers": ["sgd", "adam:lr=0.1"]}, 4),
        (
            ["--optimizer", "sgd", "rmsprop", "--tune", "6", "--seeds", "2", "--tune-over", "rmsprop:rho=0.5,rho=0.9"],
            {"optimizers": ["sgd", "rmsprop"], "tune": 6, "seeds": 2, "tune_over": ["rmsprop:rho=0.5,rho=0.9"]},
            5,
        ),
        (
            ["--optimizer", "sgd", "--tune", "6", "--seeds", "2", "--tune-schedules", "constant", "cosine"],
            {"optimizers": ["sgd"], "tune": 6, "seeds": 2, "tune_schedules": ["constant", "cosine"]},
            5,
        ),
        (
            [
                "--optimizer",
                "sgd",
                "adam",
                "--tune",
                "3",
                "--seeds",
                "2",
                "--train-size",
                "60",
                "--validation-size",
                "20",
            ],
            {"optimizers": ["sgd", "adam"], "tune": 3, "seeds": 2, "train_size": 60, "validation_size": 20},
            5,
        ),
    ],
)
def test_the_same_experiment_has_the_same_files(here, words, arguments, names):
    assert train.main(["--problem", "own.npz", *words, *SHORT, "--out", "command"]) == 0
    compare("own.npz", **arguments, **ALIKE, out="python")
    assert len(same_files(here / "command", here / "python")) == names


def test_the_ladder_from_python(here):
    words = ["--optimizer", "sgd", "adam", "--seeds", "2", "--tune", "3"]
    assert train.main(["--problem", "own.npz", "--protocol", "ladder", *words, *SHORT, "--out", "command"]) == 0
    result = compare("own.npz", ["sgd", "adam"], protocol="ladder", tune=3, seeds=2, **ALIKE, out="python")
    assert set(same_files(here / "command", here / "python")) == {*FILES} - {
        "curves.csv",
        "evaluations.csv",
        "studies.csv",
    }
    assert "ranking" in str(result.table) and result.drawn == "ladder.png"


def test_rates_are_searched_on_a_landscape(here):
    words = ["--optimizer", "sgd", "adam", "--tune", "3", "--seeds", "2", "--steps", "10"]
    assert train.main(["--problem", "valley", *words, "--jobs", "1", "--quiet", "--out", "command"]) == 0
    result = compare("valley", ["sgd", "adam"], tune=3, seeds=2, steps=10, jobs=1, out="python")
    assert "tuning.csv" in same_files(here / "command", here / "python")
    assert len(result.verdict) == 1


def test_objects_run_on_the_ladder_up_to_the_search(here):
    with pytest.raises(UserError, match="was handed over as an object, whose settings cannot be varied"):
        compare("own.npz", [type("Mine", (Adam,), {})()], protocol="ladder", **ALIKE)
    result = compare("own.npz", {"mine": Adam(lr=0.1)}, protocol="book", **ALIKE)
    assert list(result.runs) == [("mine", 0)]


def test_a_run_that_takes_too_long_is_stopped(here):
    result = compare("own.npz", ["sgd"], seeds=1, run_timeout=1e-3, **{**ALIKE, "steps": 100_000})
    assert result.runs["SGD", 0].outcome == "raised" and "time" in result.runs["SGD", 0].message


@pytest.mark.parametrize(
    ("problem", "arguments", "words"),
    [
        ("valley", {}, "compare trains networks: race descends landscapes"),
        ("valley", {"tune": 3, "hidden_sizes": 5}, "hidden is for networks, not for landscapes"),
        ("own.npz", {"protocol": "fair"}, "protocol must be 'book' or 'ladder', not 'fair'"),
        ("own.npz", {"tune_range": (0.1, 1.0)}, "tune_range needs tune, as in tune=15"),
        ("own.npz", {"studies": 2}, "studies needs tune"),
        ("own.npz", {"protocol": "book", "tune": 3}, "--tune cannot be combined with --protocol book"),
        ("own.npz", {"networks": ["mlp"], "hidden_sizes": 3}, "hidden_sizes is the short form of networks"),
        ("own.npz", {"seeds": [1, 1], "batch_size": 9}, "duplicate seed"),
    ],
)
def test_arguments_that_do_not_go_together(problem, arguments, words):
    with pytest.raises(UserError, match=words):
        compare(problem, ["sgd"], **arguments)
