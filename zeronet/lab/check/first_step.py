"""The length of an adaptive class's first step, by hand: the right lengths, and those that slips give."""

import math

import numpy as np

from zeronet.lab.check.findings import number
from zeronet.lab.check.subject import STEEP, Subject
from zeronet.locale import translate


def right_lengths(subject: Subject) -> list[tuple[float, str]]:
    """Return the lengths that the first step may have, in units of lr, with their formulas."""
    s, lr, r = subject.settings, subject.name("lr"), subject.name("rho")
    right = [(1.0, lr)]
    if "rho" in s and 0 < s["rho"] < 1:
        rho = s["rho"]
        right += [
            (1 / math.sqrt(1 - rho), f"{lr}/√(1 − {r})"),
            (1 / math.sqrt(rho * (1 - rho)), f"{lr}/√({r}(1 − {r}))"),
        ]
        right += [(math.sqrt(s["eps"] / (1 - rho)), f"{lr} √(ε/(1 − {r}))")] if s.get("eps") else []
    elif "beta2" not in s and not subject.rolls:  # ρ may be in the code itself: two equal gradients show it
        first, second = (float(each) for each in np.abs(subject.moves([STEEP] * 2))[:, 0])
        rho = (first / second) ** 2 - 1 if second else 1
        right += [(1 / math.sqrt(1 - rho), f"{lr}/√(1 − ρ), ρ = {number(rho)}")] if 0.01 < rho < 0.9999 else []
    if {"beta1", "beta2"} <= set(s) and 0 < s["beta1"] < 1:
        b = s["beta1"]
        right += [
            (1 / b, f"{lr}/β₁"),
            (1 + b / (1 + b), f"{lr} (1 + β₁/(1 + β₁))"),
            (1 + b, f"{lr} (1 + β₁)"),
        ]  # NAdams
        for psi in (0.004, 1.0):  # β₁ grows step by step: PyTorch's and Keras's NAdam
            now, later = (b * (1 - 0.5 * 0.96 ** (t * psi)) for t in (1, 2))
            right.append((1 + later * (1 - b) / (1 - now * later), f"{lr} m̂, looking ahead"))
    return right


def slip_of(subject: Subject) -> str:
    """Return the slip that gives a first step of this wrong length, or ""."""
    if {"beta1", "beta2"} <= set(subject.settings):
        one, two = 0.2, 0.01  # 1 − β₁ and 1 − β₂; with the usual ones two slips have one length
        swapped, forgotten = (
            translate("β₁ and β₂ are swapped"),
            translate("Forgotten bias correction: m / (1 − β₁ᵗ), v / (1 − β₂ᵗ)?"),
        )
        slips = {
            one / math.sqrt(two): forgotten,
            one: translate("Forgotten bias correction of m: m / (1 − β₁ᵗ)?"),
            1 / math.sqrt(two): translate("Forgotten bias correction of v: v / (1 − β₂ᵗ)?"),
            **dict.fromkeys((two / one, one / two, math.sqrt(two / one), math.sqrt(one / two)), swapped),
        }
        moved = subject.first_move(STEEP, beta1=1 - one, beta2=1 - two)
    elif 0 < subject.settings.get("rho", 0) < 1:
        slips = {1 / math.sqrt(subject.settings["rho"]): _swapped(subject.name("rho"))}
        moved = subject.first_move(STEEP)
    else:
        return ""
    length = float(np.median(np.abs(moved))) / (subject.lr or math.nan)
    return next((hint for wrong, hint in slips.items() if abs(length / wrong - 1) < 2e-3), "")


def _swapped(rho: str) -> str:
    return translate("{rho} and 1 − {rho} are swapped: h ← {rho} h + (1 − {rho}) g²", rho=rho)
