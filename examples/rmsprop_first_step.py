"""RMSProp's first step on MNIST: at the book's settings the loss leaps up.

    h ← ρ h + (1 − ρ) g ⊙ g          w ← w − η g / (√h + ε)

Look at the beginning. After the first update h = (1 − ρ) g², so that update is η/√(1 − ρ) long for every weight,
whatever its gradient: 0.0032 at η = 0.001, ρ = 0.9, but 0.1 at the book's η = 0.01, ρ = 0.99. The weights start with
a spread of 0.01; all at once each is moved by ten times that, and the loss leaps: from 2.3 to 7 here, and to between 8
and 15 with the seeds 1, 2 and 3. It comes down again, since h fills up, and after 100 updates it is below the other.
Both runs start from the same network and meet the same batches.
"""

import numpy as np

from zeronet import History, RMSProp, Trainer, TwoLayerNet
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import looks_of
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(steps: int = 100, data: str = "mnist") -> tuple[dict[str, list[float]], dict[str, float]]:
    """Draw the loss of each step; return the losses, and the longest move of any weight in the first step."""
    problem = load_or_digits(data)
    losses, first = {}, {}
    for lr, rho in ((0.001, 0.9), (0.01, 0.99)):
        name = f"η = {lr}, ρ = {rho}"
        network, history = TwoLayerNet(problem.x_train.shape[1], 50, 10, seed=0), History()
        trainer, before = Trainer(network, RMSProp(lr, rho), 128, callbacks=[history]), network.params.flat.copy()
        trainer.fit(problem.x_train, problem.t_train, steps=1)
        first[name] = float(np.abs(network.params.flat - before).max())
        trainer.fit(problem.x_train, problem.t_train, steps=steps - 1)
        losses[name] = history.losses
    with house_style():
        looks = looks_of({"label": name, "target": "RMSProp"} for name in losses)
        figure = new_page(
            3.5,
            translate("At the book's settings RMSProp's loss leaps to {loss:.2g}", loss=max(map(max, losses.values()))),
            [translate("{data}, 50 hidden units, batch 128, seed 0", data=problem.name)],
            entries={
                translate("{name}: first step {step:.2g}", name=name, step=first[name]): looks[name] for name in losses
            },
        )
        axes = figure.subplots()
        for name, values in losses.items():
            axes.plot(values, **curve_style(looks[name]), markevery=max(1, steps // 10))
        axes.set(ylim=(0, None), xlabel=translate("update"), ylabel=translate("training loss of the next batch"))
    finish(figure)
    return losses, first


if __name__ == "__main__":
    main()
