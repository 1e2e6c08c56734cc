"""Descent on landscapes: the end points of the book and the articles, noise, and paths that leave for infinity."""

import math
from itertools import pairwise

import numpy as np
import pytest

from zeronet import SGD, AdaGrad, Adam, Optimizer, RMSProp
from zeronet.lab.runner.landscape_defaults import RATES, STEPS
from zeronet.landscapes import LANDSCAPES, Rosenbrock, Slope, Valley, descend, walk
from zeronet.optimizers import OPTIMIZERS


class BookAdaGrad:
    """As the book writes it, changing arrays in place."""

    def __init__(self, lr):
        self.lr, self.h = lr, None

    def update(self, params, grads):
        if self.h is None:
            self.h = {key: np.zeros_like(value) for key, value in params.items()}
        for key in params:
            self.h[key] += grads[key] * grads[key]
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)


class RebindingSGD:
    """As many learners write it, putting new arrays in the place of the old ones."""

    def update(self, params, grads):
        for key in params:
            params[key] = params[key] - 0.95 * grads[key]


def first_below(path, height):
    return next((step for step, f in enumerate(Valley()(*path.T)) if f < height), None)


def test_at_the_book_s_own_rates_the_order_turns_round():
    assert first_below(descend(Valley(), AdaGrad(lr=1.5)), 0.01) == 20
    assert first_below(descend(Valley(), RMSProp(lr=0.3)), 0.01) == 25


def test_in_the_valley_adagrad_s_rates_settle():
    rates = [moment.effective_steps for moment in walk(Valley(), AdaGrad(lr=1.5), steps=3000)]
    np.testing.assert_allclose(rates[30], (1.18, 0.36), atol=0.01)
    np.testing.assert_allclose(rates[3000], rates[30], rtol=0.01)


def test_a_clone_walks_so_that_a_second_descent_takes_the_same_path():
    optimizer = Adam(lr=0.3)
    first = descend(Valley(), optimizer)
    assert optimizer.t == 0
    np.testing.assert_array_equal(first, descend(Valley(), optimizer))


@pytest.mark.parametrize(("theirs", "ours"), [(BookAdaGrad(1.5), AdaGrad(lr=1.5)), (RebindingSGD(), SGD(lr=0.95))])
def test_a_class_of_the_book_or_of_a_learner_takes_the_same_path(theirs, ours):
    np.testing.assert_allclose(descend(Valley(), theirs), descend(Valley(), ours), rtol=1e-12)


def test_any_function_will_do_and_its_slopes_are_measured():
    def f(x, y):
        return x**2 / 20 + y**2

    measured = descend(f, AdaGrad(lr=1.5), start=(-7, 2))
    np.testing.assert_allclose(measured, descend(Valley(), AdaGrad(lr=1.5)), atol=1e-6)
    f.gradient = lambda x, y: (0.0, 1.0)
    np.testing.assert_array_equal(descend(f, SGD(lr=1), start=(0, 0), steps=2), [[0, 0], [0, -1], [0, -2]])


def test_noise_is_normal_has_the_deviation_asked_for_and_belongs_to_the_seed():
    def noisy(seed, noise=0.5):
        return descend(Slope(), SGD(lr=1), steps=4000, noise=noise, seed=seed)

    added = -np.diff(noisy(0), axis=0) - (1, 0)
    np.testing.assert_allclose(added.std(axis=0), 0.5, rtol=0.05)
    np.testing.assert_allclose(added.mean(axis=0), 0, atol=0.03)
    np.testing.assert_array_equal(noisy(0), noisy(0))
    assert (noisy(0)[1:] != noisy(1)[1:]).all()
    np.testing.assert_array_equal(noisy(0, noise=0), descend(Slope(), SGD(lr=1), steps=4000))


def test_a_path_that_leaves_for_infinity_is_cut_where_it_is_still_finite():
    path = descend(Rosenbrock(), SGD(lr=1), steps=100)
    assert 1 < len(path) < 101
    assert np.isfinite(path).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": (1,)}, "start must be a pair of finite numbers"),
        ({"start": 3}, "start must be a pair of finite numbers"),
        ({"start": ("a", "b")}, "start must be a pair of finite numbers"),
        ({"start": (math.nan, 0)}, "start must be a pair of finite numbers"),
        ({"steps": -1}, "steps must be an integer"),
        ({"steps": 1.5}, "steps must be an integer"),
        ({"noise": -1}, "noise a number ≥ 0"),
        ({"noise": "1"}, "noise a number ≥ 0"),
        ({"steps": True}, "steps must be an integer"),
        ({"start": ("1", "2")}, "start must be a pair of finite numbers"),
        ({"start": (1j, 2)}, "start must be a pair of finite numbers"),
        ({"noise": math.nan}, "noise a number ≥ 0"),
    ],
)
def test_what_cannot_be_walked_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        descend(Valley(), SGD(), **arguments)


def test_a_complex_height_or_slope_is_refused():
    with pytest.raises(ValueError, match="f must return one real number, not complex128"):
        descend(lambda x, y: 1j * x, SGD(), start=(1, 1))
    with pytest.raises(ValueError, match="holds complex numbers"):
        landscape = Valley()
        landscape.gradient = lambda x, y: (1j, 0)
        descend(landscape, SGD())


def test_a_function_without_a_start_needs_one():
    with pytest.raises(ValueError, match=r"has no start: give start=\(x, y\)"):
        descend(lambda x, y: x * y, SGD())


def test_moments_tell_gradient_states_and_rate():
    start, first = walk(Valley(), AdaGrad(lr=1.5), steps=1)
    assert (start.step, start.gradient, start.states, start.effective_steps) == (0, None, {"h": (0, 0)}, None)
    assert (first.step, first.gradient, first.states) == (1, (-0.7, 4.0), {"h": (pytest.approx(0.49), 16.0)})
    assert first.effective_steps == pytest.approx((1.5 / 0.7, 1.5 / 4))
    assert (first.x, first.y) == pytest.approx((-5.5, 0.5))


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_where_there_is_a_rate_it_times_the_gradient_is_the_step(kind: type[Optimizer]):
    moments = list(walk(Valley(), kind()))
    for before, after in pairwise(moments):
        if after.effective_steps:
            step = (before.x - after.x, before.y - after.y)
            np.testing.assert_allclose(np.multiply(after.effective_steps, after.gradient), step, rtol=1e-6, atol=1e-15)


# The default rates on landscapes


def second_half(landscape, optimizer, steps):
    """The mean of log(f − f_min) over the second half of the path, where 0.001 counts as low enough."""
    f = np.array([moment.f for moment in walk(landscape, optimizer, steps=steps)])
    if len(f) <= steps:
        return math.inf
    return np.log10(np.maximum(f - landscape.lowest, 1e-3))[len(f) // 2 :].mean()


@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau", "branin", "rastrigin", "ackley"])
def test_the_default_rates_are_those_that_the_rule_chooses(name):
    landscape, candidates = LANDSCAPES[name](), [float(f"{d}e{k}") for k in range(-4, 2) for d in (1, 2, 5)]
    for kind, chosen in RATES[name].items():
        heights = {lr: second_half(landscape, OPTIMIZERS[kind](lr=lr), STEPS[name]) for lr in candidates}
        assert heights[chosen] == min(heights.values()), kind


def test_every_landscape_has_default_rates_and_steps():
    assert RATES.keys() == STEPS.keys() == LANDSCAPES.keys()


def test_an_optimizer_that_trains_other_weights_is_where_it_would_be_evaluated():
    """z: SGD's places at w = z + ½ (x − z); x, their mean."""
    z, x, w = [np.array([-7.0, 2.0])], np.array([-7.0, 2.0]), np.array([-7.0, 2.0])
    points = list(walk(Valley(), OPTIMIZERS["ScheduleFreeSGD"](lr=0.5, momentum=0.5), steps=5))
    for point in points[1:]:
        z.append(z[-1] - 0.5 * w * (0.1, 2))
        x = np.mean(z[1:], axis=0)
        w = (z[-1] + x) / 2
        assert (point.x, point.y) == pytest.approx(x)
        assert point.w == pytest.approx(w)
        assert point.f == pytest.approx(x[0] ** 2 / 20 + x[1] ** 2)
    path = descend(Valley(), OPTIMIZERS["ScheduleFreeSGD"](lr=0.5, momentum=0.5), steps=5)
    np.testing.assert_array_equal(path, [(point.x, point.y) for point in points])
    assert [(p.x, p.y) for p in walk(Valley(), Adam(lr=0.3))] == [p.w for p in walk(Valley(), Adam(lr=0.3))]
