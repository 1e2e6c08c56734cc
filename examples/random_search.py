"""Random search for learning rate and weight decay: the twenty best of a hundred trials.

    learning rate ~ 10^uniform(−6, −2)          weight decay ~ 10^uniform(−8, −4)

    784 – 100×6 – 10, ReLU, He; 400 of the first 500 images, SGD, batch 100, 50 epochs; judged on the other 100

Look at the learning rates above the panels: they fall from panel to panel, and the best lie at the upper end of what
was searched, 0.01. So the range ends too low: beyond it there are better ones. The weight decay, the second number,
does not matter: below 1e-4 it is too small to be felt in 200 updates, and it is as random among the best as among all.
One of 100 validation images is 0.01, so that the first three cannot be told apart. (Book, figure 6-24)
"""

from dataclasses import dataclass

from zeronet import L2, SGD, Evaluation, MultiLayerNet, Trainer, stream
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import CORAL, DASHED, NAVY, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate

LOOKS = {"validation": Look(NAVY, "", SOLID, 1), "training": Look(CORAL, "", DASHED, 0)}


@dataclass(frozen=True)
class Trial:
    """A pair of settings, and the accuracies of each epoch."""

    lr: float
    decay: float
    training: list[float]
    validation: list[float]


def main(trials: int = 100, epochs: int = 50, seed: int = 0, data: str = "mnist") -> list[Trial]:
    """Draw the twenty best, and return all trials, the best first."""
    problem, rng = load_or_digits(data), stream(seed, "noise")
    order = stream(seed, "split").permutation(500)
    held_out, rest = order[:100], order[100:]
    validation, training = ((problem.x_train[rows], problem.t_train[rows]) for rows in (held_out, rest))
    done = []
    for _ in range(trials):
        lr, decay = float(10 ** rng.uniform(-6, -2)), float(10 ** rng.uniform(-8, -4))
        network = MultiLayerNet(problem.x_train.shape[1], [100] * 6, 10, seed=seed)
        seen = [Evaluation(*images, every=4) for images in (training, validation)]
        Trainer(network, SGD(lr).with_transforms(L2(decay)), 100, seed, seen).fit(*training, epochs=epochs)
        done.append(Trial(lr, decay, *([row[2] for row in evaluation.rows] for evaluation in seen)))
    done.sort(key=lambda trial: -trial.validation[-1])
    for place, trial in enumerate(done[:20], start=1):
        print(f"{place:2}: {trial.validation[-1]:.2f} at lr {trial.lr:.2g}, decay {trial.decay:.1g}")
    with house_style():
        best = done[0]
        figure = new_page(
            5.6,
            translate(
                "The best of {n} trials: {best:.2f} at η = {lr:.2g}", n=trials, best=best.validation[-1], lr=best.lr
            ),
            [
                translate("{data}, 400 images, 6 × 100 hidden units, SGD, batch 100", data=problem.name),
                translate("above each panel: η and λ · lines: accuracy, epoch by epoch"),
            ],
            entries={
                translate("validation images"): LOOKS["validation"],
                translate("training images"): LOOKS["training"],
            },
        )
        panels = figure.subplots(4, 5, sharex=True, sharey=True)
        for axes, trial in zip(panels.flat, done, strict=False):
            axes.plot(trial.training, **curve_style(LOOKS["training"]))
            axes.plot(trial.validation, **curve_style(LOOKS["validation"]))
            axes.set(title=f"{trial.lr:.2g}, {trial.decay:.0e}", ylim=(0, 1), xlim=(0, epochs))
        for axes in panels[-1]:
            axes.set_xlabel(translate("epoch"))
        for axes in panels[:, 0]:
            axes.set_ylabel(translate("accuracy"))
    finish(figure)
    return done


if __name__ == "__main__":
    main()
