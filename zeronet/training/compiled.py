"""Rules of optimizers as machine code: the same operations in the same order, in one loop over the elements.

NumPy reads and writes whole arrays at each operation of a rule; the loop reads and writes each element once. The rule
stays what it is: it is called with symbols, and what it does to them becomes the loop. The results have the same bits.
"""

import copy
import ctypes
import importlib.util
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import numpy as np

from zeronet.optimizers import Optimizer
from zeronet.optimizers.base import run_rule
from zeronet.training.loops import WIDTH, compiled_loop
from zeronet.training.tracing import Operation, Untraceable, traced

CHOICES = ("never", "auto", "always")
# What a loop saves, in seconds for each element and update, and what the first loop of a process costs, in seconds:
# importing LLVM and compiling (python -m benchmarks.updates).
SAVES, START_UP = 0.7e-9, 0.15
MOST_LOOPS = 8  # of one optimizer in a training: a rule whose operations keep changing is not worth compiling

log = logging.getLogger(__name__)
_choice: ContextVar[str | None] = ContextVar("_choice", default=None)
_work = 0.0  # elements updated by this process so far, or about to be


@contextmanager
def compile_rules(choice: str) -> Iterator[None]:
    """Decide for every Trainer.fit inside the block whether rules are compiled: "never", "auto" or "always".

    "auto", as in fit otherwise, does so if llvmlite is installed and it saves more time than it takes. The environment
    variable ZERONET_COMPILE has the same values, for what is inside no block. Raises ValueError for another choice.
    """
    if choice not in CHOICES:
        raise ValueError(f"compile must be {', '.join(CHOICES)}, not {choice!r}")
    token = _choice.set(choice)
    try:
        yield
    finally:
        _choice.reset(token)


def can_compile() -> bool:
    """Return whether the extra fast is installed, and NumPy has the promotion of types that loops follow."""
    return importlib.util.find_spec("llvmlite") is not None and np.lib.NumpyVersion(np.__version__) >= "2.0.0"


@contextmanager
def compiled_rules(parameters: int, steps: int) -> Iterator[None]:
    """Run rules as loops inside the block, if they can be, and it pays for so many updates of so many parameters.

    Floating-point errors must be ignored inside the block: a loop does not report them.
    """
    global _work
    choice = _choice.get() or os.environ.get("ZERONET_COMPILE") or "auto"
    if choice not in CHOICES:
        raise ValueError(f"ZERONET_COMPILE must be {', '.join(CHOICES)}, not {choice!r}")
    _work += parameters * steps
    if choice == "never" or not can_compile() or (choice == "auto" and _work * SAVES < START_UP):
        yield
        return
    token = run_rule.set(Loops())
    try:
        yield
    finally:
        run_rule.reset(token)


class Loops:
    """The rules of all optimizers that are updated in a block, each as the loop of its operations."""

    def __init__(self) -> None:
        self.rules: dict[int, _Rule] = {}  # by the id of the optimizer, which its rule keeps alive

    def __call__(self, optimizer: Optimizer, vectors: Sequence[np.ndarray]) -> bool:
        """Make an update and return True; or return False, with nothing changed, if the rule must run in NumPy."""
        rule = self.rules.get(id(optimizer))
        if rule is None:
            rule = self.rules[id(optimizer)] = _Rule(optimizer)
        return rule.update(vectors)


class _Rule:
    """The rule of one optimizer: its loop, and what the loop is given."""

    def __init__(self, optimizer: Optimizer):
        self.optimizer = optimizer
        self.in_numpy = False
        self.operations: list[Operation] = []
        self.loop: Callable[[int], None]
        self.loops = 0  # that its operations have needed
        self.vectors: Sequence[np.ndarray] = ()
        self.ids: list[int] = []  # of the vectors
        self.dtypes: list[np.dtype[Any]] = []

    def update(self, vectors: Sequence[np.ndarray]) -> bool:
        """Make an update if it can be a loop; return whether it could."""
        if self.in_numpy:
            return False
        try:
            if (ids := list(map(id, vectors))) != self.ids:
                self._take(vectors, ids)
            operations, numbers = traced(self.optimizer.rule, self.dtypes)
            if operations != self.operations:  # those of RAdam change once
                self._find_loop()
                operations, numbers = traced(self.optimizer.rule, self.dtypes)
            if operations != self.operations:
                raise Untraceable("its operations change from call to call")
            self.block.numbers[:] = numbers
        except Exception as error:
            self.in_numpy = True
            log.debug("the rule of %s runs in NumPy: %s", type(self.optimizer).__name__, error)
            return False
        self.loop(self.address)
        return True

    def _take(self, vectors: Sequence[np.ndarray], ids: list[int]) -> None:
        """Work on these vectors from now on. Raises Untraceable if a loop cannot."""
        for i, vector in enumerate(vectors):
            if not vector.flags.c_contiguous or not vector.dtype.isnative or vector.size != vectors[0].size:
                raise Untraceable("its vectors have gaps, or are not of one length")
            if any(np.may_share_memory(vector, other) for other in vectors[:i]):
                raise Untraceable("two of its vectors are in one place")
        self.vectors, self.ids, dtypes = vectors, ids, [vector.dtype for vector in vectors]
        if dtypes != self.dtypes:
            self.dtypes = dtypes
            self._find_loop()
        else:
            self._fill_block(len(self.block.numbers))

    def _find_loop(self) -> None:
        """Find the loop of the operations that the rule has now, and prove it. Raises Untraceable if there is none."""
        self.loops += 1
        if self.loops > MOST_LOOPS:
            raise Untraceable("its operations keep changing")
        twin = self._twin()
        attributes = dict(vars(twin))
        self.operations, numbers = traced(twin.rule, self.dtypes)
        again = traced(twin.rule, self.dtypes)
        if again != (self.operations, numbers) or any(vars(twin).get(k) is not a for k, a in attributes.items()):
            raise Untraceable("it depends on how often it is called")
        self.loop = compiled_loop(tuple(self.operations), "".join(dtype.char for dtype in self.dtypes))
        expected, actual = probes(self.dtypes), probes(self.dtypes)
        self._twin().rule(*expected)
        self.loop(ctypes.addressof(_block(actual, numbers)))
        if not all(same_bits(a, b) for a, b in zip(expected, actual, strict=True)):
            raise Untraceable("NumPy computes other bits")
        self._fill_block(len(numbers))

    def _twin(self) -> Optimizer:
        """Return a copy with the same states."""
        states = [getattr(self.optimizer, name) for name in self.optimizer.state_names]
        return copy.deepcopy(self.optimizer, {id(state): state for state in states})

    def _fill_block(self, numbers: int) -> None:
        changed = {out for _, out, *_ in self.operations}
        if not all(vector.flags.writeable for i, vector in enumerate(self.vectors) if i in changed):
            raise Untraceable("it changes a vector that is read-only")
        self.block = _block(self.vectors, [0.0] * numbers)
        self.address = ctypes.addressof(self.block)


def _block(vectors: Sequence[np.ndarray], numbers: Sequence[float]) -> Any:
    """Return what a loop is given."""
    addresses = [vector.ctypes.data for vector in vectors]
    return _block_type(len(vectors), len(numbers))(len(vectors[0]), tuple(addresses), tuple(numbers))


@cache
def _block_type(vectors: int, numbers: int) -> Any:
    fields = [("n", ctypes.c_int64), ("addresses", ctypes.c_int64 * vectors), ("numbers", ctypes.c_double * numbers)]
    return type("Block", (ctypes.Structure,), {"_fields_": fields})


def probes(dtypes: Sequence[np.dtype[Any]]) -> list[np.ndarray]:
    """Return vectors of numbers of all sizes, and of all kinds that are special; of a length that leaves a rest."""
    rng = np.random.default_rng(0)
    n = 40 * WIDTH + WIDTH // 2 + 1
    vectors = []
    for dtype in dtypes:
        vector = (rng.standard_normal(n) * 10.0 ** rng.integers(-6, 6, n)).astype(dtype)
        limits = np.finfo(dtype)
        special = [0.0, 1.0, np.inf, limits.max, limits.tiny, limits.smallest_subnormal, limits.tiny / 4]
        special = np.array([*special, *(-x for x in special), np.nan], dtype)
        places = rng.random(n) < 0.4
        vector[places] = rng.choice(special, places.sum())
        vectors.append(vector)
    return vectors


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether all numbers are the same, and the signs of zeros; a nan is a nan, whatever its bits."""
    return bool(np.array_equal(a, b, equal_nan=True) and (np.signbit(a) == np.signbit(b))[a == a].all())
