"""Schedules: their twins in PyTorch and optax, rate by rate in float64; their joints; what they refuse."""

import json
import math
import pickle
import re
from functools import partial

import numpy as np
import pytest

from zeronet import (
    SGD,
    Constant,
    Cosine,
    Exponential,
    InverseSquareRoot,
    OneCycle,
    Polynomial,
    Step,
    Warmup,
)
from zeronet.optimizers.schedules import SCHEDULES

T, PEAK = 60, 0.3
INSTALL = "the twin of the schedules: pip install zeronet-dl[twins]"


def rates(schedule, number=T):
    return [schedule(k) for k in range(number)]


def in_pytorch(make, number=T):
    """The rates that a scheduler of PyTorch gives to updates 0, 1, …"""
    torch = pytest.importorskip("torch", reason=f"PyTorch is {INSTALL}")
    w = torch.zeros(1, requires_grad=True, dtype=torch.float64)
    optimizer = torch.optim.SGD([w], lr=PEAK)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    found = []
    for _ in range(number):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def in_optax(make, number=T):
    """The rates that a schedule of optax gives to updates 0, 1, … in float64."""
    optax = pytest.importorskip("optax", reason=f"optax is {INSTALL}")
    import jax

    with jax.enable_x64(True):
        return np.broadcast_to(make(optax)(jax.numpy.arange(number)), number).tolist()


def ramp(s, optimizer, rest):
    """PyTorch's words for a warm-up of 10 updates."""
    first = s.LinearLR(optimizer, start_factor=0.1, total_iters=9)
    return s.SequentialLR(optimizer, [first, rest], milestones=[10])


PYTORCH = {
    "constant": (Constant(PEAK), lambda s, o: s.ConstantLR(o, factor=1.0)),
    "step": (Step(PEAK, every=7, gamma=0.5), lambda s, o: s.StepLR(o, 7, gamma=0.5)),
    "exponential": (Exponential(PEAK, gamma=0.93), lambda s, o: s.ExponentialLR(o, 0.93)),
    "linear": (Polynomial(PEAK, horizon=50), lambda s, o: s.PolynomialLR(o, 50)),
    "polynomial": (Polynomial(PEAK, horizon=50, power=2.5), lambda s, o: s.PolynomialLR(o, 50, power=2.5)),
    "cosine": (Cosine(PEAK, horizon=T, end=0.1), lambda s, o: s.CosineAnnealingLR(o, T, eta_min=0.03)),
    "one-cycle": (OneCycle(PEAK, horizon=T), lambda s, o: s.OneCycleLR(o, PEAK, T, cycle_momentum=False)),
    "one-cycle, uneven": (
        OneCycle(PEAK, horizon=T, rise=0.37, div=3, final_div=7),
        lambda s, o: s.OneCycleLR(o, PEAK, T, pct_start=0.37, div_factor=3, final_div_factor=7, cycle_momentum=False),
    ),
    "warm-up and cosine": (
        Warmup(Cosine(PEAK, horizon=T - 10), warmup=10),
        lambda s, o: ramp(s, o, s.CosineAnnealingLR(o, T - 10)),
    ),
    "warm-up and step": (Warmup(Step(PEAK, every=7), warmup=10), lambda s, o: ramp(s, o, s.StepLR(o, 7))),
}


@pytest.mark.parametrize(("ours", "theirs"), PYTORCH.values(), ids=PYTORCH)
# PyTorch's SequentialLR itself calls its members in the way that they warn of.
@pytest.mark.filterwarnings("ignore:The epoch parameter:UserWarning")
def test_pytorch_gives_the_same_rates(ours, theirs):
    assert rates(ours) == pytest.approx(in_pytorch(theirs), rel=1e-12, abs=1e-15)


OPTAX = {
    "constant": (Constant(PEAK), lambda o: o.constant_schedule(PEAK)),
    "step": (Step(PEAK, every=7, gamma=0.5), lambda o: o.exponential_decay(PEAK, 7, 0.5, staircase=True)),
    "exponential": (Exponential(PEAK, gamma=0.93), lambda o: o.exponential_decay(PEAK, 1, 0.93)),
    "polynomial": (
        Polynomial(PEAK, horizon=50, power=2.5, end=0.2),
        lambda o: o.polynomial_schedule(PEAK, 0.2 * PEAK, 2.5, 50),
    ),
    "cosine": (Cosine(PEAK, horizon=50, end=0.1), lambda o: o.cosine_decay_schedule(PEAK, 50, alpha=0.1)),
    "warm-up and cosine": (
        Warmup(Cosine(PEAK, horizon=T - 10), warmup=10),
        lambda o: o.join_schedules(
            [o.linear_schedule(PEAK / 10, PEAK, 9), o.cosine_decay_schedule(PEAK, T - 10)], [10]
        ),
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), OPTAX.values(), ids=OPTAX)
def test_optax_gives_the_same_rates(ours, theirs):
    assert rates(ours) == pytest.approx(in_optax(theirs), rel=1e-12, abs=1e-15)


def test_the_inverse_square_root_is_the_equation_of_the_paper():
    """Which no library has: d^(−1/2) · min(t^(−1/2), t · w^(−3/2)), here with d such that the peak is PEAK."""
    width, warmup = 512, 4
    paper = [width**-0.5 * min(t**-0.5, t * warmup**-1.5) for t in range(1, T + 1)]
    assert rates(InverseSquareRoot((width * warmup) ** -0.5, warmup)) == pytest.approx(paper, rel=1e-12)


EXAMPLES = {
    "constant": Constant,
    "step": partial(Step, every=7),
    "exponential": partial(Exponential, gamma=0.9),
    "polynomial": partial(Polynomial, horizon=T),
    "cosine": partial(Cosine, horizon=T),
    "one-cycle": partial(OneCycle, horizon=T),
    "inverse-sqrt": partial(InverseSquareRoot, warmup=5),
    "warm-up": lambda lr: Warmup(Cosine(lr, horizon=T), warmup=10),
}
every_schedule = pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES)


def test_every_schedule_is_among_the_examples():
    assert EXAMPLES.keys() - {"warm-up"} == SCHEDULES.keys()


@every_schedule
def test_all_rates_scale_with_the_peak_and_are_positive_up_to_the_horizon(make):
    assert rates(make(2 * PEAK)) == pytest.approx([2 * rate for rate in rates(make(PEAK))], rel=1e-12)
    assert min(rates(make(PEAK))) > 0
    assert max(rates(make(PEAK))) <= PEAK * (1 + 1e-12)


@pytest.mark.parametrize("name", ["polynomial", "cosine", "one-cycle"])
def test_past_its_horizon_a_schedule_stays_where_it_ended(name):
    schedule = EXAMPLES[name](PEAK)
    assert schedule(T) == schedule(T + 1) == schedule(10 * T)


@every_schedule
def test_an_optimizer_takes_the_rate_of_each_update(make):
    params, optimizer = {"x": 0.0}, SGD(lr=make(PEAK))
    for _ in range(T):
        optimizer.update(params, {"x": -1.0})
    assert params["x"] == pytest.approx(math.fsum(rates(make(PEAK))), rel=1e-12)


@every_schedule
def test_a_state_of_another_schedule_is_refused(make):
    optimizer = SGD(lr=make(PEAK))
    state = json.loads(json.dumps(optimizer.state_dict()))
    optimizer.load_state_dict(state)
    for other in (SGD(lr=PEAK), SGD(lr=make(PEAK / 2)), SGD(lr=lambda k: PEAK)):
        with pytest.raises(
            ValueError, match=re.escape(f"this state is one of SGD with {make(PEAK)!r}, not one of SGD")
        ):
            other.load_state_dict(state)


def test_a_function_is_known_by_its_name():
    def halves(k):
        return 0.5**k

    state = SGD(lr=halves).state_dict()
    SGD(lr=halves).load_state_dict(state)
    assert state["kind"] == "SGD with test_a_function_is_known_by_its_name.<locals>.halves"
    assert SGD(lr=partial(halves)).state_dict()["kind"] == "SGD with partial"


@every_schedule
def test_schedules_are_equal_by_their_numbers_and_can_be_sent_to_other_processes(make):
    schedule = make(PEAK)
    assert pickle.loads(pickle.dumps(schedule)) == schedule == make(PEAK) != make(PEAK / 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Cosine(0.0, 10), "lr must be positive and finite, not 0.0"),
        (lambda: Cosine("a", 10), "lr must be positive and finite, not 'a'"),
        (lambda: Cosine(math.inf, 10), "not inf"),
        (lambda: Cosine(0.1, 0), "horizon must be an integer of at least 1, not 0"),
        (lambda: Cosine(0.1, 10.5), "not 10.5"),
        (lambda: Cosine(0.1, True), "not True"),
        (lambda: Cosine(0.1, 10, end=-1), "end must be at least 0"),
        (lambda: Step(0.1, every=5, gamma=2), "gamma must be in (0, 1]"),
        (lambda: OneCycle(0.1, 10, div=0.5), "div must be at least 1"),
        (lambda: OneCycle(0.1, 3), "no room to rise"),
        (lambda: Warmup(lambda k: 0.1, 5), "after must be a Schedule, as in Constant(0.1), not <function"),
        (lambda: Warmup(Constant(0.1), 0), "warmup must be an integer"),
    ],
)
def test_numbers_that_make_no_sense_are_quoted(make, words):
    with pytest.raises(ValueError) as error:
        make()
    assert words in str(error.value)


def test_numbers_of_numpy_become_python_s_so_that_a_protocol_can_hold_them():
    schedule = Cosine(np.float32(0.5), np.int64(10))
    assert schedule == Cosine(0.5, 10)
    assert [type(value) for value in (schedule.lr, schedule.horizon)] == [float, int]
