"""The deep convolutional network on 3,000 images, with and without data augmentation.

    conv 16 – conv 16 – pool – conv 32 – conv 32 – pool – conv 64 – conv 64 – pool – affine 50 – affine 10
    dropout 0.5; Adam, η = 0.001, batch 100

Look at the two solid lines, and at how far each is from its dashed one. The book trains on all 60,000 images for 20
epochs, which would take an hour for each network; here it is the first 3,000 for 20 epochs, about three minutes on
one core. With every batch rotated and shifted at random (augmentation.py), which takes 2 % of the time, the network
learns its own images less closely and the test images better: by 0.5 to 0.7 points of accuracy with each of the three
seeds. Each seed has the same first weights and the same batches with and without. (Book, sections 8.1.1 and 8.1.2)
"""

import dataclasses
import functools

import numpy as np

from zeronet import Adam, Augmentation, DeepConvNet, Evaluation, Trainer
from zeronet.datasets import shift_and_rotate
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import CORAL, DASHED, NAVY, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import band_style, curve_style, house_style
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def pictures(data: str) -> DataProblem:
    """Return the data; the digits, if they take its place, with a border of 2 pixels, which makes the poolings fit."""
    problem = load_or_digits(data)
    if problem.image_shape != (8, 8):
        return problem
    wide = [np.pad(x.reshape(-1, 8, 8), ((0, 0), (2, 2), (2, 2))) for x in (problem.x_train, problem.x_test)]
    x_train, x_test = (x.reshape(len(x), -1) for x in wide)
    return dataclasses.replace(problem, x_train=x_train, x_test=x_test, image_shape=(12, 12))


def train(problem: DataProblem, images: int, steps: int, seed: int, augmented: bool) -> tuple[DeepConvNet, np.ndarray]:
    """Return a network, and rows (step, accuracy on its images, accuracy on the test images)."""
    x, t = problem.x_train[:images], problem.t_train[:images]
    network = DeepConvNet((1, *problem.image_shape), seed=seed)
    every = max(1, steps // 3)
    test, known = Evaluation(problem.x_test, problem.t_test, every), Evaluation(x, t, every)
    change = functools.partial(shift_and_rotate, image_shape=problem.image_shape)
    callbacks = [*([Augmentation(change)] if augmented else []), test, known]
    Trainer(network, Adam(lr=0.001), 100, seed, callbacks).fit(x, t, steps=steps)
    return network, np.array([(step, k, n) for (step, _, k), (_, _, n) in zip(known.rows, test.rows, strict=True)])


def main(images: int = 3000, steps: int = 600, seeds: int = 3, data: str = "mnist") -> dict[bool, np.ndarray]:
    """Draw the accuracies; return augmented → (seeds, evaluations, 3)."""
    problem = pictures(data)
    rows = {}
    for augmented in (False, True):
        rows[augmented] = np.array([train(problem, images, steps, seed, augmented)[1] for seed in range(seeds)])
        print(f"augmented: {augmented}, test accuracy of each seed {rows[augmented][:, -1, 2].round(4).tolist()}")
    looks = {
        (True, 2): Look(NAVY, "o", SOLID, 3),
        (True, 1): Look(NAVY, "o", DASHED, 2),
        (False, 2): Look(CORAL, "s", SOLID, 1),
        (False, 1): Look(CORAL, "s", DASHED, 0),
    }
    labels = {
        (True, 2): translate("augmented: test images"),
        (True, 1): translate("augmented: the training images as they are"),
        (False, 2): translate("as they are: test images"),
        (False, 1): translate("as they are: training images"),
    }
    with house_style():
        figure = new_page(
            3.4,
            translate(
                "Test accuracy from {images:,} images: {augmented:.1%} with augmentation, {plain:.1%} without",
                images=images,
                augmented=np.median(rows[True][:, -1, 2]),
                plain=np.median(rows[False][:, -1, 2]),
            ),
            [
                translate("{data}, the deep network of chapter 8, Adam, η = 0.001, batch 100", data=problem.name),
                translate("lines: medians of {seeds} seeds · pale: their range", seeds=seeds),
            ],
            entries={labels[key]: look for key, look in looks.items()},
        )
        axes = figure.subplots()
        for (augmented, column), look in looks.items():
            at, values = rows[augmented][0, 1:, 0], rows[augmented][:, 1:, column]
            axes.plot(at, np.median(values, axis=0), **curve_style(look))
            axes.fill_between(at, values.min(axis=0), values.max(axis=0), **band_style(look))
        axes.set(xticks=rows[True][0, 1:, 0], xlabel=translate("update"), ylabel=translate("accuracy"), ylim=(None, 1))
    finish(figure)
    return rows


if __name__ == "__main__":
    main()
