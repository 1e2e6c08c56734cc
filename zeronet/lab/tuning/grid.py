"""The search for each optimizer's learning rate: the same budget and the same resolution for all, on one lattice.

    rate_k = 10^(k/10)        k, an integer; neighbours differ by a factor 1.26

A few rates around the default come first, four steps of the lattice apart. Then the search walks towards the best one
while that is at an edge, and halves the gaps to its neighbours until they are one step. As the lattice is the same for
all, the default decides where a search begins, not where it can end.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.runner.analysis.pairwise import MARGIN, logs
from zeronet.lab.runner.analysis.ranking import finished_loss
from zeronet.lab.specs.spec import Spec, with_settings

STRIDE = 4  # steps of the lattice between two rates of the first grid: a factor 2.51
FIRST = 7  # rates of the first grid, if the budget allows
RESOLVED = 1.3  # the best rate is known if its neighbours are within this factor


@dataclass(frozen=True)
class Tuning:
    """How settings are searched.

    budget: trials of each optimizer, all settings together; seeds: of each trial; range: (lowest, highest) learning
    rate of the first grid, None for one around each optimizer's own; over: label → other settings to try, as in
    [{"rho": 0.9}, {"rho": 0.99}]; margin: within which losses count as equal.
    """

    budget: int
    seeds: tuple[int, ...]
    range: tuple[float, float] | None = None
    over: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    margin: float = MARGIN

    def variants(self, spec: Spec) -> list[Mapping[str, Any]]:
        """Return the settings to try besides the learning rate: those given, or only the spec's own."""
        return list((self.over or {}).get(spec.label, ({},)))

    def to_dict(self) -> dict[str, Any]:
        """Return the search as the protocol keeps it."""
        over = {label: [dict(variant) for variant in variants] for label, variants in (self.over or {}).items()}
        return {
            "budget": self.budget,
            "seeds": list(self.seeds),
            "range": self.range and list(self.range),
            "over": over,
            "margin": self.margin,
        }


def tuning_from_protocol(about: Mapping[str, Any] | None) -> Tuning | None:
    """Return the search in a protocol, or None if there was none. Raises UserError if it is damaged."""
    if about is None:
        return None
    try:
        span = about["range"] and tuple(about["range"])
        return Tuning(about["budget"], tuple(about["seeds"]), span, about["over"], about["margin"])
    except (KeyError, TypeError) as error:
        raise UserError(f"the protocol is damaged ({type(error).__name__}: {error})") from error


@dataclass(frozen=True)
class Trial:
    """A learning rate that was tried, its place on the lattice, and the losses of its seeds, infinite if one failed."""

    spec: Spec
    place: int
    losses: tuple[float, ...]

    @property
    def failed(self) -> int:
        """The number of its runs that failed."""
        return sum(map(math.isinf, self.losses))

    @property
    def cost(self) -> tuple[float, ...]:
        """What is compared: failed runs first, then the mean loss, then the learning rate."""
        return self.failed, finished_loss(self.losses), self.spec.settings["lr"]


class Search:
    """The search of one optimizer: next_specs() → run → record() until nothing is left of the budget.

    Parameters
    ----------
    spec : Spec
    tuning : Tuning

    Raises
    ------
    UserError
        If the budget is too small, two trials would be the same, or spec has no learning rate.
    """

    def __init__(self, spec: Spec, tuning: Tuning):
        variants = tuning.variants(spec)
        if tuning.budget < 3 * len(variants):
            raise UserError(
                f"a budget of {tuning.budget} is too small for {len(variants)} settings of {spec.label}: "
                "each needs at least 3 learning rates"
            )
        default = with_settings(spec, {}).settings["lr"]
        if tuning.range is None and not (isinstance(default, int | float) and 0 < default < math.inf):
            raise UserError(
                f"{spec.label} has no positive learning rate to begin with ({default!r}): give --tune-range"
            )
        number = min(FIRST, max(3, (tuning.budget - 4) // len(variants)))
        self.spec, self.left = spec, tuning.budget
        self.planned = [(variant, place) for variant in variants for place in grid(default, number, tuning.range)]
        self.trials: dict[str, Trial] = {}
        self.variants = {_key(trial(spec, 1.0, variant)): variant for variant in variants}
        if len(self.variants) < len(variants):
            raise UserError(f"{spec.label} would try the same settings twice: shorten --tune-over")

    def next_specs(self) -> list[tuple[int, Spec]]:
        """Return (place on the lattice, spec) of each trial to make now; none if the budget is used."""
        planned = self.planned if not self.trials else [(self._variant, place) for place in self._next_places()]
        return [(place, trial(self.spec, rate(place), variant)) for variant, place in planned[: self.left]]

    def record(self, place: int, spec: Spec, losses: Sequence[float]) -> None:
        """Add the result of a trial."""
        self.trials[spec.label] = Trial(spec, place, tuple(losses))
        self.left -= 1

    @property
    def lowest(self) -> Trial:
        """The trial with the lowest mean loss; if several are equal, with the lowest learning rate."""
        return min(self.trials.values(), key=lambda trial: trial.cost)

    def best(self) -> Trial:
        """Return the trial to choose: the lowest, unless it is beside a cliff and another one is as good.

        Beside a cliff is a rate if a run failed at the next one tried. As good is one whose loss, seed by seed, is not
        higher than the lowest's by more than the noise (Student, one-sided, 5 %).
        """
        lowest = self.lowest
        if not self._beside_cliff(lowest):
            return lowest
        others = [t for t in self.trials.values() if not t.failed and not self._beside_cliff(t) and _as_good(t, lowest)]
        return min(others, key=lambda trial: trial.cost, default=lowest)

    def known_to(self, chosen: Trial) -> float:
        """Return the factor between a trial's rate and its farther neighbour; infinity if it is at an edge."""
        below, above = self._neighbours(chosen)
        lr = chosen.spec.settings["lr"]
        if below is None or above is None:
            return math.inf
        return float(max(lr / below.spec.settings["lr"], above.spec.settings["lr"] / lr))

    @property
    def _variant(self) -> Mapping[str, Any]:
        return self.variants[_key(self.lowest.spec)]

    def _like(self, one: Trial) -> list[Trial]:
        """Return the trials with the same settings but the learning rate, from the lowest rate to the highest."""
        return sorted((t for t in self.trials.values() if _key(t.spec) == _key(one.spec)), key=lambda t: t.place)

    def _neighbours(self, one: Trial) -> tuple[Trial | None, Trial | None]:
        trials = self._like(one)
        i = trials.index(one)
        return trials[i - 1] if i else None, trials[i + 1] if i + 1 < len(trials) else None

    def _beside_cliff(self, one: Trial) -> bool:
        return any(neighbour is not None and neighbour.failed for neighbour in self._neighbours(one))

    def _next_places(self) -> list[int]:
        """Return the places to try next around the lowest trial, the more promising first."""
        lowest = self.lowest
        below, above = self._neighbours(lowest)
        if below is None or above is None:
            beyond = ([lowest.place - STRIDE] if below is None else []) + (
                [lowest.place + STRIDE] if above is None else []
            )
            return [place for place in beyond if 0 < rate(place) < math.inf]
        better_first = sorted((below, above), key=lambda trial: trial.cost)
        halves = [lowest.place + (side.place - lowest.place + 1) // 2 for side in better_first]
        tried = {trial.place for trial in self._like(lowest)}
        if new := [place for place in dict.fromkeys(halves) if place not in tried]:
            return new
        untried = (lowest.place + k for d in range(2, 4 * STRIDE) for k in (-d, d))  # resolved: look around it
        return [place for place in untried if place not in tried and 0 < rate(place) < math.inf][:2]


def trial(spec: Spec, rate: float, variant: Mapping[str, Any]) -> Spec:
    """Return the spec with this learning rate and these settings."""
    settings = {**variant, "lr": rate}
    label = f"{spec.label} [{','.join(f'{name}={value}' for name, value in settings.items())}]"
    return replace(with_settings(spec, settings), label=label)


def rate(place: int) -> float:
    """Return the learning rate at a place of the lattice.

    >>> [rate(k) for k in (-20, 0, 1, 4)]
    [0.01, 1.0, 1.25893, 2.51189]
    """
    exponent = min(max(place / 10, -400.0), 308.0)
    return float(f"{10**exponent:.6g}")


def grid(default: float, number: int, span: tuple[float, float] | None = None) -> list[int]:
    """Return places on the lattice: around the default, STRIDE apart, or evenly spread over span.

    >>> [rate(k) for k in grid(0.014, 3)]
    [0.00398107, 0.01, 0.0251189]
    >>> [rate(k) for k in grid(0.014, 3, (0.1, 10.0))]
    [0.1, 1.0, 10.0]
    """
    if span is None:
        centre = STRIDE * round(10 * math.log10(default) / STRIDE)
        return [centre + STRIDE * (i - number // 2) for i in range(number)]
    low, high = (10 * math.log10(end) for end in span)
    return list(dict.fromkeys(np.linspace(low, high, number).round().astype(int).tolist()))


def _as_good(one: Trial, best: Trial) -> bool:
    """Return whether the losses are not higher than the best's, by more than the noise between seeds."""
    from scipy.stats import t  # only here: it takes a while to import

    d = logs(one.losses) - logs(best.losses)
    error = d.std(ddof=1) / math.sqrt(len(d)) if len(d) > 1 else 0.0
    return bool(d.mean() <= (t.ppf(0.95, len(d) - 1) * error if error else 0.0))


def _key(spec: Spec) -> tuple[tuple[str, Any], ...]:
    """Return its settings other than the learning rate."""
    return tuple((name, value) for name, value in spec.settings.items() if name != "lr")
