"""The optimizers in the valley f(x, y) = x²/20 + y², from (−7, 2): the pictures of chapter 6 in numbers."""

import numpy as np
import pytest

from zeronet import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSProp
from zeronet.landscapes import Valley, descend

START = -7.0, 2.0

END_POINTS = [  # optimizer, updates, x, y
    (SGD(lr=0.95), 30, -0.3503929957523197, 0.0847823165504322),
    (Momentum(lr=0.1, momentum=0.9), 30, 0.896413858493733, 0.08808560171506971),
    (Nesterov(lr=0.1, momentum=0.9), 30, 0.6896149016966209, -0.0006799058361171969),
    (AdaGrad(lr=1.5), 30, -0.12016232231416045, 2.486389893984459e-17),
    (AdaGrad(lr=0.95), 30, -0.9212185309657609, 3.888024566842878e-07),  # does not arrive
    (AdaGrad(lr=30), 10, -2.3994530851555748e-05, 7.092072128580757e-10),  # first jumps to (23, −28), still arrives
    (RMSProp(lr=0.3, rho=0.9), 30, -0.1539113560422911, 3.0051584104069606e-17),
    (Adam(lr=0.3), 30, 0.1360138584507099, 0.3182453814199591),  # the paper's Algorithm 1, not the book's form
]


def gradient(x, y):
    return {"x": x / 10, "y": 2 * y}


def path(optimizer, updates, start=START):
    """The points that the optimizer visits: (updates + 1, 2)."""
    optimizer = optimizer.clone()
    params = {"x": start[0], "y": start[1]}
    points = [tuple(params.values())]
    for _ in range(updates):
        optimizer.update(params, gradient(**params))
        points.append(tuple(params.values()))
    return np.array(points)


@pytest.mark.parametrize(("optimizer", "updates", "x", "y"), END_POINTS, ids=repr)
def test_end_points(optimizer, updates, x, y):
    """From plain numbers, from integers, by descend, and with two balls at once, the second on the mirrored path."""
    balls, twice = {"x": np.array([-7.0, 7.0]), "y": np.array([2.0, -2.0])}, optimizer.clone()
    for _ in range(updates):
        twice.update(balls, gradient(**balls))
    np.testing.assert_allclose([balls["x"], balls["y"]], [(x, -x), (y, -y)], rtol=0, atol=1e-12)
    descent = descend(Valley(), optimizer, steps=updates)
    for points in (path(optimizer, updates), path(optimizer, updates, (-7, 2)), descent):
        assert (points.shape, points.dtype) == ((updates + 1, 2), np.float64)
        np.testing.assert_array_equal(points[0], START)
        np.testing.assert_allclose(points[-1], (x, y), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "x", "arrival"),
    [
        (SGD(lr=0.3), -2.807, 91),
        (Momentum(lr=0.3), -0.256, 44),
        (AdaGrad(lr=0.3), -4.379, None),
        (RMSProp(lr=0.3), -0.154, 25),
    ],
    ids=repr,
)
def test_at_one_and_the_same_rate_rmsprop_is_first_and_adagrad_creeps(optimizer, x, arrival):
    points = path(optimizer, 200)
    assert points[30, 0] == pytest.approx(x, abs=5e-4)
    low = np.flatnonzero(points[:, 0] ** 2 / 20 + points[:, 1] ** 2 < 0.01)
    assert (low[0] if low.size else None) == arrival


def test_adagrads_first_jump_at_rate_30():
    np.testing.assert_allclose(path(AdaGrad(lr=30), 1)[1], (23, -28), atol=1e-4)
