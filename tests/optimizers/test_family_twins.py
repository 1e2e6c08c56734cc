"""PyTorch or optax takes the path of each elementwise optimizer: 200 steps of random gradients in float64."""

import importlib.util
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

import zeronet
from zeronet import Parameters

STEPS = 200
SHAPES = [(5, 3), (7,), ()]
# How a setting is drawn; the rates are small enough for paths to stay among the starting points, which are normal.
DRAWN = {
    "lr": lambda rng: 10 ** rng.uniform(-3, -1),
    "eps": lambda rng: 10 ** rng.uniform(-9, 0),
    "weight_decay": lambda rng: rng.uniform(0, 0.2),
    "shrink": lambda rng: rng.uniform(0.2, 0.9),
    "grow": lambda rng: rng.uniform(1.05, 1.5),
    "min_step": lambda rng: 10 ** rng.uniform(-6, -4),
    "max_step": lambda rng: 10 ** rng.uniform(-1, 1),
    **dict.fromkeys(("rho", "momentum", "beta1", "beta2", "beta3"), lambda rng: rng.uniform(0.5, 0.999)),
}


class Twin(NamedTuple):
    kind: str  # the optimizer's name here
    library: str
    make: Callable  # (library, settings) → an optimizer of the library; PyTorch's still wants parameters
    fixed: dict = {}  # noqa: RUF012 - settings at which the two agree
    after: Callable = lambda w, s: w  # what is done to w besides


def betas(s):
    return {"lr": s["lr"], "betas": (s["beta1"], s["beta2"]), "eps": s["eps"]}


def optax_betas(s):
    return {"learning_rate": s["lr"], "b1": s["beta1"], "b2": s["beta2"], "eps": s["eps"]}


TWINS = [
    Twin("SGD", "torch", lambda torch, s: (torch.optim.SGD, s)),
    Twin("Momentum", "torch", lambda torch, s: (torch.optim.SGD, s)),
    Twin("Nesterov", "torch", lambda torch, s: (torch.optim.SGD, {**s, "nesterov": True})),
    Twin("AdaGrad", "torch", lambda torch, s: (torch.optim.Adagrad, s)),
    Twin(
        "RMSProp", "torch", lambda torch, s: (torch.optim.RMSprop, {"lr": s["lr"], "alpha": s["rho"], "eps": s["eps"]})
    ),
    Twin("Adam", "torch", lambda torch, s: (torch.optim.Adam, betas(s))),
    Twin("SignSGD", "optax", lambda optax, s: optax.sign_sgd(s["lr"])),
    Twin(
        "CenteredRMSProp",
        "torch",
        lambda torch, s: (torch.optim.RMSprop, {"lr": s["lr"], "alpha": s["rho"], "eps": s["eps"], "centered": True}),
    ),
    Twin(
        "CenteredRMSProp",
        "optax",
        lambda optax, s: optax.rmsprop(s["lr"], s["rho"], s["eps"], eps_in_sqrt=False, centered=True),
    ),
    Twin(
        "RMSPropMomentum",
        "torch",
        lambda torch, s: (
            torch.optim.RMSprop,
            {"lr": s["lr"], "alpha": s["rho"], "eps": s["eps"], "momentum": s["momentum"]},
        ),
    ),
    Twin(
        "RMSPropMomentum",
        "optax",
        lambda optax, s: optax.rmsprop(s["lr"], s["rho"], s["eps"], eps_in_sqrt=False, momentum=s["momentum"]),
    ),
    Twin("AdaDelta", "torch", lambda torch, s: (torch.optim.Adadelta, s)),
    Twin("AdaDelta", "optax", lambda optax, s: optax.adadelta(s["lr"], s["rho"], s["eps"])),
    Twin(
        "Rprop",
        "torch",
        lambda torch, s: (
            torch.optim.Rprop,
            {"lr": s["lr"], "etas": (s["shrink"], s["grow"]), "step_sizes": (s["min_step"], s["max_step"])},
        ),
    ),
    Twin("AdamW", "torch", lambda torch, s: (torch.optim.AdamW, {**betas(s), "weight_decay": s["weight_decay"]})),
    Twin("AdamW", "optax", lambda optax, s: optax.adamw(**optax_betas(s), weight_decay=s["weight_decay"])),
    Twin("AdaMax", "torch", lambda torch, s: (torch.optim.Adamax, betas(s))),
    Twin("AdaMax", "optax", lambda optax, s: optax.adamax(**optax_betas(s))),
    Twin("NAdam", "optax", lambda optax, s: optax.nadam(**optax_betas(s))),
    Twin("RAdam", "torch", lambda torch, s: (torch.optim.RAdam, betas(s)), fixed={"eps": 0}),  # ε has another place
    Twin("RAdam", "optax", lambda optax, s: optax.radam(**optax_betas(s))),
    Twin("AMSGrad", "optax", lambda optax, s: optax.amsgrad(**optax_betas(s))),
    Twin("AdaBelief", "optax", lambda optax, s: optax.adabelief(**optax_betas(s), eps_root=s["eps"])),
    Twin(
        "Yogi",
        "optax",
        lambda optax, s: optax.chain(
            optax.scale_by_yogi(s["beta1"], s["beta2"], s["eps"], initial_accumulator_value=0),
            optax.scale_by_learning_rate(s["lr"]),
        ),
    ),
    Twin(
        "Lion",
        "optax",
        lambda optax, s: optax.lion(s["lr"], s["beta1"], s["beta2"], weight_decay=s["weight_decay"]),
    ),
    Twin(
        "Adan",
        "optax",
        lambda optax, s: optax.adan(s["lr"], s["beta1"], s["beta2"], s["beta3"], s["eps"], eps_root=0),
        fixed={"beta2": 0.5},  # optax has 1 − β₂ where the paper and its code have β₂
        after=lambda w, s: w / (1 + s["lr"] * s["weight_decay"]),  # the paper's decay, where optax has AdamW's
    ),
    Twin(
        "ScheduleFreeSGD", "optax", lambda optax, s: schedule_free(optax).schedule_free_sgd(s["lr"], b1=s["momentum"])
    ),
    Twin(
        "ScheduleFreeAdamW",
        "optax",
        lambda optax, s: schedule_free(optax).schedule_free_adamw(**optax_betas(s), weight_decay=s["weight_decay"]),
    ),
]


def schedule_free(optax):
    import optax.contrib

    return optax.contrib


def draw(kind, fixed, rng):
    """Settings of an optimizer, at random but for the fixed ones."""
    names = zeronet.optimizers.OPTIMIZERS[kind]().settings
    return {name: fixed[name] if name in fixed else float(DRAWN[name](rng)) for name in names}


def gradients_of(shape, rng):
    """Gradients (STEPS, …): normal ones, each number with a size of its own between 0.001 and 1000."""
    return rng.standard_normal((STEPS, *shape)) * 10 ** rng.uniform(-3, 3, shape)


def our_path(kind, settings, start, gradients):
    """The end point, and where it is evaluated."""
    params, grads = Parameters({"W": start.shape}, np.float64), Parameters({"W": start.shape}, np.float64)
    params["W"] = start
    optimizer = zeronet.optimizers.OPTIMIZERS[kind](**settings)
    for g in gradients:
        grads["W"] = g
        optimizer.update(params, grads)
    return np.array([params["W"], optimizer.evaluation_params(params)["W"]])


def torch_path(twin, settings, start, gradients):
    import torch

    w = torch.tensor(start.copy(), requires_grad=True)
    kind, arguments = twin.make(torch, settings)
    optimizer = kind([w], **arguments)
    for g in gradients:
        w.grad = torch.tensor(g.copy())
        optimizer.step()
    return np.array([w.detach().numpy()] * 2)


def optax_path(twin, settings, start, gradients):
    import jax
    import optax

    with jax.enable_x64(True):
        optimizer = twin.make(optax, settings)

        def step(carried, g):
            w, state = carried
            change, state = optimizer.update(g, state, w)
            return (twin.after(optax.apply_updates(w, change), settings), state), None

        w = jax.numpy.array(start)
        (w, state), _ = jax.lax.scan(step, (w, optimizer.init(w)), jax.numpy.array(gradients))
        better = w
        if twin.kind.startswith("ScheduleFree"):
            better = schedule_free(optax).schedule_free_eval_params(state, w)
        return np.array([w, better])


def largest_error(twin, trial):
    """The largest difference of two end points, as a share of the largest number."""
    rng = np.random.default_rng([trial, *twin.kind.encode()])
    shape, settings = SHAPES[trial], draw(twin.kind, twin.fixed, rng)
    start, gradients = rng.standard_normal(shape), gradients_of(shape, rng)
    expected = {"torch": torch_path, "optax": optax_path}[twin.library](twin, settings, start, gradients)
    assert np.isfinite(expected).all()
    assert np.abs(expected[0] - start).max() > 1e-5  # it went somewhere
    return np.abs(our_path(twin.kind, settings, start, gradients) - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("trial", range(len(SHAPES)), ids=[str(shape) for shape in SHAPES])
@pytest.mark.parametrize("twin", TWINS, ids=[f"{twin.kind} as {twin.library}'s" for twin in TWINS])
def test_the_reference_takes_the_same_path(twin, trial):
    if importlib.util.find_spec(twin.library) is None:
        pytest.skip(f"{twin.library} is the twin of {twin.kind}: pip install zeronet-dl[twins]")
    assert largest_error(twin, trial) < 1e-10


def plain_adan(s, start, gradients):
    """Adan in plain arithmetic, from the paper's Algorithm 1 in its own letters: its β is 1 − β, its sums from 0."""
    b1, b2, b3 = 1 - s["beta1"], 1 - s["beta2"], 1 - s["beta3"]
    theta, m, v, n, before = start, 0.0, 0.0, 0.0, gradients[0]
    for k, g in enumerate(gradients, start=1):
        m = (1 - b1) * m + b1 * g
        v = (1 - b2) * v + b2 * (g - before)
        n = (1 - b3) * n + b3 * (g + (1 - b2) * (g - before)) ** 2
        full = [1 - (1 - b) ** k for b in (b1, b2, b3)]
        eta = s["lr"] / (np.sqrt(n / full[2]) + s["eps"])
        theta = (theta - eta * (m / full[0] + (1 - b2) * v / full[1])) / (1 + s["lr"] * s["weight_decay"])
        before = g
    return theta


@pytest.mark.parametrize("trial", range(3))
def test_adan_takes_the_path_of_the_paper_where_optax_does_not(trial):
    rng = np.random.default_rng(trial)
    settings = draw("Adan", {}, rng)
    start, gradients = rng.standard_normal(SHAPES[trial]), gradients_of(SHAPES[trial], rng)
    expected = plain_adan(settings, start, gradients)
    assert np.abs(our_path("Adan", settings, start, gradients)[0] - expected).max() < 1e-10 * np.abs(expected).max()
