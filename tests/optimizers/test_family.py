"""What each of the elementwise family is for: the law that its docstring promises."""

import math
import re

import numpy as np
import pytest

from zeronet import (
    SGD,
    AdaBelief,
    AdaDelta,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    CenteredRMSProp,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    RAdam,
    RMSProp,
    RMSPropMomentum,
    Rprop,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    SignSGD,
    Trainer,
    TwoLayerNet,
    Yogi,
)
from zeronet.optimizers import LARS, SOAP, Prodigy, Shampoo
from zeronet.optimizers.variants.shampoo import inverse_fourth_root


def path(optimizer, gradients, start=0.0):
    """The places after each update, from one start along the given gradients."""
    params, places = {"x": start}, []
    for g in gradients:
        optimizer.update(params, {"x": float(g)})
        places.append(params["x"])
    return np.array(places)


# One optimizer is another one at some settings


@pytest.mark.parametrize(
    ("optimizer", "known"),
    [
        (Momentum(lr=0.1, momentum=0), SGD(lr=0.1)),
        (Nesterov(lr=0.1, momentum=0), SGD(lr=0.1)),
        (SignSGD(lr=0.1), RMSProp(lr=0.1, rho=0, eps=0)),
        (Lion(lr=0.1, beta1=0, beta2=0.9), SignSGD(lr=0.1)),
        (AdamW(lr=0.1, weight_decay=0), Adam(lr=0.1)),
        (NAdam(lr=0.1, beta1=0), Adam(lr=0.1, beta1=0)),
        (RMSPropMomentum(lr=0.1, momentum=0), RMSProp(lr=0.1)),
        (AdaMax(lr=0.1, beta1=0, beta2=0, eps=0), SignSGD(lr=0.1)),
        (ScheduleFreeSGD(lr=0.1, momentum=0), SGD(lr=0.1)),
        (ScheduleFreeAdamW(lr=0.1, beta1=0), Adam(lr=0.1, beta1=0)),
    ],
    ids=lambda each: repr(each),
)
def test_at_the_edge_of_its_settings_it_is_one_that_is_known(optimizer, known, rng):
    gradients = rng.standard_normal(50)
    np.testing.assert_allclose(path(optimizer, gradients), path(known, gradients), rtol=1e-12, atol=1e-15)


# Each one's own


def test_sign_sgd_steps_to_and_fro_around_the_minimum_for_ever():
    params, optimizer = {"x": 0.25}, SignSGD(lr=0.5)
    for expected in [-0.25, 0.25, -0.25, 0.25]:
        optimizer.update(params, {"x": 2 * params["x"]})
        assert params["x"] == expected


def test_rprops_steps_grow_while_signs_agree_and_shrink_where_they_change_without_a_step():
    places = path(Rprop(lr=0.25, grow=2, shrink=0.5), [1, 3, 0.1, -5, -1, -1])
    # 0.25, 0.5, 1; the sign changes: 0.5 and no step; again 0.5, then 1
    np.testing.assert_array_equal(-np.diff(places, prepend=0), [0.25, 0.5, 1, 0, -0.5, -1])


def test_rprops_steps_stay_between_their_bounds():
    optimizer = Rprop(lr=0.1, min_step=0.05, max_step=0.2)
    path(optimizer, np.ones(20))
    assert float(optimizer.s["x"]) == 0.2
    path(optimizer, [(-1) ** k for k in range(20)])
    assert float(optimizer.s["x"]) == 0.05


def test_rprop_sees_the_sign_of_the_smallest_gradients():
    """Their product is too small for a float32."""
    optimizer, params = Rprop(lr=0.5, grow=2), {"W": np.zeros(1, np.float32)}
    for _ in range(2):
        optimizer.update(params, {"W": np.full(1, 1e-30, np.float32)})
    assert params["W"] == -0.5 - 1


def test_rprop_s_bounds_are_in_order():
    with pytest.raises(ValueError, match="min_step must be at most max_step = 1, not 2"):
        Rprop(min_step=2, max_step=1)


NO_COUNTS = (0, 0.5, 2.5, -1, math.nan, "10", True)
REFUSED = [  # a setting, values that it refuses, and what it must be
    (Rprop, "shrink", (0, 1), "in (0, 1)"),
    (Rprop, "grow", (1,), "greater than 1 and finite"),
    (Rprop, "min_step", (0, -1), "positive and finite"),
    (Rprop, "max_step", (0, -1), "positive and finite"),
    (Shampoo, "renew_every", NO_COUNTS, "an integer of at least 1"),
    (SOAP, "renew_every", NO_COUNTS, "an integer of at least 1"),
    (LARS, "trust", (0, -1, math.inf, None), "positive and finite"),
    (Prodigy, "d0", (0, -1, math.inf, None), "positive and finite"),
]


@pytest.mark.parametrize(
    ("kind", "name", "values", "wanted"), REFUSED, ids=[f"{r[0].__name__} {r[1]}" for r in REFUSED]
)
def test_what_a_setting_refuses_is_quoted(kind, name, values, wanted):
    for value in values:
        with pytest.raises(ValueError, match=re.escape(f"{name} must be {wanted}, not {value!r}")):
            kind(**{name: value})


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_slope_is_no_root_of_a_negative_number_for_centered_rmsprop(dtype):
    """There h − m ⊙ m is 0 but for rounding."""
    params, optimizer = {"W": np.zeros(1000, dtype)}, CenteredRMSProp(lr=1e-6)
    slope = np.geomspace(1e-3, 1e3, 1000, dtype=dtype)
    for _ in range(500):
        optimizer.update(params, {"W": slope})
    h, m = optimizer.h["W"], optimizer.m["W"]
    assert (h - m * m).min() < 0
    assert np.isfinite(params["W"]).all()


def test_centered_rmsprop_takes_longer_steps_than_rmsprop_where_gradients_agree():
    gradients = [1, 1.1, 0.9] * 20
    assert path(CenteredRMSProp(), gradients)[-1] < 4 * path(RMSProp(), gradients)[-1] < 0


def test_where_steps_agree_those_of_rmsprop_with_momentum_tend_to_ten_times_rmsprops():
    places = path(RMSPropMomentum(lr=0.1, momentum=0.9, eps=0), np.ones(500))
    assert places[-2] - places[-1] == pytest.approx(10 * 0.1)


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e2])
def test_adadeltas_steps_have_the_unit_of_the_parameter_however_the_loss_is_measured(scale):
    """Gradients all scale times as long change nothing beside an ε far below them."""
    gradients = scale * np.random.default_rng(0).standard_normal(50)
    eps_of_gradients_and_steps = 1e-12
    places = path(AdaDelta(eps=eps_of_gradients_and_steps), gradients)
    expected = path(AdaDelta(eps=eps_of_gradients_and_steps), gradients / scale)
    np.testing.assert_allclose(places, expected, rtol=1e-3)


def test_adadelta_begins_with_a_step_of_root_eps_over_1_minus_rho():
    assert path(AdaDelta(rho=0.9, eps=1e-6), [1000.0])[0] == pytest.approx(-np.sqrt(1e-6 / 0.1), rel=1e-6)


@pytest.mark.parametrize("slope", [-1e-3, 1.0, 1e3])
@pytest.mark.parametrize(
    "optimizer",
    [Adam(lr=0.01, eps=0), AdaMax(lr=0.01, eps=0), Lion(lr=0.01), NAdam(lr=0.01, beta1=0, eps=0)],
    ids=repr,
)
def test_on_a_constant_slope_every_step_is_lr_long_from_the_first_on(optimizer, slope):
    places = path(optimizer.clone(), np.full(100, slope))
    np.testing.assert_allclose(places, -np.sign(slope) * 0.01 * np.arange(1, 101), rtol=1e-9)


def test_nadam_turns_round_before_adam():
    gradients = [1.0] * 10 + [-1.0] * 10
    turned = [int(path(optimizer, gradients).argmin()) for optimizer in (NAdam(), Adam())]
    assert turned[0] < turned[1]


def test_radams_first_five_updates_are_a_mean_of_gradients_and_the_sixth_is_a_short_step_of_adam():
    gradients = [5.0] * 6
    steps = -np.diff(path(RAdam(lr=0.01, eps=0), gradients), prepend=0)
    np.testing.assert_allclose(steps[:5], 0.01 * 5)
    assert 0 < steps[5] < 0.01 / 10


def test_radam_becomes_adam():
    optimizer = RAdam()
    optimizer.t = 100_000
    assert optimizer.rectification() == pytest.approx(1)


def test_with_a_short_memory_radam_never_trusts_it():
    optimizer = RAdam(lr=0.01, beta1=0, beta2=0.5)  # ρ∞ = 3
    np.testing.assert_allclose(-np.diff(path(optimizer, np.full(50, 5.0)), prepend=0), 0.05)


def test_amsgrads_rates_never_grow_and_adams_do(rng):
    gradients = [100.0, *rng.standard_normal(2000)]
    amsgrad, adam, largest = AMSGrad(), Adam(), []
    for g in gradients:
        path(amsgrad, [g])
        path(adam, [g])
        largest.append(float(amsgrad.v_hat["x"]))
    assert (np.diff(largest) >= 0).all()
    assert largest[-1] == pytest.approx(100**2)
    assert float(adam.v["x"]) < 5  # its rate has grown to more than 40 times that of the first update


def test_adabelief_goes_far_where_gradients_agree_and_not_where_they_alternate():
    agreeing, alternating = [1, 1.1, 0.9] * 20, [1, -1] * 30
    reach = {kind: abs(path(kind(lr=0.001), agreeing)[-1]) for kind in (Adam, AdaBelief)}
    assert reach[AdaBelief] > 2 * reach[Adam]
    stay = {kind: abs(path(kind(lr=0.001), alternating)).max() for kind in (Adam, AdaBelief)}
    assert stay[AdaBelief] < 1.2 * stay[Adam]


def test_yogis_v_falls_by_the_square_of_the_gradient_and_adams_by_a_share_of_itself():
    gradients = [10.0] * 50 + [0.1] * 500
    yogi, adam = Yogi(beta2=0.9), Adam(beta2=0.9)
    path(yogi, gradients[:50])
    before = float(yogi.v["x"])
    path(yogi, gradients[50:])
    path(adam, gradients)
    assert float(yogi.v["x"]) == pytest.approx(before - 500 * 0.1 * 0.1**2)
    assert float(adam.v["x"]) == pytest.approx(0.1**2)


# Without a schedule


@pytest.mark.parametrize("kind", [ScheduleFreeSGD, ScheduleFreeAdamW])
def test_x_is_the_mean_of_all_z_with_the_squared_rates_for_weights(kind, rng):
    def warm_up(step):
        return 0.1 * min(1, (step + 1) / 10)

    params, optimizer, places = {"W": np.zeros(3)}, kind(lr=warm_up), []
    for g in rng.standard_normal((30, 3)):
        optimizer.update(params, {"W": g})
        places.append(optimizer.z["W"].copy())
    rates = np.array([warm_up(step) for step in range(30)])
    expected = (rates**2 @ np.array(places)) / (rates**2).sum()
    np.testing.assert_allclose(optimizer.evaluation_params(params)["W"], expected, rtol=1e-12)
    np.testing.assert_allclose(params["W"], 0.1 * places[-1] + 0.9 * expected, rtol=1e-12)


def test_in_noise_the_average_comes_nearer_than_sgd_at_the_same_rate(rng):
    """f = x²/2 with noise in its gradient."""
    free, plain, far, near = ScheduleFreeSGD(lr=0.5), SGD(lr=0.5), [], []
    w, x = {"x": 5.0}, {"x": 5.0}
    for step in range(2000):
        noise = float(rng.standard_normal())
        free.update(w, {"x": w["x"] + noise})
        plain.update(x, {"x": x["x"] + noise})
        if step >= 1000:
            near.append(float(free.evaluation_params(w)["x"]) ** 2)
            far.append(x["x"] ** 2)
    assert np.mean(near) < 0.05 * np.mean(far)


@pytest.mark.parametrize("kind", [ScheduleFreeSGD, ScheduleFreeAdamW])
def test_a_network_is_evaluated_at_the_average_and_goes_on_training_where_it_was(kind, points):
    net = TwoLayerNet(6, 5, 3, weight_init_std=0.5, seed=0)
    trainer = Trainer(net, kind(), batch_size=20)
    with trainer.evaluating():
        before = net.params.copy()
    np.testing.assert_array_equal(before.flat, net.params.flat)  # there is no average yet
    trainer.fit(*points, steps=20)
    np.testing.assert_array_equal(net.params.flat, trainer.optimizer.x.flat)
    with trainer.training():
        assert (net.params.flat != trainer.optimizer.x.flat).any()
    np.testing.assert_array_equal(net.params.flat, trainer.optimizer.x.flat)


def test_momentum_is_what_schedule_free_sgd_replaces_and_has_no_part_in_z(rng):
    gradients = rng.standard_normal(20)
    free, rolling = ScheduleFreeSGD(lr=0.1, momentum=0.9), Momentum(lr=0.1, momentum=0.9)
    path(free, gradients)
    assert float(free.z["x"]) == pytest.approx(-0.1 * gradients.sum())
    assert path(rolling, gradients)[-1] != pytest.approx(-0.1 * gradients.sum())


def test_lars_steps_like_sgd_where_a_length_is_0():
    params = {"b": np.zeros(2)}
    LARS(lr=0.5, trust=0.001).update(params, {"b": np.array([1.0, -2.0])})
    np.testing.assert_array_equal(params["b"], [-0.5, 1.0])


def test_a_root_of_shampoo_keeps_small_directions_and_drops_those_of_rounding():
    root = inverse_fourth_root(np.diag([1.0, 1e-8, 1e-14]), eps=0.0)
    np.testing.assert_allclose(np.diag(root), [1.0, 100.0, 0.0])
