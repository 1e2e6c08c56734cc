"""The contestants of the benchmarks do the same work: otherwise their times say nothing."""

import importlib

import numpy as np
import pytest

from benchmarks import controls, harness
from benchmarks.contestants import book, zeronet_trainer
from benchmarks.task import OPTIMIZERS, Task


@pytest.fixture(params=OPTIMIZERS)
def task(request):
    rng = np.random.default_rng(0)
    x = rng.random((400, 20), np.float32)
    return Task((20, 12, 4), 20, request.param, x, x[:, :4].argmax(axis=1))


def test_the_book_s_loop_ends_where_zeronet_ends(task):
    assert book.contestant(task)() == pytest.approx(zeronet_trainer.contestant(task)(), rel=1e-4)


@pytest.mark.parametrize("module", ["jax_scan", "torch_eager", "sklearn_mlp"])
def test_peers_end_where_zeronet_ends(task, module):
    pytest.importorskip(
        {"jax_scan": "optax", "torch_eager": "torch", "sklearn_mlp": "sklearn"}[module], reason="a peer"
    )
    peer = importlib.import_module(f"benchmarks.contestants.{module}").contestant(task)
    if peer is None:
        pytest.skip("this peer lacks the rule")
    assert peer() == pytest.approx(zeronet_trainer.contestant(task)(), rel=1e-3)


def test_a_contestant_that_did_other_work_is_found_out():
    timings = {"a": harness.Timing([1.0], 0.5), "floor": harness.Timing([1.0]), "b": harness.Timing([1.0], 0.6)}
    with pytest.raises(ValueError, match="b ended with the loss"):
        harness.agree(timings)


def test_rounds_are_interleaved():
    order = []
    harness.interleave({"a": lambda: order.append("a") or 0.0, "b": lambda: order.append("b") or 0.0}, rounds=2)
    assert order == ["a", "b", "a", "b", "a", "b"]


def test_an_optimizer_tuned_against_itself_from_another_grid_does_not_win():
    outcomes = controls.tuned_against_itself(studies=2, tune=9, steps=100, seeds=5, jobs=1)
    assert len(outcomes) == 2
    assert "wins" not in outcomes


@pytest.mark.slow
def test_a_rate_that_is_off_by_half_is_found():
    assert controls.off_by_half(steps=300, jobs=1) == [("rate × 1.5", "wins")] * 3


def test_runs_of_one_optimizer_are_told_apart_no_more_often_than_chance_has_it():
    assert (
        controls.false_verdicts(controls.pool(40, steps=60), draws=400) <= 0.08 * 400
    )  # 5 %, and three standard errors


def test_intervals_hold_together():
    assert 0.92 <= controls.coverage(3, 5, simulations=400) <= 0.98


def test_nothing_is_measured_while_others_use_the_machine(monkeypatch, capsys):
    monkeypatch.setattr(harness, "busy_share", lambda seconds: 0.051)
    with pytest.raises(SystemExit) as ended:
        harness.require_quiet()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "others use 5.1% of this machine: wait until it is quiet (5% at most)\n"
    monkeypatch.setattr(harness, "busy_share", lambda seconds: 0.05)
    harness.require_quiet()
