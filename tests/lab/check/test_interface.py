"""Classes with another interface than update(params, grads), and classes and objects handed over in Python."""

import json
import re

import numpy as np
import pytest

import zeronet
from zeronet import L2, SGD, Adam, check
from zeronet.common.errors import UserError
from zeronet.lab.check.findings import judge
from zeronet.lab.check.laws.steps import runs
from zeronet.lab.check.report import text
from zeronet.lab.check.state import settings_of_object
from zeronet.lab.check.subject import Subject


class Torch:
    def __init__(self, params, lr=0.1):
        self.params, self.lr = list(params), lr

    def step(self):
        pass


class Setup:
    def __init__(self, model, lr=0.1):
        self.model, self.lr = model, lr

    def update(self, params, grads):
        pass


class Stepping:
    def step(self, params, grads):
        pass


class DeZero:
    def update(self):
        pass


class One:
    def update(self, w, g, state, extra):
        pass


class Turned:
    def update(self, grads, params):
        pass


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Torch, r"Torch has PyTorch's interface, __init__\(params, …\) and step\(\): "),
        (Setup, r"Setup has PyTorch's interface, __init__\(model, …\): "),
        (Stepping, r"Stepping has PyTorch's interface, step\(\): "),
        (DeZero, r"DeZero has the interface update\(\): "),
        (One, r"One has the interface update\(w, g, state, extra\): "),
        (Turned, r"Turned.update takes \(grads, params\): the order is update\(params, grads\)$"),
        (int, r"int has no method update\(params, grads\)$"),
    ],
)
def test_another_interface_is_named_with_the_cure(kind, words):
    with pytest.raises(UserError, match=words) as caught:
        Subject(kind)
    line = str(caught.value)
    assert "\n" not in line
    if ": zeronet" in line:
        assert line.endswith(
            f": zeronet makes an optimizer from its settings, as in {kind.__name__}(lr=0.1), "
            "and calls update(params, grads) with dictionaries, name → array"
        )


class Optional:
    """Nothing must be given, so it can be made."""

    def __init__(self, params=None, lr=0.1):
        self.params, self.lr = params, lr

    def update(self, params, grads, scale=1.0):
        for key in params:
            params[key] -= scale * self.lr * grads[key]


@pytest.mark.parametrize("kind", [Optional, SGD, Adam])
def test_ours_is_no_other_interface(kind):
    assert judge(runs, Subject(kind)).verdict == "pass"


BODIES = {
    "by index": "for i in range(len(params)): params[i] -= 0.1 * grads[i]",
    "in pairs": "for p, g in zip(params, grads): p -= 0.1 * g",
    "counted": "for i, p in enumerate(params): p -= 0.1 * grads[i]",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_lists_are_named_and_not_the_state(body):
    space = {}
    exec(f"class Mine:\n    def update(self, params, grads):\n        {body}", space)
    finding = judge(runs, Subject(space["Mine"]))
    assert (finding.verdict, finding.seen) == ("fail", "update takes lists of arrays")
    assert "for key in params: params[key] -= …" in finding.hint


def test_parameters_with_a_gradient_of_their_own_are_named():
    class Mine:
        def update(self, params, grads):
            for key in params:
                params[key] -= 0.1 * params[key].grad

    assert "params[key] and grads[key]" in judge(runs, Subject(Mine)).hint


class Mine:
    def __init__(self, lr=0.1):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]


class Renaming(Mine):
    def __init__(self, rate=0.1):
        super().__init__(rate)


def test_the_settings_of_an_object_are_its_attributes():
    assert settings_of_object(Mine(0.5)) == {"lr": 0.5}
    assert settings_of_object(Adam(lr=0.5)) == {"lr": 0.5, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7}
    assert settings_of_object(Renaming()) == {}  # made from the defaults it is the same
    with pytest.raises(UserError, match="Renaming keeps no attribute rate to be made from again: check the class"):
        settings_of_object(Renaming(0.5))
    with pytest.raises(UserError, match="SGD without its schedule and its transforms"):
        settings_of_object(SGD().with_transforms(L2(0.1)))


@pytest.mark.slow
def test_a_class_or_an_object_is_checked_in_its_own_process():
    class Local(Mine):
        def update(self, params, grads):
            super().update(params, {key: np.asarray(g) for key, g in grads.items()})

    by_class, by_object = check(Mine), check(Local(0.5))
    assert (by_class["class"], by_class["equals"], by_class["passed"]) == ("Mine", "SGD(lr=0.1)", True)
    assert (by_object["class"], by_object["equals"], by_object["passed"]) == ("Local", "SGD(lr=0.5)", True)
    assert not check(Mine, like="momentum")["passed"]
    with pytest.raises(UserError, match="Torch has PyTorch's interface"):
        check(Torch)
    with pytest.raises(UserError, match="int has no method update"):
        check(3)
    with pytest.raises(UserError, match="--like names an optimizer of zeronet, not 'nadam2': SGD, "):
        check(Mine, like="nadam2")


@pytest.mark.slow
def test_an_error_in_a_class_handed_over_has_its_file_and_line():
    class Broken(Mine):
        def update(self, params, grads):
            self.state[0]

    seen = check(Broken)["laws"][-1]["seen"]
    assert seen.startswith(f"{__file__}, line ")
    assert "no attribute 'state'" in seen


def test_check_is_a_public_name():
    assert zeronet.check is check
    assert "check" in zeronet.__all__


def test_a_report_is_short_in_a_notebook_and_printed_as_the_command_does():
    report = check(SGD(lr=0.5))
    assert str(report) == text(report) and json.loads(json.dumps(report)) == report
    assert re.fullmatch(r"Report\(SGD: \d+ laws hold, 0 broken\)", repr(report))
    html = report._repr_html_()
    assert html.count("<tr>") == len(report["laws"]) + 1 and len(html) < 500 * len(report["laws"])
