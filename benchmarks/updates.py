"""What one update costs at three sizes, in NumPy and as a loop, beside PyTorch's where it has one.

python -m benchmarks.updates               every optimizer
python -m benchmarks.updates transforms    Adam after each transform
"""

import sys
import time
from collections.abc import Callable, Iterable

import numpy as np

from benchmarks import harness
from zeronet import MultiLayerNet, Parameters
from zeronet.optimizers import L2, OPTIMIZERS, Adam, ClipNorm, ClipValue, WeightDecay
from zeronet.optimizers.runner import run_rule
from zeronet.training.compiled import compiler
from zeronet.training.environment import blas_threads, flushed_subnormals, keep_freed_memory
from zeronet.training.fused import Loops

SIZES = {
    "39,760 parameters (784-50-10)": (50,),
    "109,810 parameters (784-100-100-100-100-10)": (100, 100, 100, 100),
    "992,960 parameters (784-800-450-10)": (800, 450),
}
ROUNDS = 15
EVERY = 10  # updates in a round: SOAP and Shampoo renew their directions once in so many
# zeronet's name → PyTorch's, and what makes it the same rule; the other settings cost nothing.
IN_TORCH: dict[str, tuple[str, dict[str, object]]] = {
    "SGD": ("SGD", {}),
    "Momentum": ("SGD", {"momentum": 0.9}),
    "Nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "AdaGrad": ("Adagrad", {}),
    "RMSProp": ("RMSprop", {}),
    "CenteredRMSProp": ("RMSprop", {"centered": True}),
    "RMSPropMomentum": ("RMSprop", {"momentum": 0.9}),
    "AdaDelta": ("Adadelta", {}),
    "Rprop": ("Rprop", {}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
    "AdaMax": ("Adamax", {}),
    "NAdam": ("NAdam", {}),
    "RAdam": ("RAdam", {}),
    "AMSGrad": ("Adam", {"amsgrad": True}),
    "Muon": ("Muon", {}),  # which takes matrices alone
    "Adam after L2": ("Adam", {"weight_decay": 1e-4}),
    "Adam after WeightDecay": ("AdamW", {"weight_decay": 1e-4}),
    "Adam after ClipNorm": ("Adam", {}),
    "Adam after ClipValue": ("Adam", {}),
}
TRANSFORMS = {
    "Adam after L2": L2(1e-4, "all"),
    "Adam after WeightDecay": WeightDecay(1e-4, "all"),
    "Adam after ClipNorm": ClipNorm(1.0),
    "Adam after ClipValue": ClipValue(0.01),
}
CLIPPED_IN_TORCH = {"Adam after ClipNorm": ("clip_grad_norm_", 1.0), "Adam after ClipValue": ("clip_grad_value_", 0.01)}


def ours(name: str, hidden: tuple[int, ...], gradient: np.ndarray, loops: Loops | None) -> Callable[[], float]:
    """Return EVERY updates of a network's parameters, as loops or in NumPy."""
    params = MultiLayerNet(784, hidden, 10, seed=0).params.copy()
    optimizer, grads = OPTIMIZERS.get(name, Adam)(), Parameters(params.shapes, flat=gradient)
    optimizer.transforms = [TRANSFORMS[name]] if name in TRANSFORMS else []

    def updates() -> float:
        token = run_rule.set(loops)
        for _ in range(EVERY):
            optimizer.update(params, grads)
        run_rule.reset(token)
        return float("nan")

    return updates


def theirs(name: str, hidden: tuple[int, ...], gradient: np.ndarray) -> Callable[[], float] | None:
    """Return the same in PyTorch at its fastest: fused where it is, else foreach; None where it has no such rule."""
    try:
        import torch
    except ImportError:
        return None
    if name not in IN_TORCH or not hasattr(torch.optim, IN_TORCH[name][0]):
        return None
    torch.set_num_threads(1)
    cls, settings = getattr(torch.optim, IN_TORCH[name][0]), IN_TORCH[name][1]
    params = MultiLayerNet(784, hidden, 10, seed=0).params
    used = [key for key, array in params.items() if name != "Muon" or array.ndim == 2]
    tensors = [torch.nn.Parameter(torch.from_numpy(params[key].copy())) for key in used]
    clip, limit = CLIPPED_IN_TORCH.get(name, ("", 0.0))
    grads = Parameters(params.shapes, flat=gradient.copy() if clip else gradient)  # it clips in place
    for tensor, key in zip(tensors, used, strict=True):
        tensor.grad = torch.from_numpy(grads[key])
    optimizer = None
    for fastest in ({"fused": True}, {"foreach": True}, {}):
        try:
            optimizer = cls(tensors, **settings, **fastest)
            break
        except (TypeError, RuntimeError):  # this rule has no such form
            continue

    def updates() -> float:
        torch.set_flush_denormal(True)
        for _ in range(EVERY):
            if clip:
                getattr(torch.nn.utils, clip)(tensors, limit)
            optimizer.step()
        return float("nan")

    return updates


def measured(names: Iterable[str], hidden: tuple[int, ...]) -> dict[str, dict[str, harness.Timing]]:
    """Time each in turns with its twin; the first round, in which states are made, does not count."""
    rng, count = np.random.default_rng(0), MultiLayerNet(784, hidden, 10, seed=0).params.flat.size
    gradient = 1e-2 * rng.standard_normal(count, dtype=np.float32)  # one: a training, too, has one vector for all
    found = {}
    for name in names:  # each beside its twin, so that the arrays of two are held at a time
        all_runs = {
            "in NumPy": ours(name, hidden, gradient, None),
            "zeronet": ours(name, hidden, gradient, Loops() if compiler() else None),
            "PyTorch": theirs(name, hidden, gradient),
        }
        runs = {who: run for who, run in all_runs.items() if run}
        timings = {who: harness.Timing() for who in runs}
        for run in runs.values():
            run()
        for _ in range(ROUNDS):
            for who, run in runs.items():
                began = time.perf_counter()
                run()
                timings[who].seconds.append((time.perf_counter() - began) / EVERY)
        found[name] = timings
    return found


def main(part: str) -> None:
    """Measure a part and print it."""
    names = ("Adam", *TRANSFORMS) if part == "transforms" else OPTIMIZERS
    pinned = harness.pin_to_one_core()
    keep_freed_memory()
    print(f"{harness.machine()}; {pinned}. Medians of {ROUNDS} rounds of {EVERY} updates each, µs per update.")
    for title, hidden in SIZES.items():
        with blas_threads(1), flushed_subnormals(), np.errstate(all="ignore"):
            found = measured(names, hidden)
        rows = []
        for name, of in found.items():
            ours_in_numpy = (
                _micro(of["in NumPy"]),
                _micro(of["zeronet"]),
                harness.ratio(of["zeronet"], of["in NumPy"]),
            )
            beside = (
                (_micro(of["PyTorch"]), harness.ratio(of["zeronet"], of["PyTorch"])) if "PyTorch" in of else ("", "")
            )
            rows.append((name, *ours_in_numpy, *beside))
        head = ("optimizer", "in NumPy", f"loop ({compiler()})", "loop / NumPy", "PyTorch", "loop / PyTorch")
        print(f"\n{title}\n\n{harness.table(head, rows)}", flush=True)


def _micro(timing: harness.Timing) -> str:
    """Median and range in microseconds."""
    low, middle, high = (1e6 * s for s in (min(timing.seconds), timing.median, max(timing.seconds)))
    return f"{middle:,.0f} ({low:,.0f}–{high:,.0f})"


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
