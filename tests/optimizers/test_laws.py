"""The laws that every optimizer keeps: those of the test bench, and what the bench cannot know.

A new optimizer is one more row of TABLE.
"""

import math
import pickle
from copy import deepcopy
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

import zeronet.optimizers as o
from zeronet import SGD, Adam, Optimizer, Parameters, TwoLayerNet
from zeronet.lab.check.findings import judge
from zeronet.lab.check.running import LAWS
from zeronet.lab.check.subject import Subject
from zeronet.lab.dialects import DIALECTS
from zeronet.optimizers import LAMB, LARS, OPTIMIZERS, SOAP, Muon, Shampoo


class Row(NamedTuple):
    kind: type[Optimizer]
    settings: dict[str, float]
    path: list[float]  # from w = 1 with the gradients 2 and then 1, worked out by hand
    family: str = "adaptive"  # "linear": ten times the gradient makes ten times the first step
    rolls: bool = True  # it still moves without a gradient, after two with
    has_rate: bool = False  # the rule has the form w ← w − r ⊙ g


A, W = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 0.0}, {"weight_decay": 0.1}
R = {"lr": 0.1, "rho": 0.75, "eps": 0.0}
M = 0.28 / 0.19  # Adam's second m̂: m = 0.9 · 0.2 + 0.1
V = math.sqrt(0.004996 / 0.001999)  # and the root of its v̂: v = 0.999 · 0.004 + 0.001
C, D, N = 1 - 0.2 / math.sqrt(0.75), 1 - 0.1 * math.sqrt(3), 1 - 0.05 * (0.18 / 0.19 + 2)  # first places
TABLE = [
    Row(o.SGD, {"lr": 0.1}, [0.8, 0.7], "linear", rolls=False, has_rate=True),
    Row(o.SignSGD, {"lr": 0.1}, [0.9, 0.8], rolls=False),
    # v = −0.2, then 0.9 · (−0.2) − 0.1 = −0.28
    Row(o.Momentum, {"lr": 0.1, "momentum": 0.9}, [0.8, 0.52], "linear"),
    # v = −0.2, w = 1 − 0.1 − 0.2; then v = −0.1 − 0.1, w = 0.7 − 0.1 − 0.1
    Row(o.Nesterov, {"lr": 0.1, "momentum": 0.5}, [0.7, 0.5], "linear"),
    # h = 4, then 4 + 1
    Row(o.AdaGrad, {"lr": 0.1, "eps": 0.0}, [0.9, 0.9 - 0.1 / math.sqrt(5)], rolls=False, has_rate=True),
    # h = 0.25 · 4 = 1, then 0.75 · 1 + 0.25 · 1 = 1
    Row(o.RMSProp, R, [0.8, 0.7], rolls=False, has_rate=True),
    # h = 1 and m = 0.5, then h = 1 and m = 0.75 · 0.5 + 0.25 · 1 = 0.625: variances 0.75 and 1 − 0.390625
    Row(o.CenteredRMSProp, R, [C, C - 0.1 / math.sqrt(0.609375)], rolls=False, has_rate=True),
    # h as for RMSProp: v = −0.2, then 0.5 · (−0.2) − 0.1
    Row(o.RMSPropMomentum, {"lr": 0.1, "rho": 0.75, "momentum": 0.5, "eps": 0.0}, [0.8, 0.6]),
    # h = 1, Δ = √3 / √4 · 2, u = 0.25 · 3; then h = 1, Δ = √(0.75 + 3) / √4 · 1
    Row(o.AdaDelta, R | {"eps": 3.0}, [D, D - 0.05 * math.sqrt(3.75)], rolls=False),
    # the same sign twice: s = 0.1, then 2.5 · 0.1
    Row(o.Rprop, {"lr": 0.1, "shrink": 0.5, "grow": 2.5, "min_step": 1e-6, "max_step": 50.0}, [0.9, 0.65], rolls=False),
    Row(o.Adam, A, [0.9, 0.9 - 0.1 * M / V]),
    # Adam's steps, and 0.1 · 0.1 of w each time
    Row(o.AdamW, A | W, [0.89, 0.89 - 0.1 * (M / V + 0.1 * 0.89)]),
    # u = 2, then max(0.75 · 2, 1) = 1.5
    Row(o.AdaMax, A | {"beta2": 0.75}, [0.9, 0.9 - 0.1 * M / 1.5]),
    # m̂ = 0.9 · 0.2 / 0.19 + 0.1 · 2 / 0.1, then 0.9 · 0.28 / 0.271 + 0.1 · 1 / 0.19
    Row(o.NAdam, A, [N, N - 0.1 * (0.252 / 0.271 + 0.1 / 0.19) / V]),
    # m̂ alone: it is linear at first, and adaptive after some updates
    Row(o.RAdam, A, [0.8, 0.8 - 0.1 * M], "linear"),
    # v = 2, v̂ = 4; then v = 1.5, v̂ = max(4, 1.5 / 0.75)
    Row(o.AMSGrad, A | {"beta2": 0.5}, [0.9, 0.9 - 0.1 * M / 2]),
    # g − m = 1.8, ŝ = 1.8²; then g − m = 0.72, s = 0.999 · 0.00324 + 0.001 · 0.5184
    Row(o.AdaBelief, A, [1 - 0.2 / 1.8, 1 - 0.2 / 1.8 - 0.1 * M / math.sqrt(0.00375516 / 0.001999)]),
    # v = 2, v̂ = 4; then 2 > 1, v = 2 − 0.5 · 1, v̂ = 1.5 / 0.75
    Row(o.Yogi, A | {"beta2": 0.5}, [0.9, 0.9 - 0.1 * M / math.sqrt(2)]),
    # c > 0 twice, and 0.1 · 0.1 of w each time
    Row(o.Lion, {"lr": 0.1, "beta1": 0.9, "beta2": 0.99} | W, [0.89, 0.89 - 0.1 - 0.0089]),
    # d = 0, m̂ = 2, n = 0.25 · 4, n̂ = 4; then d = −1, m = 0.28, v = −0.5, n = 0.75 + 0.25 · 0.5²
    Row(
        o.Adan,
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.5, "beta3": 0.75, "eps": 0.0} | W,
        [0.9 / 1.01, (0.9 / 1.01 - 0.1 * (M - 0.25 / 0.75) / math.sqrt(0.8125 / 0.4375)) / 1.01],
    ),
    # z = 0.8 = x; then z = 0.7, x = 0.75, half-way
    Row(o.ScheduleFreeSGD, {"lr": 0.1, "momentum": 0.5}, [0.8, 0.725], "linear"),
    # v̂ = 4, z = 1 − 0.1 · (1 + 0.1) = x; then v̂ = 1 / 0.4375, w = z/2 + (0.89 + z)/4
    Row(
        o.ScheduleFreeAdamW,
        A | {"beta1": 0.5, "beta2": 0.75} | W,
        [0.89, 0.75 * (0.89 - 0.1 * (math.sqrt(0.4375) + 0.089)) + 0.25 * 0.89],
    ),
    # d = 0.1 as in Adam's first step; then r = η̂ d · 0.1, s = √β₂ · d² · 2 · correction + η̂ d, whose ratio is below d
    Row(o.Prodigy, {"lr": 1.0, "beta1": 0.9, "beta2": 0.999, "d0": 0.1, "eps": 0.0}, [0.9, 0.9 - 0.1 * M / V]),
    # λ = 0.1 · 1 / 2, v = 0.1; then λ = 0.1 · 0.9, v = 0.9 · 0.1 + 0.09
    Row(o.LARS, {"lr": 1.0, "momentum": 0.9, "trust": 0.1}, [0.9, 0.72]),
    # a step of 0.1 of |w|, whatever u
    Row(o.LAMB, A | {"weight_decay": 0.0}, [0.9, 0.81]),
    # a number learns as in Adam, as in AdaGrad, and as in Adam
    Row(o.Muon, {"lr": 0.1, "momentum": 0.95, "beta1": 0.9, "beta2": 0.999, "eps": 0.0}, [0.9, 0.9 - 0.1 * M / V]),
    Row(o.Shampoo, {"lr": 0.1, "eps": 0.0, "renew_every": 4.0}, [0.9, 0.9 - 0.1 / math.sqrt(5)], rolls=False),
    Row(o.SOAP, A | {"renew_every": 4.0}, [0.9, 0.9 - 0.1 * M / V]),
]
SHAPES = {"W1": (3, 2), "b1": (2,), "W2": (2, 4)}
BACKWARDS = {name: SHAPES[name] for name in reversed(SHAPES)}


def name_of(thing):
    return thing.kind.__name__ if isinstance(thing, Row) else getattr(thing, "__name__", None)


every_optimizer = pytest.mark.parametrize("row", TABLE, ids=name_of)
# What the base class does for all: one whose rule meets the whole vector, and one whose rule meets each array.
one_of_each_kind = pytest.mark.parametrize("row", [r for r in TABLE if r.kind in (Adam, SOAP)], ids=name_of)


def new(row, **changes):
    return row.kind(**row.settings | changes)


def random_parameters(seed, dtype=np.float32, shapes=SHAPES):
    """Parameters with normal numbers, which do not depend on the order of the names."""
    params = Parameters(shapes, dtype)
    for name in sorted(shapes):
        params[name] = np.random.default_rng([seed, *name.encode()]).standard_normal(shapes[name])
    return params


def random_arrays(seed, dtype=np.float32):
    """The same numbers as a plain dictionary."""
    return {name: array.copy() for name, array in random_parameters(seed, dtype).items()}


def random_mixture(seed):
    arrays = random_arrays(seed)
    return {"W1": arrays["W1"], "b1": arrays["b1"].astype(np.float64), "x": float(arrays["W2"][0, 0])}


def train(optimizer, params, steps=range(10), gradient=random_parameters, **settings):
    """Update params with a gradient that the number of the step decides, and that stays as it is."""
    for step in steps:
        gradients = gradient(100 + step, **settings)
        optimizer.update(params, gradients)
        assert_same_bits(gradients, gradient(100 + step, **settings))
    return params


def assert_same_bits(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], strict=True)


def test_every_optimizer_has_a_row():
    assert [row.kind for row in TABLE] == list(OPTIMIZERS.values())


# The laws of the bench, which know no class by its name

SHIPPED = [*OPTIMIZERS.values(), *(dialect for each in DIALECTS.values() for dialect in each.values())]
REMARKED = {"zero", "epsilon", "settings", "shapes", "digits"}  # by laws that only describe some classes


@cache
def nameless(kind):
    return Subject(type("Mine", (kind,), {}))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("kind", SHIPPED, ids=name_of)
def test_every_built_in_and_dialect_keeps_every_law(kind, law):
    with np.errstate(all="ignore"):
        finding = judge(law, nameless(kind))
    allowed = ("pass", "skip", "remark") if law.name in REMARKED else ("pass", "skip")
    assert finding.verdict in allowed, f"{kind.__name__}, {law.name}: {finding.seen} → {finding.hint}"


@every_optimizer
def test_the_first_two_steps_are_those_worked_out_by_hand(row):
    params, optimizer = {"w": 1.0}, new(row)
    for gradient, expected in zip([2.0, 1.0], row.path, strict=True):
        optimizer.update(params, {"w": gradient})
        assert params["w"] == pytest.approx(expected, rel=1e-14)
    assert type(params["w"]) is float
    assert optimizer.t == 2


@every_optimizer
def test_it_is_linear_or_adaptive_and_rolls_or_stops_as_the_row_says(row):
    assert nameless(row.kind).family == row.family
    params, optimizer = {"w": 1.0}, row.kind(**{"weight_decay": 0} if "weight_decay" in row.settings else {})
    places = []
    for gradient in (1.0, 1.0, 0.0):
        optimizer.update(params, {"w": gradient})
        places.append(params["w"])
    assert (places[2] < places[1]) == row.rolls
    assert places[2] <= places[1] < places[0] < 1


@every_optimizer
def test_the_effective_step_times_the_gradient_is_the_step(row):
    first, optimizer = new(row), new(row)
    params, gradients = (
        train(first, random_parameters(0, np.float64), dtype=np.float64),
        random_parameters(7, np.float64),
    )
    with pytest.raises(ValueError, match="before the first update"):
        optimizer.effective_steps()
    optimizer.load_state_dict(first.state_dict())
    before = deepcopy(params)
    optimizer.update(params, gradients)
    steps = optimizer.effective_steps()
    assert (steps is not None) == row.has_rate
    for name in steps or ():
        np.testing.assert_allclose(steps[name] * gradients[name], before[name] - params[name], rtol=1e-9)


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_vector_and_named_arrays_give_the_same_bits_in_any_order(row, dtype):
    one_vector = train(optimizer := new(row), random_parameters(0, dtype), dtype=dtype)
    by_name = train(new(row), random_arrays(0, dtype), gradient=random_arrays, dtype=dtype)
    assert_same_bits(one_vector, by_name)
    assert_same_bits(one_vector, train(new(row), random_parameters(0, dtype), gradient=random_arrays, dtype=dtype))
    for shapes in (SHAPES, BACKWARDS):  # only the gradients' order, or that of all
        turned = train(new(row), random_parameters(0, dtype, shapes), dtype=dtype, shapes=BACKWARDS)
        assert_same_bits(one_vector, {name: turned[name] for name in SHAPES})
    for name in row.kind.state_names:
        state = getattr(optimizer, name)
        assert list(state) == list(SHAPES)
        assert all(value.dtype == dtype for value in state.values())
        if row.kind.elementwise:
            assert {key: value.shape for key, value in state.items() if value.any()} == SHAPES


@one_of_each_kind
def test_parameters_of_another_order_may_come_in_the_middle(row):
    first_half, turned = train(optimizer := new(row), random_parameters(0), range(5)), Parameters(BACKWARDS)
    for name, array in first_half.items():
        turned[name] = array
    later = train(optimizer, turned, range(5, 10), shapes=BACKWARDS)
    assert_same_bits(train(new(row), random_parameters(0)), {name: later[name] for name in SHAPES})


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind.elementwise], ids=name_of)
def test_a_vector_in_pieces_gives_the_bits_of_the_whole(row, monkeypatch):
    whole = train(new(row), random_parameters(0))
    monkeypatch.setattr("zeronet.optimizers.base.PIECE", 5)
    assert_same_bits(whole, train(new(row), random_parameters(0)))


@one_of_each_kind
@pytest.mark.parametrize(
    ("params", "gradients", "message"),
    [
        ({"x": 1.0}, {"y": 1.0}, r"parameters \{x \(\)\} and gradients \{y \(\)\} differ"),
        ({"x": 1.0}, {"x": 1.0, "y": 1.0}, r"parameters \{x \(\)\} and gradients \{x \(\), y \(\)\} differ"),
        ({"W": np.ones((2, 3))}, {"W": np.ones((3, 2))}, r"\{W \(2, 3\)\} and gradients \{W \(3, 2\)\} differ"),
        ({"W": np.ones(3)}, {"W": 1.0}, r"\{W \(3,\)\} and gradients \{W \(\)\} differ"),
        (Parameters({"W": (2,)}), Parameters({"W": (1,)}), r"\{W \(2,\)\} and gradients \{W \(1,\)\} differ"),
        ({"x": np.array([1, 2])}, {"x": np.ones(2)}, "arrays of floats, or numbers, not int64"),
        ({"x": np.array([1j, 2])}, {"x": np.ones(2)}, "arrays of floats, or numbers, not complex128"),
        ({"x": [1.0, 2.0]}, {"x": np.ones(2)}, "arrays of floats, or numbers, not list"),
    ],
)
def test_parameters_are_floats_with_the_names_and_shapes_of_the_gradients(row, params, gradients, message):
    before, optimizer = deepcopy(params), new(row)
    with pytest.raises(ValueError, match=message):
        optimizer.update(params, gradients)
    assert optimizer.t == 0
    assert_same_bits(params, before)


@every_optimizer
@pytest.mark.parametrize("kind", [dict, Parameters])
def test_float16_parameters_are_refused_with_the_cure(row, kind):
    params = Parameters(SHAPES, np.float16)
    with pytest.raises(
        ValueError, match=r"must be float32 or float64, not float16: use params\.astype\(np\.float32\)$"
    ):
        new(row).update(params if kind is Parameters else dict(params), Parameters(SHAPES))


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_gradients_of_another_type_are_taken_in_the_parameters_own(row, dtype):
    """300² is 90,000: more than float16 holds."""
    for transforms in ((), (o.L2(0.5), o.ClipNorm(700.0))):
        optimizers = [new(row).with_transforms(*transforms) for _ in range(3)]
        params = [random_parameters(0), random_parameters(0), random_arrays(0)]
        grads = [Parameters(SHAPES, dtype) for _ in range(2)] + [Parameters(SHAPES)]
        grads[1] = dict(grads[1])
        for gradient in (300, -200, 100):
            for optimizer, w, g in zip(optimizers, params, grads, strict=True):
                for array in g.values():
                    array[...] = gradient
                optimizer.update(w, g)
        for w in params[1:]:
            for name in SHAPES:
                np.testing.assert_allclose(params[0][name], w[name], rtol=1e-2 if row.kind is o.Shampoo else 1e-5)
        assert np.isfinite(params[0].flat).all()


def test_a_complex_gradient_of_parameters_is_refused():
    with pytest.raises(ValueError, match="gradients must be arrays of real numbers, not complex64"):
        SGD().update(Parameters(SHAPES), Parameters(SHAPES, np.complex64))


@one_of_each_kind
@pytest.mark.parametrize("later", [{"x": 1.0, "y": 1.0}, {"z": 1.0}, {"x": np.ones(2)}])
def test_an_optimizer_goes_on_with_the_names_and_shapes_it_began_with(row, later):
    first, loaded = new(row), new(row)
    first.update({"x": 1.0}, {"x": 1.0})
    loaded.load_state_dict(first.state_dict())
    for optimizer in (first, loaded):
        with pytest.raises(ValueError, match=f"{row.kind.__name__} has updated {{x \\(\\)}}, and cannot go on with"):
            optimizer.update(later, dict(later))


@every_optimizer
@pytest.mark.parametrize("kind", [dict, Parameters])
def test_an_empty_array_is_no_error_and_changes_nothing_for_the_others(row, kind):
    """Shapes (0, 3), (0,) and (2, 0): as a layer without inputs or without outputs has them."""
    empty = {"E": (0, 3), "e": (0,), "F": (2, 0)}

    def mixed(seed, **_):
        params = Parameters(empty | SHAPES)
        params.flat = random_parameters(seed).flat
        return params if kind is Parameters else {name: array.copy() for name, array in params.items()}

    clipped = new(row).with_transforms(o.ClipNorm(1.0), o.ClipValue(0.5), o.L2(0.01))
    plain = random_parameters if kind is Parameters else random_arrays
    params = train(optimizer := clipped.clone(), mixed(0), gradient=mixed)
    twin = train(clipped.clone(), plain(0), gradient=plain)
    for name in SHAPES:
        np.testing.assert_allclose(params[name], twin[name], rtol=2e-6)
    loaded = clipped.clone()
    loaded.load_state_dict(optimizer.state_dict())
    assert_same_bits(train(loaded, deepcopy(params), [10], mixed), train(optimizer, params, [10], mixed))


@every_optimizer
@pytest.mark.parametrize("kind", [dict, Parameters])
def test_a_network_of_empty_arrays_alone_can_be_updated(row, kind):
    params, grads = (kind(Parameters({"E": (0, 3), "e": (0,)})) if kind is dict else kind({"E": (0, 3)}) for _ in "pg")
    optimizer = new(row)
    for _ in range(3):
        optimizer.update(params, grads)
    assert params["E"].shape == (0, 3)


def fails_at(kind, call):
    """A class whose rule works as kind's until its `call`-th call, which changes everything and then fails."""

    class Failing(kind):
        calls = 0

        def rule(self, w, g, *states):
            super().rule(w, g, *states)
            self.calls += 1
            if self.calls == call:
                for array in (w, *states):
                    array[...] = 7
                raise ZeroDivisionError

    return Failing


@every_optimizer
@pytest.mark.parametrize("gradient", [random_parameters, random_arrays, random_mixture], ids=name_of)
@pytest.mark.parametrize("updates", [0, 3])
def test_an_update_that_fails_changes_nothing(row, gradient, updates):
    in_one_call = row.kind.elementwise and gradient is random_parameters
    call = updates + 1 if in_one_call else 3 * updates + 2  # the second array: the first has been changed
    settings = row.settings | {"lr": lambda k: 0.1 / (k + 1)}
    optimizer, usual = fails_at(row.kind, call)(**settings), row.kind(**settings)
    for each in (optimizer, usual):
        each.transforms = (o.L2(0.1),) if "z" in row.kind.state_names else (o.WeightDecay(0.1, "all"),)
    params, twin = (train(each, gradient(0), range(updates), gradient) for each in (optimizer, usual))
    before, state = deepcopy(params), pickle.dumps(optimizer.state_dict())
    with pytest.raises(ZeroDivisionError):
        optimizer.update(params, gradient(100 + updates))
    assert_same_bits(params, before)
    assert pickle.dumps(optimizer.state_dict()) == state
    steps = range(updates, updates + 3)
    assert_same_bits(train(optimizer, params, steps, gradient), train(usual, twin, steps, gradient))


@every_optimizer
def test_with_numpys_errors_raised_an_update_is_all_or_nothing_too(row):
    optimizer, params = new(row), random_parameters(0)
    train(optimizer, params, range(2))
    before, state = params.copy(), pickle.dumps(optimizer.state_dict())
    huge = params.copy()
    huge.flat[-1] = np.nan
    optimizer.before_update = lambda *_: np.float32(3e38) * np.float32(10)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        optimizer.update(params, huge)
    assert_same_bits(params, before)
    assert pickle.dumps(optimizer.state_dict()) == state


@one_of_each_kind
def test_what_can_be_checked_is_checked_before_the_first_array_changes(row):
    frozen = np.ones(2)
    frozen.flags.writeable = False
    for params, grads, words in (
        ({"a": np.ones(2), "b": frozen}, {"a": np.ones(2), "b": np.ones(2)}, "b is read-only"),
        ({"a": np.ones(2), "b": 1.0}, {"a": np.ones(2), "b": "1"}, "gradients must be .*real numbers, not <U1"),
        ({"a": np.ones(2), "b": 1.0}, {"a": np.ones(2), "b": 1j}, "gradients must be .*real numbers, not complex128"),
        ({"a": np.ones(2), "b": 1.0}, {"a": np.ones(2), "b": None}, "gradients must be .*real numbers, not object"),
    ):
        before, optimizer = deepcopy(params), new(row)
        with pytest.raises(ValueError, match=words):
            optimizer.update(params, grads)
        assert_same_bits(params, before)
        assert optimizer.t == 0


@every_optimizer
def test_an_optimizer_that_has_updated_one_network_refuses_another(row):
    optimizer, first, second = new(row), random_parameters(0), random_parameters(1)
    train(optimizer, first)
    before, state = second.copy(), pickle.dumps(optimizer.state_dict())
    with pytest.raises(ValueError, match=r"has updated the parameters of another network.* clone\(\)"):
        train(optimizer, second)
    assert_same_bits(second, before)
    assert pickle.dumps(optimizer.state_dict()) == state
    assert_same_bits(train(optimizer.clone(), second), train(new(row), random_parameters(1)))
    del first  # the one is gone, but not what the optimizer remembers of it
    with pytest.raises(ValueError, match="another network"):
        train(optimizer, second)


@one_of_each_kind
def test_copies_and_pickles_of_a_used_optimizer_go_on_with_a_copy_of_the_network(row):
    usual = train(new(row), random_parameters(0))
    for copied in (deepcopy, lambda both: pickle.loads(pickle.dumps(both))):
        both = new(row), random_parameters(0)
        train(*both, range(5))
        assert_same_bits(train(*copied(both), range(5, 10)), usual)
        loaded = new(row)
        loaded.load_state_dict(both[0].state_dict())
        assert_same_bits(train(loaded, both[1].copy(), range(5, 10)), usual)
        assert_same_bits(train(both[0], both[1].copy(), range(5, 10)), usual)  # equal values: it is the same network


@one_of_each_kind
def test_plain_dictionaries_may_be_new_ones_at_each_update(row):
    optimizer, arrays = new(row), random_arrays(0)
    for step in range(10):
        optimizer.update(dict(arrays), random_arrays(100 + step))
    assert_same_bits(arrays, train(new(row), random_arrays(0), gradient=random_arrays))


def test_the_books_own_loop_trains_a_network(points):
    net = TwoLayerNet(6, 5, 3, weight_init_std=0.5)
    first = net.loss(*points)
    params = net.params
    for _ in range(100):
        grad = net.gradient(*points)
        for key in params:
            params[key] -= 0.5 * grad[key]
    assert net.loss(*points) < 0.3 * first


BAD = [-1, math.nan, math.inf, "0.1", True, None, [0.1], 1j]
RANGES = {
    "lr": ("positive", [0]),
    **dict.fromkeys(("momentum", "rho", "beta1", "beta2", "beta3"), (r"in \[0, 1\)", [1, 1.5])),
    **dict.fromkeys(("eps", "weight_decay"), ("at least 0", [-1e-300])),
}


@every_optimizer
def test_the_settings_are_python_floats_in_their_ranges_in_the_order_of_the_arguments(row):
    optimizer = row.kind(**{name: np.float64(value) for name, value in row.settings.items()})
    assert list(optimizer.settings.items()) == list(row.settings.items())
    assert {type(value) for value in optimizer.settings.values()} == {float}
    for name, (words, bad) in RANGES.items():
        for value in [*BAD, *bad] if name in row.settings else ():
            with pytest.raises(ValueError, match=f"{name} must be {words}( and finite)?, not ") as error:
                row.kind(**{name: value})
            assert repr(value) in str(error.value)
        if name in row.settings and name != "lr":
            assert getattr(row.kind(**{name: 0}), name) == 0


@every_optimizer
def test_a_clone_has_the_same_settings_and_has_seen_nothing(row):
    train(optimizer := new(row), random_parameters(0))
    clone = optimizer.clone()
    assert (type(clone), clone.settings, clone.t) == (row.kind, row.settings, 0)
    assert all(getattr(clone, name) is None for name in row.kind.state_names)
    assert_same_bits(train(clone, random_parameters(0)), train(new(row), random_parameters(0)))
    optimizer.lr = 0.05
    assert optimizer.settings["lr"] == optimizer.clone().lr == 0.05


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
    clone, loaded = optimizer.clone(), new(row, lr=falling)
    assert (clone.settings["lr"], clone.lr) == (falling, 0.1)
    loaded.load_state_dict(optimizer.state_dict())
    assert_same_bits(train(loaded, twin, [5]), train(optimizer, params, [5]))


NO_RATES = [None, False, True, "", "0.1", [], -0.1, math.nan, math.inf, 1j, np.zeros(2)]


@pytest.mark.parametrize("value", NO_RATES, ids=repr)
def test_what_a_schedule_returns_is_checked_like_a_number(value):
    with pytest.raises(
        ValueError, match=r"the schedule's lr must be at least 0 and finite, not .* \(after 0 updates\)"
    ):
        SGD(lr=lambda step: value)
    optimizer, params = SGD(lr=lambda step: 0.1 if step == 0 else value), {"x": 1.0}
    optimizer.update(params, {"x": 1.0})
    with pytest.raises(ValueError, match="after 1 updates") as error:
        optimizer.update(params, {"x": 1.0})
    assert repr(value) in str(error.value) and "\n" not in str(error.value)
    assert (params, optimizer.t, optimizer.lr) == ({"x": 0.9}, 1, 0.1)


@every_optimizer
def test_a_schedule_may_start_and_end_at_0_and_a_state_from_there_can_be_loaded(row):
    """With a rate of 0 nothing moves, except what Rprop and momentum still have to go."""

    def triangle(step):
        return [0.0, 0.1, np.float32(0), 0][min(step, 3)]

    optimizer, params = new(row, lr=triangle), random_parameters(0)
    train(optimizer, params, [0])
    assert optimizer.lr == 0
    if row.kind is not o.Rprop:
        assert_same_bits(params, random_parameters(0))
    for step in range(1, 4):
        loaded, state = new(row, lr=triangle), optimizer.state_dict()
        loaded.load_state_dict(state)
        assert_same_bits(train(loaded, params.copy(), [step]), train(optimizer, params, [step]))
        assert np.isfinite(params.flat).all()
    with pytest.raises(ValueError, match=r"lr must be positive and finite, not 0\.0"):
        new(row).load_state_dict(new(row).state_dict() | {"settings": row.settings | {"lr": 0.0}})


@every_optimizer
@pytest.mark.parametrize("gradient", [random_parameters, random_arrays, random_mixture], ids=name_of)
def test_a_saved_and_pickled_state_goes_on_bit_for_bit(row, gradient):
    usual = train(new(row), gradient(0), gradient=gradient)
    first, second = new(row), row.kind(**{name: value / 2 for name, value in row.settings.items()})
    params = train(first, gradient(0), range(5), gradient)
    state = first.state_dict()
    kept = pickle.dumps(state)
    train(first, deepcopy(params), range(5), gradient)
    second.load_state_dict(state)
    assert (second.settings, second.t) == (row.settings, 5)
    assert_same_bits(usual, train(second, deepcopy(params), range(5, 10), gradient))
    assert pickle.dumps(state) == kept  # a copy, which nobody has changed
    third = new(row)
    third.load_state_dict(pickle.loads(kept))
    assert_same_bits(usual, train(third, params, range(5, 10), gradient))


def test_a_state_without_one_of_the_arrays_cannot_be_loaded():
    train(optimizer := LAMB(), random_parameters(0))
    state = optimizer.state_dict()
    state["states"]["v"] = state["states"].pop("root_v")
    for states in (state["states"], {"m": state["states"]["m"], "root_v": {}}):
        with pytest.raises(ValueError, match="this state has no root_v: another version of LAMB wrote it"):
            (fresh := LAMB()).load_state_dict(state | {"states": states})
        assert fresh.t == 0


@every_optimizer
def test_the_state_of_before_the_first_update_can_be_loaded_and_that_of_another_kind_cannot(row):
    optimizer = new(row)
    other = TABLE[TABLE.index(row) - 1]
    train(saved := new(other), random_parameters(0), range(3))
    with pytest.raises(ValueError, match=f"not one of {row.kind.__name__}"):
        optimizer.load_state_dict(saved.state_dict())
    assert (optimizer.t, optimizer.settings) == (0, row.settings)
    optimizer.load_state_dict(new(row).state_dict())
    assert_same_bits(train(optimizer, random_parameters(0)), train(new(row), random_parameters(0)))


# Gradients whose squares are no floats

EXTREMES = [(np.float32, 1e20), (np.float32, 1e-20), (np.float64, 1e200), (np.float64, 1e-200)]
extreme = pytest.mark.parametrize(("dtype", "size"), EXTREMES, ids=str)


@extreme
@pytest.mark.parametrize("kind", [dict, Parameters])
def test_clip_norm_of_extreme_gradients_is_the_direction(kind, dtype, size):
    """(3, 4) · size has the length 5 · size."""
    params, grads = (Parameters({"a": (), "b": (1,)}, dtype) for _ in "pg")
    for c, expected in ((1.0, [0.6, 0.8] if size > 1 else [3 * size, 4 * size]), (size, [0.6 * size, 0.8 * size])):
        params.flat, grads.flat = [0, 0], [3 * size, 4 * size]
        optimizer = SGD(lr=1).with_transforms(o.ClipNorm(c))
        optimizer.update(params if kind is Parameters else dict(params), grads if kind is Parameters else dict(grads))
        np.testing.assert_allclose(-params.flat, expected, rtol=1e-6)


def test_clip_norm_of_the_largest_floats_is_the_direction():
    params = {"w": np.zeros(2), "x": 0.0}
    SGD(lr=1).with_transforms(o.ClipNorm(3.0)).update(params, {"w": np.array([1.7e308, -1.7e308]), "x": 0.85e308})
    np.testing.assert_allclose([*params["w"], params["x"]], [-2, 2, -1], rtol=1e-15)


@extreme
def test_a_share_of_the_length_is_the_same_for_extreme_gradients_and_weights(dtype, size):
    """LARS: 0.5 · 5 in the direction of g, (0.6, 0.8). LAMB: 0.1 · 5 in that of (1, 1)/√2, Adam's first step."""
    g = np.array([3 * size, 4 * size], dtype)
    for w_size in (1.0, 1e-20, 1e20):
        start = np.array([3.0 * w_size, 4.0 * w_size], dtype)
        for optimizer, step in (
            (LARS(lr=1, trust=0.5), np.array([1.5, 2.0])),
            (LAMB(lr=0.1, eps=0), np.array([0.5, 0.5]) / math.sqrt(2)),
        ):
            params = {"w": start.copy()}
            optimizer.update(params, {"w": g})
            np.testing.assert_allclose(params["w"], start - (step * w_size).astype(dtype), rtol=1e-6)


@extreme
def test_optimizers_without_a_scale_take_the_usual_path_for_extreme_gradients(dtype, size):
    """With ε = 0, a factor of 2ᵏ for all gradients makes no difference: it cancels."""
    factor = 2.0 ** round(math.log2(size))
    for kind in (LAMB, Muon, Shampoo, o.Prodigy):
        for shapes in ({"W1": (3, 2), "V": (2, 5)}, {"b": (4,)}):
            optimizer, usual = kind(eps=0), kind(eps=0)
            params, twin = (random_parameters(0, dtype, shapes) for _ in "pt")
            for step in range(15):
                g, scaled = (random_parameters(step, dtype, shapes) for _ in "gs")
                scaled.flat *= dtype(factor)
                optimizer.update(params, scaled)
                usual.update(twin, g)
            rtol = 1e-4 if dtype is np.float32 else 1e-9
            np.testing.assert_allclose(
                params.flat, twin.flat, rtol=rtol, atol=rtol, err_msg=f"{kind.__name__} {shapes}"
            )


LIMITS = [(np.float32, 1e20), (np.float32, 1e-25), (np.float32, 3e38), (np.float64, 3e200), (np.float64, 1e-200)]


@pytest.mark.parametrize("kind", [LAMB, LARS, Muon, Shampoo, SOAP])
@pytest.mark.parametrize(("dtype", "factor"), [*LIMITS, (np.float64, 1.7e308)], ids=str)
def test_a_factor_of_all_gradients_cancels_up_to_the_largest_floats(kind, dtype, factor, rng):
    """SOAP's matrix is square and its gradients have full rank: elsewhere rounding chooses some of its directions."""
    settings = {} if kind is LARS else {"eps": 0}
    optimizer, usual = kind(**settings), kind(**settings)
    params, twin, g, scaled = (Parameters({"W": (4, 4), "b": (6,), "s": ()}, dtype) for _ in range(4))
    params.flat = twin.flat = start = rng.uniform(-1, 1, params.flat.size)
    for _ in range(25):
        g.flat = rng.uniform(-1, 1, g.flat.size)
        scaled.flat = g.flat * dtype(factor)
        optimizer.update(params, scaled)
        usual.update(twin, g)
    assert (np.abs(twin.flat - start) > 1e-4).all()
    np.testing.assert_allclose(params.flat, twin.flat, atol=1e-5 if dtype is np.float32 else 1e-13)


@pytest.mark.parametrize("kind", [Muon, SOAP])
def test_gradients_that_grow_and_shrink_on_the_way_go_as_in_a_type_that_has_their_squares(kind, rng):
    mean = "beta1" if kind is SOAP else "momentum"
    optimizer, wide = (kind(eps=0, beta2=0.8, **{mean: 0.8}) for _ in "ow")
    params, twin, g = Parameters({"W": (3, 3), "b": (4,)}), Parameters({"W": (3, 3), "b": (4,)}, np.float64), {}
    for size in [1.0] * 5 + [1e30] * 5 + [1e14] * 400 + [1e-10] * 600:
        g = {name: np.float32(size * rng.uniform(-1, 1, w.shape)) for name, w in params.items()}
        params.flat = twin.flat = np.zeros(13)  # each step by itself, so that roundings do not add up
        optimizer.update(params, g)
        wide.update(twin, g)
        np.testing.assert_allclose(params.flat, twin.flat, atol=2e-3 * np.abs(twin.flat).max())
    assert float(optimizer.unit["b"]) < 1


def test_shampoo_changes_its_unit_in_the_middle_of_the_path():
    """One large gradient leaves L = 2¹⁰²⁴ g gᵀ: beside it the ones of before, and ε, are nothing."""
    optimizer, fresh = Shampoo(lr=1), Shampoo(lr=1, eps=0)
    params, other = {"W": np.zeros((2, 2))}, {"W": np.zeros((2, 2))}
    for _ in range(12):
        optimizer.update(params, {"W": np.array([[1.0, 2.0], [3.0, 5.0]])})
    before, g = params["W"].copy(), np.array([[2.0, 1.0], [1.0, 3.0]])
    optimizer.t = 19  # the roots are renewed in the next update
    optimizer.update(params, {"W": 2.0**512 * g})
    fresh.update(other, {"W": g})
    np.testing.assert_allclose(params["W"] - before, other["W"], atol=1e-12)
    optimizer.update(params, {"W": g})  # which is as good as 0 now
    np.testing.assert_allclose(params["W"] - before, other["W"], atol=1e-12)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gradient_that_is_no_number_gives_nan_and_no_error_of_linear_algebra(value):
    for kind in (Muon, Shampoo, SOAP, LARS, LAMB):
        params, optimizer = {"W": np.ones((2, 3))}, kind()
        with np.errstate(all="ignore"):
            for _ in range(3):
                optimizer.update(params, {"W": np.full((2, 3), value)})
        assert np.isnan(params["W"]).any()
