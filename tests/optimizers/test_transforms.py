"""Transforms: their twins in PyTorch and optax, and that a transformed optimizer is still an optimizer."""

import copy
import json
import pickle

import numpy as np
import pytest

from zeronet import (
    L2,
    SGD,
    AdaGrad,
    Adam,
    ClipNorm,
    ClipValue,
    Cosine,
    Momentum,
    Optimizer,
    Parameters,
    RMSProp,
    ScheduleFreeSGD,
    Trainer,
    TwoLayerNet,
    WeightDecay,
)
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import Transform
from zeronet.training.checkpoint import Checkpoint

SHAPES = {"W1": (3, 2), "b1": (2,), "W2": (2, 4)}
INSTALL = "the twin of the transforms: pip install zeronet-dl[twins]"


def random_parameters(rng, scale=1.0, dtype=np.float64):
    params = Parameters(SHAPES, dtype)
    params.flat = scale * rng.standard_normal(params.flat.shape)
    return params


def differ(ours, theirs):
    return max(np.abs(ours[name] - theirs[name]).max() for name in ours) / max(np.abs(a).max() for a in theirs.values())


# Twins


def clip_norm(torch, w):
    """PyTorch divides by ‖g‖ + 10⁻⁶; multiplied by this, its factor is ours."""
    norm = torch.nn.utils.clip_grad_norm_(w, 1.5)
    if norm + 1e-6 > 1.5:
        for each in w:
            each.grad *= (norm + 1e-6) / norm


def clip_value(torch, w):
    torch.nn.utils.clip_grad_value_(w, 0.4)


PYTORCH = {
    "clipping by norm": (
        Momentum(lr=0.1).with_transforms(ClipNorm(1.5)),
        lambda o, w: o.SGD(w, lr=0.1, momentum=0.9),
        clip_norm,
    ),
    "clipping by value": (SGD(lr=0.1).with_transforms(ClipValue(0.4)), lambda o, w: o.SGD(w, lr=0.1), clip_value),
    "L2": (
        RMSProp(lr=0.01, rho=0.9, eps=1e-8).with_transforms(L2(0.1, decay="all")),
        lambda o, w: o.RMSprop(w, lr=0.01, alpha=0.9, weight_decay=0.1),
        None,
    ),
    "clipping, then L2": (
        Adam(lr=0.01, eps=1e-8).with_transforms(ClipNorm(1.5), L2(0.1, decay="all")),
        lambda o, w: o.Adam(w, lr=0.01, weight_decay=0.1),
        clip_norm,
    ),
    "decoupled decay": (
        Adam(lr=0.01, eps=1e-8).with_transforms(WeightDecay(0.1, decay="all")),
        lambda o, w: o.AdamW(w, lr=0.01, weight_decay=0.1),
        None,
    ),
}


@pytest.mark.parametrize(("ours", "theirs", "before"), PYTORCH.values(), ids=PYTORCH)
def test_pytorch_takes_the_same_path(ours, theirs, before, rng):
    torch = pytest.importorskip("torch", reason=f"PyTorch is {INSTALL}")
    ours, params = ours.clone(), random_parameters(rng)
    w = {name: torch.tensor(value.copy(), requires_grad=True) for name, value in params.items()}
    theirs = theirs(torch.optim, list(w.values()))
    for _ in range(200):
        grads = random_parameters(rng, 10 ** rng.uniform(-2, 1))
        for name, each in w.items():
            each.grad = torch.tensor(grads[name].copy())
        if before:
            before(torch, list(w.values()))
        theirs.step()
        ours.update(params, grads)
    assert differ(params, {name: each.detach().numpy() for name, each in w.items()}) < 1e-10


def decayed(optax, rate):
    """A mask for weights only, in optax's words."""
    return optax.add_decayed_weights(rate, mask=lambda p: {name: value.ndim >= 2 for name, value in p.items()})


OPTAX = {
    "clipping by norm": (
        SGD(lr=0.1).with_transforms(ClipNorm(1.5)),
        lambda o: o.chain(o.clip_by_global_norm(1.5), o.sgd(0.1)),
    ),
    "clipping by value": (SGD(lr=0.1).with_transforms(ClipValue(0.4)), lambda o: o.chain(o.clip(0.4), o.sgd(0.1))),
    "L2 of weights only": (
        Momentum(lr=0.1).with_transforms(L2(0.1)),
        lambda o: o.chain(decayed(o, 0.1), o.sgd(0.1, momentum=0.9)),
    ),
    "decoupled decay of weights only, under a schedule": (
        Adam(lr=Cosine(0.01, horizon=300), eps=1e-8).with_transforms(WeightDecay(0.1)),
        lambda o: o.chain(
            o.scale_by_adam(), decayed(o, 0.1), o.scale_by_learning_rate(o.cosine_decay_schedule(0.01, 300))
        ),
    ),
    "all of them": (
        Adam(lr=0.01, eps=1e-8).with_transforms(ClipValue(0.9), ClipNorm(1.5), L2(0.05), WeightDecay(0.1)),
        lambda o: o.chain(
            o.clip(0.9),
            o.clip_by_global_norm(1.5),
            decayed(o, 0.05),
            o.scale_by_adam(),
            decayed(o, 0.1),
            o.scale_by_learning_rate(0.01),
        ),
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), OPTAX.values(), ids=OPTAX)
def test_optax_takes_the_same_path(ours, theirs, rng):
    optax = pytest.importorskip("optax", reason=f"optax is {INSTALL}")
    import jax

    ours, params = ours.clone(), random_parameters(rng)
    with jax.enable_x64(True):
        theirs = theirs(optax)
        w = {name: jax.numpy.array(value) for name, value in params.items()}
        state, update = theirs.init(w), jax.jit(theirs.update)
        for _ in range(200):
            grads = random_parameters(rng, 10 ** rng.uniform(-2, 1))
            changes, state = update({name: jax.numpy.array(g) for name, g in grads.items()}, state, w)
            w = optax.apply_updates(w, changes)
            ours.update(params, grads)
        assert differ(params, {name: np.asarray(value) for name, value in w.items()}) < 1e-10


# The equations


def test_l2_is_the_gradient_of_half_lambda_times_the_squares(rng):
    """As (6.4.2) of the book has it: weights only."""
    plain, decaying, params = random_parameters(rng), random_parameters(rng), random_parameters(rng)
    grads = random_parameters(rng)
    for each in (plain, decaying):
        each.flat = params.flat
    by_hand = grads.copy()
    for name in ("W1", "W2"):
        by_hand[name] += 0.1 * params[name]
    SGD(lr=0.5).update(plain, by_hand)
    SGD(lr=0.5).with_transforms(L2(0.1)).update(decaying, grads)
    np.testing.assert_array_equal(plain.flat, decaying.flat)


def test_around_sgd_both_kinds_of_decay_are_one(rng):
    first, grads = random_parameters(rng), random_parameters(rng)
    second = first.copy()
    SGD(lr=0.5).with_transforms(L2(0.1)).update(first, grads)
    SGD(lr=0.5).with_transforms(WeightDecay(0.1)).update(second, grads)
    np.testing.assert_allclose(first.flat, second.flat, rtol=1e-14)


def test_the_order_of_the_transforms_is_that_of_the_arguments():
    one, other = {"W": np.full((1, 1), 8.0)}, {"W": np.full((1, 1), 8.0)}
    gradient = {"W": np.full((1, 1), 4.0)}
    SGD(lr=1.0).with_transforms(ClipNorm(1.0), L2(0.5)).update(one, gradient)  # 8 − (1 + 4)
    SGD(lr=1.0).with_transforms(L2(0.5), ClipNorm(1.0)).update(other, gradient)  # 8 − 1
    assert (one["W"].item(), other["W"].item()) == (3.0, 7.0)


def test_a_short_gradient_is_not_lengthened(rng):
    first, grads = random_parameters(rng), random_parameters(rng, 0.01)
    second = first.copy()
    SGD().with_transforms(ClipNorm(1.0), ClipValue(1.0)).update(first, grads)
    SGD().update(second, grads)
    np.testing.assert_array_equal(first.flat, second.flat)


def test_a_gradient_of_float32_whose_square_would_overflow_is_still_clipped():
    params, grads = Parameters({"W": (2,)}), Parameters({"W": (2,)})
    grads["W"] = 3e20, 4e20
    SGD(lr=1.0).with_transforms(ClipNorm(1.0)).update(params, grads)
    np.testing.assert_allclose(params["W"], [-0.6, -0.8], rtol=1e-6)


class Halves(Transform):
    def rule(self, w, g, lr):
        g *= 0.5


class HalvesAll(Transform):
    def apply(self, params, grads, lr):
        for g in grads.values():
            g *= 0.5


@pytest.mark.parametrize("kind", [Halves, HalvesAll])
def test_one_s_own_transform_is_a_rule_or_an_apply(kind, rng):
    first, grads = random_parameters(rng), random_parameters(rng)
    second, numbers = first.copy(), {"x": 1.0}
    SGD(lr=0.5).with_transforms(kind()).update(first, grads)
    SGD(lr=0.25).update(second, grads)
    np.testing.assert_array_equal(first.flat, second.flat)
    SGD(lr=0.5).with_transforms(kind()).update(numbers, {"x": 2.0})
    assert numbers == {"x": 0.5}


# Still an optimizer


ALL = (ClipValue(0.9), ClipNorm(1.5), L2(0.05), WeightDecay(0.1))
INNER = [SGD(0.1), Momentum(), AdaGrad(), RMSProp(Cosine(0.01, horizon=100)), Adam()]
every_inner = pytest.mark.parametrize("inner", INNER, ids=lambda each: type(each).__name__)


@every_inner
def test_dictionaries_and_parameters_in_any_order_give_the_same_bits(inner, rng):
    params, grads = random_parameters(rng), [random_parameters(rng) for _ in range(5)]
    backwards = {name: params[name].copy() for name in reversed(SHAPES)}
    whole, named = inner.with_transforms(*ALL), inner.with_transforms(*ALL)
    for g in grads:
        before = g.flat.copy()
        whole.update(params, g)
        named.update(backwards, {name: g[name] for name in SHAPES})
        np.testing.assert_array_equal(g.flat, before)  # the gradients that were given are as they were
    for name in SHAPES:
        np.testing.assert_array_equal(params[name], backwards[name])


@every_inner
def test_float32_stays_float32_and_numbers_stay_numbers(inner, rng):
    params, optimizer = random_parameters(rng, dtype=np.float32), inner.with_transforms(*ALL)
    plain = {name: value.copy() for name, value in params.items()}
    optimizer.update(plain, {name: np.ones(shape) for name, shape in SHAPES.items()})
    assert {value.dtype for value in plain.values()} == {np.dtype(np.float32)}
    numbers = {"x": 1.0}
    inner.with_transforms(ClipNorm(1.0), WeightDecay(0.1, decay="all")).update(numbers, {"x": 2})
    assert type(numbers["x"]) is float
    assert numbers["x"] != 1.0


@every_inner
def test_save_and_restore_goes_on_bit_for_bit(inner, rng):
    first, grads = random_parameters(rng), [random_parameters(rng) for _ in range(10)]
    optimizer = inner.with_transforms(*ALL)
    for g in grads[:5]:
        optimizer.update(first, g)
    second = first.copy()
    state = pickle.loads(pickle.dumps(optimizer.state_dict()))
    again = inner.with_transforms(*ALL)
    again.load_state_dict(state)
    for g in grads[5:]:
        optimizer.update(first, g)
        again.update(second, g)
    np.testing.assert_array_equal(first.flat, second.flat)


def test_a_state_of_other_transforms_is_refused():
    state = SGD().with_transforms(ClipNorm(1.0)).state_dict()
    for other in (SGD(), SGD().with_transforms(ClipNorm(2.0)), AdaGrad().with_transforms(ClipNorm(1.0))):
        with pytest.raises(ValueError, match="this state is one of SGD with ClipNorm"):
            other.load_state_dict(state)
    with pytest.raises(ValueError, match="one of SGD, not one of SGD with"):
        SGD().with_transforms(ClipNorm(1.0)).load_state_dict(SGD().state_dict())


def test_settings_stay_the_optimizer_s_own_and_transforms_may_change(rng):
    """What is set on a transformed optimizer has its effect."""
    first, second = random_parameters(rng), random_parameters(rng)
    second.flat, grads = first.flat, random_parameters(rng)
    optimizer = Adam(lr=0.1).with_transforms(ClipNorm(1.0))
    optimizer.beta1, optimizer.lr, optimizer.transforms[0].clip_norm = 0.5, 0.2, 2.0
    expected = Adam(lr=0.2, beta1=0.5).with_transforms(ClipNorm(2.0))
    assert repr(optimizer) == repr(expected)
    optimizer.update(first, grads)
    expected.update(second, grads)
    optimizer.transforms = expected.transforms = ()
    optimizer.update(first, grads)
    expected.update(second, grads)
    np.testing.assert_array_equal(first.flat, second.flat)


@pytest.mark.parametrize("copied", [Optimizer.clone, copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_copies_are_on_their_own(copied, rng):
    original = AdaGrad().with_transforms(*ALL)
    twin = original.clone() if copied is Optimizer.clone else copied(original)
    twin.update(random_parameters(rng), random_parameters(rng))
    assert (original.t, original.h, twin.t) == (0, None, 1)
    assert twin.settings == original.settings


@pytest.mark.parametrize("inner", [SGD(0.1), AdaGrad(), RMSProp()], ids=lambda each: type(each).__name__)
def test_the_effective_step_times_the_gradient_is_the_step_while_only_clipping(inner, rng):
    optimizer, params = inner.with_transforms(ClipValue(0.9), ClipNorm(1.1)), random_parameters(rng)
    for _ in range(3):
        before, g = params.flat.copy(), random_parameters(rng)
        optimizer.update(params, g)
        rates = optimizer.effective_steps()
        step = np.concatenate([np.ravel(np.broadcast_to(rates[n], g[n].shape) * g[n]) for n in SHAPES])
        np.testing.assert_allclose(before - params.flat, step, rtol=1e-9)
    decaying = inner.with_transforms(L2(0.1))
    decaying.update(params, random_parameters(rng))
    assert decaying.effective_steps() is None


def test_the_effective_step_is_that_of_the_last_update_or_unknown(rng):
    optimizer = SGD(lambda k: float("nan") if k == 1 else 0.5).with_transforms(ClipNorm(1.0))
    params, grads = random_parameters(rng), random_parameters(rng)
    optimizer.update(params, grads)
    state = optimizer.state_dict()
    assert 0 < optimizer.effective_steps()["W1"] < 0.5
    assert copy.deepcopy(optimizer).effective_steps() is None
    optimizer.load_state_dict(state)
    assert optimizer.effective_steps() is None
    with pytest.raises(ValueError, match="lr must be"):
        optimizer.update(params, grads)
    assert optimizer.effective_steps() is None
    optimizer.t = 2
    optimizer.update(params, grads)
    assert 0 < optimizer.effective_steps()["W1"] < 0.5
    optimizer.transforms = (ClipNorm(2.0),)
    assert optimizer.effective_steps() is None


def test_it_trains_a_network_and_a_checkpoint_brings_it_back(points, tmp_path):
    def trainer():
        net = TwoLayerNet(6, 8, 3, weight_init_std=0.3, seed=0)
        optimizer = Adam(lr=Cosine(0.05, horizon=40)).with_transforms(*ALL)
        return Trainer(net, optimizer, batch_size=20, callbacks=[Checkpoint(tmp_path / "run.npz", every=10)])

    whole = trainer().fit(*points, steps=30)
    (tmp_path / "run.npz").unlink()
    trainer().fit(*points, steps=20)
    resumed = trainer()
    assert resumed.callbacks[0].resume(resumed)
    resumed.fit(*points, steps=10)
    np.testing.assert_array_equal(whole.network.params.flat, resumed.network.params.flat)
    assert whole.network.accuracy(*points) > 0.8


def test_it_walks_down_a_landscape_as_the_trainer_would():
    path = descend(Valley(), SGD(lr=0.9).with_transforms(ClipNorm(0.5)), steps=30)
    lengths = np.hypot(*np.diff(path, axis=0).T)
    assert lengths[:5] == pytest.approx(0.9 * 0.5)
    assert np.hypot(*path[-1]) < np.hypot(*path[0]) / 2


def test_settings_and_repr_are_complete_and_fit_into_json():
    optimizer = AdaGrad(lr=0.1).with_transforms(ClipNorm(1), WeightDecay(0.01))
    assert json.loads(json.dumps(optimizer.settings)) == {
        "lr": 0.1,
        "eps": 1e-7,
        "clip_norm": 1.0,
        "weight_decay": 0.01,
        "decay": "weights",
    }
    assert repr(optimizer) == "AdaGrad(lr=0.1, eps=1e-07).with_transforms(ClipNorm(1.0), WeightDecay(0.01, 'weights'))"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ClipNorm(0), "clip_norm must be positive"),
        (lambda: ClipValue(-1), "clip_value must be positive"),
        (lambda: L2(-0.1), "l2 must be at least 0"),
        (lambda: WeightDecay(float("nan")), "not nan"),
        (lambda: WeightDecay(True), "not True"),
        (lambda: L2(0.1, decay="biases"), "decay must be weights or all, not 'biases'"),
        (lambda: SGD().with_transforms(1.0), "transforms must be Transforms, as in (ClipNorm(1.0),), not (1.0,)"),
        (lambda: ScheduleFreeSGD().with_transforms(WeightDecay(0.1)), "the weights that ScheduleFreeSGD keeps: L2 can"),
        (lambda: SGD().with_transforms(L2(0.1)).update({"x": 1.0}, {"x": 1.0}), "decay=all"),
        (lambda: SGD().with_transforms(ClipNorm(1.0)).update({"x": 1.0}, {"y": 1.0}), "differ"),
    ],
)
def test_mistakes_are_quoted(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert message in str(error.value)


@pytest.mark.parametrize("params", [{"x": 1.0}, {"x": np.array([1, 2])}], ids=["a rate that is none", "whole numbers"])
def test_what_an_optimizer_refuses_changes_nothing(params):
    before = {name: np.copy(value) for name, value in params.items()}
    optimizer = SGD(lr=lambda k: 0.1 if k == 0 else float("nan")).with_transforms(WeightDecay(0.1, "all"))
    optimizer.t = 1
    with pytest.raises(ValueError, match=r"lr must be|arrays of floats"):
        optimizer.update(params, {name: 1.0 * value for name, value in params.items()})
    assert all(np.array_equal(params[name], before[name]) for name in params)
