"""The search for each optimizer's learning rate: the same budget for all, a grid first, then more where it is best."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.specs.spec import Spec, with_settings

DECADES = 3.5  # spanned by the grid around an optimizer's default learning rate


@dataclass(frozen=True)
class Tuning:
    """How settings are searched.

    budget: trials of each optimizer, all settings together; seeds: of each trial; range: (lowest, highest) learning
    rate of the grid, None for DECADES around each optimizer's own; over: label → other settings to try, as in
    [{"rho": 0.9}, {"rho": 0.99}].
    """

    budget: int
    seeds: tuple[int, ...]
    range: tuple[float, float] | None = None
    over: Mapping[str, Sequence[Mapping[str, Any]]] | None = None

    def variants(self, spec: Spec) -> list[Mapping[str, Any]]:
        """Return the settings to try besides the learning rate: those given, or only the spec's own."""
        return list((self.over or {}).get(spec.label, ({},)))

    def first_trials(self, spec: Spec) -> list[Spec]:
        """Return two thirds of the trials: a logarithmic grid of learning rates for each variant.

        Raises UserError if the budget is too small, two trials would be the same, or spec has no learning rate.
        """
        number = self._rates_each(spec)
        default = with_settings(spec, {}).settings["lr"]
        rates = grid(default, max(1, round(number * 2 / 3)), self.range)
        trials = [trial(spec, rate, variant) for variant in self.variants(spec) for rate in rates]
        if len({tuple(trial.settings.items()) for trial in trials}) < len(trials):
            raise UserError(
                f"{spec.label} would try the same settings twice: widen --tune-range, or shorten --tune-over"
            )
        return trials

    def more_trials(self, spec: Spec, judged: Mapping[str, tuple[Spec, float]]) -> list[Spec]:
        """Return the other third, given label → (trial, loss) of the first."""
        number = self._rates_each(spec)
        rest, trials = number - max(1, round(number * 2 / 3)), []
        for variant in self.variants(spec):
            others = _others(trial(spec, spec.settings["lr"], variant))
            losses = {t.settings["lr"]: loss for t, loss in judged.values() if _others(t) == others}
            trials += [trial(spec, rate, variant) for rate in more_rates(losses, rest)]
        return trials

    def _rates_each(self, spec: Spec) -> int:
        """Return the number of learning rates of each variant; all trials together stay within the budget."""
        number = self.budget // len(self.variants(spec))
        if number < 3:
            raise UserError(
                f"a budget of {self.budget} is too small for {len(self.variants(spec))} settings of {spec.label}: "
                "each needs at least 3 learning rates"
            )
        return number

    def to_dict(self) -> dict[str, Any]:
        """Return the search as the protocol keeps it."""
        over = {label: [dict(variant) for variant in variants] for label, variants in (self.over or {}).items()}
        return {
            "budget": self.budget,
            "seeds": list(self.seeds),
            "range": self.range and list(self.range),
            "over": over,
        }


def tuning_from_protocol(about: Mapping[str, Any] | None) -> Tuning | None:
    """Return the search in a protocol, or None if there was none. Raises UserError if it is damaged."""
    if about is None:
        return None
    try:
        span = about["range"] and tuple(about["range"])
        return Tuning(about["budget"], tuple(about["seeds"]), span, about["over"])
    except (KeyError, TypeError) as error:
        raise UserError(f"the protocol is damaged ({type(error).__name__}: {error})") from error


def trial(spec: Spec, rate: float, variant: Mapping[str, Any]) -> Spec:
    """Return the spec with this learning rate and these settings."""
    settings = {**variant, "lr": rate}
    label = f"{spec.label} [{','.join(f'{name}={value}' for name, value in settings.items())}]"
    return replace(with_settings(spec, settings), label=label)


def grid(default: float, number: int, span: tuple[float, float] | None = None) -> list[float]:
    """Return learning rates, evenly spaced on the logarithmic axis: DECADES around the default, or over span.

    >>> [round(rate, 4) for rate in grid(0.01, 3)]
    [0.0002, 0.01, 0.5623]
    >>> grid(0.01, 3, (0.1, 10.0))
    [0.1, 1.0, 10.0]
    """
    low, high = span or (default * 10 ** (-DECADES / 2), default * 10 ** (DECADES / 2))
    if number == 1:
        return [_rounded(math.sqrt(low * high))]
    return [_rounded(rate) for rate in np.geomspace(low, high, number)]


def more_rates(losses: Mapping[float, float], number: int) -> list[float]:
    """Return further rates, given rate → loss: beyond the edge if the best is at one, else between its neighbours.

    >>> more_rates({0.1: 3.0, 1.0: 2.0, 10.0: 1.0}, 2)
    [100.0, 1000.0]
    >>> more_rates({0.01: 3.0, 1.0: 1.0, 100.0: 2.0}, 2)
    [0.1, 10.0]
    """
    rates = sorted(losses)
    best = min(range(len(rates)), key=lambda i: (losses[rates[i]], i))
    if len(rates) < 2 or number < 1:
        return []
    ratio = rates[1] / rates[0]
    if best == 0:
        return _new((rates[0] / ratio**k for k in range(number, 0, -1)), losses)
    if best == len(rates) - 1:
        return _new((rates[-1] * ratio**k for k in range(1, number + 1)), losses)
    below = (number + 1) // 2 if losses[rates[best - 1]] <= losses[rates[best + 1]] else number // 2
    inside = [*np.geomspace(rates[best - 1], rates[best], below + 2)[1:-1]]
    inside += [*np.geomspace(rates[best], rates[best + 1], number - below + 2)[1:-1]]
    return _new(inside, losses)


def best_trial(judged: Mapping[str, tuple[Spec, float]]) -> tuple[Spec, bool]:
    """Return the trial with the lowest loss, and whether its learning rate is the lowest or highest that was tried.

    judged: label → (trial, loss). If several are equal, the lowest learning rate wins.
    """
    best, _ = min(judged.values(), key=lambda pair: (pair[1], pair[0].settings["lr"]))
    rates = [trial.settings["lr"] for trial, _ in judged.values() if _others(trial) == _others(best)]
    return best, best.settings["lr"] in (min(rates), max(rates))


def _others(spec: Spec) -> dict[str, Any]:
    """Return its settings other than the learning rate."""
    return {name: value for name, value in spec.settings.items() if name != "lr"}


def _new(rates: Iterable[float], tried: Mapping[float, float]) -> list[float]:
    """Return the rates, rounded, that are positive, finite and not yet tried."""
    rounded = dict.fromkeys(map(_rounded, rates))
    return [rate for rate in rounded if rate not in tried and 0 < rate < math.inf]


def _rounded(rate: float) -> float:
    return float(f"{rate:.6g}")
