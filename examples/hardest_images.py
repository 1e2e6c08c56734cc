"""The 20 test images that the deep network gets most wrong.

    L = −log p(written)          the loss of one image: p is the probability that the network gives to the right digit

Look whether you would have read them. They are ordered by their loss, the largest first. Some are hardly digits, and
people would fail there too; others are plain, such as the 1s with a foot, which the network reads as 2. The network is
deep_cnn.py's, trained for about three minutes on 3,000 augmented images. (Book, figure 8-3)
"""

import numpy as np
from deep_cnn import pictures, train

from zeronet import softmax
from zeronet.lab.plots import finish
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.locale import translate


def main(images: int = 3000, steps: int = 600, data: str = "mnist") -> tuple[np.ndarray, np.ndarray]:
    """Draw the images; return the loss of each test image, and the places of the 20 largest."""
    problem = pictures(data)
    x, t = problem.x_test, problem.t_test
    network, _ = train(problem, images, steps, seed=0, augmented=True)
    p = softmax(network.predict(x))
    losses = -np.log(np.maximum(p[np.arange(len(t)), t], np.finfo(p.dtype).tiny))
    read, worst = p.argmax(axis=1), np.argsort(-losses, kind="stable")[:20]
    share = losses[worst].sum() / losses.sum()
    print(f"test accuracy {np.mean(read == t):.4f}; these 20 images make {share:.0%} of the test loss")
    with house_style():
        figure = new_page(
            4.9,
            translate("20 of {n:,} test images make {share:.0%} of the loss", n=len(t), share=share),
            [
                translate(
                    "{data}; the deep network, trained on {images:,} augmented images: test accuracy {accuracy:.1%}",
                    data=problem.name,
                    images=images,
                    accuracy=np.mean(read == t),
                ),
                translate("above each: written → read, and the probability that the network gave to the right digit"),
            ],
        )
        for axes, k in zip(figure.subplots(4, 5).flat, worst, strict=True):
            axes.imshow(x[k].reshape(problem.image_shape), cmap="gray_r")
            axes.set_title(f"{t[k]} → {read[k]}, {p[k, t[k]]:.1g}", loc="center", weight="normal")
            axes.set_axis_off()
    finish(figure)
    return losses, worst


if __name__ == "__main__":
    main()
