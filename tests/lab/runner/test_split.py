"""Training and validation examples: apart, in proportion, drawn by the seed."""

import numpy as np
import pytest

from zeronet.common.errors import UserError
from zeronet.lab.runner.split import Rows, split


@pytest.mark.parametrize(("train", "validation"), [(1, 1), (800, 200), (833, 167), (2, 900), (500, 400)])
def test_the_two_parts_have_their_sizes_and_share_nothing(train, validation):
    t = np.random.default_rng(0).integers(0, 10, 1000)
    first, second = split(t, train, validation, seed=0)
    assert (len(set(first)), len(set(second))) == (train, validation)
    assert not {*first} & {*second}
    assert (np.diff(first) > 0).all()
    assert (np.diff(second) > 0).all()


@pytest.mark.parametrize("shares", [[0.1] * 10, [0.5, 0.3, 0.15, 0.05], [0.97, 0.03]])
@pytest.mark.parametrize(("train", "validation"), [(800, 200), (1000, 1000), (1500, 300), (40, 20)])
def test_each_class_has_its_share_of_both_within_one_example(shares, train, validation):
    t = np.random.default_rng(len(shares)).choice(len(shares), 2000, p=shares)
    for part in split(t, train, validation, seed=0):
        expected = np.bincount(t) * len(part) / len(t)
        assert np.abs(np.bincount(t[part], minlength=len(shares)) - expected).max() <= 1


def test_however_few_examples_there_are_no_class_is_off_by_more_than_two():
    rng = np.random.default_rng(0)
    for _ in range(200):
        t = rng.choice(6, rng.integers(2, 60))
        train = rng.integers(1, len(t))
        for part in split(t, train, rng.integers(1, len(t) - train + 1), seed=0):
            expected = np.bincount(t) * len(part) / len(t)
            assert np.abs(np.bincount(t[part], minlength=len(expected)) - expected).max() <= 2


def test_it_is_the_same_whoever_calls_and_whatever_was_drawn_before(rng):
    t = rng.integers(0, 10, 500)
    before = split(t, 300, 100, 4)
    np.random.seed(7)  # noqa: NPY002  the global generator has no say
    rng.random(10)
    assert all(np.array_equal(a, b) for a, b in zip(split(t.astype(np.uint8), 300, 100, 4), before, strict=True))


def test_each_seed_draws_its_own():
    t = np.random.default_rng(0).integers(0, 10, 1000)
    held_out = [set(split(t, 800, 200, seed)[1].tolist()) for seed in range(3)]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert 15 < len(held_out[a] & held_out[b]) < 75  # 40 by chance: 200 of 1,000, a fifth of them again


def test_the_order_of_the_file_does_not_decide():
    t = np.repeat([0, 1], 500)
    chosen, _ = split(t, 100, 100, 0)
    for label in (0, 1):
        places = chosen[t[chosen] == label] - 500 * label
        assert 150 < places.mean() < 350  # not the first ones, nor the last


@pytest.mark.parametrize(("train", "validation"), [(0, 5), (5, 0), (-1, 5), (8, 3), (11, 1)])
def test_more_examples_than_there_are_is_a_mistake(train, validation):
    with pytest.raises(UserError, match=f"{train} training and {validation} validation examples do not fit into 10"):
        split(np.arange(10) % 2, train, validation, 0)


def test_rows_are_those_of_the_array(rng):
    x, numbers = rng.random((20, 3)), np.array([3, 5, 11, 19])
    rows = Rows(x, numbers)
    assert rows.shape == (4, 3)
    assert np.array_equal(rows[np.array([2, 0])], x[[11, 3]])
    assert np.array_equal(rows[1:3], x[[5, 11]])
    assert np.array_equal(list(rows), x[numbers])
