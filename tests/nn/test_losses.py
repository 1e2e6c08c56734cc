"""The laws that every loss keeps, and what each of the two says."""

import math

import numpy as np
import pytest
from sklearn import metrics

from zeronet import Loss, MeanSquaredError, SoftmaxCrossEntropy
from zeronet.nn.functions import softmax
from zeronet.nn.gradient_check import numerical_gradient, relative_error
from zeronet.nn.losses import LOSSES

N, K = 6, 4
TABLE = {  # name: targets for scores (6, 4)
    "SoftmaxCrossEntropy": np.array([0, 1, 2, 3, 3, 0]),
    "MeanSquaredError": np.arange(24.0).reshape(N, K) / 10,
}
every_loss = pytest.mark.parametrize("name", TABLE)


@pytest.fixture
def y(rng):
    return rng.standard_normal((N, K))


def test_every_loss_has_a_row():
    assert TABLE.keys() == LOSSES.keys()


@every_loss
def test_the_gradient_is_the_measured_one(name, y):
    loss, t = LOSSES[name](), TABLE[name]
    loss.forward(y, t)
    analytic = loss.backward()
    assert relative_error(analytic, numerical_gradient(lambda: loss.forward(y, t), y)) < 1e-6


@every_loss
def test_the_loss_is_a_mean_over_the_batch(name, y):
    loss, t = LOSSES[name](), TABLE[name]
    rows = [loss.forward(y[i : i + 1], t[i : i + 1]) for i in range(N)]
    assert math.isclose(loss.forward(y, t), sum(rows) / N, rel_tol=1e-14)
    assert math.isclose(loss.forward(np.tile(y, (3, 1)), np.concatenate([t] * 3)), sum(rows) / N, rel_tol=1e-14)


@every_loss
def test_a_loss_is_a_python_float_keeps_float32_and_changes_no_argument(name, y):
    loss, t = LOSSES[name](), TABLE[name].copy()
    y32 = y.astype(np.float32)
    before = y32.copy()
    assert type(loss.forward(y32, t)) is float
    first = loss.backward()
    assert first.dtype == np.float32
    first *= 100  # a gradient belongs to its caller
    np.testing.assert_allclose(loss.backward(), first / 100, rtol=1e-6)
    np.testing.assert_array_equal(y32, before)
    np.testing.assert_array_equal(t, TABLE[name])


def test_a_loss_must_say_what_it_computes(y):
    class Nothing(Loss):
        pass

    with pytest.raises(NotImplementedError, match="Nothing must implement forward"):
        Nothing().forward(y, y)
    with pytest.raises(NotImplementedError, match="Nothing must implement backward"):
        Nothing().backward()


# Softmax with cross-entropy


def test_integers_and_one_hot_rows_give_the_same_loss_and_gradient(y):
    t = TABLE["SoftmaxCrossEntropy"]
    loss = SoftmaxCrossEntropy()
    integer = loss.forward(y, t), loss.backward()
    one_hot = loss.forward(y, np.eye(K)[t]), loss.backward()
    assert integer[0] == one_hot[0]
    np.testing.assert_array_equal(integer[1], one_hot[1])
    np.testing.assert_allclose(integer[1].sum(axis=1), 0, atol=1e-16)


def test_probabilities_cost_the_mean_of_the_labels_they_mix(y):
    loss, p = SoftmaxCrossEntropy(), np.full((N, K), 0.25)
    by_label = [(loss.forward(y, np.full(N, k)), loss.backward()) for k in range(K)]
    assert math.isclose(loss.forward(y, p), sum(value for value, _ in by_label) / K, rel_tol=1e-12)
    np.testing.assert_allclose(loss.backward(), sum(dy for _, dy in by_label) / K, atol=1e-15)
    p[:, 0], p[:, 1] = 0.4, 0.1
    loss.forward(y, p)
    assert relative_error(loss.backward(), numerical_gradient(lambda: loss.forward(y, p), y)) < 1e-6


def test_labels_may_be_a_column(y):
    t = TABLE["SoftmaxCrossEntropy"]
    assert SoftmaxCrossEntropy().forward(y, t[:, None]) == SoftmaxCrossEntropy().forward(y, t)


def test_targets_are_not_rounded_to_integer_outputs():
    assert MeanSquaredError().forward(np.array([[1, 5]]), [[0.5, 5]]) == 0.125


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_guessing_costs_ln_k(classes):
    assert math.isclose(SoftmaxCrossEntropy().forward(np.zeros((3, classes)), [0, 1, 1]), math.log(classes))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_of_10000_do_not_overflow(dtype):
    loss = SoftmaxCrossEntropy()
    y = np.array([[1e4, -1e4, 0]], dtype=dtype)
    assert loss.forward(y, [0]) == 0
    assert loss.forward(y, [1]) == 2e4
    np.testing.assert_array_equal(loss.backward(), [[1, -1, 0]])


def test_losses_agree_with_scikit_learn(y):
    p, t = softmax(y), TABLE["SoftmaxCrossEntropy"]
    assert math.isclose(SoftmaxCrossEntropy().forward(y, t), metrics.log_loss(t, p), rel_tol=1e-12)
    t = TABLE["MeanSquaredError"]
    assert math.isclose(MeanSquaredError().forward(y, t), metrics.mean_squared_error(t, y), rel_tol=1e-12)


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (np.zeros(5, int), r"shape \(5,\), but scores of shape \(6, 4\) need \(6,\) or \(6, 4\)"),
        (np.full(6, 4), "run from 4 to 4, but 4 classes allow 0 to 3"),
    ],
)
def test_cross_entropy_refuses_other_targets(y, t, message):  # all of them: test_functions.py
    with pytest.raises(ValueError, match=message):
        SoftmaxCrossEntropy().forward(y, t)


# Mean squared error


def test_no_error_costs_nothing(y):
    loss = MeanSquaredError()
    assert loss.forward(y, y.copy()) == 0
    assert not loss.backward().any()


@pytest.mark.parametrize("shape", [(6,), (6, 3), (6, 1), (1, 4), ()])
def test_mean_squared_error_refuses_other_shapes_instead_of_broadcasting(y, shape):
    with pytest.raises(ValueError, match=r"but the outputs have \(6, 4\)") as error:
        MeanSquaredError().forward(y, np.zeros(shape))
    assert str(shape) in str(error.value)
