"""The filters of a convolution before and after training.

Look at the two halves. Before training, the 30 filters of 5×5 weights are noise, N(0, 0.01²). One epoch of MNIST
later many have a light and a dark side: such a filter answers to an edge in the direction between them, and others to a
spot or a stroke. Nobody told them to; strokes are what digits are made of. (Book, figure 7-24)
"""

import numpy as np

from zeronet import Adam, Convolution, SimpleConvNet, Trainer
from zeronet.lab.plots import finish
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(epochs: int = 1, data: str = "mnist") -> tuple[np.ndarray, np.ndarray]:
    """Draw the filters, and return them (30, 5, 5), before and after training."""
    problem = load_or_digits(data)
    network = SimpleConvNet((1, *problem.image_shape))
    convolution = network.layers[1]
    assert isinstance(convolution, Convolution)
    before = convolution.filters[:, 0].copy()
    Trainer(network, Adam(lr=0.001), 100).fit(problem.x_train, problem.t_train, epochs=epochs)
    after = convolution.filters[:, 0].copy()
    print(f"standard deviation of the filters' weights: {before.std():.3f} before, {after.std():.3f} after")
    with house_style():
        figure = new_page(
            4.6,
            translate(
                "Noise becomes edges: the spread of the weights grows from {before:.2g} to {after:.2g}",
                before=before.std(),
                after=after.std(),
            ),
            [
                translate("{data}, Adam, η = 0.001, batch 100, epochs: {n}, seed 0", data=problem.name, n=epochs),
                translate("black: negative · white: positive; each half has its own scale"),
            ],
        )
        halves = zip(figure.subfigures(2, 1), (before, after), (translate("before"), translate("after")), strict=True)
        for half, filters, when in halves:
            most = np.abs(filters).max()
            title = translate("{when}: weights from −{most:.2g} to {most:.2g}", when=when, most=most)
            half.suptitle(title, x=0.02, ha="left", fontsize="medium", weight="bold")
            for axes, weights in zip(half.subplots(3, 10).flat, filters, strict=True):
                axes.imshow(weights, cmap="gray", vmin=-most, vmax=most)
                axes.set_axis_off()
    finish(figure)
    return before, after


if __name__ == "__main__":
    main()
