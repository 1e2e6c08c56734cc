"""Classes with other names for their settings, with weight decay or with a schedule: the right ones, and slips."""

import ast

import numpy as np
import pytest

from zeronet.common.errors import UserError
from zeronet.lab.check.findings import judge
from zeronet.lab.check.roles import roles_of
from zeronet.lab.check.running import LAWS, doubtful
from zeronet.lab.check.subject import Subject
from zeronet.lab.check.twins import equal_to
from zeronet.lab.specs.plugins import Plugin

UPDATE = """
import math
import numpy as np

class Mine:
    def __init__(self, {settings}):
        self.__dict__.update({{name: value for name, value in locals().items() if name != "self"}})
        self.t, self.m, self.v = 0, {{}}, {{}}

    def update(self, params, grads):
        self.t += 1
        t = self.t
        for k in params:
            m, v, w, g = self.m.get(k, 0.0), self.v.get(k, 0.0), params[k] + 0.0, grads[k] + 0.0
            {body}
"""

MOMENTUM = "m = self.m[k] = self.{b} * m - self.{lr} * g; params[k] = w + m"
NESTEROV = "m = self.m[k] = self.{b} * m + g; params[k] = w - self.{lr} * (g + self.{b} * m)"
MEAN = "m = self.m[k] = self.{b} * m + (1 - self.{b}) * g; params[k] = w - self.{lr} * m"
ADAGRAD = "v = self.v[k] = v + g * g; params[k] = w - self.{lr} * g / (v ** 0.5 + 1e-7)"
RMSPROP = "v = self.v[k] = self.{b} * v + (1 - self.{b}) * g * g; params[k] = w - self.{lr} * g / (v ** 0.5 + 1e-7)"
ADAM = (
    "m = self.m[k] = {one} * m + (1 - {one}) * g; v = self.v[k] = {two} * v + (1 - {two}) * g * g; "
    "params[k] = w - {lr} * m / (1 - {one} ** t) / ((v / (1 - {two} ** t)) ** 0.5 + {eps})"
)
USUAL = {"one": "self.beta1", "two": "self.beta2", "lr": "self.lr", "eps": "1e-8"}
PAIR = USUAL | {"one": "self.betas[0]", "two": "self.betas[1]"}
PLAIN = "lr=0.001, beta1=0.9, beta2=0.999"
DECAYED = "g = g + self.weight_decay * w; "

RIGHT = {
    "Nesterov by Ruder": ("eta=0.01, gamma=0.9", NESTEROV.format(lr="eta", b="gamma")),
    "momentum of the book": ("lr=0.01, alpha=0.9", MOMENTUM.format(lr="lr", b="alpha")),
    "momentum as β": ("lr=0.01, beta=0.9", MOMENTUM.format(lr="lr", b="beta")),
    "a mean of gradients": ("lr=0.01, beta1=0.9", MEAN.format(lr="lr", b="beta1")),
    "AdaGrad with α": ("alpha=0.1", ADAGRAD.format(lr="alpha")),
    "Adam with α": ("alpha=0.001, beta1=0.9, beta2=0.999", ADAM.format(**USUAL | {"lr": "self.alpha"})),
    "RMSProp with β": ("lr=0.01, beta=0.9", RMSPROP.format(lr="lr", b="beta")),
    "RMSProp with β₂": ("lr=0.01, beta2=0.9", RMSPROP.format(lr="lr", b="beta2")),
    "a rate that falls in steps": (
        "lr=0.1, step_size=1000, gamma=0.1",
        "params[k] = w - self.lr * self.gamma ** ((t - 1) // self.step_size) * g",
    ),
    "AdaGrad with Keras' decay": ("lr=0.01, decay=0.001", ADAGRAD.format(lr="lr / (1 + self.decay * (t - 1))")),
    "a pair of βs": ("lr=0.001, betas=(0.9, 0.999)", ADAM.format(**PAIR)),
    "no momentum": ("lr=0.01, momentum=0.0", MOMENTUM.format(lr="lr", b="momentum")),
    "momentum with L2": ("lr=0.1, momentum=0.9, weight_decay=5e-4", DECAYED + MOMENTUM.format(lr="lr", b="momentum")),
    "Adam with L2": (PLAIN + ", weight_decay=0.01", DECAYED + ADAM.format(**USUAL)),
    "AdamW, much of it": (
        "lr=0.1, beta1=0.9, beta2=0.999, weight_decay=0.1",
        ADAM.format(**USUAL) + " - self.lr * self.weight_decay * w",
    ),
    "Adam at a falling rate": (PLAIN, ADAM.format(**USUAL | {"lr": "self.lr / math.sqrt(t)"})),
    "momentum at a falling rate": (
        "lr=0.01, momentum=0.9",
        "m = self.m[k] = self.momentum * m + g; params[k] = w - self.lr / math.sqrt(t) * m",
    ),
    "NAdam by Ruder": (
        PLAIN,
        ADAM.format(**USUAL).replace("self.lr * m / (1", "self.lr * (self.beta1 * m + (1 - self.beta1) * g) / (1"),
    ),
    "heavy ball by the weights before": (
        "lr=0.01, momentum=0.9",
        "params[k] = w - self.lr * g + self.momentum * (w - self.m.get(k, w)); self.m[k] = w",
    ),
    "optimistic": ("lr=0.01", "params[k] = w - self.lr * (2 * g - self.m.get(k, g)); self.m[k] = g"),
    "every second gradient": (
        "lr=0.1",
        "m = self.m[k] = m + g; params[k] = w if t % 2 else w - self.lr * m / 2; self.m[k] = m * (t % 2)",
    ),
    "lookahead around SGD": (
        "lr=0.1, k=5, alpha=0.5",
        "m = self.m.get(k, w); w = w - self.lr * g; m = w if t % self.k else m + self.alpha * (w - m); "
        "self.m[k] = self.m.get(k, params[k] + 0.0) if t % self.k else m; params[k] = w if t % self.k else m",
    ),
}

WRONG = {
    "α squared": ("alpha=0.1", "params[k] = w - self.alpha ** 2 * g", "by-hand", "1 · alpha · g"),
    "momentum squared": ("lr=0.01, alpha=0.9", MOMENTUM.format(lr="lr", b="alpha ** 2"), "rolling", "alpha = 0.9"),
    "momentum turned": (
        "lr=0.01, beta=0.9",
        MOMENTUM.format(lr="lr", b="beta").replace("self.beta *", "(1 - self.beta) *"),
        "rolling",
        "beta = 0.9",
    ),
    "momentum forgotten": ("lr=0.01, gamma=0.9", "params[k] = w - self.lr * g", "settings", "gamma has no effect"),
    "rate squared beside a schedule": (
        "lr=0.1, step_size=1000, gamma=0.1",
        "params[k] = w - self.lr ** 2 * self.gamma ** (t // self.step_size) * g",
        "by-hand",
        "applied twice",
    ),
    "β and 1 − β swapped": (
        "lr=0.01, beta2=0.9",
        "v = self.v[k] = (1 - self.beta2) * v + self.beta2 * g * g; params[k] = w - self.lr * g / (v ** 0.5 + 1e-7)",
        "first-step",
        "beta2 and 1 − beta2 are swapped",
    ),
    "1 − β forgotten": (
        "lr=0.01, beta=0.9",
        RMSPROP.format(lr="lr", b="beta").replace("(1 - self.beta) * ", ""),
        "steady",
        "g² by 1 − beta",
    ),
    "pair: t stays 1": ("lr=0.001, betas=(0.9, 0.999)", "t = 1; " + ADAM.format(**PAIR), "steady", "Is t counted"),
    "pair: swapped": (
        "lr=0.001, betas=(0.9, 0.999)",
        ADAM.format(**PAIR | {"one": "self.betas[1]", "two": "self.betas[0]"}),
        "settings",
        "swapped",
    ),
    "βs in the code: t stays 1": (
        "lr=0.001",
        "t = 1; " + ADAM.format(**USUAL | {"one": "0.9", "two": "0.999"}),
        "steady",
        "Is t counted",
    ),
    "βs in the code: m never forgets": (
        "lr=0.001",
        ADAM.format(**USUAL | {"one": "0.9", "two": "0.999"}).replace("0.9 * m", "m"),
        "steady",
        "β below 1",
    ),
    "decay upwards": (
        "lr=0.1, weight_decay=0.01",
        "params[k] = w - self.lr * (g - self.weight_decay * w)",
        "zero",
        "sign of the decay",
    ),
    "decay upwards in Adam": (
        PLAIN + ", weight_decay=0.01",
        DECAYED.replace("+", "-") + ADAM.format(**USUAL),
        "zero",
        "sign of the decay",
    ),
    "decay divided by the weights": (
        "lr=0.1, weight_decay=0.01",
        "params[k] = w - self.lr * (g + self.weight_decay / w)",
        "zero",
        "weight_decay · w",
    ),
    "decay and lr added": (
        PLAIN + ", wd=0.1",
        ADAM.format(**USUAL) + " - (self.lr + self.wd) * w",
        "zero",
        "Half of wd",
    ),
    "momentum = 0 and added": (
        "lr=0.01, momentum=0.0",
        MOMENTUM.format(lr="lr", b="momentum").replace("momentum *", "momentum +"),
        "rolling",
        "multiplied by momentum",
    ),
    "decay beside a wrong momentum": (
        "lr=0.1, momentum=0.9, weight_decay=0.01",
        DECAYED + MOMENTUM.format(lr="lr", b="momentum ** 2"),
        "rolling",
        "momentum = 0.9",
    ),
    "decay beside a state created again": (
        PLAIN + ", weight_decay=0.01",
        "m = v = 0.0; " + ADAM.format(**USUAL) + " - self.lr * self.weight_decay * w",
        "remembers",
        "created again",
    ),
    "decay in the code beside a state created again": (
        PLAIN,
        "m = v = 0.0; " + ADAM.format(**USUAL) + " - 0.01 * w",
        "remembers",
        "created again",
    ),
    "decay never used": (
        "lr=0.1, weight_decay=0.01",
        "params[k] = w - self.lr * g",
        "settings",
        "weight_decay has no effect",
    ),
    "clipping never used": ("lr=0.1, clip_norm=1.0", "params[k] = w - self.lr * g", "settings", "clip_norm has no"),
    "momentum = 0, and never written back": (
        "lr=0.01, momentum=0.0",
        MOMENTUM.format(lr="lr", b="momentum").replace("self.m[k] = ", "self.m[k] = 0.0 * m; m = "),
        "remembers",
        "created again",
    ),
}


# What the names do not tell.
ROLES = {
    "Nesterov by Ruder": {"gamma": "momentum"},
    "momentum of the book": {"alpha": "momentum"},
    "momentum as β": {"beta": "momentum"},
    "RMSProp with β": {"beta": "rho"},
    "lookahead around SGD": {"alpha": "none"},
    "momentum squared": {"alpha": "momentum"},
    "momentum turned": {"beta": "momentum"},
    "1 − β forgotten": {"beta": "rho"},
}


def subject_of(settings, body, roles=None):
    source = UPDATE.format(settings=settings, body=body)
    return Subject(Plugin("mine.py", "Mine", "", source).load(), place="mine.py", roles=roles)


def found(settings, body, roles=None, laws=()):
    """Give what these laws find; without any, all but that of the digits, which takes longest."""
    subject = subject_of(settings, body, roles)
    with np.errstate(all="ignore"):
        yield from (judge(law, subject) for law in LAWS if (law.name in laws if laws else law.name != "digits"))


def findings(settings, body, roles=None, *laws):
    return {finding.law: finding for finding in found(settings, body, roles, laws)}


def broken(found):
    return [finding for finding in found.values() if finding.verdict == "fail"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "roles"), [*((name, None) for name in RIGHT), *((name, ROLES[name]) for name in RIGHT if name in ROLES)]
)
def test_other_names_decay_and_schedules_break_no_law_whether_roles_are_declared_or_not(name, roles):
    assert broken(findings(*RIGHT[name], roles)) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WRONG)
def test_their_slips_are_caught_by_their_law_with_their_hint(name):
    *source, law, hint = WRONG[name]
    finding = findings(*source, ROLES.get(name), law)[law]
    assert finding.verdict == "fail", finding
    assert hint in finding.hint


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["Nesterov by Ruder", "momentum as β", "RMSProp with β₂", "a pair of βs"])
def test_no_operator_of_their_equations_can_be_another(name):
    settings, body = RIGHT[name]
    tree = ast.parse(body)
    unnoticed = []
    for node in [each for each in ast.walk(tree) if isinstance(each, ast.BinOp)]:
        right = node.op
        for wrong in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow):
            if not isinstance(right, wrong):
                node.op = wrong()
                wrongly = found(settings, "; ".join(ast.unparse(tree).splitlines()), ROLES.get(name))
                unnoticed += [ast.unparse(node)] * all(finding.verdict != "fail" for finding in wrongly)
        node.op = right
    assert unnoticed == []


@pytest.mark.parametrize(
    ("names", "declared", "roles"),
    [
        (["Alpha", "beta1", "beta2"], {}, {"lr": "Alpha", "beta1": "beta1", "beta2": "beta2"}),
        (["lr", "alpha"], {}, {"lr": "lr", "alpha": "alpha"}),
        (["lr", "alpha"], {"alpha": "rho"}, {"rho": "alpha", "lr": "lr"}),
        (["lr", "eta"], {}, {"lr": "lr", "eta": "eta"}),
        (["lr", "beta1"], {}, {"lr": "lr", "momentum": "beta1"}),  # a lone β₁ weighs gradients
        (["lr", "beta_2"], {}, {"lr": "lr", "rho": "beta_2"}),  # a lone β₂ weighs squares
        (["speed", "rho"], {"speed": "lr", "rho": "none"}, {"lr": "speed", "own rho": "rho"}),
    ],
)
def test_a_role_is_told_by_the_name_unless_it_is_declared(names, declared, roles):
    assert roles_of(names, declared) == roles


def test_numbers_whose_role_is_not_sure_are_a_remark():
    source = "alpha=0.1, gamma=0.9, t0=1, flag=False", "params[k] = w - self.alpha * g"
    doubt = doubtful(subject_of(*source))
    assert (doubt.verdict, doubt.seen) == ("remark", "alpha is taken for lr; unknown: gamma, t0")
    assert "--role gamma=…, one of lr, momentum" in doubt.hint
    assert doubtful(subject_of(*source, {"alpha": "lr", "GAMMA": "momentum", "t0": "none"})) is None


@pytest.mark.parametrize("roles", [{"alpha": "decay"}, {"alpha": "lr", "gamma": "lr"}, {"beta": "rho"}])
def test_roles_that_cannot_be_are_mistakes(roles):
    with pytest.raises(UserError, match=r"the roles are lr, momentum|no setting 'beta', but alpha, gamma"):
        subject_of("alpha=0.1, gamma=0.9", "params[k] = w - self.alpha * g", roles)


def test_a_setting_that_was_not_tested_is_named():
    found = findings("lr=0.1, nesterov=False", "params[k] = w - self.lr * g", None, "settings")["settings"]
    assert (found.verdict, found.seen) == ("pass", "lr; not tested: nesterov")


def test_a_pair_is_called_by_its_own_name():
    assert findings(*RIGHT["a pair of βs"], None, "settings")["settings"].seen == "lr, betas[0], betas[1]"


def test_a_number_without_effect_beside_others_is_a_remark():
    found = findings("lr=0.1, share=0.2, every=10", "params[k] = w - self.lr * self.share * g", None, "settings")[
        "settings"
    ]
    assert (found.verdict, found.seen) == ("remark", "lr, share")
    assert found.hint == "no other value of every changed 12 updates"


@pytest.mark.parametrize(
    ("eps", "words"),
    [
        ("1e-8", "Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)"),
        ("3e-8", "Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=3e-08)"),
    ],
)
def test_what_it_equals_is_told_under_short_gradients_too(eps, words):
    assert words in equal_to(subject_of(PLAIN, ADAM.format(**USUAL | {"eps": eps})))


def test_state_in_slots_is_saved_and_found():
    class Slotted:
        __slots__ = ("h", "lr")

        def __init__(self, lr=0.01):
            self.lr, self.h = lr, {}

        def update(self, params, grads):
            for k in params:
                self.h[k] = self.h.get(k, 0.0) + grads[k] ** 2
                params[k] -= self.lr * grads[k] / (np.sqrt(self.h[k]) + 1e-7)

    laws = {law.name: judge(law, Subject(Slotted)) for law in LAWS if law.name in ("restore", "remembers")}
    assert laws["restore"].verdict == "pass"
    assert laws["remembers"].seen == "remembers h"
