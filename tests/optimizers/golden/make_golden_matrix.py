"""Write matrix.json: paths of optax's LARS, LAMB, Muon and Prodigy. Knows nothing of zeronet, and cannot import it.

python make_golden_matrix.py          needs optax and jax
"""

import json
import sys
from pathlib import Path

import jax
import numpy as np
import optax
import optax.contrib

sys.modules["zeronet"] = None  # an import would raise ImportError
jax.config.update("jax_enable_x64", True)

SHAPES = {"W1": (3, 2), "b1": (2,), "W2": (2, 4), "b2": (4,)}
STEPS, KEPT = 200, (1, 2, 10, 50, 200)


def muon(lr, momentum, beta1, beta2, eps):
    """Muon for matrices, plain Adam for vectors: optax's own muon looks ahead in Adam."""
    matrices = optax.contrib.muon(lr, beta=momentum, eps=eps)
    vectors = optax.adam(lr, beta1, beta2, eps)
    which = {name: "matrix" if len(shape) == 2 else "vector" for name, shape in SHAPES.items()}
    return optax.partition({"matrix": matrices, "vector": vectors}, which)


CASES = [
    ("LARS", {"lr": 1.0, "momentum": 0.9, "trust": 0.001}),
    ("LARS", {"lr": 2.0, "momentum": 0.5, "trust": 0.02}),
    ("LAMB", {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-6, "weight_decay": 0.0}),
    ("LAMB", {"lr": 0.003, "beta1": 0.8, "beta2": 0.95, "eps": 0.5, "weight_decay": 0.1}),
    ("Muon", {"lr": 0.02, "momentum": 0.95, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    ("Muon", {"lr": 0.1, "momentum": 0.5, "beta1": 0.8, "beta2": 0.95, "eps": 0.01}),
    ("Prodigy", {"lr": 1.0, "beta1": 0.9, "beta2": 0.999, "d0": 1e-6, "eps": 1e-8}),
    ("Prodigy", {"lr": 0.5, "beta1": 0.8, "beta2": 0.99, "d0": 0.01, "eps": 0.1}),
]
MAKE = {
    "LARS": lambda lr, momentum, trust: optax.lars(lr, trust_coefficient=trust, momentum=momentum),
    "LAMB": lambda lr, beta1, beta2, eps, weight_decay: optax.lamb(lr, beta1, beta2, eps, weight_decay=weight_decay),
    "Muon": muon,
    "Prodigy": lambda lr, beta1, beta2, d0, eps: optax.contrib.prodigy(lr, (beta1, beta2), eps=eps, estim_lr0=d0),
}


def numbers(step):
    """The start (step 0) and the gradients of each step: sin(1 + 3 step + i²/2) + 1/4 for the i-th number of all."""
    i = np.arange(sum(int(np.prod(shape)) for shape in SHAPES.values()))
    flat, start, arrays = np.sin(1 + 3 * step + i * i / 2) + 0.25, 0, {}
    for name, shape in SHAPES.items():
        arrays[name] = flat[start : start + int(np.prod(shape))].reshape(shape)
        start += int(np.prod(shape))
    return arrays


def path(optimizer):
    """Step → all parameters in one list."""

    @jax.jit
    def update(params, state, grads):
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    params = numbers(0)
    state, found = optimizer.init(params), {}
    for step in range(1, STEPS + 1):
        params, state = update(params, state, numbers(step))
        if step in KEPT:
            found[step] = np.concatenate([np.ravel(params[name]) for name in SHAPES]).tolist()  # jax sorts names
    return found


if __name__ == "__main__":
    golden = {
        "reference": f"optax {optax.__version__}, jax {jax.__version__}, float64",
        "numbers": " ".join(numbers.__doc__.split()),
        "shapes": SHAPES,
        "paths": [{"kind": k, "settings": s, "parameters": path(MAKE[k](**s))} for k, s in CASES],
    }
    file = Path(__file__).with_name("matrix.json")
    file.write_text(json.dumps(golden) + "\n", encoding="utf-8")
    print(file)
