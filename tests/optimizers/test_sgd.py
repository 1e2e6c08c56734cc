import pytest

from zeronet import SGD


@pytest.mark.parametrize("lr", [0.5, 0.95, 0.999, 1.001, 1.05, 2])
def test_in_the_valley_sgd_diverges_exactly_when_the_rate_is_above_1(lr):
    """Each update multiplies y, whose slope is 2y, by 1 − 2 lr."""
    params, optimizer = {"x": -7.0, "y": 2.0}, SGD(lr=lr)
    for _ in range(30):
        optimizer.update(params, {"x": params["x"] / 10, "y": 2 * params["y"]})
    assert params["y"] == pytest.approx(2 * (1 - 2 * lr) ** 30, rel=1e-10)
    assert (abs(params["y"]) > 2) == (lr > 1)
    if lr == 1.05:
        assert abs(params["y"]) == pytest.approx(34.9, abs=0.05)


def test_at_rate_1_it_jumps_from_side_to_side_for_ever():
    params, optimizer = {"y": 2.0}, SGD(lr=1)
    for expected in [-2, 2, -2, 2]:
        optimizer.update(params, {"y": 2 * params["y"]})
        assert params["y"] == expected
