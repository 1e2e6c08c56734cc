"""Pooling, beside its definition window by window."""

import numpy as np
import pytest

from zeronet.nn.layers import AveragePooling, MaxPooling


@pytest.mark.parametrize("stride", [1, 2, 3], ids="stride {}".format)
@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 3), (3, 2)], ids="size {}".format)
def test_each_window_gives_its_largest_number_whose_first_place_gets_the_gradient(size, stride, rng):
    below, beside = size
    x = rng.integers(0, 3, (2, 3, below + 2 * stride, beside + stride)).astype(float)  # many are equal
    largest, average = MaxPooling(size, stride), AveragePooling(size, stride)
    y, mean = largest.forward(x), average.forward(x)
    dy, dx, dx_of_mean = rng.integers(-9, 9, y.shape).astype(float), np.zeros_like(x), np.zeros_like(x)
    for n, c, i, j in np.ndindex(y.shape):
        window = (n, c, slice(i * stride, i * stride + below), slice(j * stride, j * stride + beside))
        assert y[n, c, i, j] == x[window].max()
        assert mean[n, c, i, j] == pytest.approx(x[window].mean())
        dx[window].flat[x[window].argmax()] += dy[n, c, i, j]
        dx_of_mean[window] += dy[n, c, i, j] / (below * beside)
    np.testing.assert_array_equal(largest.backward(dy), dx)
    np.testing.assert_allclose(average.backward(dy), dx_of_mean)
