"""Shifted and rotated pictures: whole pixels and right angles by hand, the rest beside SciPy's own functions."""

import numpy as np
import pytest
from scipy import ndimage

from zeronet.datasets import shift_and_rotate


class Drawn:
    """A generator that draws what it was given: the angles, then the shifts."""

    def __init__(self, degrees, shifts):
        self.left = [np.radians(degrees), np.array(shifts, float)]

    def uniform(self, low, high, size):
        drawn = self.left.pop(0)
        assert drawn.shape == (size if isinstance(size, tuple) else (size,))
        return np.degrees(drawn) if drawn.ndim == 1 else drawn


@pytest.fixture
def pictures(rng):
    return rng.random((3, 2, 9, 7), np.float32)


def test_whole_pixels_move_and_zeros_come_in(pictures):
    moved = shift_and_rotate(pictures, Drawn([0, 0, 0], [(1, 0), (0, -2), (3, 1)]))
    np.testing.assert_allclose(moved[0, :, 1:], pictures[0, :, :-1], atol=1e-6)
    np.testing.assert_allclose(moved[1, :, :, :-2], pictures[1, :, :, 2:], atol=1e-6)
    np.testing.assert_allclose(moved[2, :, 3:, 1:], pictures[2, :, :-3, :-1], atol=1e-6)
    for outside in (moved[0, :, 0], moved[1, :, :, -2:], moved[2, :, :3], moved[2, :, :, 0]):
        assert not outside.any()


def test_right_angles_are_those_of_numpy_and_the_others_those_of_scipy(rng):
    square = rng.random((4, 1, 9, 9), np.float32)
    turned = shift_and_rotate(square, Drawn([90, -90, 30, -7], np.zeros((4, 2))))
    np.testing.assert_allclose(turned[0, 0], np.rot90(square[0, 0], 1), atol=1e-5)
    np.testing.assert_allclose(turned[1, 0], np.rot90(square[1, 0], -1), atol=1e-5)
    for picture, x, degrees in ((turned[2, 0], square[2, 0], 30), (turned[3, 0], square[3, 0], -7)):
        np.testing.assert_allclose(picture, ndimage.rotate(x, degrees, reshape=False, order=1), atol=1e-5)


def test_it_turns_about_the_middle_first_and_moves_then():
    x = np.zeros((1, 1, 9, 9))
    x[0, 0, 4, 7] = 1  # 3 to the right of the middle
    y = shift_and_rotate(x, Drawn([90], [(2, 1)]))
    assert np.unravel_index(y.argmax(), y.shape) == (0, 0, 4 - 3 + 2, 4 + 1)


def test_every_picture_has_draws_of_its_own_within_the_bounds():
    x = np.zeros((500, 1, 21, 21))
    x[:, 0, 10, 10] = 1
    y = shift_and_rotate(x, np.random.default_rng(0), shift=3, degrees=0)
    centres = np.array([ndimage.center_of_mass(picture) for picture in y[:, 0]]) - 10
    assert np.abs(centres).max() <= 3 + 1e-6
    np.testing.assert_allclose(np.abs(centres).max(0), 3, atol=0.1)
    np.testing.assert_allclose(centres.std(0), 3 / np.sqrt(3), rtol=0.1)  # uniform


def test_rows_are_pictures_and_the_input_stays(pictures):
    rows, before = pictures.reshape(3, -1), pictures.copy()
    for shape in ((9, 7), (2, 9, 7)):
        y = shift_and_rotate(rows, np.random.default_rng(1), image_shape=shape)
        np.testing.assert_array_equal(y.reshape(pictures.shape), shift_and_rotate(pictures, np.random.default_rng(1)))
    np.testing.assert_array_equal(pictures, before)


@pytest.mark.parametrize(
    ("dtype", "wanted"), [("uint8", "f4"), ("int64", "f8"), ("float16", "f4"), ("float32", "f4"), ("float64", "f8")]
)
def test_the_type_is_float32_or_wider(dtype, wanted):
    assert shift_and_rotate(np.ones((2, 784), dtype), np.random.default_rng(0)).dtype == wanted


@pytest.mark.parametrize(
    ("x", "settings", "message"),
    [
        (np.ones((2, 64)), {}, r"x has shape \(2, 64\), but the pictures 28×28 pixels: give image_shape"),
        (np.ones(784), {}, r"x has shape \(784,\), but"),
        (np.ones((2, 784)), {"shift": -1}, "shift must be a number of at least 0, not -1"),
        (np.ones((2, 784)), {"degrees": "15"}, "degrees must be a number of at least 0, not '15'"),
        (np.ones((2, 784)), {"degrees": float("nan")}, "degrees must be a number of at least 0, not nan"),
    ],
)
def test_what_is_no_picture_or_no_bound_is_refused(x, settings, message):
    with pytest.raises(ValueError, match=message):
        shift_and_rotate(x, np.random.default_rng(0), **settings)


def test_no_pictures_are_no_pictures():
    assert shift_and_rotate(np.empty((0, 784)), np.random.default_rng(0)).shape == (0, 784)
