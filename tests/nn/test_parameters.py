import copy
import pickle

import numpy as np
import pytest

from zeronet import Parameters

SHAPES = {"W1": (2, 3), "b1": (3,), "gain": ()}


@pytest.fixture
def params():
    params = Parameters(SHAPES)
    params.flat = np.arange(10)
    return params


def test_it_is_a_mapping_of_arrays_that_lie_one_after_the_other_in_the_memory_of_the_vector(params):
    np.testing.assert_array_equal(params["W1"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(params["b1"], [6, 7, 8])
    assert params["gain"] == 9
    assert list(params) == list(params.keys()) == ["W1", "b1", "gain"]
    assert len(params) == 3
    assert "b1" in params
    assert "b2" not in params
    assert [array.shape for array in params.values()] == [(2, 3), (3,), ()]
    params.flat[0] = 100
    params["b1"][2] = 300
    params["gain"] = 3
    assert params["W1"][0, 0] == 100
    assert params.flat[8:].tolist() == [300, 3]


def test_numbers_are_float32_unless_asked_otherwise():
    assert Parameters(SHAPES).flat.dtype == np.float32
    assert Parameters(SHAPES, np.float64)["W1"].dtype == np.float64
    assert not Parameters(SHAPES).flat.any()


def test_an_assignment_copies_the_numbers_and_keeps_the_view(params):
    view, a = params["W1"], np.full((2, 3), 7.0)
    params["W1"] = a
    a[:] = 8
    assert params["W1"] is view
    params["b1"] -= 6  # the book's habit
    np.testing.assert_array_equal(params.flat[:9], [7] * 6 + [0, 1, 2])


def test_assigning_to_flat_copies_into_it(params):
    vector = params.flat
    params.flat = -params.flat
    assert params.flat is vector
    np.testing.assert_array_equal(params["b1"], [-6, -7, -8])


def test_an_array_may_be_assigned_from_its_own_memory():
    square = Parameters({"W": (3, 3)})
    square.flat = np.arange(9)
    square["W"] = square["W"].T
    np.testing.assert_array_equal(square["W"], np.arange(9).reshape(3, 3).T)


@pytest.mark.parametrize("value", [np.zeros((3, 2)), np.zeros(3), 0.0])
def test_another_shape_is_refused_with_both_shapes(params, value):
    with pytest.raises(ValueError, match=r"W1 has shape \(2, 3\): cannot assign") as error:
        params["W1"] = value
    assert str(np.shape(value)) in str(error.value)
    np.testing.assert_array_equal(params.flat, np.arange(10))


def test_a_vector_of_another_length_is_refused(params):
    with pytest.raises(ValueError, match=r"flat has shape \(10,\): .* \(9,\)"):
        params.flat = np.zeros(9)
    with pytest.raises(ValueError, match=r"flat must have shape \(10,\), not \(9,\)"):
        Parameters(SHAPES, flat=np.zeros(9))


def test_there_are_no_new_names(params):
    with pytest.raises(KeyError, match="unknown parameter 'W2': the names are W1, b1, gain"):
        params["W2"] = np.zeros(2)
    with pytest.raises(KeyError, match="W2"):
        params["W2"]


COPIES = {
    "copy": Parameters.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda params: pickle.loads(pickle.dumps(params)),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_a_copy_has_the_same_names_and_numbers_and_views_of_its_own(params, copied):
    twin = copied(params)
    assert twin.shapes == params.shapes
    assert twin.flat.dtype == params.flat.dtype
    np.testing.assert_array_equal(twin.flat, params.flat)
    twin.flat[:] = 5
    np.testing.assert_array_equal(twin["W1"], np.full((2, 3), 5))
    np.testing.assert_array_equal(params.flat, np.arange(10))


@pytest.mark.parametrize(
    "state",
    [
        {"shapes": {"W1": (10**6, 10**6)}, "flat": None},
        {"shapes": {"W1": (10**6, 10**6)}},
        {"shapes": {"W1": (10**6, 10**6)}, "flat": np.zeros(3)},
        {"shapes": {"W1": (2, 3)}, "flat": np.zeros((2, 3))},
        {"shapes": {"W1": (-3,), "b1": (6,)}, "flat": np.zeros(3)},
        {"shapes": {"W1": (1.5, 2)}, "flat": np.zeros(3)},
        {"shapes": {"W1": 3}, "flat": np.zeros(3)},
        {"shapes": [3], "flat": np.zeros(3)},
        {"shapes": {"W1": (3,)}, "flat": np.zeros(3, object)},
        {"flat": np.zeros(3)},
    ],
    ids=repr,
)
def test_a_pickle_of_other_shapes_than_its_vector_is_refused_before_it_takes_memory(state):
    with pytest.raises(ValueError, match=r"^(these Parameters are damaged: |flat must have shape ).*$"):
        Parameters.__new__(Parameters).__setstate__(state)
