"""Dialects take the paths of the code that they are named after, with its defaults, in float64.

PyTorch, optax and Keras themselves are run where they are installed. Their published rules, and the book's, which is no
library, are also written down here, independently of zeronet: these run everywhere.
"""

import inspect
import math
import os
import pickle
from itertools import zip_longest

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

from zeronet import Cosine, Parameters
from zeronet.common.text import equation_of
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.dialects.table import equations, table
from zeronet.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, AdamW, Muon, RMSProp

# Keras' own, where it hands arrays to PyTorch.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

INSTALL = "the twin of its dialects: pip install zeronet-dl[twins]"
STEPS, SHAPE = 200, (5, 3)

# What the libraries call it where they have another name, and what they must be given beside their defaults.
GIVEN = {"Momentum": {"momentum": 0.9}, "Nesterov": {"momentum": 0.9, "nesterov": True}, "AMSGrad": {"amsgrad": True}}
CALLED = {"Momentum": "SGD", "Nesterov": "SGD", "AdaGrad": "Adagrad", "RMSProp": "RMSprop", "AMSGrad": "Adam"}
CALLED |= {"AdaDelta": "Adadelta", "AdaMax": "Adamax"}
CALLS = {
    "pytorch": CALLED,
    "keras": CALLED | {"NAdam": "Nadam"},
    "optax": {cls.__name__: cls.__name__.lower() for cls in DIALECTS} | {"Momentum": "sgd", "Nesterov": "sgd"},
}
RATE = {"pytorch": "lr", "keras": "learning_rate", "optax": "learning_rate", "sklearn": "learning_rate_init"}
EVERY = [(cls, name) for cls, each in DIALECTS.items() for name in each]
every_optimizer = pytest.mark.parametrize("cls", DIALECTS, ids=lambda cls: cls.__name__)
in_libraries = [(cls, name) for cls, name in EVERY if name != "book"]
every_dialect = pytest.mark.parametrize(("cls", "name"), EVERY, ids=[f"{c.__name__}-{n}" for c, n in EVERY])


def gradients(steps=STEPS):
    rng = np.random.default_rng(1)
    return [rng.standard_normal(SHAPE) * 10 ** rng.uniform(-6, 2, SHAPE) for _ in range(steps)]


START = np.random.default_rng(0).standard_normal(SHAPE)


def path(optimizer, steps=STEPS):
    params, grads, found = Parameters({"W": SHAPE}, np.float64), Parameters({"W": SHAPE}, np.float64), []
    params["W"] = START
    for g in gradients(steps):
        grads["W"] = g
        optimizer.update(params, grads)
        found.append(params["W"].copy())
    return np.array(found)


def assert_same_path(ours, theirs, most=1e-10):
    assert np.abs(ours - theirs).max() < most * np.abs(theirs - START).max()


def in_pytorch(cls, settings, rate=None):
    """rate: a function of the number of updates made, which takes the place of the rate; as in those below."""
    torch = pytest.importorskip("torch", reason=f"PyTorch is {INSTALL}")
    floats = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # else NAdam keeps the product of its μ in 32 bits
    try:
        turned = np.transpose if cls is Muon else np.asarray  # PyTorch's matrices are (outputs, inputs)
        w = torch.tensor(turned(START), requires_grad=True)
        kind = getattr(torch.optim, CALLS["pytorch"].get(cls.__name__, cls.__name__))
        optimizer, found = kind([w], **(GIVEN.get(cls.__name__, {}) | settings)), []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)  # else Muon computes with three digits
            for k, g in enumerate(gradients()):
                if rate:
                    optimizer.param_groups[0]["lr"] = rate(k)
                w.grad = torch.tensor(turned(g))
                optimizer.step()
                found.append(turned(w.detach().numpy()).copy())
        return np.array(found)
    finally:
        torch.set_default_dtype(floats)


def in_keras(cls, settings, rate=None):
    os.environ.setdefault("KERAS_BACKEND", "torch")  # it goes with PyTorch, which stands beside it in the extra
    keras = pytest.importorskip("keras", reason=f"Keras is {INSTALL}")
    floats = keras.backend.floatx()
    keras.backend.set_floatx("float64")
    try:
        w, found = keras.Variable(START, dtype="float64"), []
        kind = getattr(keras.optimizers, CALLS["keras"].get(cls.__name__, cls.__name__))
        optimizer = kind(**(GIVEN.get(cls.__name__, {}) | settings))
        for k, g in enumerate(gradients()):
            if rate:
                optimizer.learning_rate = rate(k)
            optimizer.apply([keras.ops.convert_to_tensor(g)], [w])
            found.append(np.array(keras.ops.convert_to_numpy(w)))
        return np.array(found)
    finally:
        keras.backend.set_floatx(floats)


def in_optax(cls, settings, rate=None):
    optax = pytest.importorskip("optax", reason=f"optax is {INSTALL}")
    import jax

    with jax.enable_x64(True):
        settings = settings | ({"learning_rate": rate} if rate else {})
        given = GIVEN.get(cls.__name__, {}) if CALLS["optax"][cls.__name__] == "sgd" else {}
        optimizer = getattr(optax, CALLS["optax"][cls.__name__])(**(given | settings))
        w, found = jax.numpy.array(START), []
        state, update = optimizer.init(w), jax.jit(optimizer.update)
        for g in gradients():
            change, state = update(jax.numpy.array(g), state, w)
            w = w + change
            found.append(np.asarray(w))
        return np.array(found)


def in_sklearn(cls, settings, rate=None):
    """The optimizer that MLPClassifier makes of these settings."""
    network = MLPClassifier(solver="adam", **settings)
    w, found = START.copy(), []
    optimizer = AdamOptimizer([w], network.learning_rate_init, network.beta_1, network.beta_2, network.epsilon)
    for k, g in enumerate(gradients()):
        optimizer.learning_rate_init = rate(k) if rate else optimizer.learning_rate_init
        optimizer.update_params([w], [g])
        found.append(w.copy())
    return np.array(found)


LIBRARIES = {"pytorch": in_pytorch, "keras": in_keras, "optax": in_optax, "sklearn": in_sklearn}
every_library = pytest.mark.parametrize(
    ("cls", "name"), in_libraries, ids=[f"{cls.__name__}-{name}" for cls, name in in_libraries]
)


def own_settings(cls, name, **ours):
    """Our settings under the names of the library, where it has them."""
    says = DIALECTS[cls][name].says
    found = {}
    for key, value in ours.items():
        word, _, index = says.names[key].partition("[")
        if says.defaults.get(key) != "none":
            found[word] = (*found.get(word, ()), value) if index else value
    return found


@every_library
def test_with_its_defaults_a_dialect_takes_the_path_of_its_library(cls, name):
    ours = DIALECTS[cls][name]
    rate = {} if ours.says.defaults.get("lr") != "no default" else {RATE[name]: ours().lr}
    assert_same_path(path(ours()), LIBRARIES[name](cls, rate))


@every_library
def test_with_other_settings_a_dialect_takes_the_path_of_its_library(cls, name):
    changed = {"lr": 0.03, "rho": 0.8, "eps": 0.01, "beta1": 0.7, "beta2": 0.95, "start": 0.5}
    changed |= {"weight_decay": 0.2, "momentum_decay": 0.1, "momentum": 0.7, "lr_decay": 0.1}
    changed |= {"shrink": 0.4, "grow": 1.3, "min_step": 0.001, "max_step": 0.2}
    changed |= {"ns_steps": 4, "a": 3.4, "b": -4.7, "c": 2.0}
    ours = DIALECTS[cls][name]
    settings = {key: value for key, value in changed.items() if key in inspect.signature(ours).parameters}
    assert_same_path(path(ours(**settings)), LIBRARIES[name](cls, own_settings(cls, name, **settings)))


@every_library
def test_under_a_schedule_too(cls, name):
    """Where the rate inside the velocity and the rate outside part ways."""
    schedule = Cosine(0.05, horizon=STEPS + 1)
    if name == "optax":  # a schedule of its own is called within its compiled step
        optax = pytest.importorskip("optax", reason=f"optax is {INSTALL}")
        theirs = in_optax(cls, {}, optax.cosine_decay_schedule(0.05, STEPS + 1))
    else:
        theirs = LIBRARIES[name](cls, {RATE[name]: 0.05}, schedule)
    assert_same_path(path(DIALECTS[cls][name](lr=schedule)), theirs)


# The published rules, written down from the book's common/optimizer.py and the libraries' documentation: of each the
# change of w, given t from 1, the gradient and a memory that starts empty.


def inside(t, g, memory, lr):
    memory["v"] = 0.9 * memory.get("v", 0) - lr * g
    return memory["v"]


def outside(t, g, memory, lr):
    memory["v"] = 0.9 * memory.get("v", 0) + g
    return -lr * memory["v"]


def looking_ahead(t, g, memory, lr):
    old = memory.get("v", 0)
    memory["v"] = 0.9 * old - lr * g
    return 0.9 * 0.9 * old - 1.9 * lr * g


def looking_ahead_outside(t, g, memory, lr):
    memory["v"] = 0.9 * memory.get("v", 0) + g
    return -lr * (g + 0.9 * memory["v"])


def adagrad(eps, start, within):
    def change(t, g, memory, lr):
        memory["h"] = memory.get("h", start) + g**2
        return -lr * g / ((memory["h"] + eps) ** 0.5 if within else memory["h"] ** 0.5 + eps)

    return change


def rmsprop(decay, eps, within):
    def change(t, g, memory, lr):
        memory["h"] = decay * memory.get("h", 0) + (1 - decay) * g**2
        return -lr * g / ((memory["h"] + eps) ** 0.5 if within else memory["h"] ** 0.5 + eps)

    return change


def adam(eps, corrected):
    def change(t, g, memory, lr):
        m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        v = memory["v"] = 0.999 * memory.get("v", 0) + (1 - 0.999) * g**2
        first, second = 1 - 0.9**t, 1 - 0.999**t
        if corrected:
            return -lr * (m / first) / ((v / second) ** 0.5 + eps)
        return -lr * math.sqrt(second) / first * m / (v**0.5 + eps)

    return change


def adamw(eps, corrected, decay):
    return lambda t, g, memory, lr: adam(eps, corrected)(t, g, memory, lr) - lr * decay * memory["w"]


def nadam(eps, mu):
    def change(t, g, memory, lr):
        m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        v = memory["v"] = 0.999 * memory.get("v", 0) + (1 - 0.999) * g**2
        product = memory["product"] = memory.get("product", 1) * mu(t)
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        return -lr * ahead / ((v / (1 - 0.999**t)) ** 0.5 + eps)

    return change


def amsgrad(eps, largest_of_the_corrected, corrected):
    def change(t, g, memory, lr):
        m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        v = memory["v"] = 0.999 * memory.get("v", 0) + (1 - 0.999) * g**2
        first, second = 1 - 0.9**t, 1 - 0.999**t
        seen = v / second if largest_of_the_corrected else v
        memory["most"] = np.maximum(memory.get("most", 0), seen)
        most = memory["most"] * (second if largest_of_the_corrected else 1)
        if corrected:
            return -lr * (m / first) / ((most / second) ** 0.5 + eps)
        return -lr * math.sqrt(second) / first * m / (most**0.5 + eps)

    return change


def radam(eps, corrected):
    def change(t, g, memory, lr):
        m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        v = memory["v"] = 0.999 * memory.get("v", 0) + (1 - 0.999) * g**2
        second, limit = 1 - 0.999**t, 2 / (1 - 0.999) - 1
        seen = limit - 2 * t * 0.999**t / second
        if seen <= 5:
            return -lr * m / (1 - 0.9**t)
        r = ((seen - 4) * (seen - 2) * limit / ((limit - 4) * (limit - 2) * seen)) ** 0.5
        root = (v / second) ** 0.5 + eps if corrected else (v**0.5 + eps) / second**0.5
        return -lr * r * m / (1 - 0.9**t) / root

    return change


def adadelta(t, g, memory, lr):
    h = memory["h"] = 0.9 * memory.get("h", 0) + 0.1 * g**2
    step = ((memory.get("u", 0) + 1e-6) / (h + 1e-6)) ** 0.5 * g
    memory["u"] = 0.9 * memory.get("u", 0) + 0.1 * step**2
    return -lr * step


def rprop(t, g, memory, lr):
    before, sizes = memory.get("before", np.zeros(SHAPE)), memory.get("sizes", np.full(SHAPE, lr))
    agree = np.sign(g) * np.sign(before)
    memory["sizes"] = np.clip(np.select([agree > 0, agree < 0], [1.2 * sizes, 0.5 * sizes], sizes), 1e-6, 50)
    memory["before"] = np.where(agree < 0, 0, g)
    return -memory["sizes"] * np.sign(memory["before"])


def adamax(t, g, memory, lr):
    m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
    memory["u"] = np.maximum(0.999 * memory.get("u", 0), abs(g) + 1e-8)
    return -lr / (1 - 0.9**t) * m / memory["u"]


def muon(t, g, memory, lr):
    """The iteration changes the singular values alone: s becomes a s + b s³ + c s⁵."""
    memory["m"] = 0.95 * memory.get("m", 0) + 0.05 * g
    U, s, V = np.linalg.svd(0.95 * memory["m"] + 0.05 * g, full_matrices=False)
    s = s / max(math.sqrt((s**2).sum()), 1e-7)
    for _ in range(5):
        s = 3.4445 * s - 4.775 * s**3 + 2.0315 * s**5
    return -lr * math.sqrt(max(1, SHAPE[1] / SHAPE[0])) * U * s @ V - lr * 0.1 * memory["w"]


def plain(t, g, memory, lr):
    return -lr * g


RULES = {
    ("SGD", "book"): (0.01, plain),
    ("SGD", "pytorch"): (0.001, plain),
    ("SGD", "keras"): (0.01, plain),
    ("SGD", "optax"): (None, plain),
    ("Momentum", "book"): (0.01, inside),
    ("Momentum", "pytorch"): (0.001, outside),
    ("Momentum", "keras"): (0.01, inside),
    ("Momentum", "optax"): (None, outside),
    ("Nesterov", "book"): (0.01, looking_ahead),
    ("Nesterov", "pytorch"): (0.001, looking_ahead_outside),
    ("Nesterov", "keras"): (0.01, looking_ahead),
    ("Nesterov", "optax"): (None, looking_ahead_outside),
    ("AdaGrad", "book"): (0.01, adagrad(1e-7, 0, within=False)),
    ("AdaGrad", "pytorch"): (0.01, adagrad(1e-10, 0, within=False)),
    ("AdaGrad", "keras"): (0.001, adagrad(1e-7, 0.1, within=True)),
    ("AdaGrad", "optax"): (None, adagrad(1e-7, 0.1, within=True)),
    ("RMSProp", "book"): (0.01, rmsprop(0.99, 1e-7, within=False)),
    ("RMSProp", "pytorch"): (0.01, rmsprop(0.99, 1e-8, within=False)),
    ("RMSProp", "keras"): (0.001, rmsprop(0.9, 1e-7, within=True)),
    ("RMSProp", "optax"): (None, rmsprop(0.9, 1e-8, within=True)),
    ("Adam", "book"): (0.001, adam(1e-7, corrected=False)),
    ("Adam", "pytorch"): (0.001, adam(1e-8, corrected=True)),
    ("Adam", "keras"): (0.001, adam(1e-7, corrected=False)),
    ("Adam", "optax"): (None, adam(1e-8, corrected=True)),
    ("Adam", "sklearn"): (0.001, adam(1e-8, corrected=False)),
    ("AdamW", "pytorch"): (0.001, adamw(1e-8, corrected=True, decay=0.01)),
    ("AdamW", "keras"): (0.001, adamw(1e-7, corrected=False, decay=0.004)),
    ("AdamW", "optax"): (None, adamw(1e-8, corrected=True, decay=0.0001)),
    ("NAdam", "pytorch"): (0.002, nadam(1e-8, lambda t: 0.9 * (1 - 0.5 * 0.96 ** (t * 0.004)))),
    ("NAdam", "keras"): (0.001, nadam(1e-7, lambda t: 0.9 * (1 - 0.5 * 0.96**t))),
    ("NAdam", "optax"): (None, nadam(1e-8, lambda t: 0.9)),
    ("AMSGrad", "pytorch"): (0.001, amsgrad(1e-8, largest_of_the_corrected=False, corrected=True)),
    ("AMSGrad", "keras"): (0.001, amsgrad(1e-7, largest_of_the_corrected=False, corrected=False)),
    ("AMSGrad", "optax"): (None, amsgrad(1e-8, largest_of_the_corrected=True, corrected=True)),
    ("RAdam", "pytorch"): (0.001, radam(1e-8, corrected=False)),
    ("RAdam", "optax"): (None, radam(1e-8, corrected=True)),
    ("AdaDelta", "pytorch"): (1.0, adadelta),
    ("Rprop", "pytorch"): (0.01, rprop),
    ("AdaMax", "pytorch"): (0.002, adamax),
    ("Muon", "pytorch"): (0.001, muon),
}


def test_every_dialect_has_a_published_rule():
    assert list(RULES) == [(cls.__name__, name) for cls, name in EVERY]


@pytest.mark.parametrize("schedule", [None, Cosine(0.05, horizon=STEPS + 1)], ids=["its own rate", "a schedule"])
@every_dialect
def test_a_dialect_takes_the_path_of_the_published_rule(cls, name, schedule):
    default, change = RULES[cls.__name__, name]
    ours = DIALECTS[cls][name](**({"lr": schedule} if schedule else {}))
    w, memory, found = START.copy(), {}, []
    for t, g in enumerate(gradients(), start=1):
        memory["w"] = w
        w = w + change(t, g, memory, schedule(t - 1) if schedule else default or ours.lr)
        found.append(w)
    assert_same_path(path(ours), np.array(found))


# What a dialect says of itself


@every_dialect
def test_the_place_of_epsilon_is_the_one_in_the_table(cls, name):
    """Measured: the tenth step along g = 1, without ε and with ε = 3."""
    kind = DIALECTS[cls][name]
    if "ε is added" not in kind.says.facts:
        same = equation_of(kind) == equation_of(cls)
        assert same or "u is divided by" in kind.says.facts or "eps" not in inspect.signature(kind).parameters
        return
    given = {"weight_decay": 0.0} if cls is AdamW else {}

    def tenth_step(eps):
        params, optimizer = {"x": 0.0}, kind(lr=1.0, eps=eps, **given)
        for _ in range(10):
            before = params["x"]
            optimizer.update(params, {"x": 1.0})
        return before - params["x"], float(getattr(optimizer, kind.state_names[-1])["x"])

    without, state = tenth_step(0.0)

    def root(eps):
        return {
            "outside the root": math.sqrt(state) + eps,
            "inside the root": math.sqrt(state + eps),
            "to the corrected root": 1 + eps,
            "to the uncorrected root": math.sqrt(state) + eps,
        }[kind.says.facts["ε is added"]]

    assert tenth_step(3.0)[0] == pytest.approx(without * root(0) / root(3), rel=1e-12)


def walk(optimizer, gradients, rates=()):
    """The steps down along gradients of one number; rates: set before each update."""
    params, steps = {"x": 0.0}, []
    for g, lr in zip_longest(gradients, rates):
        optimizer.lr = lr or optimizer.lr
        before = params["x"]
        optimizer.update(params, {"x": g})
        steps.append(before - params["x"])
    return steps


def said_of(fact):
    return pytest.mark.parametrize(
        "kind",
        [cls for each in DIALECTS.values() for cls in each.values() if fact in cls.says.facts],
        ids=lambda kind: kind.__name__,
    )


@said_of("η stands")
def test_the_place_of_the_rate_is_the_one_in_the_table(kind):
    """Measured: a rate that falls to a tenth shortens all of the next step, or what is new in it."""
    _, second = walk(kind(lr=1.0, momentum=0.5), [1.0, 0.0], [1.0, 0.1])
    rolled = 0.5 * walk(SGD(lr=1.0), [1.0])[0]
    ahead = 0.5 if "Nesterov" in kind.__name__ else 1.0
    assert second == pytest.approx(ahead * rolled * {"inside v": 1, "outside v": 0.1}[kind.says.facts["η stands"]])


@said_of("bias correction")
def test_the_correction_is_the_one_in_the_table(kind):
    """Measured: with it, the first step is as long as the tenth along g = 1."""
    first, *_, tenth = walk(kind(eps=0.0), [1.0] * 10)
    assert {"yes": True, "no": False}[kind.says.facts["bias correction"]] == (first == pytest.approx(tenth))


@said_of("v̂ is the largest")
def test_what_amsgrad_remembers_is_what_the_table_says(kind):
    """Measured: after one gradient of 1000, which the correction multiplies by 1/(1 − β₂)."""
    optimizer = kind(eps=0.0)
    walk(optimizer, [1000.0, *[1.0] * 50])
    v = (1 - 0.999) * 1000.0**2
    expected = {"uncorrected v": v, "corrected v": v / (1 - 0.999)}[kind.says.facts["v̂ is the largest"]]
    assert float(optimizer.v_hat["x"]) == pytest.approx(expected)


@said_of("β₁ of the look ahead")
def test_the_look_ahead_of_nadam_is_the_one_in_the_table(kind):
    """Measured: along g = 1, where v̂ = 1, the third step is m̂: that of a constant β₁, or of one that rises."""
    optimizer = kind(lr=1.0, eps=0.0)
    third = walk(optimizer, [1.0] * 3)[-1]
    mu = {
        "constant": lambda t: 0.9,
        "rises: 1 − ½ · 0.96ᵗ of it": lambda t: 0.9 * (1 - 0.5 * 0.96**t),
        "rises: 1 − ½ · 0.96^(ψt) of it": lambda t: 0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)),
    }[kind.says.facts["β₁ of the look ahead"]]
    product = mu(1) * mu(2) * mu(3)
    m = 1 - 0.9**3
    assert third == pytest.approx(mu(4) * m / (1 - product * mu(4)) + (1 - mu(3)) / (1 - product))


@said_of("u is divided by")
def test_the_divisor_of_muon_is_the_one_in_the_table(kind):
    """Measured: ‖u‖ = 1 and ε = 1, so that the iteration begins at a half, or at 1."""
    params = {"W": np.zeros((1, 1))}
    kind(lr=1.0, momentum=0.0, eps=1.0, weight_decay=0.0).update(params, {"W": np.ones((1, 1))})
    s = {"‖u‖ + ε": 0.5, "max(‖u‖, ε)": 1.0}[kind.says.facts["u is divided by"]]
    for _ in range(5):
        s = 3.4445 * s - 4.775 * s**3 + 2.0315 * s**5
    assert params["W"].item() == pytest.approx(-s)


def test_every_fact_is_measured():
    facts = {fact for each in DIALECTS.values() for cls in each.values() for fact in cls.says.facts}
    measured = {"η stands", "ε is added", "bias correction", "v̂ is the largest", "β₁ of the look ahead"}
    assert facts == measured | {"u is divided by"}


@every_library
def test_names_and_defaults_are_those_of_the_library_s_signature(cls, name):
    module = {"pytorch": "torch.optim", "keras": "keras.optimizers", "optax": "optax"}.get(name, "sklearn")
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip(module.split(".")[0], reason=f"{module.split('.')[0]} is {INSTALL}")
    found = MLPClassifier
    if name != "sklearn":
        found = getattr(pytest.importorskip(module), CALLS[name].get(cls.__name__, cls.__name__))
    theirs, ours = inspect.signature(found).parameters, DIALECTS[cls][name]
    for key, parameter in inspect.signature(ours).parameters.items():
        if ours.says.defaults.get(key) == "none":
            continue
        word, _, index = ours.says.names[key].partition("[")
        default = theirs[word].default[int(index[0])] if index else theirs[word].default
        said = ours.says.defaults.get(key, parameter.default)
        if said == "no default":
            assert default is inspect.Parameter.empty
        elif said == "None":
            assert default is None
        else:
            assert (default or 0) == float(said)  # Keras calls no weight decay None


@every_dialect
def test_a_dialect_is_a_class_like_any_other_but_no_optimizer_of_the_registry(cls, name):
    kind = DIALECTS[cls][name]
    assert issubclass(kind, cls)
    assert kind.__name__ not in OPTIMIZERS
    assert kind(0.5).settings == kind(lr=0.5).settings == pickle.loads(pickle.dumps(kind(0.5))).settings
    with pytest.raises(TypeError, match="unexpected keyword argument 'rate'"):
        kind(rate=0.5)


@every_optimizer
def test_the_table_has_a_column_for_each(cls):
    rows = table(cls)
    assert rows[0] == ["", "zeronet", *DIALECTS[cls]]
    assert {len(row) for row in rows} == {len(rows[0])}
    said = [who for line in equations(cls) if not line.startswith(" ") for who in line.split(", ")]
    assert sorted(who for who in said if " " not in who) == sorted(rows[0][1:])
    assert all(any(who.startswith(name) for name in DIALECTS[cls]) for who in said if " " in who)


# Settings that bring another form


def form(cls, **settings):
    return DIALECTS[cls]["pytorch"](**settings)


def test_what_is_off_is_not_listed_and_changes_no_number():
    plain_one = form(RMSProp)
    spelt_out = form(RMSProp, momentum=0, centered=False, weight_decay=0, maximize=False)
    assert plain_one.settings == spelt_out.settings == {"lr": 0.01, "rho": 0.99, "eps": 1e-8}
    np.testing.assert_array_equal(path(plain_one), path(spelt_out))
    assert form(Muon, weight_decay=0).settings["weight_decay"] == 0  # PyTorch's default is not


def test_maximize_goes_up_where_the_others_go_down():
    for cls in (kind for kind, each in DIALECTS.items() if "pytorch" in each):
        if "maximize" in inspect.signature(DIALECTS[cls]["pytorch"]).parameters:
            still = {"weight_decay": 0.0} if cls is AdamW else {}
            (down,), (up,) = walk(form(cls, **still), [2.0]), walk(form(cls, maximize=True, **still), [2.0])
            assert down == -up > 0


def test_weight_decay_is_where_the_library_has_it():
    """At w = 1 and g = 0: PyTorch's goes through the gradient, Keras' and AdamW's beside it."""
    for kind, expected in (
        (DIALECTS[SGD]["pytorch"], 0.5 * 0.2),
        (DIALECTS[SGD]["keras"], 0.5 * 0.2),
        (DIALECTS[Adam]["pytorch"], 0.5),  # 0.5 · 0.2/√0.2²
        (DIALECTS[Adam]["keras"], 0.5 * 0.2),
        (DIALECTS[AdamW]["pytorch"], 0.5 * 0.2),
    ):
        for settings in ({}, {"amsgrad": True}) if "amsgrad" in inspect.signature(kind).parameters else ({},):
            params = {"x": 1.0, "b": np.ones(2)}  # biases too
            kind(lr=0.5, weight_decay=0.2, **settings).update(params, {"x": 0.0, "b": np.zeros(2)})
            assert params["x"] == pytest.approx(1 - expected, rel=1e-6)
            np.testing.assert_allclose(params["b"], 1 - expected, rtol=1e-6)


def test_effective_steps_are_those_of_the_form_or_none():
    def steps(optimizer):
        walk(optimizer, [2.0])
        return optimizer.effective_steps()

    assert steps(form(RMSProp, eps=0.0)) == pytest.approx({"x": 0.01 / 0.2})
    assert steps(form(RMSProp, eps=0.0, maximize=True)) == pytest.approx({"x": -0.01 / 0.2})
    assert steps(form(RMSProp, eps=0.0, centered=True))["x"] > 0.01 / 0.2
    assert steps(form(AdaGrad, eps=0.0, lr_decay=0.5)) == pytest.approx({"x": 0.01 / 2})
    assert steps(form(RMSProp, momentum=0.9)) is None
    assert steps(form(RMSProp, weight_decay=0.1)) is None


def test_a_state_fits_the_form_that_it_was_taken_from():
    first, same = form(RMSProp, centered=True, momentum=0.5), form(RMSProp, centered=True, momentum=0.5)
    walk(first, [1.0, 2.0])
    same.load_state_dict(first.state_dict())
    assert walk(first, [3.0]) == walk(same, [3.0])
    for other in (form(RMSProp), form(RMSProp, centered=True)):
        with pytest.raises(ValueError, match="this state is one of PyTorchRMSProp, centered, momentum, not one of Py"):
            other.load_state_dict(first.state_dict())
    again = first.clone()
    assert (again.settings, again.state_names, again.h) == (first.settings, ("h", "m", "v"), None)
    assert pickle.loads(pickle.dumps(first)).settings == first.settings


def test_a_variance_that_rounding_takes_below_0_makes_no_nan():
    """In PyTorch it does: a constant gradient, whose variance is 0."""
    for momentum in (0.0, 0.5):
        assert np.isfinite(walk(form(RMSProp, rho=0.9, centered=True, momentum=momentum), [0.1] * 500)).all()


# scikit-learn's whole training


def weights_of_scikit_learn(monkeypatch, kind):
    """The first weights of MLPClassifier after 3 epochs on digits, with its own Adam (None) or one of ours."""

    class Ours:
        def __init__(self, params, lr, beta1, beta2, eps):
            self.ours = kind(lr=lr, beta1=beta1, beta2=beta2, eps=eps)

        def update_params(self, params, grads):
            self.ours.update(dict(enumerate(params)), dict(enumerate(grads)))

        def iteration_ends(self, step):
            """Nothing: Adam's rate stays."""

    if kind:
        monkeypatch.setattr("sklearn.neural_network._multilayer_perceptron.AdamOptimizer", Ours)
    x, t = load_digits(return_X_y=True)
    with pytest.warns(ConvergenceWarning):
        return MLPClassifier((50,), random_state=0, max_iter=3).fit(x / 16, t).coefs_[0], x.max(axis=0) == 0


def test_the_weights_of_dead_pixels_tell_scikit_learn_s_adam_from_our_own(monkeypatch):
    """Their gradient is that of the penalty alone, λ w/n: less than 1e-7, about as small as ε."""
    theirs, dead = weights_of_scikit_learn(monkeypatch, None)
    ours, _ = weights_of_scikit_learn(monkeypatch, DIALECTS[Adam]["sklearn"])
    textbook, _ = weights_of_scikit_learn(monkeypatch, Adam)
    assert dead.sum() == 3
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-14)
    assert np.median(np.abs(textbook - theirs)[~dead]) < 1e-5
    assert np.median(np.abs(textbook - theirs)[dead]) > 1e-3
