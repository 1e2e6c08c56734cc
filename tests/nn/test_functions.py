import numpy as np
import pytest
from scipy import special

from zeronet.nn.functions import accuracy, class_indices, class_targets, log_sum_exp, softmax


@pytest.mark.parametrize("size", [1e4, -1e4, 1e300])
def test_log_sum_exp_of_equal_numbers_lies_ln_k_above_them_however_large_they_are(size):
    np.testing.assert_allclose(log_sum_exp(np.full((1, 10), size)), size + np.log(10), rtol=1e-14)


def test_adding_a_number_to_all_scores_adds_it_to_log_sum_exp_and_leaves_softmax_alone(rng):
    y = rng.standard_normal((5, 4))
    np.testing.assert_allclose(log_sum_exp(y + 3), log_sum_exp(y) + 3, rtol=1e-14)
    np.testing.assert_allclose(softmax(y + 3), softmax(y), rtol=1e-14)


def test_softmax_of_scores_as_large_as_10000_does_not_overflow():
    np.testing.assert_array_equal(softmax(np.array([[1e4, 0, -1e4]])), [[1, 0, 0]])


def test_softmax_and_log_sum_exp_agree_with_scipy(rng):
    y = 100 * rng.standard_normal((50, 10))
    np.testing.assert_allclose(softmax(y), special.softmax(y, axis=1), rtol=1e-12)
    np.testing.assert_allclose(softmax(y).sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(log_sum_exp(y), special.logsumexp(y, axis=1, keepdims=True), rtol=1e-14)


@pytest.mark.parametrize("function", [log_sum_exp, softmax])
def test_functions_keep_the_type_and_never_change_their_argument(function, rng):
    y = rng.standard_normal((5, 4), dtype=np.float32)
    before = y.copy()
    assert function(y).dtype == np.float32
    np.testing.assert_array_equal(y, before)


@pytest.mark.parametrize(
    "t",
    [
        [2, 0, 1],
        np.array([2, 0, 1], dtype=np.uint8),
        [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        np.array([[0, 0, 1.0], [1, 0, 0], [0, 1, 0]], dtype=np.float32),
        np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], dtype=bool),
        [[2], [0], [1]],
    ],
)
def test_labels_of_integers_and_of_one_hot_rows_are_the_same(t):
    np.testing.assert_array_equal(class_indices(t, rows=3, classes=3), [2, 0, 1])


@pytest.mark.parametrize(
    ("t", "message"),
    [
        ([0, 1], r"shape \(2,\), but scores of shape \(3, 4\) need \(3,\) or \(3, 4\)"),
        ([[0, 1, 0]] * 3, r"shape \(3, 3\), but scores of shape \(3, 4\)"),
        (1, r"shape \(\), but scores"),
        ([0.0, 1.0, 2.0], "must be integers, not float64"),
        ([True, False, True], "must be integers, not bool"),
        ([0, 1, 4], "run from 0 to 4, but 4 classes allow 0 to 3"),
        ([0, -1, 3], "run from -1 to 3, but 4 classes allow 0 to 3"),
        ([[0, 0, 0, 0]] * 3, "a single 1"),
        ([[1, 0, 0, 1]] * 3, "a single 1"),
        ([[0, 2, 0, 0]] * 3, "a single 1"),
        ([[0.5, 0.5, 0, 0]] * 3, "a single 1"),
    ],
)
def test_labels_refuses_and_says_what_is_needed(t, message):
    with pytest.raises(ValueError, match=message):
        class_indices(t, rows=3, classes=4)


def test_one_row_of_scores_integers_and_small_types_are_computed_like_many_rows():
    row = [1, 2, 4]
    expected = special.softmax(np.array(row, float))
    for y in (row, np.array(row, np.uint8), np.array(row, np.float16)):
        np.testing.assert_allclose(softmax(y), expected, rtol=1e-6)
        np.testing.assert_allclose(softmax([y, y]), [expected] * 2, rtol=1e-6)
    assert log_sum_exp(np.zeros(100_000, np.float16)) == pytest.approx(np.log(100_000))  # beyond float16


@pytest.mark.parametrize("y", [1.0, [], np.empty((3, 0))])
def test_scores_need_an_axis_of_classes(y):
    for function in (softmax, log_sum_exp):
        with pytest.raises(ValueError, match="scores must have shape"):
            function(y)
    with pytest.raises(ValueError, match=r"scores must have shape \(N, K\)"):
        accuracy([0.1, 0.9], [1])
    with pytest.raises(ValueError, match="there are no examples"):
        accuracy(np.empty((0, 2)), [])


def test_a_row_with_nan_is_never_right():
    y = np.array([[np.nan, np.nan], [np.nan, 1], [0, np.nan], [1, 0]])
    assert accuracy(y, [0, 0, 0, 0]) == 0.25
    assert accuracy(y, [1, 1, 1, 1]) == 0


def test_probabilities_are_targets_and_their_largest_is_the_label():
    soft = np.array([[0.2, 0.8], [0.5, 0.5]], np.float32)
    np.testing.assert_array_equal(class_targets(soft, 2, 2), soft)
    assert accuracy([[0, 1], [0, 1]], soft) == 1
    assert accuracy([[1, 0], [1, 0]], soft) == 0.5
    for bad in ([[0.2, 0.7], [0.5, 0.5]], [[1.2, -0.2], [0.5, 0.5]], [[np.nan, 1.0], [0.5, 0.5]]):
        with pytest.raises(ValueError, match="probabilities that sum to 1: row 0"):
            class_targets(bad, 2, 2)
