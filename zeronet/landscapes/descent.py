"""The descent of a landscape, step by step, with the same optimizers that train networks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_array, is_number
from zeronet.nn.gradient_check import numerical_gradient, real_number
from zeronet.nn.parameters import Parameters
from zeronet.nn.rng import stream
from zeronet.optimizers import Optimizer, adapt

Pair = tuple[float, float]


@dataclass(frozen=True)
class PathPoint:
    """Where an optimizer is after some updates.

    (x, y) is what it would hand over as the result, and w where it takes the next gradient: the same for all but a few,
    such as ScheduleFreeSGD.
    """

    step: int  # updates made
    x: float
    y: float
    f: float  # the height at (x, y)
    w: Pair
    gradient: Pair | None = None  # the one of the last update; None at the start
    states: dict[str, Pair] = field(default_factory=dict)  # name → values for x and y, after the update
    effective_steps: Pair | None = None  # r for x and y if the update is w ← w − r ⊙ g


def walk(
    landscape: Callable[[Any, Any], Any],
    optimizer: Any,
    start: Pair | None = None,
    steps: int = 30,
    noise: float = 0.0,
    seed: int = 0,
) -> Iterator[PathPoint]:
    """Yield the start, then the point after each update; the walk ends early if x, y, f or w is no longer finite.

    Parameters
    ----------
    landscape : a Landscape, or any function of x and y; without a method gradient, central differences measure it
    optimizer : one of zeronet's, of which a clone walks, or an unused object with update(params, grads)
    start : (x, y), default the landscape's
    steps : int, ≥ 0, default 30; updates
    noise : float, ≥ 0, default 0; standard deviation of the normal noise on each gradient, a mini-batch in miniature
    seed : int, default 0; of the noise

    Raises
    ------
    ValueError if there is no start, it is not a pair of finite numbers, or `steps` or `noise` is out of range.
    """
    x, y = _checked_start(landscape, start)
    whole = isinstance(steps, int | np.integer) and not isinstance(steps, bool) and steps >= 0
    if not (whole and is_number(noise) and noise >= 0):
        raise ValueError(f"steps must be an integer ≥ 0 and noise a number ≥ 0, not {steps!r} and {noise!r}")
    optimizer = optimizer.clone() if isinstance(optimizer, Optimizer) else adapt(optimizer)
    gradient = getattr(landscape, "gradient", None) or _measured(landscape)
    params, grads = (Parameters({"x": (), "y": ()}, np.float64) for _ in range(2))
    params.flat = x, y
    random = stream(seed, "noise")
    own = optimizer if isinstance(optimizer, Optimizer) else None
    names = own.state_names if own else ()
    initial = own.init_state(params.flat) if own and own.elementwise else ()
    states = {name: (float(s[0]), float(s[1])) for name, s in zip(names, initial, strict=False)}
    yield PathPoint(0, x, y, real_number(landscape(np.float64(x), np.float64(y))), (x, y), states=states)
    for step in range(1, steps + 1):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            grads.flat = gradient(*params.flat)
            if noise:
                grads.flat += noise * random.standard_normal(2)
            optimizer.update(params, grads)
            x, y = _pair(optimizer.evaluation_params(params))
            f = real_number(landscape(np.float64(x), np.float64(y)))
        if not (np.isfinite(params.flat).all() and np.isfinite((x, y, f)).all()):
            return
        states = {name: _pair(getattr(own, name)) for name in names}
        effective_steps = own.effective_steps() if own else None
        steps_of_both = _pair(effective_steps) if effective_steps else None
        yield PathPoint(step, x, y, f, _pair(params), _pair(grads), states, steps_of_both)


def descend(
    landscape: Callable[[Any, Any], Any],
    optimizer: Any,
    start: Pair | None = None,
    steps: int = 30,
    noise: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Return the path of an optimizer: the start and the place after each update, (steps + 1, 2) in float64.

    The places of an optimizer that trains other weights than those to evaluate are those to evaluate. A path that has
    diverged has fewer rows: it ends where it was still finite. Parameters and Raises as for walk.
    (『ゼロから作るDeep Learning』, 6.1, ch06/optimizer_compare_naive.py)

    >>> from zeronet.landscapes import Valley
    >>> from zeronet.optimizers import AdaGrad
    >>> descend(Valley(), AdaGrad(lr=1.5), steps=2).round(4)  # the first step is lr long in every direction
    array([[-7.    ,  2.    ],
           [-5.5   ,  0.5   ],
           [-4.5733,  0.1362]])
    """
    return np.array([(point.x, point.y) for point in walk(landscape, optimizer, start, steps, noise, seed)])


def _checked_start(landscape: Any, start: Pair | None) -> Pair:
    start = getattr(landscape, "start", None) if start is None else start
    if start is None:
        raise ValueError("this function has no start: give start=(x, y)")
    try:
        place = np.asarray(checked_array("start", start), float)
    except UserError:  # strings, complex numbers, lists in lists
        place = np.empty(0)
    if place.shape != (2,) or not np.isfinite(place).all():
        raise ValueError(f"start must be a pair of finite numbers (x, y), not {start!r}")
    return float(place[0]), float(place[1])


def _measured(f: Callable[[Any, Any], Any]) -> Callable[[float, float], np.ndarray]:
    """Return the gradient of f, measured by central differences."""

    def gradient(x: float, y: float) -> np.ndarray:
        place = np.array([x, y])
        return numerical_gradient(lambda: f(*place), place)

    return gradient


def _pair(values: Any) -> Pair:
    return float(values["x"]), float(values["y"])
