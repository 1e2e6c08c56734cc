import pytest

from zeronet import Momentum, Nesterov


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_steps_that_agree_add_up_to_ten_times_as_much_and_steps_that_alternate_cancel_out(kind):
    """On a constant slope v tends to −η g / (1 − α); where g changes its sign each time, to η g / (1 + α)."""
    slope, zigzag = {"x": 0.0}, {"x": 0.0}
    along, across = kind(lr=0.1, momentum=0.9), kind(lr=0.1, momentum=0.9)
    for step in range(400):
        along.update(slope, {"x": 1.0})
        across.update(zigzag, {"x": (-1.0) ** step})
    assert float(along.v["x"]) == pytest.approx(-0.1 / (1 - 0.9))
    assert abs(float(across.v["x"])) == pytest.approx(0.1 / (1 + 0.9))


def test_nesterov_makes_momentums_steps_seen_from_the_place_it_rolls_to():
    """Momentum that asks for the slope at w + α v, the textbook's form, is at w where Nesterov is at w + α v."""
    lr, momentum, w, v = 0.1, 0.9, 1.0, 0.0
    params, nesterov = {"x": 1.0}, Nesterov(lr=lr, momentum=momentum)
    for _ in range(20):
        ahead = w + momentum * v
        assert params["x"] == pytest.approx(ahead)
        v = momentum * v - lr * 2 * ahead  # f = x²
        w += v
        nesterov.update(params, {"x": 2 * params["x"]})
