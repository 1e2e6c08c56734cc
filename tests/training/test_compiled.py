"""Compiled rules: the bits of NumPy for every optimizer, dtype and setting; and NumPy wherever a loop cannot be."""

import copy
import logging
import math
import subprocess
import sys
import warnings
from contextlib import contextmanager, nullcontext
from functools import cache

import numpy as np
import pytest

import zeronet.optimizers as o
from zeronet import SGD, Adam, MultiLayerNet, Optimizer, Parameters, Trainer
from zeronet.lab.dialects import DIALECTS
from zeronet.nn.rng import stream
from zeronet.optimizers import OPTIMIZERS
from zeronet.optimizers.runner import run_rule
from zeronet.training import compiled, fused
from zeronet.training.compiled import compiled_rules, compiler
from zeronet.training.environment import can_flush, flushed_subnormals
from zeronet.training.fused import Loops, same_bits
from zeronet.training.tracing import Untraceable, traced

needs_llvm = pytest.mark.skipif(compiler() is None, reason="llvmlite is not installed: pip install zeronet-dl[fast]")
IN_NUMPY = {"Prodigy"}  # its hypot is the C library's
TORCH = {
    **{o.SGD: [{"weight_decay": 0.1, "maximize": True}, {"momentum": 0.9, "dampening": 0.5}, {"momentum": 0.9}]},
    **{o.RMSProp: [{"centered": True}, {"momentum": 0.9}, {"centered": True, "momentum": 0.9, "weight_decay": 0.1}]},
    **{o.Adam: [{"amsgrad": True}, {"weight_decay": 0.1, "maximize": True}], o.AdaGrad: [{"lr_decay": 0.1}]},
    **{o.NAdam: [{"weight_decay": 0.1, "decoupled_weight_decay": True}], o.RAdam: [{"weight_decay": 0.1}]},
}
EVERY = [
    *((kind, {}) for kind in OPTIMIZERS.values() if kind.elementwise),
    *((kind, {"lr": lambda k: 0.1 / (1 + k)}) for kind in OPTIMIZERS.values() if kind.elementwise),
    *((kind, {}) for each in DIALECTS.values() for kind in each.values() if kind.elementwise),
    *((DIALECTS[kind]["pytorch"], settings) for kind, several in TORCH.items() for settings in several),
    *((kind, {"eps": 0.0}) for kind in (o.AdaGrad, o.RMSProp, o.Adam, o.AdaMax)),
    *((kind, {"weight_decay": 0.0}) for kind in (o.AdamW, o.ScheduleFreeAdamW)),
    *((kind, {"beta1": 0.0, "beta2": 0.0}) for kind in (o.Adam, o.Lion, o.Yogi)),
]


@cache
def gradient(step, n, dtype, wild):
    """Numbers of all sizes, zeros of both signs, and subnormal numbers; if wild, also infinities and nans."""
    rng = stream(step, "batches", n)
    g = rng.standard_normal(n) * 10.0 ** rng.integers(-3, 3, n)
    tiny = float(np.finfo(dtype).smallest_subnormal)
    special = [0.0, -0.0, tiny, -3 * tiny, 1e4 * tiny, *([np.inf, -np.inf, np.nan, 1e38, -1e38] if wild else [])]
    places = rng.random(n) < (0.02 if wild else 0.3)
    with np.errstate(all="ignore"):
        g[places] = rng.choice(special, places.sum())
        return g.astype(dtype)


@contextmanager
def running(loops):
    """Run rules in the block as these loops; None: in NumPy."""
    token = run_rule.set(loops)
    try:
        yield
    finally:
        run_rule.reset(token)


def trained(optimizer, loops, dtype=np.float32, n=203, steps=200, flush=True, start=0):
    """Parameters and states after some updates."""
    params = Parameters({"W": (n,)}, dtype)
    params.flat = gradient(-1 % 2**32, n, dtype, wild=False)
    grads = Parameters({"W": (n,)}, dtype)
    with running(loops), np.errstate(all="ignore"), flushed_subnormals() if flush else nullcontext():
        for step in range(start, start + steps):
            grads.flat = gradient(step, n, dtype, wild=step % 60 == 59)
            optimizer.update(params, grads)
    return [params.flat, *(getattr(optimizer, name).flat for name in optimizer.state_names)]


TRANSFORMS = {
    "ClipNorm": (o.ClipNorm(0.5),),
    "ClipValue": (o.ClipValue(0.01),),
    "L2": (o.L2(0.1),),
    "L2 of all": (o.L2(0.1, "all"),),
    "WeightDecay": (o.WeightDecay(0.1),),
    "all four": (o.ClipNorm(0.5), o.ClipValue(0.01), o.L2(0.1), o.WeightDecay(0.1, "all")),
}
WEIGHTS_AND_BIASES = {"W1": (7, 29), "b1": (29,), "W2": (17, 3), "b2": (3,), "b3": (1,)}


def transformed(optimizer, loops, dtype=np.float32, change=lambda optimizer: None):
    """Parameters and states of several arrays after some updates; change: what happens to the optimizer halfway."""
    params, grads = Parameters(WEIGHTS_AND_BIASES, dtype), Parameters(WEIGHTS_AND_BIASES, dtype)
    n = params.flat.size
    params.flat = gradient(-1 % 2**32, n, dtype, wild=False)
    with running(loops), np.errstate(all="ignore"), flushed_subnormals():
        for step in range(60):
            given = gradient(step, n, dtype, wild=step == 50) * (1e25 if step % 20 == 19 else 1)
            grads.flat = given
            if step == 30:
                change(optimizer)
            optimizer.update(params, grads)
            assert same_bits(grads.flat, given)
    return [params.flat, *(getattr(optimizer, name).flat for name in optimizer.state_names)]


def in_numpy(loops):
    [rule] = loops.rules.values()
    return rule.in_numpy


@needs_llvm
@pytest.mark.parametrize("flush", [pytest.param(True, marks=pytest.mark.skipif(not can_flush(), reason="")), False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("kind", "settings"), EVERY)
def test_the_bits_are_those_of_numpy(kind, settings, dtype, flush):
    loops = Loops()
    expected = trained(kind(**settings), None, dtype, flush=flush)
    actual = trained(kind(**settings), loops, dtype, flush=flush)
    assert in_numpy(loops) == (kind.__name__ in IN_NUMPY)
    for a, b in zip(expected, actual, strict=True):
        assert same_bits(a, b)


@needs_llvm
@pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 31, 65_537])
def test_vectors_of_any_length(n):
    for kind in (SGD, Adam, o.AMSGrad, o.Rprop):
        loops = Loops()
        expected, actual = trained(kind(), None, n=n, steps=5), trained(kind(), loops, n=n, steps=5)
        assert not in_numpy(loops)
        assert [a.tobytes() for a in expected] == [a.tobytes() for a in actual]


def shrink_all(optimizer):
    optimizer.transforms[-1].decay = "all"


def clip_less(optimizer):
    optimizer.transforms[0].clip_norm = 1e3


def drop(optimizer):
    optimizer.transforms = ()


@needs_llvm
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("transforms", TRANSFORMS.values(), ids=TRANSFORMS)
@pytest.mark.parametrize("kind", [SGD, Adam, o.RAdam, o.Rprop])
def test_transforms_are_in_the_loop_with_the_bits_of_numpy(kind, transforms, dtype):
    loops = Loops()
    expected = transformed(kind().with_transforms(*transforms), None, dtype)
    actual = transformed(kind().with_transforms(*transforms), loops, dtype)
    assert not in_numpy(loops)
    for a, b in zip(expected, actual, strict=True):
        assert same_bits(a, b)


@needs_llvm
@pytest.mark.parametrize(("name", "change"), [("WeightDecay", shrink_all), ("ClipNorm", clip_less), ("all four", drop)])
def test_transforms_may_change_between_two_updates(name, change):
    loops = Loops()
    unchanged, expected, actual = (Adam().with_transforms(*copy.deepcopy(TRANSFORMS[name])) for _ in range(3))
    unchanged, expected = transformed(unchanged, None), transformed(expected, None, change=change)
    actual = transformed(actual, loops, change=change)
    assert not any(rule.in_numpy for rule in loops.rules.values())
    assert not same_bits(expected[0], unchanged[0])
    for a, b in zip(expected, actual, strict=True):
        assert same_bits(a, b)


@needs_llvm
@pytest.mark.parametrize("transforms", [(), (o.L2(0.5),)])
def test_a_state_of_another_network_may_be_loaded_in_the_middle(transforms):
    ends = []
    for loops in (None, Loops()):
        optimizer, other = (o.Momentum().with_transforms(*transforms) for _ in range(2))
        with running(loops):
            for each, size in ((optimizer, 2), (other, 4)):
                params, grads = (Parameters({"W": [size, size], "b": [size]}) for _ in range(2))
                params.flat[:], grads.flat[:] = 1, 0.25
                each.update(params, grads)
            optimizer.load_state_dict(other.state_dict())
            optimizer.update(params, grads)
        ends.append(params.flat.copy())
    assert same_bits(*ends)


@needs_llvm
def test_parameters_in_another_order_get_their_own_decay():
    ends = []
    for loops in (None, Loops()):
        optimizer = SGD(lr=1.0).with_transforms(o.L2(0.5))
        one, params = Parameters({"W": (2, 2), "b": (4,)}), Parameters({"b": (4,), "W": (2, 2)})
        grads = params.copy()
        with running(loops):
            for each in (one, params):  # their values are the same
                optimizer.update(each, grads)
            params.flat[:] = 1
            optimizer.update(params, grads)
        ends.append({name: array.tolist() for name, array in params.items()})
    assert ends[0] == ends[1] == {"b": [1.0] * 4, "W": [[0.5, 0.5]] * 2}


@needs_llvm
def test_biases_that_do_not_decay_keep_no_training_from_its_loops(monkeypatch):
    monkeypatch.setattr(fused, "_saved", {})
    loops, shapes = Loops(10_000 * 40_000), {"W": (200, 200), "b": (10,), "nothing": (0, 3)}
    params, grads = Parameters(shapes), Parameters(shapes)
    with running(loops):
        Adam().with_transforms(o.L2(0.1)).update(params, grads)
    assert not in_numpy(loops)
    assert all(math.isfinite(seconds) for seconds in fused._saved.values())


@needs_llvm
def test_it_warns_of_nothing_that_the_rule_does_not_do(monkeypatch):
    monkeypatch.setattr(fused, "_proven", set())
    params, grads = Parameters({"W": (200,)}), Parameters({"W": (200,)})
    with warnings.catch_warnings(record=True) as seen:
        warnings.resetwarnings()
        with compiled_rules():
            o.Momentum().update(params, grads)
            assert not in_numpy(run_rule.get())
    assert not seen


@needs_llvm
def test_where_numpy_raises_inside_the_block_all_is_as_before(monkeypatch):
    monkeypatch.setattr(fused, "_saved", {})
    params, grads = Parameters({"W": (2,)}), Parameters({"W": (2,)})
    optimizer, grads.flat[:] = o.Momentum(lr=1e30), 1
    with np.errstate(all="ignore"), compiled_rules(1):
        optimizer.update(params, grads)
        grads.flat[:], before = 1e30, optimizer.v.flat.copy()
        with np.errstate(over="raise"), pytest.raises(FloatingPointError):
            optimizer.update(params, grads)
    assert (optimizer.t, optimizer.v.flat.tolist()) == (1, before.tolist())


class ShrinksGradients(o.Transform):
    def rule(self, w, g, lr):
        g *= 0.5


@needs_llvm
@pytest.mark.parametrize(
    "transforms", [(o.ClipValue(0.01), o.ClipNorm(0.05)), (ShrinksGradients(),)], ids=["a norm of others", "one's own"]
)
def test_other_transforms_run_in_numpy(transforms):
    loops = Loops()
    expected = transformed(Adam().with_transforms(*transforms), None)
    actual = transformed(Adam().with_transforms(*transforms), loops)
    assert [rule.transforms for rule in loops.rules.values()] == [()]
    for a, b in zip(expected, actual, strict=True):
        assert same_bits(a, b)


@needs_llvm
def test_mixed_types_are_those_of_numpy():
    class Mixed(Optimizer):
        state_names = ("h",)

        def __init__(self, lr=0.1):
            super().__init__(lr=lr)

        def init_state(self, w):
            return (np.zeros(w.shape, np.float64),)

        def rule(self, w, g, h):
            h += np.float64(0.1) * g * g  # in float64
            w -= self.lr * np.float32(0.1) * g / np.sqrt(1 + h)
            w *= np.array(0.999)
            w[g > 1] = 0.5
            w += (g < -1) * g * True
            w[...] = np.where((w > 1) & ~(w > 2) | (w < -3), 1, w)
            w *= np.abs(-w) ** 2 + w**0.5 / (w**-1 + 2) + np.minimum(w, 1) + np.square(w).clip(0.25, 4)
            w -= np.clip(w, -1, 1) - np.zeros_like(w) * w.copy()

    loops = Loops()
    expected, actual = trained(Mixed(), None), trained(Mixed(), loops)
    assert not in_numpy(loops)
    for a, b in zip(expected, actual, strict=True):
        assert same_bits(a, b)


class Base(Optimizer):
    state_names = ("h",)

    def __init__(self, lr=0.1):
        super().__init__(lr=lr)
        self.calls, self.kept, self.rng = 0, {}, np.random.default_rng(0)


class Counts(Base):
    def rule(self, w, g, h):
        self.calls += 1
        w -= self.lr / self.calls * g


class CountsInside(Base):
    def rule(self, w, g, h):
        self.kept["n"] = self.kept.get("n", 0) + 1
        w -= self.lr / self.kept["n"] * g


class Draws(Base):
    def rule(self, w, g, h):
        w -= self.lr * self.rng.random() * g


class KeepsAnArray(Base):
    def rule(self, w, g, h):
        w -= self.lr * (g - self.kept.get("g", 0))
        self.kept["g"] = g.copy()


class Sums(Base):
    def rule(self, w, g, h):
        w -= self.lr * g / (1e-3 + abs(g[np.isfinite(g)]).sum())


class Branches(Base):
    def rule(self, w, g, h):
        if np.abs(g).max() > 1:
            w -= self.lr * g


class CatchesAll(Base):
    def rule(self, w, g, h):
        try:
            scale = float(g[0])
        except Exception:
            scale = 1.0
        w -= self.lr * scale * g


class AsksItsType(Base):
    def rule(self, w, g, h):
        w -= (self.lr if type(g) is np.ndarray else 2 * self.lr) * g


class TakesPowers(Base):
    def rule(self, w, g, h):
        w -= self.lr * np.exp(-np.abs(g)) * g**3


class UsesShapes(Base):
    def rule(self, w, g, h):
        w -= self.lr * np.ones(len(w), w.dtype) * g


class ChangesEveryTime(Base):
    def rule(self, w, g, h):
        for _ in range(self.t):
            w -= self.lr * g


class UsesALargeInteger(Base):
    def rule(self, w, g, h):
        w -= g / (2**53 + 3)


class UsesNumPysLargeInteger(Base):
    def rule(self, w, g, h):
        w -= g / np.int64(2**53 + 3)


@needs_llvm
@pytest.mark.parametrize("kind", [kind for kind in Base.__subclasses__()])
def test_what_cannot_be_a_loop_runs_in_numpy_with_the_same_result_and_is_said_once(kind, caplog):
    caplog.set_level(logging.DEBUG, "zeronet.training.fused")
    loops = Loops()
    one, other, n = kind(), kind(), 203 if kind is KeepsAnArray else 70_001
    expected, actual = trained(one, None, steps=20, n=n), trained(other, loops, steps=20, n=n)
    assert in_numpy(loops)
    for a, b in zip(expected, actual, strict=True):
        assert same_bits(a, b)
    assert one.calls == other.calls
    assert [record.getMessage().split(" runs in NumPy: ")[0] for record in caplog.records] == [
        f"the rule of {kind.__name__}"
    ]


@needs_llvm
def test_a_rule_whose_operations_change_gets_another_loop():
    class Starts(Base):
        def rule(self, w, g, h):
            h *= 0.5
            h += g
            w -= self.lr * (g if self.t < 5 else h)

    loops = Loops()
    expected, actual = trained(Starts(), None), trained(Starts(), loops)
    assert not in_numpy(loops)
    for a, b in zip(expected, actual, strict=True):
        assert same_bits(a, b)


@needs_llvm
@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError])
@pytest.mark.parametrize("transforms", [(), (o.WeightDecay(0.1, "all"),)])
def test_an_error_of_a_rule_is_raised_as_in_numpy_and_leaves_all_as_before(error, transforms):
    class Raises(Base):
        def rule(self, w, g, h):
            h += g
            if self.t == 3:
                raise error("mine")
            w -= h

    optimizer = Raises().with_transforms(*transforms)
    params, grads = Parameters({"W": (203,)}), Parameters({"W": (203,)})
    params.flat, grads.flat = gradient(0, 203, np.float32, wild=False), np.ones(203)
    with np.errstate(all="ignore"), compiled_rules():
        for _ in range(2):
            optimizer.update(params, grads)
        assert not in_numpy(run_rule.get())
        before = params.flat.copy(), optimizer.h.flat.copy()
        with pytest.raises(error, match="mine"):
            optimizer.update(params, grads)
    assert optimizer.t == 2
    assert same_bits(params.flat, before[0])
    assert same_bits(optimizer.h.flat, before[1])


@needs_llvm
def test_a_wrong_loop_is_found_before_it_is_used(monkeypatch):
    wrong = fused.compiled_loop((("multiply", 0, 0, 0),), "fff")
    monkeypatch.setattr(fused, "compiled_loop", lambda *_: wrong)
    monkeypatch.setattr(fused, "_proven", set())
    loops = Loops()
    actual = trained(o.AdaGrad(), loops)
    assert in_numpy(loops)
    for a, b in zip(trained(o.AdaGrad(), None), actual, strict=True):
        assert same_bits(a, b)


@pytest.mark.parametrize("failure", [ImportError("llvmlite"), OSError("Could not load shared object"), RuntimeError])
def test_a_broken_compiler_ends_nothing(monkeypatch, failure):
    def fails(*_):
        raise failure

    monkeypatch.setattr(fused, "compiled_loop", fails)
    loops = Loops()
    assert same_bits(trained(SGD(), None)[0], trained(SGD(), loops)[0])
    assert in_numpy(loops)


@needs_llvm
def test_vectors_that_overlap_have_gaps_or_are_read_only_run_in_numpy():
    class Shares(Base):
        def init_state(self, w):
            return (w,)

        def rule(self, w, g, h):
            w -= self.lr * g
            h -= self.lr * g

    loops = Loops()
    assert same_bits(trained(Shares(), None)[0], trained(Shares(), loops)[0])
    assert in_numpy(loops)
    vectors = [np.zeros(8, np.float32), np.zeros(16, np.float32)[::2]]
    assert not Loops()(SGD(), vectors)
    vectors[1] = np.zeros(8, ">f4")
    assert not Loops()(SGD(), vectors)


def network():
    return MultiLayerNet(6, (5, 4), 3, seed=0)


@needs_llvm
@pytest.mark.parametrize("transforms", [(), (o.ClipNorm(0.5), o.L2(0.1)), (o.ClipValue(0.01), o.WeightDecay(0.1))])
@pytest.mark.parametrize("kind", [SGD, Adam, o.ScheduleFreeAdamW, o.RAdam])
def test_a_training_has_the_same_bits_with_and_without(kind, transforms, monkeypatch, rng):
    if kind is o.ScheduleFreeAdamW:
        transforms = transforms[:1]
    x, t = rng.standard_normal((40, 6)), rng.integers(0, 3, 40)
    seen = {}
    for choice in ("never", "always"):
        monkeypatch.setenv("ZERONET_COMPILE", choice)
        optimizer = kind().with_transforms(*transforms)
        trainer = Trainer(network(), optimizer, batch_size=8).fit(x, t, steps=50)
        states = [getattr(optimizer, name).flat.tobytes() for name in optimizer.state_names]
        seen[choice] = [trainer.network.params.flat.tobytes(), *states]
    assert seen["never"] == seen["always"]


@pytest.mark.parametrize("choice", ["never", "auto", "always"])
def test_the_environment_decides(choice, monkeypatch, rng):
    made = []
    monkeypatch.setattr(fused, "compiled_loop", lambda *_: made.append(1) or 1 / 0)
    monkeypatch.setattr(compiled, "compiler", lambda: "llvmlite")
    monkeypatch.setattr(fused, "_saved", {})
    monkeypatch.setenv("ZERONET_COMPILE", choice)
    Trainer(network(), Adam(), batch_size=8).fit(rng.standard_normal((40, 6)), np.arange(40) % 3, steps=5)
    assert bool(made) == (choice == "always")  # a training as short as this is not worth it
    with np.errstate(all="ignore"), compiled_rules(math.inf):
        trained(Adam(), run_rule.get(), steps=1)
    assert bool(made) == (choice != "never")


def test_without_the_extra_or_with_a_wrong_choice(monkeypatch):
    monkeypatch.setattr(compiled, "compiler", lambda: None)
    with compiled_rules():
        assert run_rule.get() is None
    monkeypatch.setenv("ZERONET_COMPILE", "yes")
    with pytest.raises(ValueError, match=r"ZERONET_COMPILE must be never, auto, always, not 'yes'"), compiled_rules():
        pass


def test_where_numpy_raises_it_still_does(monkeypatch):
    monkeypatch.setattr(compiled, "compiler", lambda: "llvmlite")
    with np.errstate(under="raise"), compiled_rules():
        assert run_rule.get() is None


def test_llvm_is_not_imported_where_it_is_not_used():
    command = "import sys, zeronet; zeronet.Trainer; sys.exit('llvmlite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0


def test_work_is_counted_over_trainings(monkeypatch):
    monkeypatch.setattr(fused, "_saved", {})
    monkeypatch.delitem(sys.modules, "llvmlite", raising=False)
    ten = (("multiply", 0, 0, float),) * 10
    assert [fused.pays(ten, 4e7) for _ in range(4)] == [False, False, True, True]  # 0.04 s saved by each


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (lambda w, g: g.sum(), r"it uses \.sum"),
        (lambda w, g: np.exp(g, out=w) and None, "it calls exp"),
        (lambda w, g: w.__isub__(g**3) and None, "power"),
        (lambda w, g: w.__isub__(np.ones(3)) and None, "it uses ndarray"),
        (lambda w, g: w.__isub__(1j * g) and None, "it uses complex"),
        (lambda w, g: w[0], "single elements"),
        (lambda w, g: w.__isub__(g[g > 0]) and None, "it uses Selection"),
        (lambda w, g: w, "it returns something"),
        (lambda w, g: np.asarray(w) and None, "it asks for values|it uses .__array_"),
        (lambda w, g: list(w) and None, "it asks for values"),
    ],
)
def test_the_reason_is_said(rule, reason):
    with pytest.raises(Untraceable, match=reason):
        traced(rule, [np.dtype(np.float32)] * 2)
