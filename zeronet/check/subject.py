"""The class under test: how it is made anew, what it is set to, and where it goes under given gradients."""

import contextlib
import copy
import inspect
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from zeronet.mistakes import Mistake
from zeronet.optimizers import Optimizer

Arrays = dict[str, Any]

# What the bench knows by name; all else is learned from what the class does.
KNOWN = ("lr", "momentum", "rho", "beta1", "beta2", "eps", "weight_decay")
NAMES = {
    **dict.fromkeys(("learning_rate", "learningrate", "eta", "step_size"), "lr"),
    **dict.fromkeys(("alpha", "decay_rate", "decay", "gamma"), "rho"),
    **dict.fromkeys(("beta_1", "b1"), "beta1"),
    **dict.fromkeys(("beta_2", "b2"), "beta2"),
    "mu": "momentum",
    "epsilon": "eps",
}

START = np.array([1.5, -0.7, 0.4, 2.0])
STEEP = np.array([900.0, -2000.0, 1300.0, 600.0])  # long gradients, beside which ε and any start value are small


class Subject:
    """A class with update(params, grads).

    cls: the class; given: settings that differ from its defaults; place: its file, for errors.
    Raises Mistake where it cannot be made from these settings.
    """

    def __init__(self, cls: type, given: Mapping[str, Any] | None = None, place: str | None = None):
        self.cls, self.place = cls, place
        try:
            parameters = inspect.signature(cls).parameters
        except (TypeError, ValueError):  # a class written in C may not say
            parameters = {}
        self.own: dict[str, str] = {}  # our name → its own
        for name in parameters:
            self.own.setdefault(NAMES.get(name.lower(), name), name)
        values = {ours: parameters[name].default for ours, name in self.own.items()}
        self.given = {NAMES.get(name.lower(), name): value for name, value in (given or {}).items()}
        self.values = values | self.given
        try:
            self.new()
        except TypeError as error:
            if error.__traceback__.tb_next.tb_next:  # raised inside the class
                raise
            write = f"write FILE.py:{cls.__name__}:lr=0.1, or give it a default"
            raise Mistake(f"{cls.__name__} cannot be made from its defaults ({error}): {write}") from error

    @property
    def settings(self) -> dict[str, float]:
        """Its numbers, under our names."""
        numbers = {k: v for k, v in self.values.items() if isinstance(v, int | float) and not isinstance(v, bool)}
        return {k: float(v) for k, v in numbers.items()}

    @property
    def strangers(self) -> list[str]:
        """Its settings that the bench does not know, but for switches."""
        return [name for name in self.settings if name not in KNOWN]

    @property
    def lr(self) -> float | None:
        """Its learning rate, where it has one."""
        return self.settings.get("lr")

    def new(self, **changes: Any) -> Any:
        """Return a new optimizer, with some settings changed."""
        return self.cls(**{self.own.get(name, name): value for name, value in (self.given | changes).items()})

    def walk(self, start: Arrays, gradients: Sequence[Arrays], optimizer: Any = None) -> list[Arrays]:
        """Return the parameters before the first and after each update, as copies."""
        optimizer, params = self.new() if optimizer is None else optimizer, copied(start)
        path = [copied(params)]
        for each in gradients:
            optimizer.update(params, copied(each))
            path.append(copied(params))
        return path

    def track(self, gradients: Sequence[np.ndarray], start: np.ndarray = START, **changes: Any) -> np.ndarray:
        """Return the path (n + 1, D) of one vector under gradients (n, D)."""
        path = self.walk({"w": start}, [{"w": each} for each in gradients], self.new(**changes))
        return np.array([np.array(each["w"], dtype=float) for each in path])

    def moves(self, gradients: Sequence[np.ndarray], start: np.ndarray = START, **changes: Any) -> np.ndarray:
        """Return the way (n, D) made by each update, without what it makes under zero gradients (weight decay)."""
        path = self.track(gradients, start, **changes)
        if self.decays:
            path = path - self.track([0.0 * np.asarray(each) for each in gradients], start, **changes)
        return np.diff(path, axis=0)

    # What it is, from what it does ----------------------------------------------------------------------------------

    @cached_property
    def decays(self) -> float:
        """The share of each weight that an update under a zero gradient takes away: 0 without weight decay."""
        moved = self.track([0 * START])[1] - START
        shares = -moved / START
        fits = np.isfinite(shares).all() and np.ptp(shares) < 1e-9 and 0 < shares[0] < 0.5
        return float(shares[0]) if fits else 0.0

    def first_move(self, gradient: np.ndarray, start: np.ndarray = START, **changes: Any) -> np.ndarray:
        """Return the first move that is not 0 under a constant gradient (some methods only look at first)."""
        moves = self.moves([gradient] * 4, start, **changes)
        return next((each for each in moves if each.any()), moves[0])

    @cached_property
    def growth(self) -> float:
        """How many times as long the first move is where the gradient is ten times as long; nan where undefined."""
        usual, steep = self.first_move(STEEP), self.first_move(10 * STEEP)
        ratios = steep / usual
        return float(np.median(ratios)) if np.isfinite(ratios).all() else float("nan")

    @property
    def family(self) -> str:
        """Return "adaptive", "linear", or "neither"."""
        for name, growth in (("adaptive", 1), ("linear", 10)):
            if abs(self.growth / growth - 1) < 2e-3:
                return name
        return "neither"

    @cached_property
    def elementwise(self) -> bool:
        """Whether each number of an array goes its own way, whatever the other numbers' gradients are."""
        others = STEEP * np.array([1, -3, 0.2, 7])
        usual, changed = self.moves([STEEP, STEEP]), self.moves([others, others])
        return bool(np.allclose(usual[:, 0], changed[:, 0], rtol=1e-6, atol=0))

    @cached_property
    def rolls(self) -> bool:
        """Whether it still moves without a gradient, after one with."""
        moves = self.moves([STEEP, 0 * STEEP])
        return bool(np.abs(moves[1]).max() > (1e-9 + 2 * self.decays) * np.abs(moves[0]).max())

    @cached_property
    def length(self) -> float | None:
        """The length of the first move in every direction, in units of lr; None where it differs or there is no lr."""
        move = np.abs(self.first_move(STEEP))
        if not self.lr or not np.isfinite(move).all() or np.ptp(move) > 2e-3 * move.max():
            return None
        return float(np.median(move)) / self.lr


def copied(arrays: Mapping[str, Any]) -> Arrays:
    """Return a new dictionary of new arrays."""
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arrays.items()}


def random_arrays(seed: int, shapes: Mapping[str, tuple[int, ...]], dtype: Any = np.float64) -> Arrays:
    """Return arrays of normal numbers, which do not depend on the order of the names."""
    return {
        name: np.random.default_rng([seed, *name.encode()]).standard_normal(shape).astype(dtype)
        for name, shape in shapes.items()
    }


def remembered(optimizer: Any, params: Mapping[str, Any]) -> dict[str, Arrays]:
    """Return the arrays that an optimizer keeps, per state and parameter: {"h": {"W1": …}}.

    A state is what lies under a parameter's name, however deep, and has its shape.
    """
    found: dict[str, Arrays] = {}

    def look(thing: Any, path: tuple[Any, ...]) -> None:
        if hasattr(thing, "items"):
            for key, value in thing.items():
                look(value, (*path, *(key if isinstance(key, tuple) else (key,))))
        elif isinstance(thing, np.ndarray | np.number | float) and np.shape(thing) in shapes.values():
            for name in params:
                if name in path and np.shape(thing) == shapes[name]:
                    words = ".".join(str(part) for part in path if part != name)
                    found.setdefault(words, {})[name] = thing

    shapes = {name: np.shape(value) for name, value in params.items()}
    for name, value in getattr(optimizer, "__dict__", {}).items():
        look(value, (name,))
    return found


def restored(subject: Subject, optimizer: Any) -> Any:
    """Return a new optimizer that goes on where this one is: from its state_dict, or a copy of its attributes."""
    twin = subject.new()
    if callable(getattr(optimizer, "state_dict", None)) and callable(getattr(twin, "load_state_dict", None)):
        twin.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        if isinstance(optimizer, Optimizer):
            twin.schedule = optimizer.schedule
    else:
        with contextlib.suppress(AttributeError):
            twin.__dict__.update(copy.deepcopy(vars(optimizer)))
    return twin
