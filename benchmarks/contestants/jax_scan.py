"""JAX: jit with lax.scan over the epoch, optax; data are an argument, not a constant."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.task import Task


def contestant(task: Task, best: bool = True) -> Callable[[], float]:
    """Return one epoch: as one compiled scan, or step by compiled step, which is how most programs call JAX."""
    x, t, batches = jnp.asarray(task.x), jnp.asarray(task.t), jnp.asarray(task.batches())
    rule = optimizer(task)

    def loss_of(params: Any, x: jax.Array, t: jax.Array) -> jax.Array:
        for W, b in params[:-1]:
            x = jax.nn.relu(x @ W + b)
        y = x @ params[-1][0] + params[-1][1]
        return optax.softmax_cross_entropy_with_integer_labels(y, t).mean()

    def step(carry: Any, batch: jax.Array, x: jax.Array, t: jax.Array) -> Any:
        params, state = carry
        loss, grads = jax.value_and_grad(loss_of)(params, x[batch], t[batch])
        updates, state = rule.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), loss

    @jax.jit
    def scan(params: Any, batches: jax.Array, x: jax.Array, t: jax.Array) -> jax.Array:
        return jax.lax.scan(lambda carry, batch: step(carry, batch, x, t), (params, rule.init(params)), batches)

    one = jax.jit(step)

    def epoch() -> float:
        params = [(jnp.asarray(W), jnp.asarray(b)) for W, b in task.weights()]
        if best:
            _, losses = scan(params, batches, x, t)
            return float(losses.mean())
        carry, losses = (params, rule.init(params)), []
        for batch in batches:
            carry, loss = one(carry, batch, x, t)
            losses.append(loss)
        return float(np.mean(jax.device_get(losses)))

    return epoch


def optimizer(task: Task) -> optax.GradientTransformation:
    """Return the rule with ε outside the root and h starting at 0."""
    o = task.optimizer()
    match task.rule:
        case "SGD":
            return optax.sgd(o.lr)
        case "Momentum":
            return optax.sgd(o.lr, o.momentum)
        case "AdaGrad":
            return optax.chain(_scale_by_root_of_sum(o.eps), optax.scale(-o.lr))
        case "RMSProp":
            return optax.rmsprop(o.lr, o.rho, o.eps, eps_in_sqrt=False)
    return optax.adam(o.lr, o.beta1, o.beta2, o.eps)


def _scale_by_root_of_sum(eps: float) -> optax.GradientTransformation:
    """AdaGrad as the paper and the book have it: optax's own adds ε inside the root."""

    def init(params: Any) -> Any:
        return jax.tree.map(jnp.zeros_like, params)

    def update(grads: Any, h: Any, params: Any = None) -> Any:
        h = jax.tree.map(lambda h, g: h + g * g, h, grads)
        return jax.tree.map(lambda g, h: g / (jnp.sqrt(h) + eps), grads, h), h

    return optax.GradientTransformation(init, update)
