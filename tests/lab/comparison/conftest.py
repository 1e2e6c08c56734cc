"""Made-up comparisons: exponential decays with noise, written as the files of a comparison folder."""

import json
from pathlib import Path

import numpy as np
import pytest

from zeronet.common.files import write_csv
from zeronet.lab.runner.protocol import FORMAT

PROTOCOL = {
    "format": FORMAT,
    "zeronet": "0.1.0",
    "problem": {
        "name": "mnist",
        "source": "MNIST: 60,000 training and 10,000 test images, from /data/mnist",
        "digest": "0123abcd",
        "train": 60000,
        "test": 10000,
        "input_size": 784,
        "classes": 10,
    },
    "network": {"class": "TwoLayerNet", "hidden_sizes": [50]},
    "seeds": [0, 1, 2],
    "batch_size": 128,
    "steps": 2000,
    "eval_every": 100,
    "target": 0.9,
    "environment": {
        "python": "3.11.7",
        "numpy": "2.4.6",
        "blas": ["openblas 0.3.31 SkylakeX"],
        "flush_subnormals": True,
        "blas_threads": 1,
    },
}
THREE = {
    "SGD": {"lr": 0.01},
    "AdaGrad": {"lr": 0.01, "eps": 1e-7},
    "RMSProp": {"lr": 0.001, "rho": 0.9, "eps": 1e-7},
}


def write_comparison(folder, optimizers=None, spikes=(), diverge=(), missing=(), first=2.3026, source=None, **protocol):
    """Write the files. spikes: {(label, step): loss}; diverge: {(label, seed): rows}; missing: {(label, seed)}."""
    optimizers = THREE if optimizers is None else optimizers
    made = PROTOCOL | protocol
    if source is not None:
        made["problem"] = made["problem"] | {"source": source}
    made["optimizers"] = [
        {"label": label, "target": label.split()[0] if label.split() else label, "settings": settings, "digest": None}
        for label, settings in optimizers.items()
    ]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    steps, spikes, diverge = made["steps"], dict(spikes), dict(diverge)
    every = made["eval_every"]
    curves, evaluations = [], []
    for k, label in enumerate(optimizers):
        rate, floor = 12 * 2.3 ** (k % 4) / max(steps, 40), 0.10 + 0.03 * (k % 5)
        for seed in made["seeds"]:
            if (label, seed) in missing:
                continue
            noise = np.random.default_rng([k, seed])
            step = np.arange(steps)
            decay = floor + (first - floor) * (0.6 * np.exp(-rate * step) + 0.4 * np.exp(-rate * step / 8))
            loss = decay * np.exp(0.22 * noise.standard_normal(steps) * (1 - np.exp(-rate * step)))
            loss[0] = first
            for (name, at), value in spikes.items():
                if name == label and at < steps:
                    loss[at] = value + seed / 10
            rows = diverge.get((label, seed), steps)
            curves += [(label, seed, i, repr(float(v))) for i, v in enumerate(loss[:rows])]
            at = sorted({*range(0, rows + 1, every), rows})
            for s in at:
                gone = 0.6 * np.exp(-rate * s) + 0.4 * np.exp(-rate * s / 8)
                accuracy = 0.1 + (0.975 - floor / 3 - 0.1) * (1 - gone) + 0.004 * noise.standard_normal() * (s > 0)
                evaluations.append((label, seed, s, repr(float(decay[min(s, steps - 1)])), repr(float(accuracy))))
    write_csv(folder / "curves.csv", ["optimizer", "seed", "step", "loss"], curves)
    columns = ["optimizer", "seed", "step", "test_loss", "test_accuracy"]
    write_csv(folder / "evaluations.csv", columns, evaluations)
    (folder / "protocol.json").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def default_folder(tmp_path_factory):
    """The default comparison: 3 optimizers, 3 seeds, 2000 steps. To be read, not changed."""
    return write_comparison(tmp_path_factory.mktemp("default"))


@pytest.fixture
def comparison():
    """write_comparison itself: with --import-mode=importlib a test cannot import it."""
    return write_comparison
