import numpy as np
import pytest

from zeronet.nn.rng import PURPOSES, checked_seed, stream


def draw(*address):
    return stream(*address).standard_normal(5).tolist()


def test_the_same_address_gives_the_same_numbers_whatever_was_drawn_elsewhere():
    first = draw(3, "batches", 2)
    stream(3, "batches", 1).standard_normal(1000)
    np.random.default_rng(3).standard_normal(1000)
    assert draw(3, "batches", 2) == first


@pytest.mark.parametrize(
    "other", [(4, "batches", 2), (3, "weights", 2), (3, "batches", 1), (3, "batches", 2, 0), (3, "batches", 2, 1)]
)
def test_another_address_gives_other_numbers(other):
    assert draw(*other) != draw(3, "batches", 2)


def test_the_numbers_of_the_purposes_are_pinned():
    """Purposes may be appended; a purpose that changed its number would change every published curve."""
    assert list(PURPOSES.items()) == [
        *[("weights", 0), ("batches", 1), ("noise", 2), ("start", 3), ("split", 4), ("own start", 5)],
        *[("replacement", 6), ("layers", 7), ("augmentation", 8)],
    ]


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("address", [(5,), (5, 2), (0, 0, 3)])
def test_a_stream_is_numpys_generator_of_seed_purpose_and_address(purpose, address):
    twin = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(PURPOSES[purpose], *address)))
    assert draw(7, purpose, *address) == twin.standard_normal(5).tolist()


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ((0, "weights"), [17, 565, 909]),
        ((0, "batches", 1), [400, 589, 130]),
        ((3, "split"), [256, 253, 6]),
        ((3, "layers", 2, 1), [800, 155, 260]),
    ],
)
def test_the_first_numbers_of_a_few_addresses_are_pinned(address, first):
    assert stream(*address).integers(1000, size=3).tolist() == first


def test_the_address_begins_at_0_and_numpy_integers_are_seeds_too():
    assert draw(7, "weights") == draw(7, "weights", 0) == draw(np.int64(7), "weights")


@pytest.mark.parametrize("seed", [-1, 1.0, "1", True, np.float64(1), [1]])
def test_a_seed_is_an_integer_from_0_on(seed):
    with pytest.raises(ValueError, match=r"seed must be (an integer|at least 0), not") as error:
        stream(seed, "weights")
    assert repr(seed) in str(error.value)


def test_an_unknown_purpose_is_an_error():
    with pytest.raises(KeyError, match="lottery"):
        stream(0, "lottery")


def test_no_seed_draws_a_fresh_one_each_time():
    drawn = {checked_seed(None) for _ in range(10)}
    assert len(drawn) == 10
    assert all(type(seed) is int and seed >= 0 for seed in drawn)
