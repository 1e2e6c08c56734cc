"""First weights compared on MNIST: 0.01, Xavier and He under ReLU.

    784 – 100 – 100 – 100 – 100 – 10, ReLU; SGD, η = 0.01, batch 128, 2,000 updates; W ~ s · N(0, 1)

Look at the flat line: with s = 0.01 the signal is a hundredth after each layer, and so is the gradient on its way back:
the network stays at ln 10 = 2.303, the loss of one that guesses. Xavier's √(1/n) learns, He's √(2/n) learns faster. The
book shows one run of each; here are ten seeds, on each of which the three meet the same batches and the same draws of
N(0, 1), so that they differ in s alone. (Book, figure 6-15)
"""

import numpy as np

from zeronet import SGD, History, MultiLayerNet, Trainer
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import AZURE, CORAL, OLIVE, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import band_style, curve_style, house_style
from zeronet.lab.runner.analysis.curves import over_seeds, smoothed, smoothing_window
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate

INITS = {"s = 0.01": 0.01, "Xavier, √(1/n)": "xavier", "He, √(2/n)": "he"}
LOOKS = {
    name: Look(*look)
    for name, look in zip(INITS, ((OLIVE, "s", SOLID, 0), (AZURE, "o", SOLID, 1), (CORAL, "D", SOLID, 2)), strict=True)
}


def main(steps: int = 2000, seeds: int = 10, data: str = "mnist") -> dict[str, np.ndarray]:
    """Draw the training losses, and return first weights → (seeds, steps)."""
    problem, losses = load_or_digits(data), {}
    for name, init in INITS.items():
        runs = []
        for seed in range(seeds):
            history = History()
            network = MultiLayerNet(problem.x_train.shape[1], [100] * 4, 10, weight_init=init, seed=seed)
            trainer = Trainer(network, SGD(lr=0.01), 128, seed, [history])
            trainer.fit(problem.x_train, problem.t_train, steps=steps)
            runs.append(history.losses)
        losses[name] = np.array(runs)
        late = losses[name][:, int(0.925 * steps) : int(0.975 * steps)]  # 1850 … 1950 of 2,000
        single, late = np.quantile(late, (0.05, 0.95)), late.mean(axis=1)
        print(
            f"{name}: {np.median(late):.3f} around update {int(0.95 * steps)}, {late.min():.3f} … {late.max():.3f}; "
            f"nine of ten single batches: {single[0]:.2f} … {single[1]:.2f}"
        )
    with house_style():
        ends = {name: float(np.median(runs[:, -100:].mean(axis=1))) for name, runs in losses.items()}
        figure = new_page(
            3.7,
            translate("He's first weights reach {he:.2g}, Xavier's {xavier:.2g}; 0.01 does not learn: {small:.3g}",
                      he=ends["He, √(2/n)"], xavier=ends["Xavier, √(1/n)"], small=ends["s = 0.01"]),
            [
                translate("{data}, 4 × 100 hidden units, ReLU, SGD, η = 0.01, batch 128", data=problem.name),
                translate("lines: medians of {seeds} seeds, smoothed · pale: their quartiles", seeds=seeds),
            ],
            entries=LOOKS,
        )  # fmt: skip
        axes = figure.subplots()
        for name, runs in losses.items():
            median, low, high = (smoothed(line, smoothing_window(steps)) for line in over_seeds(list(runs)))
            axes.plot(median, **curve_style(LOOKS[name]), markevery=max(1, steps // 20))
            axes.fill_between(range(steps), low, high, **band_style(LOOKS[name]))
        axes.set(xlim=(0, steps), ylim=(0, 2.5), xlabel=translate("update"), ylabel=translate("training loss"))
    finish(figure)
    return losses


if __name__ == "__main__":
    main()
