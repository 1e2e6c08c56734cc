"""The simple convolutional network with Adam, zeronet beside PyTorch on one core, and what im2col and the layers take.

python -m benchmarks.convolution [STEPS]      of 100 images; 600 are an epoch
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import harness
from datasets import load
from zeronet import Adam, Convolution, SimpleConvNet, Trainer
from zeronet.lab.comparison.words import without_path
from zeronet.nn.layers.windows import im2col
from zeronet.training import History
from zeronet.training.batches import batches
from zeronet.training.environment import blas_threads, flushed_subnormals

BATCH = 100


def zeronet(x: np.ndarray, t: np.ndarray, steps: int) -> Callable[[], float]:
    """Return zeronet's training."""

    def run() -> float:
        history = History()
        Trainer(SimpleConvNet(), Adam(), BATCH, callbacks=[history]).fit(x, t, steps=steps)
        return float(np.mean(history.losses))

    return run


def pytorch(x: np.ndarray, t: np.ndarray, steps: int) -> Callable[[], float]:
    """Return PyTorch's: the same first weights and batches, fused updates, subnormals flushed."""
    import torch
    from torch import nn

    images, labels = torch.from_numpy(np.array(x)).reshape(-1, 1, 28, 28), torch.from_numpy(np.array(t))

    def run() -> float:
        torch.set_flush_denormal(True)
        ours = SimpleConvNet()
        layers: list[Any] = [nn.Conv2d(1, 30, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
        net = nn.Sequential(*layers, nn.Linear(4320, 100), nn.ReLU(), nn.Linear(100, 10))
        for theirs, (W, b) in zip((net[0], net[4], net[6]), (("W1", "b1"), ("W2", "b2"), ("W3", "b3")), strict=True):
            theirs.weight.data = torch.from_numpy(ours.params[W].T.reshape(theirs.weight.shape).copy())
            theirs.bias.data = torch.from_numpy(ours.params[b].copy())
        optimizer = torch.optim.Adam(net.parameters(), 0.001, fused=True)
        loss_of, losses = nn.CrossEntropyLoss(), []
        for batch in map(torch.from_numpy, batches(len(x), BATCH, 0, 0, steps)):
            optimizer.zero_grad()
            loss = loss_of(net(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        torch.set_flush_denormal(False)
        return float(torch.stack(losses).mean())

    return run


def im2col_alone(x: np.ndarray, steps: int) -> Callable[[], float]:
    """Return the copies that the convolution makes of the batches."""
    layer, images = SimpleConvNet().layers[1], x[:BATCH].reshape(-1, 1, 28, 28)
    assert isinstance(layer, Convolution)

    def run() -> float:
        for _ in range(steps):
            im2col(images, layer.filter_size)
        return float("nan")

    return run


def by_layer(x: np.ndarray, t: np.ndarray, steps: int) -> list[list[str]]:
    """Return the milliseconds of each layer in a step, forward and backward: the medians."""
    net, optimizer = SimpleConvNet(), Adam()
    rows = []
    for _ in range(min(steps, 50)):
        row, y = [], x[:BATCH]
        for layer in net.layers:
            began = time.perf_counter()
            y = layer.forward(y, train=True)
            row.append([time.perf_counter() - began, 0.0])
        net.loss_function.forward(y, t[:BATCH])
        dy: Any = net.loss_function.backward()
        for k in range(len(net.layers) - 1, 0, -1):
            began = time.perf_counter()
            dy = net.layers[k].backward(dy)
            row[k][1] = time.perf_counter() - began
        optimizer.update(net.params, net.grads)
        rows.append(row)
    medians = 1e3 * np.median(rows, axis=0)
    return [[type(layer).__name__, f"{a:.2f}", f"{b:.2f}"] for layer, (a, b) in zip(net.layers, medians, strict=True)]


def main(steps: int) -> None:
    """Measure and print."""
    import torch

    pinned = harness.pin_to_one_core()
    torch.set_num_threads(1)
    data = load("mnist")
    x, t = data.x_train, data.t_train
    print(
        f"{harness.machine()}; {pinned}; one thread. {steps} steps of {BATCH} images. "
        f"Data: {without_path(data.source)}.\n",
        flush=True,
    )
    with blas_threads(1):
        contestants = {"zeronet": zeronet(x, t, steps), "PyTorch": pytorch(x, t, steps)}
        timings = harness.interleave({**contestants, "im2col alone": im2col_alone(x, steps)})
        harness.agree(timings)
        with flushed_subnormals():
            layers = by_layer(x, t, steps)
    ours = timings["zeronet"]
    rows = [
        [name, timing.words(), "" if timing is ours else harness.ratio(ours, timing), f"{timing.loss:.4f}"]
        for name, timing in timings.items()
    ]
    head = ("contestant", "ms: median (range)", "zeronet / it (range over rounds)", "mean loss")
    print(harness.table(head, rows).replace("nan", "") + "\n")
    print(f"im2col's share of zeronet's time: {timings['im2col alone'].median / ours.median:.1%}\n")
    print(harness.table(("layer", "forward, ms", "backward, ms"), layers))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
