"""The rules of optimizers, and landscapes, as JavaScript: traced from the Python code, operation by operation.

JavaScript's numbers are doubles. + − × ÷ √ |·| max sign and comparisons give the same bits as NumPy's float64; cos, sin
and exp are the browser's, and may differ in the last digits.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from zeronet.lab.web.scalars import Decisions, Outcome, Scalar, every_way, literal, with_scalars
from zeronet.landscapes import Landscape
from zeronet.optimizers import OPTIMIZERS, Optimizer
from zeronet.training.tracing import UFUNCS, Operation, Symbol, Trace, Untraceable

FLOAT = np.dtype(np.float64)
INEXACT = {np.cos: "cos", np.sin: "sin", np.exp: "exp"}
INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
INFIX |= {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "===", "not_equal": "!=="}
INFIX |= {"bitwise_and": "&&", "logical_and": "&&", "bitwise_or": "||", "logical_or": "||"}
CALLS = {"sqrt": "Math.sqrt({})", "absolute": "Math.abs({})", "sign": "sign({})", "negative": "-{}", "positive": "{}"}
CALLS |= {"square": "{0} * {0}", "reciprocal": "1 / {}", "invert": "!{}", "logical_not": "!{}"}
CALLS |= {"maximum": "max({}, {})", "minimum": "min({}, {})", "clip": "clip({}, {}, {})", "where": "{} ? {} : {}"}
CALLS |= {name: f"Math.{name}({{}})" for name in INEXACT.values()} | {"zeros_like": "0", "assign": "{}"}

# What the generated code calls. power: bᵏ for a whole k ≥ 0, correctly rounded as the C library's pow nearly always is:
# products in twice the precision, each with its rounding error (Dekker, "A Floating-Point Technique for Extending the
# Available Precision", 1971).
PRELUDE = """\
const max = (a, b) => (a > b || a !== a ? a : b);
const min = (a, b) => (a < b || a !== a ? a : b);
const sign = (a) => (a > 0 ? 1 : a < 0 ? -1 : a === 0 ? 0 : a);
const clip = (a, low, high) => { const b = a < low ? low : a; return b > high ? high : b; };
function product([a, a2], [b, b2]) {
  const split = (x) => { const y = 134217729 * x; const high = y - (y - x); return [high, x - high]; };
  const p = a * b, [ah, al] = split(a), [bh, bl] = split(b);
  const error = ((ah * bh - p) + ah * bl + al * bh) + al * bl + (a * b2 + a2 * b);
  return [p + error, error - (p + error - p)];
}
const powers = new Map();
function power(b, k) {
  const key = `${b} ${k}`;
  if (!powers.has(key)) {
    let result = [1, 0], base = [b, 0];
    for (let n = k; n > 0; n = Math.floor(n / 2)) {
      if (n % 2) result = product(result, base);
      base = product(base, base);
    }
    powers.set(key, result[0]);
  }
  return powers.get(key);
}
"""


class PageTrace(Trace):
    """A trace whose numbers may be Scalars; they are kept in the operations."""

    ufuncs = UFUNCS | INEXACT

    def operand(self, x: Any, mask: Symbol | None = None) -> Any:
        """Return the index of a variable, or a number in JavaScript."""
        if isinstance(x, Scalar):
            return x.text
        operand = super().operand(x, mask)
        return literal(self.numbers.pop()) if isinstance(operand, type) else operand

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Symbol:
        """Record also what makes the first states, and constant gradients."""
        kwargs.pop("dtype", None)  # everything is a double
        if function is np.full_like and not kwargs:
            return self.new("assign", args[1])
        if function is np.ones_like and not kwargs:
            return self.new("assign", 1)
        return super().call(function, *args, **kwargs)


def statements(operations: Iterable[Operation], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines of JavaScript that do these operations, and the names of all variables.

    names: of the variables that are there at first.

    >>> statements([("multiply", None, "self.lr", 1), ("subtract", 0, 0, 2)], ["w", "g"])
    (['let $2 = self.lr * g;', 'w = w - $2;'], ['w', 'g', '$2'])
    """
    lines, variables = [], list(names)
    for name, out, *operands in operations:
        words = [variables[x] if isinstance(x, int) else x for x in operands]
        if name == "assign" and len(words) == 2:  # where a mask holds
            words = [words[1], words[0], variables[out]]
            name = "where"
        value = f" {INFIX[name]} ".join(words) if name in INFIX else CALLS[name].format(*words)
        if out is None:
            variables.append(f"${len(variables)}")
            lines.append(f"let {variables[-1]} = {value};")
        else:
            lines.append(f"{variables[out]} = {value};")
    return lines, variables


def function_of(arguments: Sequence[str], run: Callable[..., Any]) -> list[str]:
    """Return the lines of a function's body: it does what run does to symbols, and returns what run returns.

    arguments: names of the numbers that run is given, as Symbols; it returns one Symbol, number or Scalar, or several.
    """

    def lines_of(decisions: Decisions) -> list[str]:
        trace = PageTrace([FLOAT] * len(arguments))
        results = run(decisions, *[Symbol(trace, i) for i in range(len(arguments))])
        several = isinstance(results, tuple | list)
        if trace.failed:
            raise Untraceable(trace.failed)
        lines, names = statements(trace.operations, arguments)
        words = [names[x.index] if type(x) is Symbol else literal(x) for x in (results if several else [results])]
        return [*lines, f"return [{', '.join(words)}];" if several else f"return {words[0]};"]

    return _branches(list(every_way(lines_of)))


def _branches(ways: Sequence[tuple[list[Outcome], list[str]]], depth: int = 0) -> list[str]:
    """Return the lines of all ways, each where its conditions hold."""
    if len(ways) == 1:
        return ways[0][1]
    condition = ways[0][0][depth][0]
    holds, not_so = ([way for way in ways if way[0][depth][1] is answer] for answer in (True, False))
    inside = [f"  {line}" for line in _branches(holds, depth + 1)]
    return [f"if ({condition}) {{", *inside, "}", *_branches(not_so, depth + 1)]


def optimizer_functions(optimizer: Optimizer) -> dict[str, list[str]]:
    """Return the methods of an optimizer, of one number w each, as bodies of JavaScript functions.

    In them, self has the settings, t and the numbers of the whole optimizer; the states have their own names.

        init(self, w) → [states]                        before(self) → [numbers of the whole optimizer]
        rule(self, w, g, states…) → [w, states…]        effective(self, states…) → r

    effective is missing if the rule does not have the form w ← w − r ⊙ g. Raises Untraceable if the optimizer is no
    sequence of operations on single numbers.

    >>> from zeronet.optimizers import LARS, SGD
    >>> optimizer_functions(SGD())["rule"]
    ['let $2 = self.lr * g;', 'w = w - $2;', 'return [w];']
    >>> optimizer_functions(LARS())
    Traceback (most recent call last):
        ...
    zeronet.training.tracing.Untraceable: its rule needs whole arrays
    """
    if not optimizer.elementwise or optimizer.schedule or optimizer.transforms:
        raise Untraceable("its rule needs whole arrays" if not optimizer.elementwise else "it has more than its rule")
    states, scalars = optimizer.state_names, optimizer.scalar_names

    def init(decisions: Decisions, w: Symbol) -> Any:
        return _stand_in(optimizer, decisions).init_state(w)

    def rule(decisions: Decisions, w: Symbol, g: Symbol, *values: Symbol) -> Any:
        if _stand_in(optimizer, decisions).rule(w, g, *values) is not None:
            raise Untraceable("it returns something")
        return w, *values

    def before(decisions: Decisions) -> Any:
        twin = _stand_in(optimizer, decisions)
        twin.before_update(_Untouchable(), _Untouchable())
        return [getattr(twin, name) for name in scalars]

    def effective(decisions: Decisions, *values: Symbol) -> Any:
        return _stand_in(optimizer, decisions).effective_step(*values)

    functions = {"init": function_of(["w"], init), "before": function_of([], before)}
    functions["rule"] = function_of(["w", "g", *states], rule)
    if type(optimizer).effective_step is not Optimizer.effective_step:
        functions["effective"] = function_of(states, effective)
    return functions


@cache
def traceable() -> dict[str, type[Optimizer]]:
    """Return zeronet's optimizers that can be printed: those that are operations on single numbers."""
    kinds = {}
    for name, cls in OPTIMIZERS.items():
        try:
            optimizer_functions(cls())
        except Untraceable:
            continue
        kinds[name] = cls
    return kinds


def evaluated_state(cls: type[Optimizer]) -> str | None:
    """Return the name of the state that is evaluated instead of w, or None.

    >>> from zeronet.optimizers import SGD, ScheduleFreeSGD
    >>> evaluated_state(ScheduleFreeSGD), evaluated_state(SGD)
    ('x', None)
    """
    optimizer, params = object.__new__(cls), {"w": ""}
    named = {name: {"w": name} for name in cls.state_names}
    vars(optimizer).update(named)
    return optimizer.evaluation_params(params)["w"] or None


def landscape_functions(landscape: Landscape) -> dict[str, list[str]]:
    """Return f(x, y) and gradient(x, y) → [∂f/∂x, ∂f/∂y] as bodies of JavaScript functions.

    >>> from zeronet.landscapes import Valley
    >>> landscape_functions(Valley())["gradient"]
    ['let $2 = x / 10;', 'let $3 = 2 * y;', 'return [$2, $3];']
    """
    return {
        "f": function_of("xy", lambda _, x, y: landscape(x, y)),
        "gradient": function_of("xy", lambda _, x, y: landscape.gradient(x, y)),
    }


def is_exact(functions: Mapping[str, Sequence[str]]) -> bool:
    """Return whether these functions give Python's bits: they use no cos, sin or exp."""
    return not any(
        f"Math.{name}(" in line for lines in functions.values() for line in lines for name in INEXACT.values()
    )


class _Untouchable:
    """Stands for all parameters or gradients, which before_update must not need."""

    def __getattr__(self, name: str) -> Any:
        raise Untraceable("its before_update needs all parameters")


def _stand_in(optimizer: Optimizer, decisions: Decisions) -> Any:
    """Return a copy whose numbers are Scalars."""
    twin = copy.copy(optimizer)
    twin.__class__ = with_scalars(type(optimizer))
    names = (*optimizer._hyperparameters(), *optimizer.scalar_names)
    vars(twin).update({name: Scalar(f"self.{name}", decisions) for name in names})
    vars(twin).update(t=Scalar("self.t", decisions, whole=True))
    return twin
