"""How many bits does a trained network need? float16, and fewer.

    ± 1.f × 2^e          float32 keeps 23 bits of f, float16 10, bfloat16 7

Look at how far left the line stays level. The weights, the image, and what each layer makes of it are rounded to so
many bits, and the sums are taken in float32, as graphics cards do. (The book takes the sums in float16, too. zeronet
refuses networks of float16: in training, sums above 65,504 would overflow.) With float16 and bfloat16 every test image
is read as before; even one bit costs less than a point of accuracy. A network is as insensitive to rounding as to noise
in its input. This is about a trained network: training adds small steps to large weights, and needs more bits.
(Book, section 8.3.4)
"""

import copy

import numpy as np
from deep_cnn import pictures, train

from zeronet import Network
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import NAVY, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style
from zeronet.locale import translate

FORMATS = {23: "float32", 10: "float16", 7: "bfloat16"}


def rounded(a: np.ndarray, bits: int) -> np.ndarray:
    """Return float32 numbers rounded to this many bits of f: a larger sum drops the others (Veltkamp, 1968)."""
    larger = a * np.float32(2 ** (23 - bits) + 1)
    return larger - (larger - a)


def scores(network: Network, x: np.ndarray, bits: int) -> np.ndarray:
    """Return the scores of x, in which nothing that is kept has more bits than these."""
    small = copy.deepcopy(network)
    small.params.flat[:] = rounded(small.params.flat, bits)
    parts = []
    for start in range(0, len(x), 200):
        y = x[start : start + 200]
        for layer in small.layers:
            y = layer.forward(rounded(y, bits))
        parts.append(y)
    return np.concatenate(parts)


def main(
    images: int = 3000, steps: int = 600, kept: tuple[int, ...] = (23, 10, 7, 5, 4, 3, 2, 1), data: str = "mnist"
) -> dict[int, np.ndarray]:
    """Draw the accuracies; return bits → the scores of the test images."""
    problem = pictures(data)
    x, t = problem.x_test, problem.t_test
    network, _ = train(problem, images, steps, seed=0, augmented=True)
    y = {bits: scores(network, x, bits) for bits in kept}
    read = {bits: each.argmax(axis=1) for bits, each in y.items()}
    accuracy = {bits: np.mean(each == t) for bits, each in read.items()}
    changed = {bits: int(np.sum(each != read[23])) for bits, each in read.items()}
    for bits in kept:
        far = np.abs(y[bits] - y[23]).max()
        print(
            f"{bits:2} bits: accuracy {accuracy[bits]:.4f}, {changed[bits]:4} images read otherwise than in float32, "
            f"scores within {far:.2g}"
        )
    with house_style():
        figure = new_page(
            3.0,
            translate(
                "float16 reads {n} of {all:,} test images otherwise than float32: accuracy {half:.2%} and {single:.2%}",
                **{"n": changed[10], "all": len(t), "half": accuracy[10], "single": accuracy[23]},
            ),
            [
                translate(
                    "{data}; weights, image and the outputs of all layers rounded, sums in float32", data=problem.name
                ),
            ],
        )
        left, right = figure.subplots(1, 2)
        for axes, values, name in (
            (left, accuracy, translate("test accuracy")),
            (right, changed, translate("images read otherwise than in float32")),
        ):
            axes.plot(kept, list(values.values()), **curve_style(Look(NAVY, "o", SOLID)))
            axes.set_xscale("log")
            axes.minorticks_off()
            axes.set_xticks(kept, kept)
            axes.set(title=name, xlabel=translate("bits of the mantissa"))
            axes.margins(y=0.25 if axes is left else 0.05)
            for bits, word in FORMATS.items():
                axes.annotate(word, (bits, values[bits]), (0, -8 if axes is left else 8), textcoords="offset points",
                              ha="center", va="top" if axes is left else "bottom", rotation=60)  # fmt: skip
    finish(figure)
    return y


if __name__ == "__main__":
    main()
