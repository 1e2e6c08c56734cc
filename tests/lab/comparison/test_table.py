"""The numbers of the table, by hand."""

import math

import pytest

from zeronet.lab.comparison.table import Table, summarize
from zeronet.lab.runner.analysis.summary import Spread, final_training_loss
from zeronet.lab.runner.problem import problem_of
from zeronet.lab.runner.runs import Run

PROTOCOL = {
    "optimizers": [{"label": "SGD", "settings": {"lr": 0.01}}],
    "seeds": [0, 1, 2],
    "steps": 200,
    "batch_size": 10,
    "target": 0.5,
    "problem": {"train": 105},
}


def finished(accuracies, loss=1.0, seconds=2.0):
    evaluations = [(100 * k, 1.0, accuracy) for k, accuracy in enumerate(accuracies)]
    return Run(losses=[9.0] * 100 + [loss] * 100, evaluations=evaluations, seconds=seconds)


def test_the_final_loss_is_the_mean_of_the_last_100_steps():
    assert final_training_loss(Run(losses=[1000.0, *range(100)])) == 49.5
    assert final_training_loss(Run(losses=[1.0, 3.0])) == 2.0
    assert final_training_loss(Run(outcome="diverged", losses=[1.0])) == math.inf


def test_steps_to_the_target_are_the_updates_before_the_evaluation_from_which_on_it_was_kept():
    run, problem = finished([0.1, 0.5, 0.4, 0.9]), problem_of(PROTOCOL["problem"])
    arrivals = [problem.steps_to_target({"target": target}, run) for target in (0.05, 0.4, 0.5, 0.95)]
    assert arrivals == [(0, 0), (100, 100), (300, 100), (math.inf, math.inf)]


def test_a_run_that_never_got_there_counts_as_infinite():
    runs = {("SGD", 0): finished([0.1, 0.6]), ("SGD", 1): finished([0.1, 0.2]), ("SGD", 2): finished([0.5, 0.6])}
    (row,) = summarize(PROTOCOL, runs)
    assert row.steps == Spread(100, 0, math.inf)
    assert row.accuracy == Spread(0.6, 0.2, 0.6)
    assert "100 (0..not in 200)" in str(Table(PROTOCOL, [row]))


def test_a_miss_is_said_with_the_best_accuracy():
    (row,) = summarize(PROTOCOL, {("SGD", k): finished([0.1, 0.46, 0.4]) for k in range(3)})
    assert "not in 200 (best 0.46)" in str(Table(PROTOCOL, [row]))


def test_runs_that_diverged_or_raised_are_counted_and_never_make_a_loss_look_better():
    runs = {("SGD", 0): finished([0.1, 0.6]), ("SGD", 1): Run(outcome="diverged"), ("SGD", 2): Run(outcome="raised")}
    (row,) = summarize(PROTOCOL, runs)
    assert row.loss == Spread(math.inf, 1.0, math.inf)
    assert "1 diverged, 1 raised of 3" in str(Table(PROTOCOL, [row]))
    header, (record,) = Table(PROTOCOL, [row]).records()
    assert dict(zip(header, record, strict=True))["training_loss_median"] == math.inf


def test_epochs_are_whole_batches_only():
    (row,) = summarize(PROTOCOL, {("SGD", k): finished([0.1]) for k in range(3)})
    assert "200 steps = 20.0 epochs" in str(Table(PROTOCOL, [row]))  # 105 // 10 batches each


def test_without_a_target_there_is_no_such_column():
    protocol = PROTOCOL | {"target": None}
    table = str(Table(protocol, summarize(protocol, {("SGD", k): finished([0.1]) for k in range(3)})))
    assert "steps to" not in table


@pytest.mark.parametrize("label", ["SGD", "手書きの最適化"])
def test_columns_stand_below_each_other_also_with_japanese_letters(label):
    protocol = PROTOCOL | {"optimizers": [{"label": label, "settings": {"lr": 0.01}}]}
    head, line = str(
        Table(protocol, summarize(protocol, {(label, k): finished([0.1]) for k in range(3)}))
    ).splitlines()[:2]
    wide = sum(ord(letter) > 0x2000 for letter in line)
    assert head.index("settings") == line.index("lr 0.01") + wide


def test_records_have_a_column_for_each_setting_and_numbers_as_numbers():
    about = [{"label": "a", "settings": {"lr": 0.01}}, {"label": "b", "settings": {"lr": 0.02, "rho": 0.9, "seed": 3}}]
    protocol = PROTOCOL | {"optimizers": about}
    runs = {(label, k): finished([0.1, 0.6]) for label in "ab" for k in range(3)}
    header, rows = Table(protocol, summarize(protocol, runs)).records()
    assert header[:4] == ["optimizer", "lr", "rho", "seed"]
    assert [row[1:4] for row in rows] == [[0.01, None, None], [0.02, 0.9, 3]]
    assert all(value is None or isinstance(value, int | float) for row in rows for value in row[1:])
    assert dict(zip(header, rows[0], strict=True))["steps_to_target_median"] == 100


def test_the_lines_of_a_table_have_at_most_100_columns():
    settings = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7, "weight_decay": 0.01}
    about = {"label": "AdamW with a name", "settings": settings}
    protocol = PROTOCOL | {"optimizers": [about]}
    runs = {
        ("AdamW with a name", k): finished([0.1 + 0.1 * k, 0.4, 0.45], loss=k + 1.0, seconds=9.0 * k) for k in range(3)
    }
    table = str(Table(protocol, summarize(protocol, runs)))
    assert max(map(len, table.splitlines()[: table.splitlines().index("")])) <= 100
