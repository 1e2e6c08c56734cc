"""The laws that every optimizer keeps. A new optimizer is one more row of TABLE (and of STOPS, if it does not roll)."""

import math
import pickle
from copy import deepcopy
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pytest

from zeronet import (
    SGD,
    AdaBelief,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    Adan,
    AMSGrad,
    CenteredRMSProp,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    Parameters,
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
from zeronet.optimizers import LAMB, LARS, OPTIMIZERS, SOAP, Muon, Prodigy, Shampoo


class Row(NamedTuple):
    kind: type[Optimizer]
    settings: dict[str, float]
    path: list[float]  # from w = 1 with the gradients 2 and then 1, worked out by hand
    adaptive: (
        bool | None
    )  # True: the length of the gradients does not matter; False: η g is what matters; None: neither
    has_rate: bool  # the rule has the form w ← w − r ⊙ g
    decays: bool = False  # its weight_decay moves weights without a gradient
    factors: tuple[str, ...] = ()  # states with shapes of their own


TABLE = [
    Row(SGD, {"lr": 0.1}, [0.8, 0.7], adaptive=False, has_rate=True),
    Row(SignSGD, {"lr": 0.1}, [0.9, 0.8], adaptive=True, has_rate=False),
    # v = −0.2, then 0.9 · (−0.2) − 0.1 = −0.28
    Row(Momentum, {"lr": 0.1, "momentum": 0.9}, [0.8, 0.52], adaptive=False, has_rate=False),
    # v = −0.2, w = 1 − 0.1 − 0.2; then v = −0.1 − 0.1, w = 0.7 − 0.1 − 0.1
    Row(Nesterov, {"lr": 0.1, "momentum": 0.5}, [0.7, 0.5], adaptive=False, has_rate=False),
    # h = 4, then 4 + 1
    Row(AdaGrad, {"lr": 0.1, "eps": 0.0}, [0.9, 0.9 - 0.1 / math.sqrt(5)], adaptive=True, has_rate=True),
    # h = 0.25 · 4 = 1, then 0.75 · 1 + 0.25 · 1 = 1
    Row(RMSProp, {"lr": 0.1, "rho": 0.75, "eps": 0.0}, [0.8, 0.7], adaptive=True, has_rate=True),
    # h = 1 and m = 0.5, then h = 1 and m = 0.75 · 0.5 + 0.25 · 1 = 0.625: variances 0.75 and 1 − 0.390625
    Row(
        CenteredRMSProp,
        {"lr": 0.1, "rho": 0.75, "eps": 0.0},
        [1 - 0.2 / math.sqrt(0.75), 1 - 0.2 / math.sqrt(0.75) - 0.1 / math.sqrt(0.609375)],
        adaptive=True,
        has_rate=True,
    ),
    # h as for RMSProp: v = −0.2, then 0.5 · (−0.2) − 0.1
    Row(
        RMSPropMomentum,
        {"lr": 0.1, "rho": 0.75, "momentum": 0.5, "eps": 0.0},
        [0.8, 0.6],
        adaptive=True,
        has_rate=False,
    ),
    # h = 1, Δ = √3 / √4 · 2, u = 0.25 · 3; then h = 1, Δ = √(0.75 + 3) / √4 · 1. Its motion begins with ε, so that
    # there is no scale invariance without ε.
    Row(
        AdaDelta,
        {"lr": 0.1, "rho": 0.75, "eps": 3.0},
        [1 - 0.1 * math.sqrt(3), 1 - 0.1 * math.sqrt(3) - 0.05 * math.sqrt(3.75)],
        adaptive=None,
        has_rate=False,
    ),
    # the same sign twice: s = 0.1, then 2.5 · 0.1
    Row(
        Rprop,
        {"lr": 0.1, "shrink": 0.5, "grow": 2.5, "min_step": 1e-6, "max_step": 50.0},
        [0.9, 0.65],
        adaptive=True,
        has_rate=False,
    ),
    # m̂ = 2, v̂ = 4; then m = 0.9 · 0.2 + 0.1 = 0.28, v = 0.999 · 0.004 + 0.001 = 0.004996
    Row(
        Adam,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0},
        [0.9, 0.9 - 0.1 * (0.28 / 0.19) / math.sqrt(0.004996 / 0.001999)],
        adaptive=True,
        has_rate=False,
    ),
    # Adam's steps, and 0.1 · 0.1 of w each time
    Row(
        AdamW,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0, "weight_decay": 0.1},
        [0.89, 0.89 - 0.1 * ((0.28 / 0.19) / math.sqrt(0.004996 / 0.001999) + 0.1 * 0.89)],
        adaptive=True,
        has_rate=False,
        decays=True,
    ),
    # u = 2, then max(0.75 · 2, 1) = 1.5
    Row(
        AdaMax,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.75, "eps": 0.0},
        [0.9, 0.9 - 0.1 * (0.28 / 0.19) / 1.5],
        adaptive=True,
        has_rate=False,
    ),
    # m̂ = 0.9 · 0.2 / 0.19 + 0.1 · 2 / 0.1, then 0.9 · 0.28 / 0.271 + 0.1 · 1 / 0.19; v̂ as for Adam
    Row(
        NAdam,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0},
        [
            1 - 0.05 * (0.18 / 0.19 + 2),
            1 - 0.05 * (0.18 / 0.19 + 2) - 0.1 * (0.252 / 0.271 + 0.1 / 0.19) / math.sqrt(0.004996 / 0.001999),
        ],
        adaptive=True,
        has_rate=False,
    ),
    # m̂ alone, 2 and 0.28 / 0.19: it is linear at first, and adaptive after some updates
    Row(
        RAdam,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0},
        [0.8, 0.8 - 0.1 * 0.28 / 0.19],
        adaptive=None,
        has_rate=False,
    ),
    # v = 2, v̂ = 4; then v = 1.5, v̂ = max(4, 1.5 / 0.75)
    Row(
        AMSGrad,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.5, "eps": 0.0},
        [0.9, 0.9 - 0.1 * (0.28 / 0.19) / 2],
        adaptive=True,
        has_rate=False,
    ),
    # g − m = 1.8, ŝ = 1.8²; then g − m = 0.72, s = 0.999 · 0.00324 + 0.001 · 0.5184
    Row(
        AdaBelief,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0},
        [1 - 0.2 / 1.8, 1 - 0.2 / 1.8 - 0.1 * (0.28 / 0.19) / math.sqrt(0.00375516 / 0.001999)],
        adaptive=True,
        has_rate=False,
    ),
    # v = 2, v̂ = 4; then 2 > 1, v = 2 − 0.5 · 1, v̂ = 1.5 / 0.75
    Row(
        Yogi,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.5, "eps": 0.0},
        [0.9, 0.9 - 0.1 * (0.28 / 0.19) / math.sqrt(2)],
        adaptive=True,
        has_rate=False,
    ),
    # c > 0 twice, and 0.1 · 0.1 of w each time
    Row(
        Lion,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.1},
        [0.89, 0.89 - 0.1 - 0.0089],
        adaptive=True,
        has_rate=False,
        decays=True,
    ),
    # d = 0, m̂ = 2, n = 0.25 · 4, n̂ = 4; then d = −1, m = 0.28, v = −0.5, n = 0.75 + 0.25 · 0.5²
    Row(
        Adan,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.5, "beta3": 0.75, "eps": 0.0, "weight_decay": 0.1},
        [0.9 / 1.01, (0.9 / 1.01 - 0.1 * (0.28 / 0.19 - 0.25 / 0.75) / math.sqrt(0.8125 / 0.4375)) / 1.01],
        adaptive=True,
        has_rate=False,
        decays=True,
    ),
    # z = 0.8 = x; then z = 0.7, x = 0.75, half-way
    Row(ScheduleFreeSGD, {"lr": 0.1, "momentum": 0.5}, [0.8, 0.725], adaptive=False, has_rate=False),
    # v̂ = 4, z = 1 − 0.1 · (1 + 0.1) = x; then v̂ = 1 / 0.4375, w = z/2 + (0.89 + z)/4
    Row(
        ScheduleFreeAdamW,
        {"lr": 0.1, "beta1": 0.5, "beta2": 0.75, "eps": 0.0, "weight_decay": 0.1},
        [0.89, 0.75 * (0.89 - 0.1 * (math.sqrt(0.4375) + 0.089)) + 0.25 * 0.89],
        adaptive=True,
        has_rate=False,
        decays=True,
    ),
    # d = 0.1 as in Adam's first step; then r = η̂ d · 0.1, s = √β₂ · d² · 2 · correction + η̂ d, whose ratio is below d
    Row(
        Prodigy,
        {"lr": 1.0, "beta1": 0.9, "beta2": 0.999, "d0": 0.1, "eps": 0.0},
        [0.9, 0.9 - 0.1 * (0.28 / 0.19) / math.sqrt(0.004996 / 0.001999)],
        adaptive=True,
        has_rate=False,
    ),
    # λ = 0.1 · 1 / 2, v = 0.1; then λ = 0.1 · 0.9, v = 0.9 · 0.1 + 0.09
    Row(LARS, {"lr": 1.0, "momentum": 0.9, "trust": 0.1}, [0.9, 0.72], adaptive=True, has_rate=False),
    # a step of 0.1 of |w|, whatever u
    Row(
        LAMB,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0, "weight_decay": 0.0},
        [0.9, 0.81],
        adaptive=True,
        has_rate=False,
    ),
    # a number learns as in Adam
    Row(
        Muon,
        {"lr": 0.1, "momentum": 0.95, "beta1": 0.9, "beta2": 0.999, "eps": 0.0},
        [0.9, 0.9 - 0.1 * (0.28 / 0.19) / math.sqrt(0.004996 / 0.001999)],
        adaptive=True,
        has_rate=False,
        factors=("v",),
    ),
    # a number learns as in AdaGrad
    Row(
        Shampoo,
        {"lr": 0.1, "eps": 0.0, "renew_every": 4.0},
        [0.9, 0.9 - 0.1 / math.sqrt(5)],
        adaptive=True,
        has_rate=False,
        factors=("L", "R", "L_root", "R_root"),
    ),
    # a number learns as in Adam; for a matrix, rounding decides which way directions without any gradient are turned
    Row(
        SOAP,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0, "renew_every": 4.0},
        [0.9, 0.9 - 0.1 * (0.28 / 0.19) / math.sqrt(0.004996 / 0.001999)],
        adaptive=None,
        has_rate=False,
        factors=("L", "R", "QL", "QR"),
    ),
]


def ids(row):
    return row.kind.__name__


every_optimizer = pytest.mark.parametrize("row", TABLE, ids=ids)
every_adaptive_optimizer = pytest.mark.parametrize("row", [row for row in TABLE if row.adaptive], ids=ids)
SHAPES = {"W1": (3, 2), "b1": (2,), "W2": (2, 4)}


def new(row, **changes):
    return row.kind(**{**row.settings, **changes})


def settings_among(*names):
    """(kind, name) of every setting of these names."""
    return [(row.kind, name) for row in TABLE for name in row.settings if name in names]


def random_parameters(seed, dtype=np.float32, shapes=SHAPES):
    """Parameters with normal numbers, which do not depend on the order of the names."""
    params = Parameters(shapes, dtype)
    for name in sorted(shapes):
        params[name] = np.random.default_rng([seed, *name.encode()]).standard_normal(shapes[name])
    return params


def arrays_of(params):
    """The same numbers as a plain dictionary."""
    return {name: array.copy() for name, array in params.items()}


def train(optimizer, params, steps=range(10), gradient=random_parameters, **settings):
    """Update params with a gradient that the number of the step decides."""
    for step in steps:
        optimizer.update(params, gradient(100 + step, **settings))
    return params


def assert_same_bits(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], strict=True)


def test_every_optimizer_has_a_row():
    assert [row.kind for row in TABLE] == list(OPTIMIZERS.values())


# The equation


@every_optimizer
def test_the_first_two_steps_are_those_worked_out_by_hand(row):
    params, optimizer = {"w": 1.0}, new(row)
    for gradient, expected in zip([2.0, 1.0], row.path, strict=True):
        optimizer.update(params, {"w": gradient})
        assert params["w"] == pytest.approx(expected, rel=1e-14)


@every_optimizer
def test_a_zero_gradient_changes_nothing_before_the_first_motion(row):
    params = random_parameters(0)
    before = arrays_of(params)
    optimizer = row.kind(**{"weight_decay": 0} if row.decays else {})  # with its own ε, which keeps 0/0 away
    for _ in range(3):
        optimizer.update(params, Parameters(SHAPES))
    assert_same_bits(params, before)


@pytest.mark.parametrize("row", [row for row in TABLE if row.decays], ids=ids)
def test_weight_decay_shrinks_weights_without_a_gradient_by_the_rate_times_the_decay(row):
    params = {"w": 1.0, "b": -2.0}
    optimizer = row.kind(lr=0.01, weight_decay=0.1)  # with its own ε, which keeps 0/0 away
    optimizer.update(params, {"w": 0.0, "b": 0.0})
    assert params["w"] == pytest.approx(1 - 0.001, abs=2e-6)  # Adan: 1 / (1 + 0.001)
    assert params["b"] == -2 * params["w"]


STOPS = [SGD, SignSGD, AdaGrad, RMSProp, CenteredRMSProp, AdaDelta, Rprop, Shampoo]
ROLLS = [row.kind for row in TABLE if row.kind not in STOPS]


def without_decay(kind):
    return kind(weight_decay=0) if "weight_decay" in kind().settings else kind()


@pytest.mark.parametrize("kind", ROLLS, ids=lambda kind: kind.__name__)
def test_what_rolls_goes_on_rolling_without_a_gradient(kind):
    params, optimizer = {"w": 1.0}, without_decay(kind)
    for _ in range(2):  # after one gradient, an average of places is still the place itself
        optimizer.update(params, {"w": 1.0})
    before = params["w"]
    optimizer.update(params, {"w": 0.0})
    assert params["w"] < before < 1


@pytest.mark.parametrize("kind", STOPS, ids=lambda kind: kind.__name__)
def test_what_does_not_roll_stops_at_once_without_a_gradient(kind):
    params, optimizer = {"w": 1.0}, kind()
    optimizer.update(params, {"w": 1.0})
    after_one = params["w"]
    optimizer.update(params, {"w": 0.0})
    assert params["w"] == after_one < 1


@every_adaptive_optimizer
def test_to_adaptive_optimizers_the_length_of_the_gradients_does_not_matter(row):
    def ten_times(seed):
        gradients = random_parameters(seed, np.float64)
        gradients.flat *= 10
        return gradients

    without_eps = {"eps": 0} if "eps" in row.settings else {}
    usual = train(new(row, **without_eps), random_parameters(0, np.float64), dtype=np.float64)
    steep = train(new(row, **without_eps), random_parameters(0, np.float64), gradient=ten_times)
    np.testing.assert_allclose(usual.flat, steep.flat, rtol=1e-12)


@pytest.mark.parametrize("row", [row for row in TABLE if row.adaptive is False], ids=ids)
def test_to_the_others_the_rate_times_the_gradient_is_what_matters(row):
    def double(seed):
        gradients = random_parameters(seed)
        gradients.flat *= 2
        return gradients

    usual = train(new(row, lr=0.2), random_parameters(0))
    steep = train(new(row, lr=0.1), random_parameters(0), gradient=double)
    np.testing.assert_allclose(usual.flat, steep.flat, rtol=1e-5)


@every_optimizer
def test_the_effective_rate_times_the_gradient_is_the_step(row):
    params, optimizer = random_parameters(0, np.float64), new(row)
    train(optimizer, params, range(5), dtype=np.float64)
    before, gradients = arrays_of(params), random_parameters(7, np.float64)
    optimizer.update(params, gradients)
    rates = optimizer.effective_steps()
    if not row.has_rate:
        assert rates is None
        return
    assert rates.keys() == params.keys()
    for name in params:
        np.testing.assert_allclose(rates[name] * gradients[name], before[name] - params[name], rtol=1e-9)


@every_optimizer
def test_the_effective_rate_of_plain_numbers(row):
    params, optimizer = {"x": 1.0, "y": 1.0}, new(row)
    optimizer.update(params, {"x": 2.0, "y": -3.0})
    rates = optimizer.effective_steps()
    if not row.has_rate:
        assert rates is None
        return
    assert 1 - rates["x"] * 2 == pytest.approx(params["x"])
    assert 1 + rates["y"] * 3 == pytest.approx(params["y"])


def test_there_is_no_effective_rate_before_the_first_update():
    with pytest.raises(ValueError, match="before the first update"):
        SGD().effective_steps()


# What may be updated


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_and_plain_dictionaries_give_the_same_bits(row, dtype):
    one_vector = train(new(row), random_parameters(0, dtype), dtype=dtype)
    by_name = train(
        new(row),
        arrays_of(random_parameters(0, dtype)),
        gradient=lambda seed: arrays_of(random_parameters(seed, dtype)),
    )
    mixed = train(
        new(row), random_parameters(0, dtype), gradient=lambda seed: arrays_of(random_parameters(seed, dtype))
    )
    assert_same_bits(one_vector, by_name)
    assert_same_bits(one_vector, mixed)


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind.elementwise], ids=ids)
def test_a_vector_in_pieces_gives_the_bits_of_the_whole(row, monkeypatch):
    whole = train(new(row), random_parameters(0))
    monkeypatch.setattr("zeronet.optimizers.base.PIECE", 5)
    assert_same_bits(whole, train(new(row), random_parameters(0)))


@every_optimizer
def test_floats_and_arrays_of_one_number_give_the_same_bits(row):
    floats, arrays = {"x": -7.0, "y": 2.0}, {"x": np.array(-7.0), "y": np.array([2.0])}
    first, second = new(row), new(row)
    for _ in range(10):
        first.update(floats, {"x": floats["x"] / 10, "y": 2 * floats["y"]})
        second.update(arrays, {"x": arrays["x"] / 10, "y": 2 * arrays["y"]})
    assert type(floats["x"]) is float
    assert floats == {"x": float(arrays["x"]), "y": float(arrays["y"][0])}


@every_optimizer
def test_arrays_are_changed_in_place(row):
    params = arrays_of(random_parameters(0))
    same = dict(params)
    train(new(row), params, range(9))  # an odd number, so that steps of one length do not cancel out
    assert all(params[name] is same[name] for name in params)
    assert (params["W1"] != random_parameters(0)["W1"]).all()


@every_optimizer
def test_the_order_of_the_names_does_not_matter(row):
    backwards = {name: SHAPES[name] for name in reversed(SHAPES)}
    usual = train(new(row), random_parameters(0))
    assert_same_bits(usual, train(new(row), random_parameters(0, shapes=backwards), shapes=backwards))
    assert_same_bits(usual, train(new(row), random_parameters(0), shapes=backwards))  # only the gradients' order


@every_optimizer
def test_parameters_of_another_order_may_come_in_the_middle(row):
    backwards = {name: SHAPES[name] for name in reversed(SHAPES)}
    usual = train(new(row), random_parameters(0))
    optimizer = new(row)
    first_half = train(optimizer, random_parameters(0), range(5))
    turned = Parameters(backwards)
    for name, array in first_half.items():
        turned[name] = array
    assert_same_bits(usual, train(optimizer, turned, range(5, 10), shapes=backwards))


@every_optimizer
@pytest.mark.parametrize("kind", [Parameters, dict])
def test_float32_stays_float32(row, kind):
    optimizer = new(row)
    params = random_parameters(0) if kind is Parameters else arrays_of(random_parameters(0))
    train(optimizer, params)
    for mapping in (params, *(getattr(optimizer, name) for name in row.kind.state_names)):
        assert {array.dtype for array in mapping.values()} == {np.dtype(np.float32)}


@every_optimizer
def test_gradients_are_not_changed(row):
    optimizer, params, gradients = new(row), random_parameters(0), random_parameters(1)
    for each in (gradients, arrays_of(gradients)):
        optimizer.update(params, each)
        assert_same_bits(each, arrays_of(random_parameters(1)))


@every_optimizer
def test_states_have_the_names_and_shapes_of_the_parameters(row):
    for params in (random_parameters(0), arrays_of(random_parameters(0)), {"x": 1.0, "y": -2}):
        optimizer = new(row)
        assert all(getattr(optimizer, name) is None for name in row.kind.state_names)
        for _ in range(2):  # there is a change of gradients from the second on
            optimizer.update(params, deepcopy(params))
        for name in row.kind.state_names:
            state = getattr(optimizer, name)
            assert list(state) == list(params)
            if name not in row.factors:
                assert all(np.shape(state[key]) == np.shape(params[key]) for key in params)
                assert all(state[key].any() for key in params)


@every_optimizer
def test_t_counts_the_updates(row):
    optimizer = new(row)
    assert optimizer.t == 0
    train(optimizer, random_parameters(0), range(3))
    assert optimizer.t == 3


@every_optimizer
@pytest.mark.parametrize(
    ("params", "gradients", "message"),
    [
        ({"x": 1.0}, {"y": 1.0}, r"parameters \{x \(\)\} and gradients \{y \(\)\} differ"),
        ({"x": 1.0}, {"x": 1.0, "y": 1.0}, r"parameters \{x \(\)\} and gradients \{x \(\), y \(\)\} differ"),
        ({"W": np.ones((2, 3))}, {"W": np.ones((3, 2))}, r"\{W \(2, 3\)\} and gradients \{W \(3, 2\)\} differ"),
        ({"W": np.ones(3)}, {"W": 1.0}, r"\{W \(3,\)\} and gradients \{W \(\)\} differ"),
        (Parameters({"W": (2,)}), Parameters({"W": (1,)}), r"\{W \(2,\)\} and gradients \{W \(1,\)\} differ"),
    ],
)
def test_parameters_and_gradients_must_have_the_same_names_and_shapes(row, params, gradients, message):
    before = arrays_of(params) if isinstance(params, Parameters) else dict(params)
    optimizer = new(row)
    with pytest.raises(ValueError, match=message):
        optimizer.update(params, gradients)
    assert optimizer.t == 0
    assert_same_bits(params, before)


@every_optimizer
@pytest.mark.parametrize(
    ("later", "message"),
    [
        ({"x": 1.0, "y": 1.0}, r"has updated \{x \(\)\}, and cannot go on with \{x \(\), y \(\)\}"),
        ({"z": 1.0}, r"has updated \{x \(\)\}, and cannot go on with \{z \(\)\}"),
        ({"x": np.ones(2)}, r"has updated \{x \(\)\}, and cannot go on with \{x \(2,\)\}"),
    ],
)
def test_an_optimizer_goes_on_with_the_names_and_shapes_it_began_with(row, later, message):
    optimizer = new(row)
    optimizer.update({"x": 1.0}, {"x": 1.0})
    with pytest.raises(ValueError, match=f"this {row.kind.__name__} {message}"):
        optimizer.update(later, dict(later))


@every_optimizer
@pytest.mark.parametrize(
    ("value", "kind"), [(np.array([1, 2]), "int64"), (np.array([1j, 2]), "complex128"), ([1.0, 2.0], "list")]
)
def test_parameters_are_arrays_of_floats_or_numbers(row, value, kind):
    optimizer = new(row)
    with pytest.raises(ValueError, match=f"arrays of floats, or numbers, not {kind}"):
        optimizer.update({"x": value}, {"x": np.ones(2)})
    assert optimizer.t == 0


# Training


@every_optimizer
def test_it_trains_a_network_at_its_own_rate(row, points):
    """Where an optimizer is evaluated at better parameters than it trains, these count."""
    net = TwoLayerNet(6, 50, 3, weight_init_std=0.3, seed=0)
    first = net.loss(*points)
    trainer = Trainer(net, row.kind(), batch_size=20).fit(*points, steps=500)
    with trainer.evaluating():
        assert net.loss(*points) < 0.5 * first


def test_the_books_own_loop_trains_a_network(points):
    net = TwoLayerNet(6, 5, 3, weight_init_std=0.5)
    first = net.loss(*points)
    params = net.params
    for _ in range(100):
        grad = net.gradient(*points)
        for key in params:
            params[key] -= 0.5 * grad[key]
    assert net.loss(*points) < 0.3 * first


# Settings


@every_optimizer
def test_the_settings_are_python_floats_in_the_order_of_the_arguments(row):
    optimizer = row.kind(**{name: np.float64(value) for name, value in row.settings.items()})
    assert optimizer.settings == row.settings
    assert list(optimizer.settings) == list(row.settings)
    assert {type(value) for value in optimizer.settings.values()} == {float}


@every_optimizer
@pytest.mark.parametrize("value", [-1, 0, math.nan, math.inf, "abc", True, None, [0.1], 1j])
def test_a_learning_rate_is_a_positive_number(row, value):
    with pytest.raises(ValueError, match="lr must be positive and finite, not") as error:
        new(row, lr=value)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize(("kind", "name"), settings_among("momentum", "rho", "beta1", "beta2", "beta3"))
@pytest.mark.parametrize("value", [1, -0.1, 1.5, math.nan, math.inf, "0.9", True, None])
def test_a_share_of_memory_is_at_least_0_and_below_1(kind, name, value):
    assert getattr(kind(**{name: 0}), name) == 0
    with pytest.raises(ValueError, match=rf"{name} must be in \[0, 1\), not") as error:
        kind(**{name: value})
    assert repr(value) in str(error.value)


@pytest.mark.parametrize(("kind", "name"), settings_among("eps", "weight_decay"))
@pytest.mark.parametrize("value", [-1, -1e-300, math.nan, math.inf, "1e-7", True, None])
def test_eps_and_weight_decay_are_not_negative(kind, name, value):
    assert getattr(kind(**{name: 0}), name) == 0
    with pytest.raises(ValueError, match=f"{name} must be at least 0 and finite, not") as error:
        kind(**{name: value})
    assert repr(value) in str(error.value)


@every_optimizer
def test_a_clone_has_the_same_settings_and_has_seen_nothing(row):
    optimizer = new(row)
    train(optimizer, random_parameters(0))
    clone = optimizer.clone()
    assert type(clone) is row.kind
    assert clone.settings == row.settings
    assert clone.t == 0
    assert all(getattr(clone, name) is None for name in row.kind.state_names)
    assert_same_bits(train(clone, random_parameters(0)), train(new(row), random_parameters(0)))


@every_optimizer
def test_a_clone_takes_over_what_was_changed_by_hand(row):
    optimizer = new(row)
    optimizer.lr = 0.05
    assert optimizer.settings["lr"] == optimizer.clone().lr == 0.05


# Schedules


@every_optimizer
def test_a_schedule_is_a_function_of_the_updates_made_before(row):
    asked = []

    def falling(step):
        asked.append(step)
        return 0.1 / (1 + step)

    optimizer, by_hand = new(row, lr=falling), new(row)
    assert optimizer.lr == 0.1
    asked.clear()
    params, twin = random_parameters(0), random_parameters(0)
    for step in range(5):
        train(optimizer, params, [step])
        by_hand.lr = 0.1 / (1 + step)
        train(by_hand, twin, [step])
        assert optimizer.lr == by_hand.lr
    assert asked == [0, 1, 2, 3, 4]
    assert_same_bits(params, twin)


@every_optimizer
def test_a_clone_takes_over_the_schedule(row):
    optimizer = new(row, lr=lambda step: 0.1 / (1 + step))
    train(optimizer, random_parameters(0), range(5))
    clone = optimizer.clone()
    assert clone.settings["lr"] is optimizer.schedule
    assert clone.lr == 0.1
    train(clone, random_parameters(0), range(3))
    assert clone.lr == 0.1 / 3


def test_what_a_schedule_says_is_checked_like_a_number():
    with pytest.raises(ValueError, match=r"lr must be positive and finite, not -0\.1"):
        SGD(lr=lambda step: -0.1)
    optimizer = SGD(lr=lambda step: 0.1 if step == 0 else math.nan)
    params = {"x": 1.0}
    optimizer.update(params, {"x": 1.0})
    with pytest.raises(ValueError, match=r"lr must be .* finite, not nan"):
        optimizer.update(params, {"x": 1.0})
    assert params == {"x": 0.9}


# Saved states


def numbers(seed):
    return dict(zip("xyz", np.random.default_rng(seed).standard_normal(3).tolist(), strict=True))


@every_optimizer
@pytest.mark.parametrize(
    "gradient",
    [random_parameters, lambda seed: arrays_of(random_parameters(seed)), numbers],
    ids=["Parameters", "arrays", "floats"],
)
@pytest.mark.parametrize(
    "carried", [lambda state: state, lambda state: pickle.loads(pickle.dumps(state))], ids=["in memory", "pickled"]
)
def test_a_loaded_state_goes_on_bit_for_bit(row, gradient, carried):
    usual = train(new(row), gradient(0), gradient=gradient)
    first = new(row)
    params = train(first, gradient(0), range(5), gradient)
    second = row.kind(**{name: value / 2 for name, value in row.settings.items()})
    second.load_state_dict(carried(first.state_dict()))
    assert second.settings == row.settings
    assert second.t == 5
    assert_same_bits(usual, train(second, params, range(5, 10), gradient))


@every_optimizer
def test_a_loaded_state_goes_on_bit_for_bit_where_types_are_mixed(row):
    def mixed(seed):
        arrays = arrays_of(random_parameters(seed))
        return {"W1": arrays["W1"], "b1": arrays["b1"].astype(np.float64), "x": float(arrays["W2"][0, 0])}

    usual = train(new(row), mixed(0), gradient=mixed)
    first, second = new(row), new(row)
    params = train(first, mixed(0), range(5), mixed)
    second.load_state_dict(first.state_dict())
    assert_same_bits(usual, train(second, params, range(5, 10), mixed))


@every_optimizer
def test_a_saved_state_is_a_copy(row):
    optimizer = new(row)
    params = train(optimizer, random_parameters(0), range(5))
    state = optimizer.state_dict()
    kept = pickle.dumps(state)
    loaded = new(row)
    loaded.load_state_dict(state)
    train(optimizer, params)
    train(loaded, random_parameters(0))
    assert pickle.dumps(state) == kept


@every_optimizer
def test_the_state_of_before_the_first_update_can_be_loaded(row):
    optimizer = new(row)
    optimizer.load_state_dict(new(row).state_dict())
    assert_same_bits(train(optimizer, random_parameters(0)), train(new(row), random_parameters(0)))


@every_optimizer
def test_a_schedule_goes_on_where_the_state_was_saved(row):
    def schedule(step):
        return 0.1 / (1 + step)

    usual = train(new(row, lr=schedule), random_parameters(0))
    first, second = new(row, lr=schedule), new(row, lr=schedule)
    params = train(first, random_parameters(0), range(5))
    second.load_state_dict(first.state_dict())
    assert_same_bits(usual, train(second, params, range(5, 10)))


@pytest.mark.parametrize(("row", "other"), list(permutations(TABLE, 2)), ids=ids)
def test_the_state_of_another_kind_is_refused_and_changes_nothing(row, other):
    saved = new(other)
    train(saved, random_parameters(0), range(3))
    optimizer = new(row)
    with pytest.raises(ValueError, match=f"not one of {row.kind.__name__}"):
        optimizer.load_state_dict(saved.state_dict())
    assert optimizer.t == 0
    assert optimizer.settings == row.settings


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind.state_names], ids=ids)
def test_a_loaded_state_belongs_to_its_names_and_shapes(row):
    first, second = new(row), new(row)
    first.update({"x": 1.0}, {"x": 1.0})
    second.load_state_dict(first.state_dict())
    with pytest.raises(ValueError, match=r"has updated \{x \(\)\}, and cannot go on with \{y \(\)\}"):
        second.update({"y": 1.0}, {"y": 1.0})


@pytest.mark.parametrize("row", [row for row in TABLE if row.has_rate], ids=ids)
def test_a_loaded_state_knows_its_effective_rate(row):
    first, second = new(row), new(row)
    first.update({"x": 1.0}, {"x": 1.0})
    second.load_state_dict(first.state_dict())
    second.update({"x": 1.0}, {"x": 2.0})
    first.update({"x": 1.0}, {"x": 2.0})
    assert second.effective_steps() == first.effective_steps()
