import numpy as np
import pytest
import threadpoolctl

from zeronet import Callback, MultiLayerNet, RMSProp, Trainer, TwoLayerNet
from zeronet.training.environment import blas_threads, can_flush, description, flushed_subnormals, keep_freed_memory

TINY = np.full(8, 1e-40, dtype=np.float32)  # below float32's smallest normal number, 1.2e-38


def subnormals_count():
    """Whether subnormal numbers are numbers, as operands and as results."""
    operands = (TINY * np.float32(1e20)).any()
    results = (np.full(8, 1e-20, dtype=np.float32) * np.float32(1e-20)).any()
    assert operands == results
    return bool(operands)


needs_flushing = pytest.mark.skipif(not can_flush(), reason="this machine cannot flush subnormals")


def test_the_block_says_whether_they_are_flushed_inside_and_an_inner_block_leaves_the_outer_one_flushing():
    assert subnormals_count()
    with flushed_subnormals() as flushing:
        assert flushing == can_flush()
        with flushed_subnormals():
            assert subnormals_count() != flushing
        assert subnormals_count() != flushing
    assert subnormals_count()


@needs_flushing
def test_the_setting_comes_back_after_an_exception():
    with pytest.raises(RuntimeError), flushed_subnormals():
        assert not subnormals_count()
        raise RuntimeError
    assert subnormals_count()


@needs_flushing
def test_training_leaves_subnormal_states_only_where_they_are_not_flushed(monkeypatch):
    n = 132
    x, t = np.ones((n, 2), np.float32), np.arange(n) % 2
    x[1:, 0] = 0  # a pixel that is on once: its states then halve in each step
    monkeypatch.setattr("zeronet.training.trainer.batches", lambda *_: iter(np.arange(n).reshape(n, 1)))

    def subnormals_after_training():
        optimizer = RMSProp(rho=0.5)
        Trainer(TwoLayerNet(2, 8, 2, weight_init_std=1), optimizer, batch_size=1).fit(x, t, steps=n)
        h = optimizer.h["W1"][0]
        return np.count_nonzero((h > 0) & (h < np.finfo(np.float32).tiny))

    assert subnormals_after_training() == 0
    monkeypatch.setattr("zeronet.training.environment.can_flush", lambda: False)
    assert subnormals_after_training() > 0


@needs_flushing
def test_ordinary_numbers_are_computed_as_ever(rng):
    x = rng.standard_normal(1000, dtype=np.float32)
    expected = np.exp(x) * x / (x * x + 1)
    with flushed_subnormals():
        np.testing.assert_array_equal(np.exp(x) * x / (x * x + 1), expected)


def test_elsewhere_the_block_does_nothing_and_says_so(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    assert not can_flush()
    with flushed_subnormals() as flushing:
        assert flushing is False
        assert subnormals_count()
    assert description()["flush_subnormals"] is False


def threads():
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    numpys = [pool for pool in pools if "numpy" in pool["filepath"]]  # others may be loaded after the first fit
    return [pool["num_threads"] for pool in numpys or pools]


@pytest.mark.parametrize("error", [None, RuntimeError])
def test_blas_has_so_many_threads_inside_the_block_and_as_many_as_before_after_it(error):
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = threads()
        try:
            with blas_threads(1):
                assert set(threads()) == {1}
                if error:
                    raise error
        except RuntimeError:
            pass
        assert threads() == before
        assert set(before) == {2}


class Threads(Callback):
    def on_step_end(self, trainer, loss):
        self.number = set(threads())


@pytest.mark.parametrize(
    ("hidden", "batch_size", "expected"),
    [((50,), 100, 1), ((100, 100, 100, 100), 128, 1), ((300,), 128, 2), ((1000,), 100, 2), ((1000, 1000), 256, 2)],
)
def test_small_products_use_one_thread_while_fitting_and_the_others_are_given_back(hidden, batch_size, expected):
    x, t, looking = np.zeros((256, 784), np.float32), np.zeros(256, int), Threads()
    trainer = Trainer(MultiLayerNet(784, hidden, 10), RMSProp(), batch_size, callbacks=[looking])
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        trainer.fit(x, t, steps=1)
        assert looking.number == {expected}
        assert set(threads()) == {2}
    with blas_threads(2):  # chosen
        trainer.fit(x, t, steps=1)
        assert looking.number == {2}
    with blas_threads(1):
        trainer.fit(x, t, steps=1)
        assert looking.number == {1}


def test_the_description_names_what_decides_the_bits():
    words = description()
    assert words.keys() == {"numpy", "blas", "flush_subnormals"}
    assert words["numpy"] == np.__version__
    assert all(isinstance(blas, str) for blas in words["blas"])
    assert words == description()


@pytest.mark.skipif(not keep_freed_memory(), reason="this C library has no mallopt")
def test_freed_memory_is_not_asked_for_again():
    import resource

    def allocate():
        for _ in range(100):
            a, b, c = (np.ones(200_000, np.float32) for _ in range(3))
            del a, b, c

    allocate()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    allocate()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 100  # 58,600 pages otherwise
