"""The bench against planted bugs: each is made by one replacement, and broken by the law that is named for it.

The originals are the plain dictionary form of the articles and the book; they pass. So does every optimizer and dialect
of zeronet (tests/optimizers/test_laws.py).
"""

import ast
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import zeronet.lab.check
from tests.support.articles import ADAGRAD
from zeronet.lab.check.findings import judge
from zeronet.lab.check.running import LAWS
from zeronet.lab.check.subject import Subject
from zeronet.lab.specs.plugins import Plugin
from zeronet.optimizers import OPTIMIZERS

SGD = """
class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params.keys():
            params[key] -= self.lr * grads[key]
"""

MOMENTUM = """
import numpy as np

class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for key, val in params.items():
                self.v[key] = np.zeros_like(val)

        for key in params.keys():
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]
"""

RMSPROP = """
import numpy as np

class RMSProp:
    def __init__(self, lr=0.01, decay_rate=0.99):
        self.lr = lr
        self.decay_rate = decay_rate
        self.h = None

    def update(self, params, grads):
        if self.h is None:
            self.h = {}
            for key, val in params.items():
                self.h[key] = np.zeros_like(val)

        for key in params.keys():
            self.h[key] *= self.decay_rate
            self.h[key] += (1 - self.decay_rate) * grads[key] * grads[key]
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)
"""

ADAM = """
import numpy as np

class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.iter = 0
        self.m = None
        self.v = None

    def update(self, params, grads):
        if self.m is None:
            self.m, self.v = {}, {}
            for key, val in params.items():
                self.m[key] = np.zeros_like(val)
                self.v[key] = np.zeros_like(val)

        self.iter += 1
        lr_t = self.lr * np.sqrt(1.0 - self.beta2**self.iter) / (1.0 - self.beta1**self.iter)

        for key in params.keys():
            self.m[key] += (1 - self.beta1) * (grads[key] - self.m[key])
            self.v[key] += (1 - self.beta2) * (grads[key]**2 - self.v[key])
            params[key] -= float(lr_t) * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)
"""

NESTEROV = MOMENTUM.replace("class Momentum", "class Nesterov").replace(
    "params[key] += self.v[key]", "params[key] += self.momentum * self.v[key] - self.lr * grads[key]"
)

ORIGINALS = {
    "Nesterov": NESTEROV,
    "SGD": SGD,
    "Momentum": MOMENTUM,
    "AdaGrad": ADAGRAD,
    "RMSProp": RMSPROP,
    "Adam": ADAM,
}


class Bug(NamedTuple):
    name: str
    source: str
    old: str
    new: str
    law: str
    hint: str


BUGS = [
    # which way
    Bug("sgd: sign", SGD, "-= self.lr", "+= self.lr", "downhill", "moves uphill"),
    Bug(
        "momentum: sign of the step", MOMENTUM, "params[key] += self", "params[key] -= self", "downhill", "moves uphill"
    ),
    Bug("adagrad: sign", ADAGRAD, "params[key] -=", "params[key] +=", "downhill", "moves uphill"),
    Bug("adam: sign", ADAM, "params[key] -=", "params[key] +=", "downhill", "moves uphill"),
    Bug(
        "momentum: sign of the velocity",
        MOMENTUM,
        "self.momentum * self.v",
        "-self.momentum * self.v",
        "zero",
        "sign of",
    ),
    Bug("sgd: never written", SGD, "params[key] -= self.lr", "params[key] - self.lr", "downhill", "written back"),
    Bug("sgd: a local name", SGD, "params[key] -=", "w = params[key]; w -=", "scalars", "changes arrays only"),
    Bug(
        "sgd: returned",
        SGD,
        "for key in params.keys():\n            params[key] -= self.lr * grads[key]",
        "return {key: params[key] - self.lr * grads[key] for key in params}",
        "runs",
        "the return value is ignored",
    ),
    # how far
    Bug("sgd: lr twice", SGD, "self.lr *", "self.lr * self.lr *", "by-hand", "applied twice"),
    Bug(
        "sgd: noise",
        SGD,
        "* grads[key]",
        "* (grads[key] + 1e-9 * __import__('numpy').random.rand())",
        "repeats",
        "randomness",
    ),
    Bug("sgd: no lr", SGD, "self.lr *", "0.01 *", "by-hand", "not at all"),
    Bug("sgd: integer division", SGD, "self.lr * grads[key]", "grads[key] // (1 / self.lr)", "family", "//"),
    Bug("sgd: something added", SGD, "self.lr * grads[key]", "self.lr * grads[key] + 1e-7", "zero", "added"),
    Bug(
        "momentum: also on the gradient", MOMENTUM, "- self.lr", "- self.momentum * self.lr", "by-hand", "applied twice"
    ),
    Bug("momentum: squared", MOMENTUM, "self.momentum *", "self.momentum**2 *", "rolling", "momentum = 0.9"),
    Bug("momentum: never slows down", MOMENTUM, "self.momentum * self", "self", "rolling", "never comes to rest"),
    Bug(
        "momentum: its share turned", MOMENTUM, "self.momentum *", "(1 - self.momentum) *", "rolling", "momentum = 0.9"
    ),
    Bug("momentum: overwritten", MOMENTUM, "self.momentum * self.v[key] ", "", "settings", "momentum has no effect"),
    Bug(
        "adagrad: missing square", ADAGRAD, "grads[key] * grads[key]", "grads[key]", "family", "missing root or square"
    ),
    Bug("adagrad: missing root", ADAGRAD, "np.sqrt(self.h[key])", "self.h[key]", "family", "missing root or square"),
    Bug("rmsprop: missing square", RMSPROP, "* grads[key] * grads[key]", "* grads[key]", "family", "missing root"),
    Bug("rmsprop: missing root", RMSPROP, "np.sqrt(self.h[key])", "self.h[key]", "family", "missing root or square"),
    Bug("adam: missing square", ADAM, "grads[key]**2", "grads[key]", "family", "missing root or square"),
    Bug("adam: missing root", ADAM, "np.sqrt(self.v[key])", "self.v[key]", "family", "missing root or square"),
    Bug("adam: ε inside", ADAM, "np.sqrt(self.v[key]) + 1e-7", "np.sqrt(self.v[key] + 1e-7)", "epsilon", "inside"),
    Bug("adagrad: no ε", ADAGRAD, " + 1e-7", "", "zero", "is ε missing"),
    Bug(
        "rmsprop: ε outside the quotient",
        RMSPROP,
        "(np.sqrt(self.h[key]) + 1e-7)",
        "np.sqrt(self.h[key]) + 1e-7",
        "zero",
        "outside the quotient",
    ),
    Bug("adagrad: integer division", ADAGRAD, "grads[key] / (", "grads[key] // (", "family", "//"),
    Bug("adagrad: ε subtracted", ADAGRAD, " + 1e-7", " - 1e-7", "epsilon", "subtracted"),
    Bug("nesterov: looks ahead twice", NESTEROV, "+= self.momentum *", "+= self.momentum**2 *", "by-hand", "twice"),
    Bug(
        "nesterov: first as far, then not",
        NESTEROV,
        "self.v[key] - self.lr * grads[key]\n            params",
        "(self.v[key] - self.lr * grads[key])\n            params",
        "by-hand",
        "applied twice",
    ),
    # means
    Bug(
        "rmsprop: shares swapped", RMSPROP, "*= self.decay_rate", "*= 1 - self.decay_rate", "steady", "1 − decay_rate?"
    ),
    Bug("rmsprop: 1 − ρ forgotten", RMSPROP, "(1 - self.decay_rate) *", "", "steady", "1 − decay_rate?"),
    Bug("rmsprop: ρ forgotten", RMSPROP, "self.h[key] *= self.decay_rate", "pass", "steady", "multiplied by decay_"),
    Bug("rmsprop: ρ for 1 − ρ", RMSPROP, "(1 - self.decay_rate)", "self.decay_rate", "first-step", "swapped"),
    Bug(
        "adam: no correction",
        ADAM,
        "* np.sqrt(1.0 - self.beta2**self.iter) / (1.0 - self.beta1**self.iter)",
        "",
        "first-step",
        "Forgotten bias correction",
    ),
    Bug("adam: m not corrected", ADAM, " / (1.0 - self.beta1**self.iter)", "", "first-step", "correction of m"),
    Bug("adam: v not corrected", ADAM, " * np.sqrt(1.0 - self.beta2**self.iter)", "", "first-step", "correction of v"),
    Bug(
        "adam: correction without root",
        ADAM,
        "np.sqrt(1.0 - self.beta2**self.iter)",
        "(1.0 - self.beta2**self.iter)",
        "first-step",
        "By hand",
    ),
    Bug("adam: t not counted", ADAM, "self.iter += 1", "pass", "finite", "Is t counted"),
    Bug("adam: t stays 1", ADAM, "self.iter += 1", "self.iter = 1", "steady", "Is t counted"),
    Bug(
        "adam: t per parameter",
        ADAM,
        "for key in params.keys():\n",
        "for key in params.keys():\n            self.iter += 1\n"
        "            lr_t = self.lr * np.sqrt(1.0 - self.beta2**self.iter) / (1.0 - self.beta1**self.iter)\n",
        "own-state",
        "count once per update",
    ),
    Bug(
        "adam: βs of the default swapped",
        ADAM,
        "beta1=0.9, beta2=0.999",
        "beta1=0.999, beta2=0.9",
        "settings",
        "swapped",
    ),
    Bug(
        "adam: βs of the object swapped",
        ADAM,
        "self.beta1 = beta1\n        self.beta2 = beta2",
        "self.beta1 = beta2\n        self.beta2 = beta1",
        "settings",
        "swapped",
    ),
    Bug("adam: β₂ for m", ADAM, "(1 - self.beta1) *", "(1 - self.beta2) *", "first-step", "swapped"),
    Bug("adam: β₁ for v", ADAM, "(1 - self.beta2) *", "(1 - self.beta1) *", "first-step", "swapped"),
    Bug("adam: m never forgets", ADAM, "(grads[key] - self.m[key])", "grads[key]", "steady", "decayed by its own β"),
    Bug(
        "adam: v never forgets",
        ADAM,
        "(grads[key]**2 - self.v[key])",
        "grads[key]**2",
        "steady",
        "decayed by its own β",
    ),
    # what is remembered, and of what
    Bug("adagrad: created at every step", ADAGRAD, "if self.h is None:", "if True:", "remembers", "created again"),
    Bug("rmsprop: created at every step", RMSPROP, "if self.h is None:", "if True:", "remembers", "created again"),
    Bug("adam: created at every step", ADAM, "if self.m is None:", "if True:", "remembers", "created again"),
    Bug(
        "adagrad: h used before it is updated",
        ADAGRAD,
        "            self.h[key] += grads[key] * grads[key]\n"
        "            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)\n",
        "            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)\n"
        "            self.h[key] += grads[key] * grads[key]\n",
        "by-hand",
        "before it is updated",
    ),
    Bug(
        "momentum: v used before it is updated",
        MOMENTUM,
        "            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]\n"
        "            params[key] += self.v[key]\n",
        "            params[key] += self.v[key]\n"
        "            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]\n",
        "downhill",
        "before it is updated",
    ),
    Bug("sgd: the first key only", SGD, "params.keys()", "list(params)[:1]", "own-state", "Loop over all keys"),
    Bug(
        "sgd: the last key left out", SGD, "params.keys()", "list(params)[: len(params) - 1 or 1]", "own-state", "Loop"
    ),
    Bug("sgd: returns too early", SGD, "* grads[key]\n", "* grads[key]\n            return\n", "own-state", "Loop"),
    Bug("adagrad: h not added up", ADAGRAD, "self.h[key] +=", "self.h[key] =", "remembers", "created again"),
    Bug(
        "rmsprop: h never written back", RMSPROP, "self.h[key] += (1", "h = self.h[key] + (1", "remembers", "h stays 0"
    ),
    Bug(
        "momentum: v never written back",
        MOMENTUM,
        "self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]\n            params[key] += self.v[key]",
        "params[key] += self.momentum * self.v[key] - self.lr * grads[key]",
        "remembers",
        "v stays 0",
    ),
    Bug(
        "adagrad: one array for all",
        ADAGRAD,
        "self.h[key] = np.zeros_like(val)",
        "self.h[key] = self.h.get('first', np.zeros_like(val)); self.h['first'] = self.h[key]",
        "own-state",
        "the second parameter's state is the first one's",
    ),
    Bug(
        "adam: one v for all",
        ADAM,
        "self.v[key] = np.zeros_like(val)",
        "self.v[key] = next(iter(self.v.values()), np.zeros_like(val))",
        "own-state",
        "the second parameter's state is the first one's",
    ),
    Bug(
        "momentum: the first one's v",
        MOMENTUM,
        "params[key] += self.v[key]",
        "params[key] += self.v[list(params)[0]]",
        "own-state",
        "the second parameter's state is the first one's",
    ),
    Bug(
        "adagrad: paired by order",
        ADAGRAD,
        "for key in params.keys():\n            self.h[key] += grads[key] * grads[key]",
        "for key, g in zip(params, grads.values()):\n            self.h[key] += g * g",
        "order",
        "paired by order",
    ),
    Bug(
        "adagrad: kept in a global name",
        ADAGRAD,
        "self.h[key] = np.zeros_like(val)",
        "self.h[key] = globals().setdefault('H', {}).setdefault((key, np.shape(val)), np.zeros_like(val))",
        "instances",
        "global variable",
    ),
    Bug(
        "adagrad: kept in a default argument",
        ADAGRAD,
        "def update(self, params, grads):\n        if self.h is None:\n            self.h = {}",
        "def update(self, params, grads, h={}):\n        self.h = h\n        if not h:",
        "instances",
        "default argument",
    ),
    Bug(
        "momentum: keyed by identity",
        MOMENTUM,
        "self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]\n            params[key] += self.v[key]",
        "k = id(params[key])\n            self.v[k] = self.momentum * self.v.get(k, 0) - self.lr * grads[key]\n"
        "            params[key] += self.v[k]",
        "restore",
        "under the parameter's name",
    ),
    # manners
    Bug(
        "sgd: gradients scaled in place",
        SGD,
        "params[key] -= self.lr * grads[key]",
        "grads[key] *= self.lr; params[key] -= grads[key]",
        "gradients",
        "changes the gradients",
    ),
    Bug(
        "adam: gradients centred in place",
        ADAM,
        "(grads[key] - self.m[key])",
        "grads[key].__isub__(self.m[key])",
        "gradients",
        "changes the gradients",
    ),
    Bug(
        "momentum: stale views of the parameters",
        MOMENTUM,
        "params[key] += self.v[key]",
        "self.first = getattr(self, 'first', params); self.first[key] += self.v[key]",
        "buffers",
        "stale",
    ),
    Bug(
        "momentum: a stale view of the gradient",
        MOMENTUM,
        "self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]\n            params[key] += self.v[key]",
        "v = -self.lr * grads[key] - self.momentum * self.lr * self.v[key]\n            self.v[key] = grads[key]\n"
        "            params[key] += v",
        "buffers",
        "stale",
    ),
    Bug(
        "adam: float64",
        ADAM,
        "params[key] -= float(lr_t) *",
        "params[key] = params[key] - lr_t *",
        "float32",
        "Python's floats",
    ),
    Bug(
        "adagrad: an axis summed over",
        ADAGRAD,
        "self.h[key] += grads[key] * grads[key]",
        "self.h[key] += np.sum(grads[key]**2, axis=0) if np.ndim(grads[key]) > 1 else grads[key]**2",
        "like",
        "differ from the first",
    ),
    Bug(
        "momentum: the shape is lost",
        MOMENTUM,
        "params[key] += self.v[key]",
        "params[key] = np.ravel(params[key] + self.v[key])",
        "shapes",
        "zeros_like",
    ),
]


def found(source, name, laws, like=None):
    """Give what these laws find; without any, all but that of the digits, which takes longest."""
    subject = Subject(Plugin("mutant.py", name, "", source).load(), place="mutant.py", like=like)
    with np.errstate(all="ignore"):
        yield from (judge(law, subject) for law in LAWS if (law.name in laws if laws else law.name != "digits"))


def findings(source, name, *laws, like=None):
    return {finding.law: finding for finding in found(source, name, laws, like)}


def name_of(source):
    return next(name for name, original in ORIGINALS.items() if original is source)


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_originals_break_no_law(name):
    broken = [finding for finding in findings(ORIGINALS[name], name).values() if finding.verdict == "fail"]
    assert broken == []


@pytest.mark.filterwarnings("ignore")  # a bug may overflow, or divide by 0
@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_caught_by_its_law_with_its_hint(bug):
    assert bug.source.count(bug.old) == 1
    laws = findings(bug.source.replace(bug.old, bug.new), name_of(bug.source), "runs", bug.law)
    finding = laws[bug.law]
    assert bug.law == "runs" or laws["runs"].verdict == "pass"  # where no update can be made, the bench ends
    assert finding.verdict == "fail", finding
    assert bug.hint in finding.hint


OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ORIGINALS)
def test_no_operator_can_be_another_without_breaking_a_law(name):
    tree = ast.parse(ORIGINALS[name])
    computing = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.AugAssign)]
    unnoticed = []
    for node in computing:
        right = node.op
        for wrong in OPERATORS:
            if not isinstance(right, wrong):
                node.op = wrong()
                if all(finding.verdict != "fail" for finding in found(ast.unparse(tree), name, ())):
                    unnoticed.append(ast.unparse(node))
        node.op = right
    assert unnoticed == []


def test_the_laws_know_no_optimizer_by_its_name():
    """Neither as a class nor as a word; SGD and Adam train beside the class. What a class is called is looked up."""
    for path in Path(zeronet.lab.check.__file__).parent.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        assert names & set(OPTIMIZERS) <= ({"SGD", "Adam"} if path.name == "training.py" else set()), path.name


RIGHT = {
    "rebinding": (SGD, "params[key] -= self.lr * grads[key]", "params[key] = params[key] - self.lr * grads[key]"),
    "no lr to set": (SGD, "lr=0.01", ""),
    "L2 decay": (SGD, "* grads[key]", "* (grads[key] + 0.01 * params[key])"),
    "normalized by the norm of each array": (
        SGD,
        "* grads[key]",
        "* grads[key] / (__import__('numpy').linalg.norm(grads[key]) + 1e-12)",
    ),
    "clipped by global norm": (
        SGD,
        "for key in params.keys():\n            params[key] -= self.lr * grads[key]",
        "norm = sum((g * g).sum() if hasattr(g, 'sum') else g * g for g in grads.values()) ** 0.5\n"
        "        for key in params.keys():\n"
        "            params[key] -= self.lr * float(min(1, 1 / (norm + 1e-6))) * grads[key]",
    ),
    "Adam clipped by global norm": (
        ADAM,
        "self.iter += 1\n",
        "self.iter += 1\n"
        "        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads.values()))\n"
        "        grads = {key: float(min(1, 1 / (norm + 1e-6))) * g for key, g in grads.items()}\n",
    ),
    "lr outside": (
        MOMENTUM,
        "- self.lr * grads[key]\n            params[key] +=",
        "+ grads[key]\n            params[key] -= self.lr *",
    ),
    "dampened": (MOMENTUM, "- self.lr *", "- (1 - self.momentum) * self.lr *"),
    "momentum in the code": (MOMENTUM, "momentum=0.9):", "):\n        momentum = 0.9"),
    "state of its own type": (ADAGRAD, "np.zeros_like(val)", "np.zeros(np.shape(val))"),
    "state made when it is met": (ADAGRAD, "self.h[key] +=", "self.h[key] = self.h.get(key, 0) +"),
    "h starts at 0.1": (ADAGRAD, "np.zeros_like(val)", "np.full_like(val, 0.1)"),
    "AdaGrad with ε inside, as in Keras": (ADAGRAD, "(np.sqrt(self.h[key]) + 1e-7)", "np.sqrt(self.h[key] + 1e-7)"),
    "ε inside, as in Keras": (RMSPROP, "(np.sqrt(self.h[key]) + 1e-7)", "np.sqrt(self.h[key] + 1e-7)"),
    "h starts at 1, as in TensorFlow 1": (RMSPROP, "np.zeros_like(val)", "np.ones_like(val)"),
    "ρ in the code": (RMSPROP, "decay_rate=0.99):", "):\n        decay_rate = 0.99"),
    "a setting of another name": (
        RMSPROP,
        "decay_rate=0.99):\n        self.lr = lr",
        "beta=0.99):\n        decay_rate = beta\n        self.lr = lr",
    ),
    "decoupled decay": (ADAM, "params[key] -=", "params[key] -= self.lr * 0.01 * params[key]; params[key] -="),
}


# Right, but not what their names say.
OTHERS = ["L2 decay", "normalized by the norm of each array", "clipped by global norm", "Adam clipped by global norm"]
OTHERS += ["dampened", "h starts at 1, as in TensorFlow 1", "decoupled decay"]


@pytest.mark.parametrize(("source", "old", "new"), RIGHT.values(), ids=RIGHT)
def test_what_may_be_written_otherwise_breaks_no_law(source, old, new):
    assert source.count(old) == 1
    text = source.replace(old, new).replace("self.lr = lr\n", "self.lr = 0.01\n" if new == "" else "self.lr = lr\n")
    text = text.replace(f"class {name_of(source)}", "class Mine")
    assert [finding for finding in found(text, "Mine", ()) if finding.verdict == "fail"] == []


@pytest.mark.parametrize("form", [name for name in RIGHT if name not in OTHERS])
def test_what_is_only_written_otherwise_is_still_the_optimizer_of_its_name(form):
    source, old, new = RIGHT[form]
    text = source.replace(old, new).replace("self.lr = lr\n", "self.lr = 0.01\n" if new == "" else "self.lr = lr\n")
    like = findings(text, name_of(source), "like")["like"]
    assert like.verdict == "pass", like


@pytest.mark.parametrize("form", OTHERS)
def test_another_method_needs_another_name(form):
    source, old, new = RIGHT[form]
    like = findings(source.replace(old, new), name_of(source), "like")["like"]
    assert like.verdict == "fail"
    assert like.seen.startswith("update 1: ")
