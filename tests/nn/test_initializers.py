import math

import numpy as np
import pytest

from zeronet import He, Initializer, Normal, Xavier
from zeronet.nn.initializers import initializer

WIDE = (400, 300)


@pytest.mark.parametrize(
    ("init", "std"),
    [
        (Normal(0.01), 0.01),
        (Normal(2), 2.0),
        (Normal(0), 0),
        (Xavier(), math.sqrt(1 / 400)),
        (He(), math.sqrt(2 / 400)),
    ],
)
def test_draws_have_mean_0_and_the_promised_spread_and_follow_from_the_generator(init, std):
    w = init(np.random.default_rng(1), WIDE)
    np.testing.assert_array_equal(init(np.random.default_rng(1), WIDE), w)
    assert w.shape == WIDE
    assert w.dtype == np.float64
    assert abs(w.mean()) <= 0.01 * std
    assert abs(w.std() - std) <= 0.01 * std


def test_the_fan_in_is_what_the_layer_declares(rng):
    w = He()(rng, (64, 3, 5, 5), fan_in=75)  # 64 filters of 3 × 5 × 5 inputs each
    assert w.shape == (64, 3, 5, 5)
    assert w.std() == pytest.approx(math.sqrt(2 / 75), rel=0.03)
    for shape in ((64, 3, 5, 5), (7,)):
        with pytest.raises(ValueError, match="need fan_in, the number of inputs of each output"):
            He()(rng, shape)


def test_he_keeps_the_size_of_a_signal_through_ten_relu_layers_and_a_small_fixed_spread_loses_it(rng):
    def size_after_ten_layers(init):
        x = rng.standard_normal((200, 300))
        for _ in range(10):
            x = np.maximum(x @ init(rng, (300, 300)), 0)
        return math.sqrt((x * x).mean())

    assert 0.5 < size_after_ten_layers(He()) < 2
    assert size_after_ten_layers(Xavier()) < 0.1  # each layer loses a factor √2
    assert size_after_ten_layers(Normal(0.01)) < 1e-6


@pytest.mark.parametrize(
    ("word", "kind", "std"),
    [
        *[("he", He, 0.5), ("He", He, 0.5), ("xavier", Xavier, math.sqrt(1 / 8)), ("XAVIER", Xavier, math.sqrt(1 / 8))],
        *[(0.5, Normal, 0.5), (1, Normal, 1), (np.float32(0.5), Normal, 0.5), (np.float64(0.5), Normal, 0.5)],
    ],
)
def test_a_word_or_a_number_names_an_initializer(word, kind, std):
    assert type(initializer(word)) is kind
    assert initializer(word).std(8) == std


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
