import math

import numpy as np
import pytest

from zeronet import He, Initializer, Normal, Xavier
from zeronet.nn.initializers import initializer

WIDE = (400, 300)


@pytest.mark.parametrize(
    ("init", "std"),
    [(Normal(0.01), 0.01), (Normal(2), 2.0), (Xavier(), math.sqrt(1 / 400)), (He(), math.sqrt(2 / 400))],
)
def test_draws_have_mean_0_and_the_promised_spread(init, std, rng):
    w = init(rng, WIDE)
    assert w.shape == WIDE
    assert w.dtype == np.float64
    assert abs(w.mean()) < 0.01 * std
    assert abs(w.std() / std - 1) < 0.01


def test_no_spread_means_zeros(rng):
    np.testing.assert_array_equal(Normal(0)(rng, (2, 3)), np.zeros((2, 3)))


def test_he_keeps_the_size_of_a_signal_through_ten_relu_layers_and_a_small_fixed_spread_loses_it(rng):
    def size_after_ten_layers(init):
        x = rng.standard_normal((200, 300))
        for _ in range(10):
            x = np.maximum(x @ init(rng, (300, 300)), 0)
        return math.sqrt((x * x).mean())

    assert 0.5 < size_after_ten_layers(He()) < 2
    assert size_after_ten_layers(Xavier()) < 0.1  # each layer loses a factor √2
    assert size_after_ten_layers(Normal(0.01)) < 1e-6


@pytest.mark.parametrize("init", [Normal(0.01), Xavier(), He()])
def test_the_same_generator_gives_the_same_weights(init):
    first, second = (init(np.random.default_rng(1), (3, 2)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("word", "kind"), [("he", He), ("He", He), ("xavier", Xavier), ("XAVIER", Xavier), (0.5, Normal), (1, Normal)]
)
def test_a_word_or_a_number_names_an_initializer(word, kind):
    assert type(initializer(word)) is kind


def test_a_number_from_numpy_is_a_number():
    assert initializer(np.float32(0.5)).std(10) == 0.5
    assert initializer(np.float64(0.5)).std(10) == 0.5


@pytest.mark.parametrize("word", ["hee", "", "0.01"])
def test_another_word_is_answered_with_the_right_ones(word):
    with pytest.raises(ValueError, match=f"must be 'he', 'xavier' or a number, not '{word}'"):
        initializer(word)


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, None, [1.0], "he"])
def test_a_standard_deviation_is_finite_and_not_negative(value):
    with pytest.raises(ValueError, match="must be finite and ≥ 0, not") as error:
        Normal(value)
    assert repr(value) in str(error.value)


def test_an_initializer_must_say_its_spread(rng):
    with pytest.raises(NotImplementedError, match="Initializer must implement std"):
        Initializer()(rng, (2, 2))
