"""The learning-rate range test: a hundred steps say which learning rates are worth trying.

    η(k) = 1e-5 · 10^(6 k / 99)          k = 0 … 99: from step to step a little longer, from 1e-5 to 10

Look from left to right: at first the steps are too short to matter; then the loss falls, fastest at the marker; then it
rises, and the test ends when the smoothed loss is four times its lowest. A first guess for the learning rate is the
marker (as in PyTorch Lightning), or a tenth of the place where the loss is lowest (as in fastai). Every optimizer has a
range of its own: what is too short a step for SGD is too long a one for Adam. And it is a guess: the test sees no more
than the first hundred steps.
(Smith, "Cyclical Learning Rates for Training Neural Networks", 2017)
"""

import numpy as np

from zeronet import SGD, AdaGrad, Adam, LRRange, Momentum, RMSProp, TwoLayerNet, lr_range_test
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style, logarithmic
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(steps: int = 100, data: str = "mnist") -> dict[str, LRRange]:
    """Draw the smoothed losses, and return optimizer → what the test measured."""
    problem, results = load_or_digits(data), {}
    for optimizer in (SGD(), Momentum(), AdaGrad(), RMSProp(), Adam()):
        network = TwoLayerNet(problem.x_train.shape[1], 50, 10, seed=0)
        result = lr_range_test(network, optimizer, problem.x_train, problem.t_train, steps=steps)
        name = type(optimizer).__name__
        results[name] = result
        print(f"{name}: steepest at {result.steepest:.2g}, lowest at {result.lowest:.2g}")
    with house_style():
        guesses = {name: result.steepest for name, result in results.items()}
        figure = new_page(
            3.6,
            translate("Where the loss falls fastest: at {low:.1g} for {last}, at {high:.1g} for {first}",
                      low=min(guesses.values()), last=min(guesses, key=guesses.__getitem__),
                      high=max(guesses.values()), first=max(guesses, key=guesses.__getitem__)),
            [
                translate("{data}, 50 hidden units, batch 100, seed 0: same network, same batches", data=problem.name),
                translate("lines: training loss, running mean · marker: where it falls fastest"),
            ],
            entries={name: look(name) for name in results},
        )  # fmt: skip
        axes = figure.subplots()
        for name, result in results.items():
            style = curve_style(look(name))
            axes.plot(result.lrs, result.smoothed, **style | {"marker": ""})
            axes.plot(
                result.steepest, np.interp(result.steepest, result.lrs, result.smoothed), **style | {"markersize": 8}
            )
        logarithmic(axes, "x")
        axes.set(ylim=(0, 4), xlabel=translate("learning rate"), ylabel=translate("training loss"))
    finish(figure)
    return results


if __name__ == "__main__":
    main()
