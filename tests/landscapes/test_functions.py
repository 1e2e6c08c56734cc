"""The laws of landscapes. Every function in LANDSCAPES meets them all."""

import numpy as np
import pytest

from zeronet.landscapes import LANDSCAPES, Valley
from zeronet.nn.gradient_check import numerical_gradient

every_landscape = pytest.mark.parametrize("landscape", [kind() for kind in LANDSCAPES.values()], ids=list(LANDSCAPES))
with_a_bottom = pytest.mark.parametrize(
    "landscape", [kind() for kind in LANDSCAPES.values() if len(kind.minima)], ids=lambda each: type(each).__name__
)


def points(landscape, n=50):
    """Random points of the domain, (n, 2)."""
    low, high = np.array(landscape.domain).T
    return np.random.default_rng(0).uniform(low, high, (n, 2))


@every_landscape
def test_the_gradient_is_the_slope_that_is_measured(landscape):
    for place in points(landscape):
        measured = numerical_gradient(lambda place=place: float(landscape(*place)), place)
        np.testing.assert_allclose(landscape.gradient(*place), measured, rtol=1e-6, atol=1e-6)


@every_landscape
def test_arrays_and_numbers_give_the_same_heights_and_slopes(landscape):
    x, y = points(landscape, 6).T.reshape(2, 2, 3)
    heights, slopes = landscape(x, y), landscape.gradient(x, y)
    assert np.shape(heights) == np.shape(slopes[0]) == np.shape(slopes[1]) == (2, 3)
    for place in np.ndindex(2, 3):
        assert heights[place] == landscape(x[place], y[place])
        assert (slopes[0][place], slopes[1][place]) == tuple(map(float, landscape.gradient(x[place], y[place])))


@with_a_bottom
def test_nothing_lies_below_the_minima_and_they_are_flat(landscape):
    heights = [landscape(x, y) for x, y in landscape.minima]
    np.testing.assert_allclose(heights, landscape.lowest, atol=1e-12)
    assert (landscape(*points(landscape, 2000).T) >= landscape.lowest).all()
    for x, y in landscape.minima:
        np.testing.assert_allclose(landscape.gradient(x, y), (0, 0), atol=1e-9)


@with_a_bottom
def test_a_step_to_any_side_of_a_minimum_goes_up(landscape):
    for x, y in landscape.minima:
        angles = np.linspace(0, 2 * np.pi, 17)
        assert (landscape(x + 1e-3 * np.cos(angles), y + 1e-3 * np.sin(angles)) > landscape.lowest).all()


@every_landscape
def test_start_and_minima_lie_in_the_domain(landscape):
    low, high = np.array(landscape.domain).T
    for place in (landscape.start, *landscape.minima):
        assert (low <= place).all()
        assert (place <= high).all()


@every_landscape
def test_the_start_is_none_of_the_minima(landscape):
    assert np.linalg.norm(landscape.gradient(*map(np.float64, landscape.start))) > 1e-3


def test_a_landscape_without_a_bottom_has_no_lowest_height():
    bottomless = {name for name, kind in LANDSCAPES.items() if kind().lowest is None}
    assert bottomless == {"slope", "saddle"}
    assert Valley().lowest == 0
