"""The loop as the book writes it: float64, dictionaries, one forward pass for the gradient and one for the loss."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.task import Task

Arrays = dict[str, np.ndarray]


def predict(params: Arrays, x: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the scores and what each affine layer saw."""
    seen = []
    layers = len(params) // 2
    for k in range(1, layers + 1):
        seen.append(x)
        x = np.dot(x, params[f"W{k}"]) + params[f"b{k}"]
        if k < layers:
            mask = x <= 0
            x = x.copy()
            x[mask] = 0
    return x, seen


def softmax(y: np.ndarray) -> np.ndarray:
    """Return the probabilities of each row."""
    y = y - np.max(y, axis=-1, keepdims=True)
    return np.exp(y) / np.sum(np.exp(y), axis=-1, keepdims=True)


def loss_of(params: Arrays, x: np.ndarray, t: np.ndarray) -> float:
    """Return the mean cross-entropy."""
    p = softmax(predict(params, x)[0])
    return float(-np.sum(np.log(p[np.arange(len(t)), t] + 1e-7)) / len(t))


def gradient(params: Arrays, x: np.ndarray, t: np.ndarray) -> Arrays:
    """Return the gradient by backpropagation; the first layer's input gradient is computed, as in the book."""
    y, seen = predict(params, x)
    d = softmax(y)
    d[np.arange(len(t)), t] -= 1
    d = d / len(t)
    grads = {}
    for k in range(len(seen), 0, -1):
        grads[f"W{k}"] = np.dot(seen[k - 1].T, d)
        grads[f"b{k}"] = np.sum(d, axis=0)
        d = np.dot(d, params[f"W{k}"].T)
        if k > 1:
            d[seen[k - 1] <= 0] = 0
    return grads


def update(rule: str, o: Any, state: dict[str, Arrays], params: Arrays, grads: Arrays, t: int) -> None:
    """Make one update, key by key."""
    for key, g in grads.items():
        if rule == "SGD":
            params[key] -= o.lr * g
        elif rule == "Momentum":
            state["v"][key] = o.momentum * state["v"][key] - o.lr * g
            params[key] += state["v"][key]
        elif rule == "AdaGrad":
            state["v"][key] += g * g
            params[key] -= o.lr * g / (np.sqrt(state["v"][key]) + o.eps)
        elif rule == "RMSProp":
            state["v"][key] *= o.rho
            state["v"][key] += (1 - o.rho) * g * g
            params[key] -= o.lr * g / (np.sqrt(state["v"][key]) + o.eps)
        else:
            state["m"][key] += (1 - o.beta1) * (g - state["m"][key])
            state["v"][key] += (1 - o.beta2) * (g**2 - state["v"][key])
            root = np.sqrt(state["v"][key] / (1 - o.beta2**t)) + o.eps
            params[key] -= o.lr * state["m"][key] / (1 - o.beta1**t) / root


def contestant(task: Task) -> Callable[[], float]:
    """Return one epoch."""
    x, t = task.x.astype(np.float64), task.t

    def epoch() -> float:
        params = {name: array.astype(np.float64) for name, array in task.network().params.items()}
        state = {name: {key: np.zeros_like(array) for key, array in params.items()} for name in ("m", "v")}
        losses, optimizer = [], task.optimizer()
        for step, batch in enumerate(task.batches(), start=1):
            x_batch, t_batch = x[batch], t[batch]
            grads = gradient(params, x_batch, t_batch)
            losses.append(loss_of(params, x_batch, t_batch))  # the book takes it after the update; here it must compare
            update(task.rule, optimizer, state, params, grads, step)
        return float(np.mean(losses))

    return epoch
