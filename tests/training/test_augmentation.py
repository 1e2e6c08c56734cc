"""Data augmentation: what a step trains on follows from the seed and the step alone."""

import functools

import numpy as np
import pytest

from zeronet import SGD, Adam, Augmentation, Callback, Checkpoint, History, Trainer, TwoLayerNet, stream
from zeronet.datasets import shift_and_rotate
from zeronet.lab.runner.book import BookTrainer


def noisy(x, rng):
    x += rng.normal(0, 0.3, x.shape).astype(np.float32)  # in place: it has a copy
    return x


class Seen(Callback):
    """Keep the batches that are trained on."""

    def __init__(self):
        self.batches = []

    def on_batch(self, trainer, x, t):
        self.batches.append((x.copy(), t.copy()))
        return x, t


def new_trainer(*callbacks, optimizer=None, seed=0):
    return Trainer(TwoLayerNet(6, 5, 3, weight_init_std=0.5), optimizer or Adam(0.01), 7, seed, callbacks)


def test_all_optimizers_of_a_seed_see_the_same_changed_batches_and_another_seed_others(points):
    seen = [Seen(), Seen(), Seen()]
    for each, optimizer, seed in zip(seen, (SGD(0.5), Adam(), SGD(0.5)), (0, 0, 1), strict=True):
        new_trainer(Augmentation(noisy), each, optimizer=optimizer, seed=seed).fit(*points, steps=9)
    first, second, other = ([x for x, _ in each.batches] for each in seen)
    np.testing.assert_array_equal(first, second)
    assert np.min([np.abs(a - b).max() for a, b in zip(first, other, strict=True)]) > 0.1


def test_the_change_of_step_k_is_drawn_at_its_address_and_targets_stay(points):
    plain, seen = Seen(), Seen()
    new_trainer(plain, Augmentation(noisy), seen).fit(*points, steps=3)
    for k, ((x, t), (changed, same)) in enumerate(zip(plain.batches, seen.batches, strict=True)):
        np.testing.assert_array_equal(changed, x + stream(0, "augmentation", k).normal(0, 0.3, x.shape).astype("f4"))
        np.testing.assert_array_equal(t, same)


def test_a_resumed_training_draws_the_same(points, tmp_path):
    whole = new_trainer(Augmentation(noisy)).fit(*points, steps=20)
    new_trainer(Augmentation(noisy), Checkpoint(tmp_path / "run.npz")).fit(*points, steps=11)
    resumed, checkpoint = new_trainer(Augmentation(noisy)), Checkpoint(tmp_path / "run.npz")
    assert checkpoint.resume(resumed)
    resumed.fit(*points, steps=9)
    np.testing.assert_array_equal(resumed.network.params.flat, whole.network.params.flat)
    with pytest.raises(ValueError, match=r"was written with callbacks \['Augmentation'\], not \[\]"):
        checkpoint.resume(new_trainer())


def test_a_second_fit_goes_on_in_the_same_epoch_and_the_data_are_not_changed(points):
    x, t = points[0].copy(), points[1]
    whole, parts = new_trainer(Augmentation(noisy)), new_trainer(Augmentation(noisy))
    whole.fit(x, t, steps=13)
    parts.fit(x, t, steps=4).fit(x, t, steps=9)
    np.testing.assert_array_equal(whole.network.params.flat, parts.network.params.flat)
    np.testing.assert_array_equal(x, points[0])


def test_no_change_is_no_change(points):
    plain, same = History(), History()
    new_trainer(plain).fit(*points, steps=5)
    new_trainer(Augmentation(lambda x, rng: x), same).fit(*points, steps=5)
    assert plain.losses == same.losses


def test_the_trainer_in_the_book_s_way_has_it_too(points):
    seen = Seen()
    BookTrainer((), TwoLayerNet(6, 5, 3), SGD(), 7, callbacks=[Augmentation(noisy), seen]).fit(*points, steps=2)
    assert len(seen.batches) == 2
    assert not np.isin(seen.batches[0][0][:, 0], points[0][:, 0]).any()


def test_another_shape_is_refused(points):
    with pytest.raises(ValueError, match=r"the augmentation makes \(3, 6\) of a batch of shape \(7, 6\)"):
        new_trainer(Augmentation(lambda x, rng: x[:3])).fit(*points, steps=1)


def test_the_digits_may_be_shifted_and_rotated_in_training(rng):
    x, change = rng.random((20, 64), np.float32), functools.partial(shift_and_rotate, image_shape=(8, 8))
    seen = Seen()
    Trainer(TwoLayerNet(64, 5, 10), SGD(), 10, callbacks=[Augmentation(change), seen]).fit(
        x, np.arange(20) % 10, steps=2
    )
    assert seen.batches[0][0].shape == (10, 64)
