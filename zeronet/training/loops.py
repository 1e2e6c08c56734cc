"""A list of operations as one loop in machine code, made by LLVM.

No operation is reordered, contracted or replaced by a faster one that rounds differently.
"""

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from zeronet.training.tracing import Operation, Untraceable

WIDTH = 16  # elements of a turn of the loop; the last n % WIDTH take a turn each
LLVM_TYPES = {"f": "float", "d": "double", "?": "i1"}  # by NumPy's characters
ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
LOGIC = {"bitwise_and": "and", "logical_and": "and", "bitwise_or": "or", "logical_or": "or"}
COMPARISONS = {"less": "olt", "less_equal": "ole", "greater": "ogt", "greater_equal": "oge", "equal": "oeq"}
COMPARISONS["not_equal"] = "une"


@cache
def compiled_loop(operations: tuple[Operation, ...], characters: str) -> Callable[[Any], None]:
    """Return a function of a pointer to: n, the addresses of the arrays, the numbers; 8 bytes each.

    characters: of the arrays' types. Raises Untraceable if an operation has other types than those of LLVM_TYPES.
    """
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(llvm_assembly(operations, characters))
    features = llvm.get_host_cpu_features().flatten()
    machine = llvm.Target.from_default_triple().create_target_machine(llvm.get_host_cpu_name(), features, opt=3)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    loop: Any = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(engine.get_function_address("loop"))
    loop.engine = engine  # which owns the code
    return loop


def llvm_assembly(operations: Sequence[Operation], characters: str) -> str:
    """Return the loop in LLVM's language."""
    many, one = _Turn(WIDTH, operations, characters), _Turn(1, operations, characters)
    arrays = [f"%p{i} = load ptr, ptr %a{i}" for i in range(len(characters))]
    places = [f"%a{i} = getelementptr i64, ptr %block, i64 {1 + i}" for i in range(len(characters))]
    entry = "\n".join([*places, *arrays, *many.before, *one.before])
    return f"""
        define void @loop(ptr %block) {{
        entry:
            %n = load i64, ptr %block
            {entry}
            %whole = and i64 %n, -{WIDTH}
            br label %test{WIDTH}
        {many.text("entry", "0", "%whole", "test1")}
        {one.text(f"test{WIDTH}", f"%i{WIDTH}", "%n", "end")}
        end:
            ret void
        }}
        {chr(10).join(sorted(many.declarations | one.declarations))}"""


class _Turn:
    """A turn of the loop, for a number of elements. A value is a pair: NumPy's character of its type, and its name."""

    def __init__(self, width: int, operations: Sequence[Operation], characters: str):
        self.width, self.characters = width, characters
        self.before: list[str] = []  # the loop
        self.lines: list[str] = []
        self.declarations: set[str] = set()
        self.numbers = self.names = 0
        self.variables = [
            (char, self.put(f"load {self.type(char)}, ptr {self.at(i)}, align 1")) for i, char in enumerate(characters)
        ]
        for name, out, *operands in operations:
            value = self.result(name, out, operands)
            if out is None:
                self.variables.append(value)
            else:
                self.variables[out] = self.cast(value, self.variables[out][0])
        for i in sorted({out for _, out, *_ in operations if out is not None and out < len(characters)}):
            self.lines.append(f"store {self.type(characters[i])} {self.variables[i][1]}, ptr {self.at(i)}, align 1")

    def text(self, came_from: str, start: str, stop: str, after: str) -> str:
        """Return the loop of these turns."""
        k, body = self.width, "\n".join(self.lines)
        return f"""test{k}:
            %i{k} = phi i64 [{start}, %{came_from}], [%next{k}, %turn{k}]
            %more{k} = icmp ult i64 %i{k}, {stop}
            br i1 %more{k}, label %turn{k}, label %{after}
        turn{k}:
            {body}
            %next{k} = add i64 %i{k}, {k}
            br label %test{k}"""

    def type(self, char: str) -> str:
        if char not in LLVM_TYPES:
            raise Untraceable(f"it uses {np.dtype(char)}")
        return LLVM_TYPES[char] if self.width == 1 else f"<{self.width} x {LLVM_TYPES[char]}>"

    def put(self, instruction: str, before: bool = False) -> str:
        self.names += 1
        name = f"%v{self.width}.{self.names}"
        (self.before if before else self.lines).append(f"{name} = {instruction}")
        return name

    def at(self, i: int) -> str:
        return self.put(f"getelementptr {LLVM_TYPES[self.characters[i]]}, ptr %p{i}, i64 %i{self.width}")

    def constant(self, char: str, value: str) -> str:
        return value if self.width == 1 else f"splat ({LLVM_TYPES[char]} {value})"

    def call(self, function: str, char: str, x: str) -> str:
        kind = f"v{self.width}" * (self.width > 1) + {"f": "f32", "d": "f64"}[char]
        self.declarations.add(f"declare {self.type(char)} @llvm.{function}.{kind}({self.type(char)})")
        return self.put(f"call {self.type(char)} @llvm.{function}.{kind}({self.type(char)} {x})")

    def number(self, char: str) -> str:
        """Return the next number of the block, in all elements."""
        place = self.put(f"getelementptr i64, ptr %block, i64 {1 + len(self.characters) + self.numbers}", True)
        name, scalar = self.put(f"load double, ptr {place}", True), LLVM_TYPES[char]
        self.numbers += 1
        if char == "f":
            name = self.put(f"fptrunc double {name} to float", True)
        if self.width == 1:
            return name
        one = self.put(f"insertelement {self.type(char)} poison, {scalar} {name}, i64 0", True)
        return self.put(
            f"shufflevector {self.type(char)} {one}, {self.type(char)} poison, <{self.width} x i32> zeroinitializer",
            True,
        )

    def cast(self, value: tuple[str, str], char: str) -> tuple[str, str]:
        have, name = value
        if have == char:
            return value
        how = {"fd": "fpext", "df": "fptrunc", "?f": "uitofp", "?d": "uitofp"}.get(have + char)
        if how is None:
            raise Untraceable(f"it makes {np.dtype(char)} of {np.dtype(have)}")
        return char, self.put(f"{how} {self.type(have)} {name} to {self.type(char)}")

    def choose(self, condition: str, a: str, b: str, char: str) -> str:
        return self.put(f"select {self.type('?')} {condition}, {self.type(char)} {a}, {self.type(char)} {b}")

    def compare(self, how: str, a: str, b: str, char: str) -> str:
        return self.put(f"fcmp {how} {self.type(char)} {a}, {b}")

    def result(self, name: str, out: int | None, operands: Sequence[Any]) -> tuple[str, str]:
        if name == "zeros_like":
            char = self.variables[operands[0]][0]
            return char, self.constant(char, "0.0")
        types = self.resolved(name, out, operands)
        args = [
            self.number(char) if isinstance(x, type) else self.cast(self.variables[x], char)[1]
            for x, char in zip(operands, types, strict=False)
        ]
        char, a, b = types[0], args[0], args[-1]
        if name == "assign" and out is not None:
            return char, self.choose(b, a, self.variables[out][1], char) if len(args) == 2 else a
        if name == "where":
            return types[1], self.choose(a, args[1], b, types[1])
        if name in LOGIC and char == "?":
            return char, self.put(f"{LOGIC[name]} {self.type('?')} {a}, {b}")
        if name in ("invert", "logical_not") and char == "?":
            return char, self.put(f"xor {self.type('?')} {a}, {self.constant('?', 'true')}")
        if char == "?":
            raise Untraceable(f"it has {name} of truth values")
        if name in COMPARISONS:
            return "?", self.compare(COMPARISONS[name], a, b, char)
        return char, self.arithmetic(name, char, a, b, args)

    def arithmetic(self, name: str, char: str, a: str, b: str, args: Sequence[str]) -> str:
        zero, one, minus_one = (self.constant(char, c) for c in ("0.0", "1.0", "-1.0"))
        if name in ARITHMETIC:
            return self.put(f"{ARITHMETIC[name]} {self.type(char)} {a}, {b}")
        if name in ("maximum", "minimum"):  # nan if one is nan
            larger = self.choose(self.compare("ogt" if name == "maximum" else "olt", a, b, char), a, b, char)
            return self.choose(self.compare("uno", a, a, char), a, larger, char)
        if name == "clip":
            low = self.choose(self.compare("olt", a, args[1], char), args[1], a, char)
            return self.choose(self.compare("ogt", low, b, char), b, low, char)
        if name == "sign":
            below = self.choose(self.compare("olt", a, zero, char), minus_one, a, char)
            positive = self.choose(self.compare("ogt", a, zero, char), one, below, char)
            return self.choose(self.compare("oeq", a, zero, char), zero, positive, char)
        if name in ("sqrt", "absolute"):
            return self.call({"sqrt": "sqrt", "absolute": "fabs"}[name], char, a)
        if name == "negative":
            return self.put(f"fneg {self.type(char)} {a}")
        if name == "square":
            return self.put(f"fmul {self.type(char)} {a}, {a}")
        if name == "reciprocal":
            return self.put(f"fdiv {self.type(char)} {one}, {a}")
        if name == "positive":
            return a
        raise Untraceable(f"it calls {name}")

    def resolved(self, name: str, out: int | None, operands: Sequence[Any]) -> list[str]:
        """Return the types in which NumPy computes, of the operands."""
        own = None if out is None else self.variables[out][0]
        if name == "assign":
            return [str(own), "?"]
        known = [_number_type(x) if isinstance(x, type) else np.dtype(self.variables[x][0]) for x in operands]
        if name in ("where", "clip"):
            arrays = known[name == "where" :]
            common = np.result_type(*[x(0) if isinstance(x, type) else x for x in arrays]).char
            if own not in (None, common) or (name == "where" and known[0] != np.dtype(bool)):
                raise Untraceable(f"it calls {name} with other types")
            return ["?"] * (name == "where") + [common] * len(arrays)
        wanted = None if own is None else np.dtype(own)
        return [dtype.char for dtype in getattr(np, name).resolve_dtypes((*known, wanted))]


def _number_type(kind: type) -> Any:
    """Return what NumPy's promotion asks for: Python's numbers take the type of the array, NumPy's have their own."""
    return kind if kind in (float, int) else np.dtype(kind)
