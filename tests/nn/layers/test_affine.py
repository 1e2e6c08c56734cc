import numpy as np
import pytest

from zeronet import Affine, Normal


def test_one_pass_by_hand():
    layer = Affine(2, 2)
    layer.W, layer.b = [[1, 2], [3, 4]], [10, 20]
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, 0], [1, 1]])), [[11, 22], [14, 26]])
    dx = layer.backward(np.array([[1.0, 0], [0, 1]]))
    np.testing.assert_array_equal(layer.dW, [[1, 1], [0, 1]])  # xᵀ dy
    np.testing.assert_array_equal(layer.db, [1, 1])  # Σ dy
    np.testing.assert_array_equal(dx, [[1, 3], [2, 4]])  # dy Wᵀ


def test_weights_are_he_unless_asked_otherwise_and_biases_are_0(rng):
    assert abs(Affine(400, 300, rng=rng).W.std() - np.sqrt(2 / 400)) < 1e-3
    layer = Affine(400, 300, Normal(0.5), rng)
    assert abs(layer.W.std() - 0.5) < 5e-3
    assert not layer.b.any()


def test_the_generator_decides_the_weights():
    first, second, other = (Affine(3, 2, rng=np.random.default_rng(seed)).W for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).all()
    assert (Affine(3, 2).W != Affine(3, 2).W).all()  # no generator: fresh numbers each time


@pytest.mark.parametrize("sizes", [(0, 2), (2, 0), (-1, 2)])
def test_sizes_are_at_least_1(sizes):
    with pytest.raises(ValueError, match=f"put_size must be at least 1, not {min(sizes)}"):
        Affine(*sizes)
