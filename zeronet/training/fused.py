"""Rules of optimizers, with their transforms, fused into loops: each operation of all elements becomes one of each.

NumPy reads and writes whole arrays at each operation of a rule; the loop reads and writes each element once. A loop is
used only where it saves time, and after it has given NumPy's bits.
"""

import copy
import ctypes
import logging
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from zeronet.nn.parameters import Parameters
from zeronet.optimizers import Optimizer
from zeronet.optimizers.transforms import changed_names
from zeronet.training.loops import WIDTH, compiled_loop
from zeronet.training.tracing import Operation, Untraceable, traced

# Seconds that a loop saves for each operation on an element, that LLVM takes to be imported, and to make a loop
# (python -m benchmarks.updates).
SAVED, IMPORTING, MAKING = 0.1e-9, 0.1, 0.04
MOST_LOOPS = 8  # of one rule in a training: if its operations keep changing it runs in NumPy

log = logging.getLogger(__name__)
_proven: set[tuple[Any, ...]] = set()  # rules, with the operations and types for which their loops have NumPy's bits
_saved: dict[tuple[Operation, ...], float] = {}  # seconds that loops would have saved in this process so far


class Loops:
    """The rules of all optimizers that are updated in a block, each as the loop of its operations."""

    def __init__(self, elements: float = math.inf):
        self.elements = elements
        self.rules: dict[tuple[Any, ...], _Rule] = {}  # by the id of the optimizer, which its rule keeps alive

    def __call__(
        self, optimizer: Optimizer, vectors: Sequence[np.ndarray], transformed: Parameters | None = None
    ) -> bool:
        """Make an update and return True; or return False, with nothing changed, if the rule must run in NumPy.

        transformed: the gradients, if the optimizer's transforms are to be applied to them.
        """
        key: tuple[Any, ...] = (id(optimizer),)
        if transformed is not None:
            decays = ((transform, transform.decay) for transform in optimizer.transforms)
            key = (*key, *decays, *transformed.shapes.items())
        rule = self.rules.get(key)
        if rule is None:
            rule = self.rules[key] = _Rule(optimizer, transformed, self.elements)
        return rule.update(vectors, transformed)

    def has_loop(self, optimizer: Optimizer) -> bool:
        """Return whether the last update without transforms was a loop: then the next changes all vectors or none."""
        rule = self.rules.get((id(optimizer),))
        return rule is not None and not rule.in_numpy


def pays(operations: tuple[Operation, ...], elements: float) -> bool:
    """Return whether the loop of these operations saves more time than it costs, in this process."""
    _saved[operations] = _saved.get(operations, 0.0) + elements * len(operations) * SAVED
    return _saved[operations] > MAKING and ("llvmlite" in sys.modules or sum(_saved.values()) > IMPORTING)


class _Rule:
    """The rule of one optimizer, after its transforms: a loop for all parameters that the same transforms change."""

    def __init__(self, optimizer: Optimizer, transformed: Parameters | None, elements: float):
        self.optimizer, self.elements = optimizer, elements
        self.transforms = () if transformed is None else optimizer.transforms
        self.shapes = {} if transformed is None else transformed.shapes
        self.in_numpy = False
        self.parts: list[_Part] = []
        self.updates = 0  # that were loops
        self.ids: list[int] = []  # of the vectors, which the parts keep

    def update(self, vectors: Sequence[np.ndarray], transformed: Parameters | None) -> bool:
        """Make an update if it can be a loop; return whether it could."""
        if self.in_numpy:
            return False
        try:
            if transformed is not None:
                self.transforms[0].before_update(transformed)
            if (ids := list(map(id, vectors))) != self.ids:
                self._take(vectors, ids)
            for part in self.parts:
                part.prepare()
        except Exception as error:
            self.in_numpy = True
            log.debug("the rule of %s runs in NumPy: %s", type(self.optimizer).__name__, error)
            if not self.updates or self.transforms:
                return False
            copies = [vector.copy() for vector in vectors]  # because of has_loop, the optimizer has made none
            self.optimizer.run_in_numpy(copies)
            for vector, changed in zip(vectors, copies, strict=True):
                vector[...] = changed
            return True
        for part in self.parts:
            part.run()
        self.updates += 1
        return True

    def _take(self, vectors: Sequence[np.ndarray], ids: list[int]) -> None:
        """Work on these vectors from now on. Raises Untraceable if a loop cannot."""
        for i, vector in enumerate(vectors):
            if not vector.flags.c_contiguous or not vector.dtype.isnative or vector.size != vectors[0].size:
                raise Untraceable("its vectors have gaps, or are not of one length")
            if any(np.may_share_memory(vector, other) for other in vectors[:i]):
                raise Untraceable("two of its vectors are in one place")
        self.parts = self.parts or self._split()
        for part in self.parts:
            part.take(vectors)
        self.ids = ids

    def _split(self) -> list["_Part"]:
        if not self.transforms:
            return [_Part(self.optimizer, (), [slice(None)], self.elements)]
        slices = shared_slices([transform.decay for transform in self.transforms], self.shapes)
        largest_first = sorted(slices.items(), key=lambda item: -sum(s.stop - s.start for s in item[1]))
        # The largest decides for all: it has to save the time that making their loops takes.
        return [
            _Part(self.optimizer, which, own, None if i else self.elements / len(slices))
            for i, (which, own) in enumerate(largest_first)
        ]


class _Part:
    """The rule of an optimizer after some of its transforms, on slices of the vectors: its loop, and its arguments.

    which: the indices of the transforms; elements: as of Loops, or None if another part has decided.
    """

    def __init__(self, optimizer: Optimizer, which: Sequence[int], slices: Sequence[slice], elements: float | None):
        self.optimizer, self.which, self.slices, self.elements = optimizer, which, slices, elements
        self.rule = joined_rule(optimizer, which)
        self.operations: list[Operation] = []
        self.loop: Callable[[Any], None]
        self.loops = 0  # that its operations have needed
        self.blocks: list[Any] = []
        self.vectors: Sequence[np.ndarray] = ()
        self.dtypes: list[np.dtype[Any]] = []

    def take(self, vectors: Sequence[np.ndarray]) -> None:
        """Work on these vectors from now on. Raises Untraceable if a loop cannot."""
        self.vectors, dtypes = vectors, [vector.dtype for vector in vectors]
        if dtypes != self.dtypes:
            self.dtypes = dtypes
            self._find_loop()
        else:
            self._fill_blocks(len(self.blocks[0].numbers))

    def prepare(self) -> None:
        """Give the loop the numbers of this update. Raises Untraceable, or what the rule raises."""
        operations, numbers = traced(self.rule, self.dtypes)
        if operations != self.operations:  # those of RAdam change once
            self._find_loop()
            operations, numbers = traced(self.rule, self.dtypes)
        if operations != self.operations:
            raise Untraceable("its operations change from call to call")
        for block in self.blocks:
            block.numbers[:] = numbers

    def run(self) -> None:
        """Make the update."""
        for block in self.blocks:
            self.loop(ctypes.byref(block))

    def _find_loop(self) -> None:
        """Find the loop of the operations that the rule has now, and prove it. Raises Untraceable if there is none."""
        self.loops += 1
        if self.loops > MOST_LOOPS:
            raise Untraceable("its operations keep changing")
        twin = self._twin()
        rule, attributes = joined_rule(twin, self.which), dict(vars(twin))
        self.operations, numbers = traced(rule, self.dtypes)
        again = traced(rule, self.dtypes)
        if again != (self.operations, numbers) or any(vars(twin).get(k) is not a for k, a in attributes.items()):
            raise Untraceable("it depends on how often it is called")
        key = tuple(self.operations), "".join(dtype.char for dtype in self.dtypes)
        if self.elements is not None and not pays(key[0], self.elements):
            raise Untraceable("its updates are too few to be worth it")
        self.loop = compiled_loop(*key)
        if (proof := (type(twin).rule, *key)) not in _proven:
            expected, actual = probes(self.dtypes), probes(self.dtypes)
            with np.errstate(all="ignore"):
                joined_rule(self._twin(), self.which)(*expected)
            self.loop(ctypes.byref(_block(actual, numbers)))
            if not all(same_bits(a, b) for a, b in zip(expected, actual, strict=True)):
                raise Untraceable("NumPy computes other bits")
            _proven.add(proof)
        self._fill_blocks(len(numbers))

    def _twin(self) -> Optimizer:
        """Return a copy with the same states."""
        states = [getattr(self.optimizer, name) for name in self.optimizer.state_names]
        return copy.deepcopy(self.optimizer, {id(state): state for state in states})

    def _fill_blocks(self, numbers: int) -> None:
        changed = {out for _, out, *_ in self.operations}
        if not all(vector.flags.writeable for i, vector in enumerate(self.vectors) if i in changed):
            raise Untraceable("it changes a vector that is read-only")
        self.blocks = [_block([vector[s] for vector in self.vectors], [0.0] * numbers) for s in self.slices]


def joined_rule(optimizer: Optimizer, which: Sequence[int]) -> Callable[..., None]:
    """Return the rule of an optimizer after those of its transforms that have these indices."""
    if not which:
        return optimizer.rule

    def rule(w: np.ndarray, g: np.ndarray, *states: Any) -> None:
        g = g.copy()
        for i in which:
            optimizer.transforms[i].rule(w, g, optimizer.lr)
        return optimizer.rule(w, g, *states)

    return rule


def shared_slices(decays: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> dict[tuple[int, ...], list[slice]]:
    """Return indices of transforms with these decays → the slices of the flat vector that exactly those change.

    >>> shared_slices(["all", "weights"], {"W1": (2, 2), "b1": (2,), "b2": (1,)})
    {(0, 1): [slice(0, 4, None)], (0,): [slice(4, 7, None)]}
    """
    changed = [changed_names(decay, shapes) for decay in decays]
    slices: dict[tuple[int, ...], list[slice]] = {}
    start = 0
    for name, shape in shapes.items():
        stop = start + math.prod(shape)
        if start == stop:
            continue
        own = slices.setdefault(tuple(i for i, names in enumerate(changed) if name in names), [])
        own.append(slice(own.pop().start if own and own[-1].stop == start else start, stop))
        start = stop
    return slices


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
        special = np.array([0, 1, np.inf, limits.max, limits.tiny, limits.smallest_subnormal, limits.tiny / 4], dtype)
        places = rng.random(n) < 0.4
        vector[places] = rng.choice([*special, *-special, np.nan], places.sum())
        vectors.append(vector)
    return vectors


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether all numbers are the same, and the signs of zeros; a nan is a nan, whatever its bits."""
    return bool(np.array_equal(a, b, equal_nan=True) and (np.signbit(a) == np.signbit(b))[a == a].all())
