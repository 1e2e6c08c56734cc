"""What the layers of the simple convolutional network make of one picture.

    filter → convolution → ReLU → max pooling

Look along a column. Each filter draws a picture of its own: bright where the image resembles the filter, dark where it
resembles its negative. The ReLU keeps the bright parts, and the pooling halves the picture without moving them. What
the affine layers then see is 30 small maps of where which edge is. (Book, 7.6.1)
"""

import numpy as np

from zeronet import Adam, Convolution, SimpleConvNet, Trainer
from zeronet.lab.plots import finish
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(epochs: int = 1, data: str = "mnist") -> dict[str, np.ndarray]:
    """Draw what the first test image becomes; return layer → its output for it."""
    problem = load_or_digits(data)
    network = SimpleConvNet((1, *problem.image_shape))
    Trainer(network, Adam(lr=0.001), 100).fit(problem.x_train, problem.t_train, epochs=epochs)
    outputs, y = {}, problem.x_test[:1]
    for layer in network.layers[:4]:
        y = layer.forward(y)
        outputs[type(layer).__name__] = y[0]
    image, convolved, kept, pooled = outputs.values()
    convolution = network.layers[1]
    assert isinstance(convolution, Convolution)
    filters = convolution.filters[:, 0]
    chosen = np.argsort(-kept.sum(axis=(1, 2)), kind="stable")[:6]  # those that answer most to this image
    rows = {
        translate("filter"): filters,
        translate("convolution"): convolved,
        translate("ReLU"): kept,
        translate("max pooling"): pooled,
    }
    with house_style():
        figure = new_page(
            4.3,
            translate("The six filters that answer most to this {label}", label=int(problem.t_test[0])),
            [
                translate("{data}, Adam, η = 0.001, batch 100, epochs: {n}, seed 0", data=problem.name, n=epochs),
                translate("filter, convolution: grey is 0, white positive · ReLU, max pooling: black is 0"),
            ],
        )
        left, right = figure.subfigures(1, 2, width_ratios=(1, 3.2))
        axes = left.subplots()
        axes.imshow(image[0], cmap="gray")
        axes.set(title=translate("image, {shape}", shape="×".join(map(str, image.shape[1:]))), xticks=[], yticks=[])
        panels = right.subplots(len(rows), len(chosen))
        for line, (name, pictures) in zip(panels, rows.items(), strict=True):
            signed = pictures.min() < 0
            for axes, picture in zip(line, pictures[chosen], strict=True):
                most = np.abs(picture).max()
                axes.imshow(picture, cmap="gray", vmin=-most if signed else 0, vmax=most)
                axes.set(xticks=[], yticks=[])
            line[0].set_ylabel(f"{name}\n" + "×".join(map(str, pictures.shape[1:])))
    finish(figure)
    return outputs


if __name__ == "__main__":
    main()
