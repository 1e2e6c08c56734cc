"""The contestants of the benchmarks do the same work: otherwise their times say nothing."""

import importlib

import numpy as np
import pytest

from benchmarks import harness
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
