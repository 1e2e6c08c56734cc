"""The work that every contestant does: one epoch of one network, with given weights, batches and update rule."""

from dataclasses import dataclass

import numpy as np

from zeronet import SGD, AdaGrad, Adam, Momentum, MultiLayerNet, Network, Optimizer, RMSProp
from zeronet.training.batches import batches

# One rate for each rule, at which all contestants stay far from any instability.
OPTIMIZERS = {
    "SGD": SGD(lr=0.1),
    "Momentum": Momentum(lr=0.01, momentum=0.9),
    "AdaGrad": AdaGrad(lr=0.01, eps=1e-7),
    "RMSProp": RMSProp(lr=0.001, rho=0.9, eps=1e-7),
    "Adam": Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-7),
}


@dataclass(frozen=True)
class Task:
    """sizes: of the network's layers, input first; batch_size; rule: a name in OPTIMIZERS; x (N, D) float32, t (N,)."""

    sizes: tuple[int, ...]
    batch_size: int
    rule: str
    x: np.ndarray
    t: np.ndarray

    def network(self) -> Network:
        """Return the network as every contestant begins with it: He's weights, seed 0."""
        return MultiLayerNet(self.sizes[0], self.sizes[1:-1], self.sizes[-1])

    def optimizer(self) -> Optimizer:
        """Return the update rule, fresh."""
        return OPTIMIZERS[self.rule].clone()

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return (W, b) of each layer, as copies."""
        params = self.network().params
        return [(params[f"W{k}"].copy(), params[f"b{k}"].copy()) for k in range(1, len(self.sizes))]

    def batches(self) -> np.ndarray:
        """Return the example numbers of every step of the first epoch, (steps, batch_size)."""
        steps = len(self.x) // self.batch_size
        return np.array(list(batches(len(self.x), self.batch_size, 0, 0, steps)))
