"""Overfitting on 300 images, and two remedies: weight decay and dropout.

    784 – 100×6 – 10, ReLU, He's first weights; SGD, η = 0.01, batch 100, 300 epochs

    weight decay   g ← g + λ w, the gradient of ½ λ Σ w², λ = 0.1
    dropout        each unit is 0 with probability 0.2 in a training step, and the others are scaled by 1/0.8

Look at the gap between solid (the 300 images) and dashed (10,000 others). Without a remedy the network knows its 300
images by heart after 120 epochs, and 0.76 of the others. Weight decay and dropout narrow the gap, but from above: both
lower the accuracy on the 300, and that on the others, to 0.69 and 0.73, falls with it. Dropout's lines are still rising
after 300 epochs, so that part of what looks like a cure is slower learning. More images would be a better one.
(Book, figures 6-20 to 6-23)
"""

import numpy as np

from zeronet import L2, SGD, Evaluation, MultiLayerNet, Trainer
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import DASHED, NAVY, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import band_style, curve_style, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate

REMEDIES = {"none": (0.0, 0.0), "weight decay 0.1": (0.1, 0.0), "dropout 0.2": (0.0, 0.2)}
LOOKS = {"training": Look(NAVY, "", SOLID, 1), "test": Look(NAVY, "", DASHED, 0)}


def main(epochs: int = 300, seeds: int = 5, data: str = "mnist") -> dict[tuple[str, str], np.ndarray]:
    """Draw the accuracies; return (remedy, images) → (seeds, evaluations)."""
    problem, accuracies = load_or_digits(data), {}
    x, t = problem.x_train[:300], problem.t_train[:300]
    every = max(1, epochs // 60)  # epochs
    for remedy, (decay, dropout) in REMEDIES.items():
        runs = []
        for seed in range(seeds):
            network = MultiLayerNet(x.shape[1], [100] * 6, 10, dropout=dropout, seed=seed)
            optimizer = SGD(lr=0.01).with_transforms(L2(decay)) if decay else SGD(lr=0.01)
            evaluations = [
                Evaluation(*images, every=3 * every) for images in ((x, t), (problem.x_test, problem.t_test))
            ]
            Trainer(network, optimizer, 100, seed, evaluations).fit(x, t, epochs=epochs)
            runs.append([[accuracy for _, _, accuracy in evaluation.rows] for evaluation in evaluations])
        accuracies[remedy, "training"], accuracies[remedy, "test"] = np.array(runs).swapaxes(0, 1)
        ends = [np.median(accuracies[remedy, images][:, -1]) for images in LOOKS]
        print(
            f"{remedy}: {ends[0]:.3f} of the 300 images, {ends[1]:.3f} of the test images, gap {ends[0] - ends[1]:.3f}"
        )
    with house_style():
        gap = {r: np.median(accuracies[r, "training"][:, -1] - accuracies[r, "test"][:, -1]) for r in REMEDIES}
        figure = new_page(
            3.0,
            translate(
                "Known and new images: gap {none:.2f}, with weight decay {decay:.2f}, with dropout {dropout:.2f}",
                **dict(zip(("none", "decay", "dropout"), gap.values(), strict=True)),
            ),
            [
                translate("{data}, 300 images, 6 × 100 hidden units, SGD, η = 0.01, batch 100", data=problem.name),
                translate("lines: medians of {seeds} seeds · pale: their range", seeds=seeds),
            ],
            entries={translate("training images"): LOOKS["training"], translate("test images"): LOOKS["test"]},
        )
        titles = [translate("no remedy"), translate("weight decay, λ = 0.1"), translate("dropout, ratio 0.2")]
        for axes, remedy, title in zip(figure.subplots(1, 3, sharey=True), REMEDIES, titles, strict=True):
            for images, look in LOOKS.items():
                runs = accuracies[remedy, images]
                at = np.minimum(np.arange(runs.shape[1]) * every, epochs)
                axes.plot(at, np.median(runs, axis=0), **curve_style(look))
                axes.fill_between(at, runs.min(axis=0), runs.max(axis=0), **band_style(look))
            axes.set(title=title, ylim=(0, 1.02), xlim=(0, epochs), xlabel=translate("epoch"))
        figure.axes[0].set_ylabel(translate("accuracy"))
    finish(figure)
    return accuracies


if __name__ == "__main__":
    main()
