"""Several studies, and the comparison from Python."""

import pytest

import train
from tests.support.folders import rows_of
from zeronet import compare
from zeronet.common.errors import UserError

SMALL = {"steps": 20, "hidden_sizes": 8, "batch_size": 10, "jobs": 1}


@pytest.fixture(scope="module")
def outcome(problem, tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies") / "out"
    return compare(problem, ["sgd", "rmsprop"], tune=3, seeds=2, studies=2, out=folder, **SMALL)


def test_each_study_has_seeds_of_its_own(outcome):
    seeds = [{row["seed"] for row in rows_of(outcome.folder / f"study-{k}" / "evaluations.csv")} for k in (1, 2)]
    trials = [{row["seed"] for row in rows_of(outcome.folder / f"study-{k}" / "tuning.csv")} for k in (1, 2)]
    assert (seeds, trials) == ([{"0", "1"}, {"5", "6"}], [{"2", "3", "4"}, {"7", "8", "9"}])


def test_the_table_counts_the_outcomes(outcome):
    [row] = rows_of(outcome.folder / "studies.csv")
    assert (row["a"], row["b"]) == ("SGD", "RMSProp")
    assert sum(int(row[name]) for name in ("a_wins", "b_wins", "equal", "cannot_tell")) == 2
    assert len(outcome.verdict) == 2
    assert "2 studies, each with its own search" in str(outcome.table)


def test_the_verdict_is_data_and_the_table_a_frame(problem):
    result = compare(problem, ["sgd", "rmsprop"], tune=3, seeds=2, margin=0.5, **SMALL)
    [pair] = result.verdict
    assert {pair.a, pair.b} == {"SGD", "RMSProp"}
    assert pair.outcome in ("wins", "equal", "cannot tell")
    assert pair.low <= pair.difference <= pair.high
    assert set(result.to_frame()["optimizer"]) == {"SGD", "RMSProp"}
    assert compare(problem, ["sgd"], seeds=1, **SMALL).verdict is None


def test_what_needs_tune_says_so(problem):
    with pytest.raises(UserError, match="studies needs tune"):
        compare(problem, ["sgd"], studies=3, **SMALL)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--studies 2", "--studies needs --tune"),
        ("--tune 6 --studies 0", "studies must be at least 1, not 0"),
        ("--tune 6 --margin 0", "--margin must be between 0 and 1"),
        ("--tune 6 --margin nan", "--margin must be between 0 and 1"),
        ("--tune 6 --tune-schedules cosine cosine", "--tune-schedules names one twice"),
        ("--tune 6 --tune-schedules constant nosuch", "nosuch"),
        ("--tune 6 --tune-schedules constant cosine polynomial", "a budget of 2 is too small"),
        ("--tune 6 --tune-schedules constant --optimizer sgd:schedule=cosine", "has a schedule of its own"),
    ],
)
def test_mistakes_end_in_one_line(options, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert train.main(["--problem", "digits", *options.split()]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_schedules_are_compared_within_the_budget(capsys, tmp_path):
    options = (
        "--problem digits --optimizer sgd mine=rmsprop --tune 6 --tune-schedules constant cosine --steps 10 --seeds 2"
    )
    assert train.main([*options.split(), "--jobs", "1", "--quiet", "--out", str(tmp_path / "out")]) == 0
    rows = rows_of(tmp_path / "out" / "tuning.csv")
    trials = {
        label: len({row["lr"] for row in rows if row["optimizer"] == label})
        for label in ("SGD", "SGD schedule=cosine", "mine-constant", "mine-cosine")
    }
    assert set(trials.values()) == {3}
    assert "learning rates: constant, cosine" in capsys.readouterr().out


def test_the_standard_settings_are_tried_where_an_optimizer_has_them(tmp_path):
    options = "--problem digits --optimizer sgd momentum --tune 9 --tune-over standard --steps 10 --seeds 2 --jobs 1"
    assert train.main([*options.split(), "--quiet", "--out", str(tmp_path / "out")]) == 0
    rows = rows_of(tmp_path / "out" / "tuning.csv")
    assert len({row["lr"] for row in rows if row["optimizer"] == "SGD"}) == 9
    assert {row["momentum"] for row in rows if row["optimizer"] == "Momentum"} == {"0.5", "0.9", "0.99"}
