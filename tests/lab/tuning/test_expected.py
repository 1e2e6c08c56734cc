"""The best loss to expect after some trials: by drawing them."""

import math

import numpy as np
import pytest

from zeronet.lab.tuning.expected import expected_best, expected_table, first_losses


@pytest.mark.parametrize("trials", [1, 2, 5])
def test_it_is_the_mean_of_many_draws(trials):
    losses, rng = [0.1, 0.3, 0.2, 2.0, 2.0], np.random.default_rng(0)
    drawn = np.log(rng.choice(losses, (100_000, trials))).min(axis=1)
    assert math.log(expected_best(losses, trials)) == pytest.approx(drawn.mean(), abs=0.01)


def test_it_falls_from_the_mean_to_the_lowest():
    losses = [0.1, 1.0, 10.0]
    assert expected_best(losses, 1) == pytest.approx(1.0)
    assert expected_best(losses, 1000) == pytest.approx(0.1)


def test_only_the_first_round_counts_and_a_failed_trial_as_the_worst_of_all():
    rows = [("a", "x", loss, 1) for loss in (1.0, 4.0)]
    rows += [("a", "y", math.inf, 1), ("b", "x", 8.0, 1), ("a", "z", 0.1, 2)]
    losses = first_losses(rows)
    assert losses == {"a": pytest.approx([2.0, 8.0]), "b": pytest.approx([8.0])}
    assert expected_table(losses).split() == ["best", "of", "n", "trials", "1", "a", "4", "b", "8"]
