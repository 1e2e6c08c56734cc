"""Right optimizers that are neither linear nor adaptive, or that zeronet does not have: no law fails them."""

import numpy as np
import pytest

from tests.lab.check.literature import RIGHT, AdaBound, ClippedMomentum, Padam, Sophia
from zeronet.lab.check.findings import judge
from zeronet.lab.check.running import LAWS
from zeronet.lab.check.subject import Subject


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", RIGHT, ids=lambda kind: kind.__name__)
def test_a_right_optimizer_breaks_no_law(kind):
    subject = Subject(kind)
    with np.errstate(all="ignore"):
        findings = [judge(law, subject) for law in LAWS]
    assert [finding for finding in findings if finding.verdict == "fail"] == []
    assert all(finding.seen for finding in findings)


@pytest.mark.parametrize(
    ("kind", "growths"),
    [
        (AdaBound, [10, 1, 1]),  # clipped where gradients are long, Adam elsewhere
        (Padam, [10**0.75] * 3),  # g / (g²)^⅛
        (ClippedMomentum, [1, 1, 10]),
        (Sophia, [0.1, 0.1, 1]),  # g / g², clipped where gradients are short
    ],
)
def test_what_lies_between_linear_and_adaptive_is_neither_and_its_laws_are_skipped(kind, growths):
    subject = Subject(kind)
    assert subject.growths == pytest.approx(growths, rel=0.2)
    assert subject.family == "neither"
    laws = {law.name: judge(law, subject) for law in LAWS if law.name in ("family", "by-hand", "first-step", "scale")}
    assert laws.pop("family").verdict == "remark"
    assert laws.pop("scale").verdict == ("pass" if kind is Padam else "skip")  # a power holds for later steps, too
    assert {finding.verdict for finding in laws.values()} == {"skip"}
