"""The class under test: how it is made, what it is set to, and where it goes under given gradients."""

import contextlib
import inspect
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.check import interface
from zeronet.lab.check.roles import NO_ROLE, ROLES, role_of, roles_of
from zeronet.lab.specs.aliases import our_settings

Arrays = dict[str, Any]
SWALLOWING = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)  # *args and **kwargs

START = np.array([1.5, -0.7, 0.4, 2.0])
STEEP = np.array([900.0, -2000.0, 1300.0, 600.0])  # so long that ε and any first state are small


class Subject:
    """A class with update(params, grads).

    cls: the class; given: settings that differ from its defaults; place: its file, for errors; roles: setting → role;
    like: the optimizer of zeronet that it should equal, with settings. Raises UserError if it cannot be made from these
    settings, has no such roles, or another interface.
    """

    def __init__(
        self,
        cls: type,
        given: Mapping[str, Any] | None = None,
        place: str | None = None,
        roles: Mapping[str, str] | None = None,
        like: str | None = None,
    ):
        self.cls, self.place, self.like = cls, place, like
        self.known: dict[Any, Any] = {}  # what took long to find out
        if other := interface.other_than_ours(cls):
            raise UserError(other)
        try:
            parameters = dict(inspect.signature(cls).parameters)
        except (TypeError, ValueError):  # a class written in C may have no signature
            parameters = {}
        self.parameters = {name: each for name, each in parameters.items() if each.kind not in SWALLOWING}
        defaults = {name: each.default for name, each in self.parameters.items()}
        self.pair = "betas" if _is_pair(defaults.get("betas")) else None  # PyTorch's way to set both βs
        free = len(self.parameters) < len(parameters)  # **settings takes any name
        self.given = {self._own_name(name, free): value for name, value in (given or {}).items()}
        self.values = defaults | self.given
        self.roles = {self._own_name(name, free): role for name, role in (roles or {}).items()}
        for name, role in self.roles.items():
            if role not in (*ROLES, NO_ROLE) or (role != NO_ROLE and list(self.roles.values()).count(role) > 1):
                raise UserError(f"{name} cannot be {role!r}: the roles are {', '.join(ROLES)}, each for one setting")
        self.own = roles_of(list(self.values), self.roles)  # role → the class's own name
        try:
            self.new()
        except TypeError as error:
            if len(traceback.extract_tb(error.__traceback__)) > 2:  # raised inside the class
                raise
            write = f"write FILE.py:{cls.__name__}:lr=0.1, or give it a default"
            raise UserError(f"{cls.__name__} cannot be made from its defaults ({error}): {write}") from error

    def _own_name(self, name: str, free: bool) -> str:
        """Return the class's name for a setting, written in any case, or by a name that the bench knows it by."""
        for each in self.parameters:
            if name == each or name.lower() == each.lower():
                return each
        for each in self.parameters:
            if role_of(name) == role_of(each):
                return each
        if free:
            return name
        raise UserError(f"{self.cls.__name__} has no setting {name!r}, but {', '.join(self.parameters) or 'none'}")

    @property
    def settings(self) -> dict[str, float]:
        """Its numbers, by role."""
        values = {ours: self.values.get(name) for ours, name in self.own.items()}
        if self.pair:
            values |= dict(zip(("beta1", "beta2"), self.values[self.pair], strict=True))
        return {name: float(value) for name, value in values.items() if is_number(value)}

    @property
    def shown(self) -> dict[str, Any]:
        """Its numbers, and its pair of βs, under its own names."""
        return {k: v for k, v in self.values.items() if is_number(v) or k == self.pair}

    @property
    def strangers(self) -> list[str]:
        """Its numbers without a role."""
        return [name for name in self.settings if name not in ROLES]

    @property
    def assumed(self) -> dict[str, str]:
        """Setting → role, for the numbers whose names may have another role."""
        known = {name: role for role, name in self.own.items() if role in self.settings and role in ROLES}
        return {name: role for name, role in known.items() if len(our_settings(name)) > 1 and name not in self.roles}

    def stirring(self, gradients: Sequence[np.ndarray], names: Sequence[str] | None = None) -> list[str]:
        """Return the strangers, or the settings of these names, whose double or half changes the path."""
        usual, found = self.moves(gradients), []
        for name in self.strangers if names is None else names:
            for value in self.near(name):
                with contextlib.suppress(ValueError):  # refused
                    if not np.array_equal(usual, self.moves(gradients, **{name: value})):
                        found.append(name)
        return list(dict.fromkeys(found))

    def near(self, name: str) -> list[float]:
        """Return twice and half the value of a setting."""
        value = self.values[self.own[name]]
        return [2 * value, value // 2 if isinstance(value, int) else value / 2]

    def name(self, ours: str) -> str:
        """Return its own name for a role; the role if it has none."""
        if self.pair and ours in ("beta1", "beta2"):
            return f"{self.pair}[{int(ours == 'beta2')}]"
        return self.own.get(ours, ours)

    @property
    def lr(self) -> float | None:
        """Its learning rate, if it has one."""
        return self.settings.get("lr")

    def new(self, **changes: Any) -> Any:
        """Return a new optimizer, with some settings changed."""
        return self.cls(**self.given | self._by_own_name(changes))

    def at(self, **changes: Any) -> "Subject":
        """Return the same class at other settings, by role; itself if these are what it has."""
        if all(self.settings.get(name, value) == value for name, value in changes.items()):
            return self
        return Subject(self.cls, self.given | self._by_own_name(changes), self.place, self.roles, self.like)

    def _by_own_name(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return changes by role as the class takes them."""
        own = dict(changes)
        if self.pair and {"beta1", "beta2"} & set(own):
            pair = zip(("beta1", "beta2"), self.values[self.pair], strict=True)
            own[self.pair] = tuple(own.pop(name, value) for name, value in pair)
        return {self.own.get(name, name): value for name, value in own.items()}

    @cached_property
    def bare(self) -> "Subject":
        """The class without its weight decay, if that is a setting."""
        return self.at(weight_decay=0.0) if self.settings.get("weight_decay") else self

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

    def moves(self, gradients: Sequence[np.ndarray], start: np.ndarray = START, /, **changes: Any) -> np.ndarray:
        """Return the move (n, D) of each update, less what zero gradients do (weight decay)."""
        path = self.track(gradients, start, **changes)
        if self.decays:
            path = path - self.track([0.0 * np.asarray(each) for each in gradients], start, **changes)
        return np.diff(path, axis=0)

    # What it is, from what it does ----------------------------------------------------------------------------------

    @cached_property
    def decays(self) -> float:
        """The share of each weight that an update under a zero gradient takes away: 0 without weight decay."""
        share = self._share_lost()
        return share if 0 < share < 0.5 else 0.0

    @property
    def grows(self) -> bool:
        """Whether an update under a zero gradient adds the same share to each weight."""
        return -0.5 < self._share_lost() < 0

    def _share_lost(self) -> float:
        shares = (START - self.track([0 * START])[1]) / START
        return float(shares.flat[0]) if np.isfinite(shares).all() and np.ptp(shares) < 1e-9 else 0.0

    @cached_property
    def delay(self) -> int:
        """How many updates only look at gradients before the first that moves; 0 if none of 64 moves."""
        moving = self.moves([STEEP] * 4).any(axis=1)
        if not moving.any():
            moving = self.moves([STEEP] * 64).any(axis=1)
        return int(moving.argmax())

    def first_move(self, gradient: np.ndarray, start: np.ndarray = START, **changes: Any) -> np.ndarray:
        """Return the first move that is not 0 under a constant gradient (some methods only look at first)."""
        moves = self.moves([gradient] * (self.delay + 4), start, **changes)
        return next((each for each in moves if each.any()), moves[0])

    def growth(self, scale: float = 1.0) -> float:
        """Return how many times as long the first move is if a gradient is ten times as long; nan if undefined.

        scale: of the gradient; at 1 it is so long that ε does not matter.
        """
        usual, steep = self.first_move(scale * STEEP), self.first_move(10 * scale * STEEP)
        ratios = steep / usual
        return float(np.median(ratios)) if np.isfinite(ratios).all() else float("nan")

    @cached_property
    def growths(self) -> list[float]:
        """The growth under long, usual and short gradients."""
        return [self.growth(scale) for scale in (1.0, 1e-2, 1e-5)]

    @cached_property
    def power(self) -> float | None:
        """The growth, if it is the same for all gradients: 1 if adaptive, 10 if linear; None if it is not."""
        return self.growths[0] if max(self.growths) <= 1.01 * min(self.growths) else None

    @cached_property
    def family(self) -> str:
        """Return "adaptive", "linear", or "neither", as a step that is bounded or grows with a power of the gradient.

        Under short gradients ε may make an adaptive class less so, but not linear at once.
        """
        usual, short = (round(each, 2) for each in self.growths[1:])
        if abs(self.growths[0] - 1) < 2e-3:
            return "neither" if short >= 9.99 and usual in (1, 10) and not self.settings.get("eps") else "adaptive"
        linear = abs(self.growths[0] / 10 - 1) < 2e-3 and usual == short == 10
        return "linear" if linear else "neither"

    @cached_property
    def elementwise(self) -> bool:
        """Whether each element of an array moves independently of the other elements' gradients."""
        others = STEEP * np.array([1, -3, 0.2, 7])
        usual, changed = (self.moves([each] * (self.delay + 8)) for each in (STEEP, others))
        return bool(np.allclose(usual[:, 0], changed[:, 0], rtol=1e-6, atol=0))

    @cached_property
    def rolls(self) -> bool:
        """Whether it still moves without a gradient, after one with."""
        moves = self.moves([STEEP, 0 * STEEP])
        return bool(np.abs(moves[1]).max() > (1e-9 + 2 * self.decays) * np.abs(moves[0]).max())

    @cached_property
    def never_forgets(self) -> bool:
        """Whether one gradient that was much longer shortens all later steps: it divides by the largest v."""
        if not {"beta1", "beta2"} <= set(self.settings):
            return False
        betas = {"beta1": 0.5, "beta2": 0.5}  # which forget within 100 updates
        usual, once = (self.moves([first] + [STEEP] * 100, **betas)[-1] for first in (STEEP, 1e4 * STEEP))
        return bool((np.abs(once) < 0.1 * np.abs(usual)).all())

    @cached_property
    def length(self) -> float | None:
        """The length of the first move in every direction, in units of lr; None if it differs or there is no lr."""
        move = np.abs(self.first_move(STEEP))
        if not self.lr or not np.isfinite(move).all() or np.ptp(move) > 2e-3 * move.max():
            return None
        return float(np.median(move)) / self.lr


def is_number(value: Any) -> TypeGuard[float]:
    """Say whether it is a finite number that a float can be."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2 and all(map(is_number, value))


def copied(arrays: Mapping[str, Any]) -> Arrays:
    """Return a new dictionary of new arrays."""
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arrays.items()}


def random_arrays(seed: int, shapes: Mapping[str, tuple[int, ...]], dtype: Any = np.float64) -> Arrays:
    """Return arrays of normal numbers, independent of the order of the names."""
    return {
        name: np.random.default_rng([seed, *name.encode()]).standard_normal(shape).astype(dtype)
        for name, shape in shapes.items()
    }
