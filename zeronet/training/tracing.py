"""A rule as a list of operations: what it does to symbols that it is given in the place of arrays."""

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# An operation: its name; the variable that it changes, or None for a new one; its operands. An operand is the index of
# a variable, or the type of a number. The numbers are kept beside the operations, in the same order.
Operation = tuple[Any, ...]

UFUNCS = {
    getattr(np, name): name
    for name in (
        *("add", "subtract", "multiply", "divide", "maximum", "minimum", "negative", "positive", "absolute", "sign"),
        *("sqrt", "square", "reciprocal", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal"),
        *("bitwise_and", "bitwise_or", "invert", "logical_and", "logical_or", "logical_not"),
    )
}
POWERS = {2: "square", 0.5: "sqrt", 1: "positive", -1: "reciprocal"}  # as NumPy computes them; others are pow
EXACT = 2**53  # larger integers would be rounded twice on their way to a float32


class Untraceable(Exception):
    """A rule does what is no sequence of operations on single elements."""


def traced(rule: Callable[..., Any], dtypes: Sequence[np.dtype[Any]]) -> tuple[list[Operation], list[float]]:
    """Return the operations of a rule on arrays of these types, and the numbers in them.

    The rule is run, as Python, with the settings of this moment; only the arrays are symbols.

    Raises
    ------
    Untraceable, or what the rule itself raises when it is given something that is no array.

    Examples
    --------
    >>> def rule(w, g):
    ...     w -= 0.5 * g
    >>> traced(rule, [np.dtype(np.float32)] * 2)  # variable 2 ← 0.5 · variable 1; variable 0 ← variable 0 − variable 2
    ([('multiply', None, <class 'float'>, 1), ('subtract', 0, 0, 2)], [0.5])
    """
    trace = Trace(dtypes)
    result = rule(*[Symbol(trace, i) for i in range(len(dtypes))])
    if trace.failed or result is not None:
        raise Untraceable(trace.failed or "it returns something")
    operations, numbers, alive = trace.operations, trace.numbers, weakref.ref(trace)
    del trace
    if alive():  # each symbol refers to its trace
        raise Untraceable("it keeps an array")
    return operations, numbers


class Trace:
    """What has been done to symbols so far."""

    ufuncs = UFUNCS  # those that it can record

    def __init__(self, dtypes: Sequence[np.dtype[Any]]):
        self.dtypes, self.variables = dtypes, len(dtypes)
        self.operations: list[Operation] = []
        self.numbers: list[float] = []
        self.failed = ""  # why: the rule may have caught the exception

    def untraceable(self, why: str) -> Untraceable:
        """Return the exception to raise."""
        self.failed = why
        return Untraceable(why)

    def operand(self, x: Any, mask: "Symbol | None" = None) -> Any:
        """Return what stands for x in an operation on the elements of a mask, or on all."""
        kind = type(x)
        if kind is float:
            self.numbers.append(x)
            return kind
        if issubclass(kind, Symbol) and x.trace is self and x.mask is mask:
            return x.index
        if kind is np.ndarray and x.shape == ():
            kind, x = x.dtype.type, x[()]
        whole = issubclass(kind, int | np.integer)
        if (whole and abs(int(x)) > EXACT) or not (whole or issubclass(kind, float | np.bool_ | np.float32)):
            raise self.untraceable(f"it uses {kind.__name__}")
        self.numbers.append(float(x))
        return kind

    def new(self, name: str, *operands: Any, mask: "Symbol | None" = None) -> "Symbol":
        """Record an operation with a new result."""
        self.operations.append((name, None, *[self.operand(x, mask) for x in operands]))
        self.variables += 1
        return Symbol(self, self.variables - 1) if mask is None else Selection(self, self.variables - 1, mask)

    def change(self, name: str, out: Any, *operands: Any) -> "Symbol":
        """Record an operation whose result replaces a variable."""
        if not issubclass(type(out), Symbol) or out.trace is not self:
            raise self.untraceable("it changes another array")
        self.operations.append((name, out.index, *[self.operand(x, out.mask) for x in operands]))
        return out

    def call(self, function: Any, *args: Any, **kwargs: Any) -> "Symbol":
        """Record a function of NumPy that is no ufunc."""
        if function is np.where and len(args) == 3:
            return self.new("where", *args)
        if function is np.zeros_like and len(args) == 1 and not kwargs:
            return self.new("zeros_like", *args)
        raise self.untraceable(f"it calls {function.__name__}")


def binary(name: str, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """Return an operator of two operands; it repeats parts of new, because it is called so often."""

    def operator(self: "Symbol", other: Any) -> "Symbol":
        trace = self.trace
        if self.mask is not None:
            return trace.new(name, *((other, self) if swapped else (self, other)), mask=self.mask)
        second = other.index if type(other) is Symbol and other.trace is trace else trace.operand(other)
        trace.operations.append((name, None, second, self.index) if swapped else (name, None, self.index, second))
        trace.variables += 1
        return Symbol(trace, trace.variables - 1)

    return operator


def in_place(name: str) -> Callable[[Any, Any], Any]:
    """Return an operator such as -=."""

    def operator(self: "Symbol", other: Any) -> "Symbol":
        trace = self.trace
        if self.mask is not None:
            return trace.change(name, self, self, other)
        second = other.index if type(other) is Symbol and other.trace is trace else trace.operand(other)
        trace.operations.append((name, self.index, self.index, second))
        return self

    return operator


def unary(name: str) -> Callable[[Any], Any]:
    """Return an operator such as -."""
    return lambda self: self.trace.new(name, self, mask=self.mask)


class Symbol:
    """Stands for an array in a rule."""

    __slots__ = ("index", "trace")
    mask: "Symbol | None" = None

    def __init__(self, trace: Trace, index: int):
        self.trace = trace
        self.index = index

    __add__, __radd__, __iadd__ = binary("add"), binary("add", True), in_place("add")
    __sub__, __rsub__, __isub__ = binary("subtract"), binary("subtract", True), in_place("subtract")
    __mul__, __rmul__, __imul__ = binary("multiply"), binary("multiply", True), in_place("multiply")
    __truediv__, __rtruediv__, __itruediv__ = binary("divide"), binary("divide", True), in_place("divide")
    __and__, __iand__ = binary("bitwise_and"), in_place("bitwise_and")
    __or__, __ior__ = binary("bitwise_or"), in_place("bitwise_or")
    __lt__, __le__, __gt__, __ge__ = binary("less"), binary("less_equal"), binary("greater"), binary("greater_equal")
    __eq__, __ne__ = binary("equal"), binary("not_equal")
    __neg__, __pos__, __abs__, __invert__ = unary("negative"), unary("positive"), unary("absolute"), unary("invert")
    __hash__ = None  # type: ignore[assignment]

    def __pow__(self, exponent: Any) -> "Symbol":
        return self.trace.new(self._power(exponent), self, mask=self.mask)

    def __ipow__(self, exponent: Any) -> "Symbol":
        return self.trace.change(self._power(exponent), self, self)

    def _power(self, exponent: Any) -> str:
        if type(exponent) not in (int, float) or exponent not in POWERS:
            raise self.trace.untraceable("it has a power other than 2, ½, 1 and −1")
        return POWERS[exponent]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> "Symbol":
        name = self.trace.ufuncs.get(ufunc)
        if name is None or method != "__call__" or kwargs:
            raise self.trace.untraceable(f"it calls {ufunc.__name__}")
        if out is not None:
            return self.trace.change(name, out[0], *inputs)
        return self.trace.new(name, *inputs, mask=self.mask)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> "Symbol":
        if function is np.clip and args[0] is self:
            return self.clip(*args[1:], **kwargs)
        return self.trace.call(function, *args, **kwargs)

    def clip(self, low: Any, high: Any, out: Any = None) -> "Symbol":
        """Record np.clip."""
        if out is not None:
            return self.trace.change("clip", out, self, low, high)
        return self.trace.new("clip", self, low, high, mask=self.mask)

    def copy(self) -> "Symbol":
        """Record a copy."""
        return self.trace.new("positive", self, mask=self.mask)

    def __getitem__(self, key: Any) -> "Symbol":
        if key is Ellipsis:
            return self
        if type(key) is not Symbol or self.mask is not None:
            raise self.trace.untraceable("it uses single elements")
        return Selection(self.trace, self.copy().index, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if key is Ellipsis or value is self:
            self.trace.change("assign", self, value)
        elif type(key) is Symbol and self.mask is None:
            self.trace.operations.append(("assign", self.index, self.trace.operand(value, key), key.index))
        else:
            raise self.trace.untraceable("it changes single elements")

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of one of the rule's own arrays."""
        return self.trace.dtypes[self.index] if self.index < len(self.trace.dtypes) else self.__bool__()

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # rules that also take numbers may ask isinstance(w, np.ndarray)
        return np.ndarray

    def __bool__(self, *_: Any, **__: Any) -> Any:
        raise self.trace.untraceable("it asks for values")

    __array__ = __len__ = __iter__ = __bool__

    def __getattr__(self, name: str) -> Any:
        raise self.trace.untraceable(f"it uses .{name}")


class Selection(Symbol):
    """Stands for a[mask]."""

    __slots__ = ("mask",)

    def __init__(self, trace: Trace, index: int, mask: Symbol):
        super().__init__(trace, index)
        self.mask = mask
