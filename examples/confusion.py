"""Which digits the simple convolutional network takes for which, and the pictures.

Look at the matrix: row, the digit that was written; column, what the network read. The diagonal, where both agree, is
left white. The errors are not spread evenly: most are where shapes are close, 2 read as 7, 8 as 9 or 0, 9 as 4. The
pictures are those that the network was surest about, and wrong: some of them a person would misread as well. Training
takes about two minutes. (Book, section 8.1.1)
"""

import numpy as np
from sklearn.metrics import confusion_matrix

from zeronet import Adam, SimpleConvNet, Trainer, softmax
from zeronet.lab.plots import finish
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import QUIET, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(epochs: int = 5, data: str = "mnist") -> tuple[np.ndarray, np.ndarray]:
    """Draw the confusion matrix and some errors; return the matrix, and the places of the errors, the surest first."""
    problem = load_or_digits(data)
    x, t = problem.x_test, problem.t_test
    network = SimpleConvNet((1, *problem.image_shape))
    Trainer(network, Adam(lr=0.001), 100).fit(problem.x_train, problem.t_train, epochs=epochs)
    p = softmax(network.predict(x))
    read = p.argmax(axis=1)
    matrix = confusion_matrix(t, read, labels=range(10))
    wrong = np.flatnonzero(read != t)
    wrong = wrong[np.argsort(-p[wrong, read[wrong]], kind="stable")]
    errors = matrix * (1 - np.eye(10, dtype=int))
    written, taken = np.unravel_index(errors.argmax(), errors.shape)
    print(f"{len(wrong)} of {len(t):,} test images are misread; most often {written} as {taken}: {errors.max()} times")
    with house_style():
        figure = new_page(
            4.0,
            translate(
                "{n} of {all:,} test images are misread, most often {written} as {taken}: {times} times",
                **{"n": len(wrong), "all": len(t), "written": written, "taken": taken, "times": errors.max()},
            ),
            [
                translate("{data}, Adam, η = 0.001, batch 100, epochs: {n}, seed 0", data=problem.name, n=epochs),
                translate("right: the surest errors; above each what was written → what was read"),
            ],
        )
        left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1))
        axes = left.subplots()
        axes.imshow(errors, cmap="Blues")
        for row, column in zip(*np.nonzero(errors), strict=True):
            dark = errors[row, column] > 0.6 * errors.max()
            axes.text(column, row, errors[row, column], ha="center", va="center", color="white" if dark else "black")
        for digit in range(10):
            axes.text(digit, digit, matrix[digit, digit], ha="center", va="center", color=QUIET, fontsize="x-small")
        axes.set(xticks=range(10), yticks=range(10), xlabel=translate("read"), ylabel=translate("written"))
        axes.grid(False)
        panels = right.subplots(4, 5).flat
        for axes, k in zip(panels, wrong, strict=False):
            axes.imshow(x[k].reshape(problem.image_shape), cmap="gray_r")
            axes.set_title(f"{t[k]} → {read[k]}", loc="center", weight="normal")
        for axes in right.axes:
            axes.set_axis_off()
    finish(figure)
    return matrix, wrong


if __name__ == "__main__":
    main()
