"""Data augmentation: the same digits, never twice the same pictures.

    y(p) = x(R(−α)(p − s − c) + c)          α ~ U(−15°, 15°), s ~ U(−2, 2)² pixels, c the middle of the picture

Look along a row: left as it is in MNIST, then as six training steps would see it. A digit that is turned and shifted a
little is still that digit; so the network gets new images for nothing. What is drawn follows from the seed and the step
alone: `Augmentation` gives all optimizers of a seed the same pictures. More than this would be too much: a 6 turned far
enough is a 9. deep_cnn.py shows what it gains. (Book, figure 8-4)
"""

import functools

import numpy as np

from zeronet import stream
from zeronet.datasets import shift_and_rotate
from zeronet.lab.plots import finish
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(data: str = "mnist") -> np.ndarray:
    """Draw the first image of five classes as it is and as six steps change it; return them (5, 7, H, W)."""
    problem = load_or_digits(data)
    classes = (2, 4, 6, 7, 9)
    x = problem.x_train[[int(np.argmax(problem.t_train == label)) for label in classes]]
    change = functools.partial(shift_and_rotate, image_shape=problem.image_shape)
    versions = [x] + [change(x, stream(0, "augmentation", step)) for step in range(6)]
    pictures = np.stack(versions, axis=1).reshape(len(x), 7, *problem.image_shape)
    with house_style():
        figure = new_page(
            4.8,
            translate("Rotated by up to 15°, shifted by up to 2 pixels: still the same digits"),
            [
                translate(
                    "{data}; left: as they are · beside: what the first six steps of seed 0 would train on",
                    data=problem.name,
                )
            ],
        )
        panels = figure.subplots(*pictures.shape[:2])
        for axes, picture in zip(panels.flat, pictures.reshape(-1, *problem.image_shape), strict=True):
            axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
            axes.set_axis_off()
        panels[0, 0].set_title(translate("original"))
        for step, axes in enumerate(panels[0, 1:]):
            axes.set_title(translate("step {step}", step=step))
    finish(figure)
    return pictures


if __name__ == "__main__":
    main()
