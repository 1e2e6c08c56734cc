"""Numbers of an optimizer as symbols: what its methods do to lr, beta1 or t becomes a formula in JavaScript.

The tracing of zeronet.training has symbols for arrays, and takes the settings as the numbers that they are at that
moment. On a page with sliders they change, and 1 − β₁ᵗ changes with each update; so here they are symbols, too.
"""

import math
from collections.abc import Callable, Iterator
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from zeronet.training.tracing import EXACT, Untraceable

Outcome = tuple[str, bool]  # a condition in JavaScript, and whether it holds


class Decisions:
    """The conditions that a method asks about on its way, such as t > 1, answered in one of all possible ways."""

    def __init__(self, planned: list[bool]):
        self.planned = planned
        self.outcomes: list[Outcome] = []

    def decide(self, condition: str) -> bool:
        """Return the planned answer, or true beyond the plan."""
        known = dict(self.outcomes)
        if condition in known:
            return known[condition]
        if len(self.outcomes) == 12:
            raise Untraceable("it has too many conditions")
        k = len(self.outcomes)
        self.outcomes.append((condition, self.planned[k] if k < len(self.planned) else True))
        return self.outcomes[-1][1]


def every_way(run: Callable[[Decisions], Any]) -> Iterator[tuple[list[Outcome], Any]]:
    """Run a function again and again, until every condition had both answers; yield the conditions and what it returns.

    >>> def run(decisions):
    ...     t = Scalar("self.t", decisions, whole=True)
    ...     return "first" if t == 1 else "later"
    >>> list(every_way(run))
    [([('self.t === 1', True)], 'first'), ([('self.t === 1', False)], 'later')]
    """
    planned: list[bool] = []
    while True:
        decisions = Decisions(planned)
        result = run(decisions)
        yield decisions.outcomes, result
        answers = [answer for _, answer in decisions.outcomes]
        while answers and not answers[-1]:
            answers.pop()
        if not answers:
            return
        planned = [*answers[:-1], False]


class Scalar:
    """Stands for a number of the whole optimizer; str() of it is the formula, in JavaScript.

    whole: whether it is an integer, as the exponents of powers must be.

    >>> t = Scalar("self.t", Decisions([]), whole=True)
    >>> str(1 - Scalar("self.beta1", t.decisions) ** (t + 1))
    '(1 - power(self.beta1, (self.t + 1)))'
    """

    __array_ufunc__ = None  # NumPy's numbers leave their operators to this class

    def __init__(self, text: str, decisions: Decisions, whole: bool = False):
        self.text, self.decisions, self.whole = text, decisions, whole

    def __str__(self) -> str:
        return self.text

    def _with(self, form: str, other: Any, swapped: bool = False, whole: bool = False) -> Any:
        if not isinstance(other, Scalar | int | float | np.integer | np.floating):
            return NotImplemented  # a Symbol knows what to do
        a, b = (literal(other), self.text) if swapped else (self.text, literal(other))
        return Scalar(form.format(a, b), self.decisions, whole and self.whole and _is_whole(other))

    def __add__(self, other: Any) -> Any:
        return self._with("({} + {})", other, whole=True)

    def __radd__(self, other: Any) -> Any:
        return self._with("({} + {})", other, True, True)

    def __sub__(self, other: Any) -> Any:
        return self._with("({} - {})", other, whole=True)

    def __rsub__(self, other: Any) -> Any:
        return self._with("({} - {})", other, True, True)

    def __mul__(self, other: Any) -> Any:
        return self._with("({} * {})", other, whole=True)

    def __rmul__(self, other: Any) -> Any:
        return self._with("({} * {})", other, True, True)

    def __truediv__(self, other: Any) -> Any:
        return self._with("({} / {})", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with("({} / {})", other, True)

    def __pow__(self, exponent: Any) -> "Scalar":
        if not _is_whole(exponent):
            raise Untraceable("it has a power that is not a whole one")
        return Scalar(f"power({self.text}, {literal(exponent)})", self.decisions)

    def __neg__(self) -> "Scalar":
        return Scalar(f"(-{self.text})", self.decisions, self.whole)

    def _is(self, operator: str, other: Any) -> bool:
        return self.decisions.decide(f"{self.text} {operator} {literal(other)}")

    def __lt__(self, other: Any) -> bool:
        return self._is("<", other)

    def __le__(self, other: Any) -> bool:
        return self._is("<=", other)

    def __gt__(self, other: Any) -> bool:
        return self._is(">", other)

    def __ge__(self, other: Any) -> bool:
        return self._is(">=", other)

    def __eq__(self, other: Any) -> bool:
        return self._is("===", other)

    def __ne__(self, other: Any) -> bool:
        return self._is("!==", other)

    def __bool__(self) -> bool:
        return self._is("!==", 0)

    __hash__ = None  # type: ignore[assignment]

    def __float__(self) -> float:
        raise Untraceable("it asks for the value of a setting")

    __int__ = __index__ = __float__  # type: ignore[assignment]


def literal(x: Any) -> str:
    """Return a number as JavaScript writes it: the same double; a Scalar as its formula.

    >>> literal(0.1), literal(1), literal(float("inf"))
    ('0.1', '1', 'Infinity')
    """
    if isinstance(x, Scalar):
        return x.text
    if isinstance(x, int | np.integer) and abs(int(x)) > EXACT:
        raise Untraceable("it has an integer beyond 2**53")
    number = float(x)
    if math.isinf(number):
        return "Infinity" if number > 0 else "(-Infinity)"
    text = str(int(number)) if number.is_integer() and abs(number) < 1e15 and number else repr(number)
    return f"({text})" if text.startswith("-") else "0" if text == "0.0" else text


def _is_whole(x: Any) -> bool:
    return x.whole if isinstance(x, Scalar) else float(x).is_integer()


def sqrt(x: Any) -> Any:
    """Return math.sqrt(x), a Scalar for a Scalar."""
    return Scalar(f"Math.sqrt({x.text})", x.decisions) if isinstance(x, Scalar) else math.sqrt(x)


def with_scalars(cls: type) -> type:
    """Return a subclass whose methods are the same, but for a math.sqrt that also takes Scalars."""
    math_too = SimpleNamespace(**{**vars(math), "sqrt": sqrt})
    methods = {}
    for base in reversed(cls.__mro__):
        for name, method in vars(base).items():
            if isinstance(method, FunctionType) and method.__globals__.get("math") is math:
                world = {**method.__globals__, "math": math_too}
                methods[name] = FunctionType(method.__code__, world, name, method.__defaults__, method.__closure__)
            elif name in methods:
                del methods[name]  # a subclass has its own
    return type(cls.__name__, (cls,), methods)
