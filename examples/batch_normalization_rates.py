"""What batch normalization does to the learning rates that work.

    784 – 100×5 – 10, ReLU; SGD, batch 100, 500 updates at each of 15 learning rates; W ~ 0.01 · N(0, 1), or He's

Look at the width of the plateaus. From He's first weights, the network without batch normalization gets more than 0.9
right at learning rates from 0.032 to 0.32; beyond, it falls from a cliff, and the loss is soon no longer finite. With
batch normalization the plateau goes on to 3.2: a step that is too long makes the weights large, large weights have a
small gradient, and the next steps turn them less. From 0.01 · N(0, 1) the plain network learns nowhere; with batch
normalization it has the widest plateau, since small weights turn fast at small learning rates, too. The best accuracy
differs less, 0.965 and 0.945: what batch normalization buys is mostly that the learning rate need not be found exactly.
Each is judged by its accuracy on validation images, held out from the training images, as in `zeronet train --tune`.
"""

import numpy as np

from zeronet import SGD, Diverged, MultiLayerNet, Trainer
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import AZURE, CORAL, DASHED, NAVY, OLIVE, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import band_style, curve_style, house_style, logarithmic
from zeronet.lab.runner.problem import load_or_digits
from zeronet.lab.runner.split import split
from zeronet.locale import translate

LOOKS = {
    ("he", True): Look(NAVY, "o", SOLID, 3),
    (0.01, True): Look(AZURE, "s", DASHED, 2),
    ("he", False): Look(CORAL, "D", SOLID, 1),
    (0.01, False): Look(OLIVE, "v", DASHED, 0),
}
LRS = np.logspace(-4, 3, 15)
WORKS = 0.9  # of the validation images


def main(steps: int = 500, seeds: int = 3, data: str = "mnist") -> dict[tuple[str | float, bool], np.ndarray]:
    """Draw the accuracies; return (first weights, batch_norm) → (seeds, learning rates)."""
    problem, accuracies = load_or_digits(data), {}
    held_out = len(problem.x_train) // 5
    for init, batch_norm in LOOKS:
        table = np.empty((seeds, len(LRS)))
        for seed in range(seeds):
            rows, others = split(problem.t_train, len(problem.x_train) - held_out, held_out, seed)
            x, t, x_other, t_other = (a[i] for i in (rows, others) for a in (problem.x_train, problem.t_train))
            for i, lr in enumerate(LRS):
                network = MultiLayerNet(x.shape[1], [100] * 5, 10, weight_init=init, batch_norm=batch_norm, seed=seed)
                try:
                    Trainer(network, SGD(lr=float(lr)), 100, seed).fit(x, t, steps=steps)
                    table[seed, i] = network.accuracy(x_other, t_other)
                except Diverged:
                    table[seed, i] = 0.1  # it can only guess
        accuracies[init, batch_norm] = table
    medians = {key: np.median(table, axis=0) for key, table in accuracies.items()}
    ranges = {key: LRS[median > WORKS] for key, median in medians.items()}
    widths = {key: rates[-1] / rates[0] if len(rates) else 1.0 for key, rates in ranges.items()}
    for (init, batch_norm), rates in ranges.items():
        span = f"works from {rates[0]:.2g} to {rates[-1]:.2g}" if len(rates) else "works nowhere"
        print(f"{init}, batch_norm={batch_norm}: {span}; best accuracy {medians[init, batch_norm].max():.3f}")
    with house_style():
        names = {True: translate("with batch normalization"), False: translate("without batch normalization")}
        inits = {"he": "He", 0.01: "s = 0.01"}
        figure = new_page(
            3.7,
            translate(
                "From He, the learning rates that work span {with_it:,.0f}× with batch normalization, "
                "{without:,.0f}× without",
                with_it=widths["he", True],
                without=widths["he", False],
            ),
            [
                translate(
                    "{data}, 5 × 100 hidden units, SGD, batch 100, {steps} updates", data=problem.name, steps=steps
                ),
                translate(
                    "working: more than {works:g} right · lines: medians of {seeds} seeds · pale: their range",
                    works=WORKS,
                    seeds=seeds,
                ),
            ],
            entries={f"{inits[init]}, {names[norm]}": look for (init, norm), look in LOOKS.items()},
        )
        axes = figure.subplots()
        for key, look in LOOKS.items():
            axes.plot(LRS, medians[key], **curve_style(look))
            axes.fill_between(LRS, accuracies[key].min(axis=0), accuracies[key].max(axis=0), **band_style(look))
        logarithmic(axes, "x")
        axes.set(ylim=(0, 1), xlabel=translate("learning rate"), ylabel=translate("accuracy on validation images"))
    finish(figure)
    return accuracies


if __name__ == "__main__":
    main()
