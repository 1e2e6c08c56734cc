"""Bugs that show late, or only beside zeronet's own: each fails, under its own name, under none, or with --like."""

import numpy as np
import pytest

from tests.lab.check.test_mutants import ADAGRAD, ADAM, MOMENTUM, NESTEROV, ORIGINALS, RMSPROP, SGD, findings, name_of
from zeronet.lab.check import twins
from zeronet.lab.check.findings import judge
from zeronet.lab.check.laws.likeness import like
from zeronet.lab.check.subject import Subject

COUNTED = "        self.n = getattr(self, 'n', 0) + 1\n"


def late(source, line):
    """Put a line before the first of update."""
    head = "    def update(self, params, grads):\n"
    assert source.count(head) == 1
    return source.replace(head, head + COUNTED + f"        {line}\n")


ADAMW = ADAM.replace("class Adam", "class AdamW").replace("beta2=0.999)", "beta2=0.999, weight_decay=0.01)")
ADAMW = ADAMW.replace("self.lr = lr\n", "self.lr = lr\n        self.weight_decay = weight_decay\n").replace(
    "params[key] -= float(lr_t)", "params[key] -= self.lr * self.weight_decay * params[key]; params[key] -= float(lr_t)"
)
ADAMW_L2 = ADAM.replace("class Adam", "class AdamW").replace("beta2=0.999)", "beta2=0.999, weight_decay=0.01)")
ADAMW_L2 = ADAMW_L2.replace("self.lr = lr\n", "self.lr = lr\n        self.weight_decay = weight_decay\n").replace(
    "        self.iter += 1\n",
    "        self.iter += 1\n        grads = {key: grads[key] + self.weight_decay * params[key] for key in params}\n",
)
CENTERED = RMSPROP.replace("class RMSProp", "class CenteredRMSProp").replace(
    "params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)",
    "self.m = getattr(self, 'm', {})\n"
    "            self.m[key] = self.decay_rate * self.m.get(key, 0.0) + (1 - self.decay_rate) * grads[key]\n"
    "            params[key] -= self.lr * grads[key] / (np.sqrt({variance}) + 1e-7)",
)
CLAMPED = CENTERED.replace("{variance}", "np.maximum(self.h[key] - self.m[key]**2, 0)")
UNCLAMPED = CENTERED.replace("{variance}", "self.h[key] - self.m[key]**2")


def renamed(source):
    name = next(line for line in source.splitlines() if line.startswith("class ")).split()[1].rstrip(":")
    return source.replace(f"class {name}", "class Mine")


RESETS = {
    "AdaGrad, h": (late(ADAGRAD, "if self.n % 300 == 0: self.h = None"), 300),
    "AdaGrad, h once": (late(ADAGRAD, "if self.n == 1000: self.h = None"), 1000),
    "AdaGrad, h each epoch": (late(ADAGRAD, "if self.n % 600 == 1: self.h = None"), 601),
    "AdaGrad, h of a short epoch": (late(ADAGRAD, "if self.n % 22 == 0: self.h = None"), 22),
    "RMSProp, h": (late(RMSPROP, "if self.n % 250 == 0: self.h = None"), 250),
    "Momentum, v": (late(MOMENTUM, "if self.n % 500 == 0: self.v = None"), 500),
    "Nesterov, v": (late(NESTEROV, "if self.n % 500 == 0: self.v = None"), 500),
    "Adam, m and v": (late(ADAM, "if self.n % 300 == 0: self.m = None"), 300),
    "Adam, all": (late(ADAM, "if self.n % 300 == 0: self.m, self.iter = None, 0"), 300),
    "Adam, v": (late(ADAM, "if self.n % 300 == 0: self.v = {key: 0 * v for key, v in self.v.items()}"), 300),
    "Adam, m": (late(ADAM, "if self.n % 300 == 0: self.m = {key: 0 * m for key, m in self.m.items()}"), 300),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("source", "update"), RESETS.values(), ids=RESETS)
def test_a_memory_that_starts_over_fails_and_the_update_is_named(source, update):
    name = next(each for each in ORIGINALS if f"class {each}:" in source)
    like = findings(source, name, "like")["like"]
    assert like.verdict == "fail"
    assert like.seen.startswith(f"update {update}: W[0, 0] is ")
    nameless = findings(renamed(source), "Mine", "like", "memory")
    assert nameless["like"].verdict == "skip"
    assert nameless["memory"].verdict == "fail"
    assert nameless["memory"].seen.startswith(f"at update {update} ")
    assert "starts over" in nameless["memory"].hint


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("source", [SGD, MOMENTUM, ADAGRAD, ADAM])
def test_an_update_left_out_fails(source):
    skipping = late(source, "if self.n % 2 == 0: return")
    assert findings(skipping, name_of(source), "like")["like"].seen.startswith("update 2: ")
    memory = findings(renamed(skipping), "Mine", "memory")["memory"]
    assert (memory.verdict, memory.seen) == ("fail", "of every 2 gradients one has no effect at all")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("rho", ["0.9", "0.95", "0.99"])
def test_a_variance_below_0_is_found_whatever_its_memory(rho):
    for source, verdict in ((CLAMPED, "pass"), (UNCLAMPED, "fail")):
        lasting = findings(renamed(source.replace("0.99", rho)), "Mine", "lasting")["lasting"]
        assert lasting.verdict == verdict
    assert "√ of a difference such as h − m²" in lasting.hint
    inside = UNCLAMPED.replace("(np.sqrt(", "np.sqrt(").replace("**2) + 1e-7)", "**2 + 1e-7)")  # as in TensorFlow
    assert findings(renamed(inside.replace("0.99", rho)), "Mine", "lasting")["lasting"].verdict == "pass"
    hidden = UNCLAMPED.replace(", decay_rate=0.99", "").replace("= decay_rate", f"= {rho}")
    assert findings(renamed(hidden), "Mine", "lasting")["lasting"].verdict == "fail"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "mean",
    [
        "np.mean(grads[key])**2",
        "np.sum(grads[key])**2",
        "np.max(grads[key])**2",
        "np.min(grads[key])**2",
        "np.ravel(grads[key])[0]**2",
        "np.ravel(grads[key])[-1]**2",
    ],
)
def test_h_of_something_that_may_be_0_without_the_gradient_being_0_fails(mean):
    laws = findings(renamed(ADAGRAD.replace("grads[key] * grads[key]", mean)), "Mine", "cancel")
    assert laws["cancel"].verdict == "fail"
    assert "mean or the sum of an array's gradient" in laws["cancel"].hint


def test_h_of_a_mean_of_squares_is_another_right_method():
    laws = findings(renamed(ADAGRAD.replace("grads[key] * grads[key]", "np.mean(grads[key]**2)")), "Mine", "cancel")
    assert laws["cancel"].verdict == "pass"


@pytest.mark.parametrize("decay", ["0.01", "0.0"])
def test_adamw_that_decays_through_the_gradient_fails_by_its_name(decay):
    right, wrong = (like_of(each.replace("0.01)", f"{decay})"), "AdamW") for each in (ADAMW, ADAMW_L2))
    assert right.verdict == "pass"
    assert wrong.verdict == "fail"
    assert "AdamW(" in wrong.seen
    assert "weight_decay=0.1" in wrong.seen if decay == "0.0" else wrong.seen.startswith("update 1: ")


@pytest.mark.parametrize("source", ORIGINALS.values(), ids=ORIGINALS)
def test_the_originals_are_what_their_names_say_for_1200_updates(source):
    found = like_of(source, name_of(source))
    assert found.verdict == "pass"
    assert found.seen.startswith("1200 updates as ")


# What is wrong with it, and the first update that shows it.
SLIPS = {
    "the bias correction is one update late": (ADAM, "**self.iter", "**(self.iter + 1)", 1),
    "the bias correction of v is one update late": (ADAM, "self.beta2**self.iter", "self.beta2**(self.iter + 1)", 1),
    "t starts at 1": (ADAM, "self.iter = 0", "self.iter = 1", 1),
    "t is counted twice": (ADAM, "self.iter += 1", "self.iter += 2", 1),
    "ε inside the root": (ADAM, "np.sqrt(self.v[key]) + 1e-7", "np.sqrt(self.v[key] + 1e-7)", 1),
    "βs swapped": (ADAM, "self.beta1 = beta1\n        self.beta2 = beta2", "self.beta1, self.beta2 = beta2, beta1", 2),
    "the state of arrays of one shape is shared": (
        ADAGRAD,
        "self.h[key] = np.zeros_like(val)",
        "self.h[key] = next((h for h in self.h.values() if np.shape(h) == np.shape(val)), np.zeros_like(val))",
        1,
    ),
    "momentum only for the first parameter": (
        MOMENTUM,
        "self.momentum * self.v[key]",
        "(self.momentum if key == next(iter(params)) else 0) * self.v[key]",
        2,
    ),
    "β₂ of 0.99 in the code": (ADAM, "(1 - self.beta2) *", "(1 - 0.99) *", 1),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("source", "old", "new", "update"), SLIPS.values(), ids=SLIPS)
def test_a_slip_fails_by_the_name_of_the_class_and_its_first_update_is_named(source, old, new, update):
    assert old in source
    found = like_of(source.replace(old, new), name_of(source))
    assert found.verdict == "fail"
    assert found.seen.startswith(f"update {update}: ")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (SGD, "self.lr = lr\n", "self.lr = self.first = lr\n"),
        (ADAGRAD, "self.lr = lr\n", "self.lr = self.first = lr\n"),
        (ADAM, "self.lr = lr\n", "self.lr = self.first = lr\n"),
    ],
)
def test_a_learning_rate_that_is_read_only_once_fails(source, old, new):
    head, update = source.replace(old, new).split("    def update")
    laws = findings(
        head + "    def update" + update.replace("self.lr ", "self.first "), name_of(source), "like", "schedule"
    )
    assert laws["like"].verdict == "pass"
    assert laws["schedule"].verdict == "fail"
    assert "at update 101" in laws["schedule"].seen


def test_momentum_with_lr_outside_is_pytorchs_and_lr_may_change():
    outside = MOMENTUM.replace(
        "- self.lr * grads[key]\n            params[key] +=", "+ grads[key]\n            params[key] -= self.lr *"
    )
    laws = findings(outside, "Momentum", "like", "schedule")
    assert (laws["like"].verdict, laws["schedule"].verdict) == ("pass", "pass")


def like_of(source, name, target=None):
    with np.errstate(all="ignore"):
        return findings(source, name, "like", like=target)["like"]


def test_like_compares_a_class_of_any_name():
    assert like_of(renamed(RMSPROP), "Mine", "rmsprop").verdict == "pass"
    assert like_of(renamed(RMSPROP), "Mine", "RMSprop").verdict == "pass"
    assert like_of(renamed(ADAM), "Mine", "adam").verdict == "pass"  # the book's form
    assert like_of(renamed(ADAGRAD), "Mine", "rmsprop").verdict == "fail"
    assert like_of(ADAGRAD, "AdaGrad", "rmsprop").verdict == "fail"  # its own name does not count then
    assert like_of(renamed(NESTEROV), "Mine", "nag").verdict == "pass"
    inside = renamed(RMSPROP.replace("(np.sqrt(self.h[key]) + 1e-7)", "np.sqrt(self.h[key] + 1e-7)"))
    assert like_of(inside, "Mine", "rmsprop").verdict == "fail"  # ours has ε outside
    assert like_of(inside, "Mine", "rmsprop:dialect=keras").verdict == "pass"
    assert like_of(inside.replace("class Mine", "class RMSProp"), "RMSProp").verdict == "pass"  # Keras' own


def test_names_of_settings_are_those_that_the_optimizer_has():
    for name in ("beta", "gamma", "alpha", "decay", "rho"):
        found = like_of(RMSPROP.replace("decay_rate", name), "RMSProp")
        assert found.verdict == "pass", name
        assert "rho=0.99" in found.seen


def test_a_setting_that_the_optimizer_does_not_have_is_a_reason_to_skip_unless_like_asks():
    falling = ADAGRAD.replace("lr=0.01", "lr=0.01, fall=0.001").replace(
        "self.lr = lr\n", "self.lr = lr\n        self.fall, self.t = fall, 0\n"
    )
    falling = falling.replace("self.lr * grads", "self.lr / (1 + self.fall * self.t) * grads")
    falling = falling.replace(
        "        for key in params.keys():\n            self.h[key] +=",
        "        self.t += 1\n        for key in params.keys():\n            self.h[key] +=",
    )
    found = like_of(falling, "AdaGrad")
    assert (found.verdict, found.seen) == ("skip", "AdaGrad has no setting fall")
    assert like_of(falling, "AdaGrad", "adagrad").verdict == "fail"


def test_the_comparison_takes_two_epochs_of_changing_gradients():
    gradients = twins.gradients()
    assert len(gradients) >= 2 * 60_000 // 100
    lengths = [np.abs(each["W"]).max() for each in gradients]
    assert len(set(lengths)) == len(lengths) - lengths.count(0) + bool(lengths.count(0))
    assert any((each["b"] == 0).all() for each in gradients)


def test_every_built_in_is_like_itself():
    from zeronet.optimizers import OPTIMIZERS

    for name, kind in OPTIMIZERS.items():
        with np.errstate(all="ignore"):
            found = judge(like, Subject(kind))
        assert found.verdict == "pass", (name, found)
