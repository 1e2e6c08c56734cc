"""The default comparison as a JAX user would write it: nine runs, evaluations and both panels, from process start.

python -m benchmarks.whole_job_jax FIGURE.png
"""

import sys

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np
import optax

matplotlib.use("agg")
import matplotlib.pyplot as plt

from datasets import load
from zeronet import TwoLayerNet
from zeronet.training.batches import batches

STEPS, BATCH, SEEDS = 2000, 128, (0, 1, 2)
EVERY = 80  # 25 evaluations of a run: train.py makes 21 to 27, for the steps to the target
RULES = {"SGD": optax.sgd(0.01), "AdaGrad": optax.adagrad(0.01, 0.0, 1e-7), "RMSProp": optax.rmsprop(0.001, 0.9, 1e-7)}


def scores(params: list, x: jax.Array) -> jax.Array:
    """Return the scores of the two-layer network."""
    (W1, b1), (W2, b2) = params
    return jax.nn.relu(x @ W1 + b1) @ W2 + b2


def loss_of(params: list, x: jax.Array, t: jax.Array) -> jax.Array:
    """Return the mean cross-entropy."""
    return optax.softmax_cross_entropy_with_integer_labels(scores(params, x), t).mean()


def main(figure: str) -> None:
    """Train, evaluate, draw."""
    data = load("mnist")
    x, t, x_test, t_test = map(jnp.asarray, (data.x_train, data.t_train, data.x_test, data.t_test))
    panels, (left, right) = plt.subplots(1, 2, figsize=(11, 6))
    for label, rule in RULES.items():

        def step(carry: tuple, batch: jax.Array, x: jax.Array, t: jax.Array, rule: object = rule) -> tuple:
            params, state = carry
            loss, grads = jax.value_and_grad(loss_of)(params, x[batch], t[batch])
            updates, state = rule.update(grads, state, params)
            return (optax.apply_updates(params, updates), state), loss

        @jax.jit
        def stretch(
            carry: tuple, order: jax.Array, x: jax.Array, t: jax.Array, x_test: jax.Array, t_test: jax.Array
        ) -> tuple:
            carry, losses = jax.lax.scan(lambda c, batch: step(c, batch, x, t), carry, order)
            y = scores(carry[0], x_test)
            return carry, losses, (y.argmax(1) == t_test).mean(), loss_of(carry[0], x_test, t_test)

        curves, accuracies = [], []
        for seed in SEEDS:
            net = TwoLayerNet(784, 50, 10, seed=seed)
            params = [(jnp.asarray(net.params[f"W{k}"]), jnp.asarray(net.params[f"b{k}"])) for k in (1, 2)]
            order = jnp.asarray(np.array(list(batches(len(x), BATCH, seed, 0, STEPS))).reshape(-1, EVERY, BATCH))
            carry, losses, rights = (params, rule.init(params)), [], []
            for part in order:
                carry, some, right_share, _ = stretch(carry, part, x, t, x_test, t_test)
                losses.append(some)
                rights.append(right_share)
            curves.append(np.concatenate(jax.device_get(losses)))
            accuracies.append(np.array(jax.device_get(rights)))
        left.plot(np.median(curves, axis=0), label=label)
        left.fill_between(range(STEPS), np.min(curves, axis=0), np.max(curves, axis=0), alpha=0.3)
        right.plot(range(EVERY, STEPS + 1, EVERY), np.median(accuracies, axis=0))
        print(label, f"{np.median([a[-1] for a in accuracies]):.4f}")
    left.legend()
    panels.savefig(figure, dpi=150)


if __name__ == "__main__":
    main(sys.argv[1])
