"""The simple convolutional network on MNIST: what it gains over a network without convolution.

    convolution 30 filters of 5×5 – ReLU – max pooling 2×2 – affine 100 – ReLU – affine 10; Adam, η = 0.001, batch 100

Look at the solid lines. After one epoch the convolutional network is about where the two-layer network is after five,
and at the end it misreads fewer than half as many test images. A filter that finds a stroke finds it at every place of
the picture; the two-layer network has to learn it at each place. Each seed draws first weights and batches; the
batches are the same for both networks. Three seeds take about six minutes on one core. (Book, section 7.5)
"""

import numpy as np

from zeronet import Adam, Evaluation, SimpleConvNet, Trainer, TwoLayerNet
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import DASHED, NAVY, OCHRE, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import band_style, curve_style, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(epochs: int = 5, seeds: int = 3, data: str = "mnist") -> dict[tuple[str, str], np.ndarray]:
    """Draw the accuracies; return (network, images) → (seeds, epochs + 1)."""
    problem = load_or_digits(data)
    x, t, per_epoch = problem.x_train, problem.t_train, len(problem.x_train) // 100
    runs: dict[tuple[str, str], list[list[float]]] = {}
    for seed in range(seeds):
        networks = {
            "two-layer": TwoLayerNet(x.shape[1], 100, 10, weight_init_std=0.01, seed=seed),
            "convolutional": SimpleConvNet((1, *problem.image_shape), seed=seed),
        }
        for name, network in networks.items():
            known = Evaluation(x[:10000], t[:10000], every=per_epoch)
            new = Evaluation(problem.x_test, problem.t_test, every=per_epoch)
            Trainer(network, Adam(lr=0.001), 100, seed, [known, new]).fit(x, t, epochs=epochs)
            for images, evaluation in (("training", known), ("test", new)):
                runs.setdefault((name, images), []).append([accuracy for _, _, accuracy in evaluation.rows])
            print(f"seed {seed}, {name}: test accuracy after each epoch {[round(row[2], 4) for row in new.rows[1:]]}")
    accuracies = {key: np.array(rows) for key, rows in runs.items()}
    looks = {
        ("convolutional", "training"): Look(NAVY, "o", DASHED, 2),
        ("convolutional", "test"): Look(NAVY, "o", SOLID, 3),
        ("two-layer", "training"): Look(OCHRE, "s", DASHED, 0),
        ("two-layer", "test"): Look(OCHRE, "s", SOLID, 1),
    }
    labels = {
        ("convolutional", "training"): translate("convolutional, training images"),
        ("convolutional", "test"): translate("convolutional, test images"),
        ("two-layer", "training"): translate("two-layer, training images"),
        ("two-layer", "test"): translate("two-layer, test images"),
    }
    with house_style():
        figure = new_page(
            3.4,
            translate(
                "Test accuracy after {n} epochs: {cnn:.1%} with convolution, {two:.1%} without",
                n=epochs,
                cnn=np.median(accuracies["convolutional", "test"][:, -1]),
                two=np.median(accuracies["two-layer", "test"][:, -1]),
            ),
            [
                translate("{data}, Adam, η = 0.001, batch 100; 100 hidden units in both networks", data=problem.name),
                translate("lines: medians of {seeds} seeds · pale: their range", seeds=seeds),
            ],
            entries={labels[key]: look for key, look in looks.items()},
        )
        axes = figure.subplots()
        for key, look in looks.items():
            values = accuracies[key][:, 1:]
            axes.plot(range(1, epochs + 1), np.median(values, axis=0), **curve_style(look))
            axes.fill_between(range(1, epochs + 1), values.min(axis=0), values.max(axis=0), **band_style(look))
        axes.set(xlabel=translate("epoch"), ylabel=translate("accuracy"), xticks=range(1, epochs + 1), ylim=(None, 1))
    finish(figure)
    return accuracies


if __name__ == "__main__":
    main()
