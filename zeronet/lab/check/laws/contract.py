"""Laws on the contract of update: which arrays it takes, which type it leaves, and what it must not change."""

from collections.abc import Callable

import numpy as np

from zeronet.lab.check.findings import Verdict, failed, law, number, passed, remark
from zeronet.lab.check.state import remembered
from zeronet.lab.check.subject import START, Subject, copied, random_arrays
from zeronet.locale import translate

SHAPES = {"number": (), "b": (3,), "W": (2, 3), "filters": (2, 1, 3, 2)}


@law("shapes", "arrays of any shape")
def shapes(subject: Subject) -> Verdict:
    """Each is changed and keeps its shape; a matrix moves as its elements in a row, or at least as its transpose."""
    start, gradients = random_arrays(0, SHAPES), [random_arrays(k, SHAPES) for k in range(1, subject.delay + 4)]
    first = subject.walk(start, gradients[:1])[-1]
    for name, value in start.items():
        if np.shape(first[name]) != value.shape:
            seen = translate("shape {before} became {after}", before=value.shape, after=np.shape(first[name]))
            return failed(seen, translate("Is the state created with zeros_like of each parameter?"))
    last = subject.walk(start, gradients)[-1]
    for name, value in start.items():
        if np.array_equal(last[name], value):
            return failed(
                translate("the array of shape {shape} is not changed", shape=value.shape),
                translate("Loop over all keys"),
            )
    seen = translate("shapes (), (3,), (2, 3), (2, 1, 3, 2)")

    def distance(form: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:  # of W alone: others may count in its norm
        each = {"w": form(start["W"]).copy()}
        return subject.bare.walk(each, [{"w": form(g["W"]).copy()} for g in gradients])[-1]["w"] - each["w"]

    distances = distance(np.transpose), distance(np.asarray).T  # some methods scale tall and wide arrays differently
    if subject.elementwise and np.allclose(distance(np.ravel), distances[1].T.ravel(), rtol=1e-9, atol=1e-12):
        return passed(seen)
    share = float((distances[0] * distances[1]).sum() / (distances[0] ** 2).sum())
    if not np.allclose(distances[1], share * distances[0], rtol=1e-6, atol=1e-9 * np.abs(distances[0]).max()):
        return remark(
            translate("a matrix and its transpose take different paths"),
            translate("Is an axis summed over? Rows and columns may mean different things, but not by accident"),
        )
    return remark(seen, translate("The elements of an array influence each other: it treats each array as a whole"))


@law("scalars", "plain numbers behave like arrays of one element")
def scalars(subject: Subject) -> Verdict:
    """{"x": -7.0, "y": 2.0}, as in the articles."""
    params, arrays = {"x": -7.0, "y": 2.0}, {"x": np.array([-7.0]), "y": np.array([2.0])}
    plain, usual = subject.new(), subject.new()
    for _ in range(subject.delay + 5):
        plain.update(params, {"x": params["x"] / 10, "y": 2 * params["y"]})
        usual.update(arrays, {"x": arrays["x"] / 10, "y": 2 * arrays["y"]})
    if (params["x"], params["y"]) == (-7.0, 2.0):
        return failed(
            translate("numbers are not changed"),
            translate("w = params[key]; w -= … changes arrays only: write params[key] -= …"),
        )
    off = max(abs(float(np.ravel(params[name])[0]) - float(arrays[name][0])) for name in params)
    seen = translate("numbers and arrays differ by {off} after 5 updates", off=number(off))
    return passed(seen) if off < 1e-9 else failed(seen, translate("Is the state of a plain number written back?"))


@law("float32", "float32 stays float32")
def float32(subject: Subject) -> Verdict:
    """A network's parameters keep their type: they may be rebound, but not to another type."""
    shapes = {"W": (2, 3), "b": (3,)}
    optimizer, params = subject.new(), random_arrays(0, shapes, np.float32)
    for k in range(1, 4):
        optimizer.update(params, random_arrays(k, shapes, np.float32))
    kinds = {name: np.asarray(value).dtype.name for name, value in params.items()}
    if set(kinds.values()) != {"float32"}:
        return failed(
            translate("float32 parameters became {kinds}", kinds=", ".join(sorted(set(kinds.values()) - {"float32"}))),
            translate(
                "A NumPy number or a state made by np.zeros(shape) is float64: use zeros_like, and Python's floats"
            ),
        )
    wide = [
        name
        for name, arrays in remembered(optimizer, params).items()
        if any(getattr(array, "dtype", None) == np.float64 for array in arrays.values())
    ]
    if wide:
        words = translate("The state {names} is float64: np.zeros_like(w) takes half the memory", names=", ".join(wide))
        return remark(translate("parameters stay float32"), words)
    return passed(translate("parameters and states"))


@law("gradients", "the gradients passed in are not changed")
def gradients(subject: Subject) -> Verdict:
    """Others read them after the update."""
    given, params = {"w": START.copy()}, {"w": START.copy()}
    array, optimizer = given["w"], subject.new()
    for _ in range(3):
        optimizer.update(params, given)
        if not np.array_equal(array, START) or given.get("w") is not array:
            far = number(np.abs(np.asarray(given.get("w", np.nan)) - START).max())
            return failed(
                translate("the gradients changed by {far}", far=far),
                translate("changes the gradients it was given: write g = g * …, not g *= …"),
            )
    return passed(translate("3 updates"))


@law("buffers", "accepts other arrays at each step, and gradients in a reused buffer")
def buffers(subject: Subject) -> Verdict:
    """Frameworks reuse the gradients' memory; parameters may be replaced by equal ones."""
    shapes = {"w": (4,), "b": (2,)}
    start, steps = random_arrays(0, shapes), [random_arrays(k, shapes) for k in range(1, 6)]
    usual = subject.walk(start, steps)[-1]
    optimizer, params, buffer = subject.new(), copied(start), copied(steps[0])
    for each in steps:
        for name, gradient in each.items():
            buffer[name][...] = gradient
        params = copied(params)
        optimizer.update(params, buffer)
        for gradient in buffer.values():
            gradient[...] = 1e3  # nothing may read it now
    off = max(float(np.abs(params[name] - usual[name]).max()) for name in shapes)
    seen = translate("the path differs by {off} after 5 updates", off=number(off))
    if off == 0:
        return passed(seen)
    return failed(
        seen, translate("keeps stale views: copy a gradient that is kept (g.copy()), and read params at each update")
    )


@law("in-place", "changes the arrays in place")
def in_place(subject: Subject) -> Verdict:
    """Rebinding is allowed, and worth knowing."""
    params = {"w": START.copy()}
    array = params["w"]
    subject.new().update(params, {"w": START.copy()})
    if params["w"] is array:
        return passed(translate("params[key] stays the same array"))
    return remark(
        translate("params[key] is a new array after each update"),
        translate("zeronet copies it back; code that shares the array sees only params[key] -= …"),
    )
