"""RMSProp's first step on MNIST: at the book's settings the loss leaps up.

    h ← ρ h + (1 − ρ) g ⊙ g          w ← w − η g / (√h + ε)

Look at the beginning. After the first update h = (1 − ρ) g², so that update is η/√(1 − ρ) long for every weight,
whatever its gradient: 0.0032 at η = 0.001, ρ = 0.9, but 0.1 at the book's η = 0.01, ρ = 0.99. The weights start with
a spread of 0.01; all at once each is moved by ten times that, and the loss leaps: from 2.3 to 7 here, and to between 8
and 15 with the seeds 1, 2 and 3. It comes down again, since h fills up, and after 100 updates it is below the other.
Both runs start from the same network and meet the same batches.
"""

import sys

import numpy as np

from zeronet import History, RMSProp, Trainer, TwoLayerNet
from zeronet.common.errors import UserError
from zeronet.lab.plots import finish
from zeronet.lab.plots.style import HouseFigure, house_style, look
from zeronet.lab.runner.problem import load_problem


def main(steps: int = 100, data: str = "mnist") -> tuple[dict[str, list[float]], dict[str, float]]:
    """Draw the loss of each step; return the losses, and the longest move of any weight in the first step."""
    try:
        problem = load_problem(data)
    except UserError as missing:
        print(f"note: {missing}; so the digits of scikit-learn, 8×8 pixels, take its place", file=sys.stderr)
        problem = load_problem("digits")
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
        figure = HouseFigure(figsize=(6.5, 4), layout="constrained")
        axes = figure.subplots()
        for k, (name, values) in enumerate(losses.items(), start=2):
            label = f"{name}: first step {first[name]:.2g}"
            axes.plot(values, **{**look(k), "markersize": 5}, markevery=max(1, steps // 10), label=label)
        axes.set(ylim=(0, None), xlabel="updates made", ylabel="training loss of the next batch")
        axes.legend(loc="upper right")
        axes.set_title(f"RMSProp on {problem.name}", loc="left")
        axes.set_title("50 hidden units, batch 128", loc="right", fontsize=9, fontweight="normal")
    finish(figure)
    return losses, first


if __name__ == "__main__":
    main()
