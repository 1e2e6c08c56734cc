"""Batch normalization at sixteen spreads of the first weights, with and without.

    x̂ = (x − mean) / √(variance + ε),  y = γ x̂ + β          before each ReLU; mean and variance of the batch

    784 – 100×5 – 10, ReLU; the first 1,000 images, SGD, η = 0.01, batch 100, 20 epochs; W ~ s · N(0, 1)

Look along the panels: without batch normalization (dashed) the network learns in a narrow window of s, around He's
0.14 = √(2/100). With it (solid) all sixteen learn, for the spread of what a layer passes on no longer depends on s.
They do not learn equally fast: the gradient of normalized weights goes as 1/s, so that at the same η large weights
turn slowly (s = 1 ends at 0.42), and very small ones turn too far at once. In its window, the network without it is
faster.
(Book, figure 6-19)
"""

from contextlib import suppress

import numpy as np

from zeronet import SGD, Diverged, Evaluation, MultiLayerNet, Trainer
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import CORAL, DASHED, NAVY, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import band_style, curve_style, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate

LOOKS = {True: Look(NAVY, "", SOLID, 1), False: Look(CORAL, "", DASHED, 0)}
SPREADS = np.logspace(0, -4, 16)


def main(epochs: int = 20, seeds: int = 5, data: str = "mnist") -> dict[tuple[float, bool], np.ndarray]:
    """Draw the accuracies on the training images; return (spread, batch_norm) → (seeds, epochs + 1)."""
    problem, accuracies = load_or_digits(data), {}
    x, t = problem.x_train[:1000], problem.t_train[:1000]
    for spread in SPREADS:
        for batch_norm in (True, False):
            runs = np.full((seeds, epochs + 1), np.nan)
            for seed in range(seeds):
                network = MultiLayerNet(
                    x.shape[1], [100] * 5, 10, weight_init=float(spread), batch_norm=batch_norm, seed=seed
                )
                evaluation = Evaluation(x, t, every=len(x) // 100)
                with suppress(Diverged):
                    Trainer(network, SGD(lr=0.01), 100, seed, [evaluation]).fit(x, t, epochs=epochs)
                row = [accuracy for _, _, accuracy in evaluation.rows]
                runs[seed] = row + [0.1] * (epochs + 1 - len(row))  # a network that has diverged can only guess
            accuracies[float(spread), batch_norm] = runs
        ends = [np.median(accuracies[float(spread), each][:, -1]) for each in (True, False)]
        print(f"s = {spread:.2g}: {ends[0]:.3f} with, {ends[1]:.3f} without batch normalization")
    with house_style():
        learned = {
            each: sum(np.median(runs[:, -1]) > 0.6 for (_, b), runs in accuracies.items() if b == each)
            for each in (True, False)
        }
        figure = new_page(
            6.0,
            translate(
                "With batch normalization {n} of 16 learn more than 60 %, without it {m}",
                n=learned[True],
                m=learned[False],
            ),
            [
                translate(
                    "{data}, the first {n:,} images, 5 × 100 hidden units, SGD, η = 0.01, batch 100",
                    data=problem.name,
                    n=len(x),
                ),
                translate("accuracy on these images; lines: medians of {seeds} seeds · pale: their range", seeds=seeds),
            ],
            entries={
                translate("with batch normalization"): LOOKS[True],
                translate("without batch normalization"): LOOKS[False],
            },
        )
        panels = figure.subplots(4, 4, sharex=True, sharey=True)
        for axes, spread in zip(panels.flat, SPREADS, strict=True):
            for batch_norm, look in LOOKS.items():
                runs = accuracies[float(spread), batch_norm]
                axes.plot(np.median(runs, axis=0), **curve_style(look))
                axes.fill_between(range(epochs + 1), runs.min(axis=0), runs.max(axis=0), **band_style(look))
            axes.set(title=f"s = {spread:.2g}", ylim=(0, 1.02), xlim=(0, epochs))
        for axes in panels[-1]:
            axes.set_xlabel(translate("epoch"))
        for axes in panels[:, 0]:
            axes.set_ylabel(translate("accuracy"))
    finish(figure)
    return accuracies


if __name__ == "__main__":
    main()
