"""A microscope: what the optimizer and the layers do while a network learns."""

from typing import Any

import numpy as np

from zeronet.common.validation import checked_integer
from zeronet.nn.layers import ReLU
from zeronet.nn.network import Network
from zeronet.optimizers import Optimizer
from zeronet.training.callbacks import Callback
from zeronet.training.trainer import Trainer

EARLY = (1, 2, 5, 10, 20, 50)  # additional steps: the first are the wildest
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
COLUMNS = ["step", "gradient_norm", "update_ratio", "largest_update", "dead_share"]
COLUMNS += [f"effective_step_{q:g}" for q in QUANTILES]
MOMENTS, UNITS = 5, 16  # how often weights are kept as images, and of how many hidden units


class Inspection(Callback):
    """Measure every parameter array at a few early steps, and then at regular steps.

    It changes nothing: the training is bit for bit the same as without it. After training it has

    rows: name → list of rows with the COLUMNS: updates made; ‖g‖; ‖Δw‖ / ‖w‖; max |Δw|; the share of the layer's ReLUs
    that were 0 on the whole batch (nan if there are none); quantiles of the effective step r, if the update has the
    form w ← w − r ⊙ g (else nan), over the weights whose r is meaningful: those that have ever changed, and whose
    state has not decayed below ε, where r would be η/ε.
    pixel_rate: (D,), the median such r of the first weights of each input at the end, nan if there is none;
    pixel_on: (D,), the share of the examples seen in which this input was not 0.
    weight_steps, weights: (5,), (5, D, ≤ 16), the first weights of a few units at five steps.

    Parameters
    ----------
    every : int, ≥ 1, default 100; steps from one measurement to the next

    Raises
    ------
    ValueError if `every` is not an integer ≥ 1.
    """

    def __init__(self, every: int = 100):
        self.every = checked_integer("every", every)
        self.rows: dict[str, list[list[float]]] = {}
        self.weight_steps: list[int] = []
        self.weights: list[np.ndarray] = []
        self._first: dict[str, np.ndarray] = {}  # the parameters before the first step
        self._on, self._seen = np.zeros(()), 0  # in how many examples each input was on, of how many

    def on_fit_start(self, trainer: Trainer) -> None:
        """Keep the initial weights."""
        self._before = trainer.network.params.copy()
        self._first = self._first or dict(trainer.network.params.copy())
        self._moments = {round(trainer.last_step * (i / (MOMENTS - 1)) ** 2) for i in range(MOMENTS)}
        self._keep_weights(trainer)

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Measure if it is due."""
        if self._is_due(trainer.step):
            self._measure(trainer)
        if self._is_due(trainer.step + 1):
            self._before.flat = trainer.network.params.flat
        self._keep_weights(trainer)

    def on_fit_end(self, trainer: Trainer) -> None:
        """Compute pixel_rate and pixel_on."""
        params = trainer.network.params
        first = next(iter(params))
        rates = self._rates(trainer)[first].reshape(len(params[first]), -1)
        alive = np.isfinite(rates).any(axis=1)
        self.pixel_rate = np.full(len(rates), np.nan)
        self.pixel_rate[alive] = np.nanmedian(rates[alive], axis=1)
        self.pixel_on = np.broadcast_to(self._on / max(self._seen, 1), len(params[first])).astype(np.float64)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all measurements as arrays for a file: rows/W1 …, pixel_rate, pixel_on, weight_steps, weights."""
        seen = {f"rows/{name}": np.array(rows) for name, rows in self.rows.items()}
        if hasattr(self, "pixel_rate"):
            seen |= {"pixel_rate": self.pixel_rate, "pixel_on": self.pixel_on}
        return seen | {"weight_steps": np.array(self.weight_steps), "weights": np.array(self.weights)}

    def state(self) -> dict[str, Any]:
        """Return all measurements."""
        first = {f"first/{name}": w for name, w in self._first.items()}
        rows = {"rows": self.rows, "weight_steps": self.weight_steps, "seen": self._seen}
        return {**rows, "weights": np.array(self.weights), "on": self._on, **first}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore all measurements."""
        self.rows, self.weight_steps, self._seen = state["rows"], state["weight_steps"], state["seen"]
        self.weights, self._on = list(state["weights"]), state["on"]
        self._first = {k.removeprefix("first/"): w for k, w in state.items() if k.startswith("first/")}

    def _is_due(self, step: int) -> bool:
        return step in EARLY or step % self.every == 0

    def _measure(self, trainer: Trainer) -> None:
        params, grads, before = trainer.network.params, trainer.network.grads, self._before
        rates, dead = self._rates(trainer), _dead_shares(trainer.network)
        for name, w in params.items():
            size, step = float(np.linalg.norm(w)), w - before[name]
            rate = rates[name][np.isfinite(rates[name])]
            quantiles = np.quantile(rate, QUANTILES) if rate.size else np.full(len(QUANTILES), np.nan)
            self.rows.setdefault(name, []).append(
                [
                    trainer.step,
                    float(np.linalg.norm(grads[name])),
                    float(np.linalg.norm(step)) / size if size else np.nan,
                    float(np.abs(step).max()),
                    dead.get(name, np.nan),
                    *quantiles.tolist(),
                ]
            )
        x = getattr(trainer.network.layers[0], "x", None)  # the batch of this step
        if x is not None:
            self._on, self._seen = self._on + np.count_nonzero(x, axis=0), self._seen + len(x)

    def _rates(self, trainer: Trainer) -> dict[str, np.ndarray]:
        """Return name → r of each weight, nan if it has no meaningful one."""
        optimizer, params = trainer.optimizer, trainer.network.params
        steps: dict[str, Any] = {}
        most = np.inf
        if trainer.step and isinstance(optimizer, Optimizer):
            steps, eps = optimizer.effective_steps() or {}, getattr(optimizer, "eps", 0)
            most = optimizer.lr / (2 * eps) if eps else most
        rates = {n: np.broadcast_to(np.asarray(steps.get(n, np.nan), float), w.shape) for n, w in params.items()}
        return {n: np.where((params[n] != self._first[n]) & (r < most), r, np.nan) for n, r in rates.items()}

    def _keep_weights(self, trainer: Trainer) -> None:
        if trainer.step in self._moments and trainer.step not in self.weight_steps:
            W = next(iter(trainer.network.params.values()))
            self.weight_steps.append(trainer.step)
            self.weights.append(W.reshape(len(W), -1)[:, :UNITS].copy())


def _dead_shares(network: Network) -> dict[str, float]:
    """Return name of the last weights before each ReLU → share of its units that were 0 on the whole last batch."""
    shares: dict[str, float] = {}
    names, name = iter(network.params), None  # in the order of the layers
    for layer in network.layers:
        own = [next(names) for _ in layer.param_names]
        name = next((n for n in own if network.params[n].ndim > 1), name)  # not those of a normalization in between
        if isinstance(layer, ReLU) and name is not None:
            shares[name] = float((layer.x <= 0).all(axis=0).mean())
    return shares
