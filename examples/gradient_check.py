"""The gradient check of chapter 5 as a picture: backpropagation against measured slopes, and what a slip looks like.

    a = ∂L/∂w by backpropagation          n = (L(w + h) − L(w − h)) / 2h,  h = 1e-4

Each point is one of the 39,760 parameters of 784 – 50 – 10, on three images, divided by the largest slope of its
array. Left, a right gradient: all points lie on the diagonal; what is left is the rounding of the loss, divided by h.
Right, a slip that is easily made: the ReLU passes back the gradient of the units that were off, too. W2 and b2, behind
the ReLU, are still right; W1 and b1 before it are not, and training would go on without an error.
(Book, section 5.7.3)
"""

import numpy as np

from zeronet import Affine, Network, Normal, ReLU, stream
from zeronet.book import numerical_gradient
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import AZURE, BLACK, CORAL, OLIVE, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import add_note, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate

LOOKS = {"W1": Look(AZURE, "o", ""), "b1": Look(BLACK, "s", ""), "W2": Look(CORAL, "^", ""), "b2": Look(OLIVE, "D", "")}


class ForgetfulReLU(ReLU):
    """A ReLU that forgets which units were off."""

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dy, also where x was negative: the slip."""
        return dy


def main(hidden: int = 50, data: str = "mnist") -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Draw the points, and return activation → parameter array → (backpropagation, measured)."""
    problem, gradients = load_or_digits(data), {}
    x, t = problem.x_train[:3], problem.t_train[:3]
    slopes: dict[str, np.ndarray] = {}
    for activation in (ReLU(), ForgetfulReLU()):
        rng = stream(0, "weights")
        first, last = (Affine(n, m, Normal(0.01), rng) for n, m in ((x.shape[1], hidden), (hidden, 10)))
        network = Network([first, activation, last], dtype=np.float64)
        backward = network.gradient(x, t)
        for key, w in network.params.items():
            if key not in slopes:  # the slip is not in the forward pass, so that both have the same slopes
                slopes[key] = numerical_gradient(lambda _, network=network: network.loss(x, t), w)
        name = type(activation).__name__
        gradients[name] = {key: (backward[key], slopes[key]) for key in slopes}
        for key, (a, n) in gradients[name].items():
            print(f"{name} {key}: mean |a − n| = {np.abs(a - n).mean():.1e}")
    with house_style():
        worst = max(np.abs(a - n).max() for a, n in gradients["ReLU"].values())
        figure = new_page(
            3.3,
            translate("A right gradient is within {worst:.1g} of the slopes; a slip is seen at once", worst=worst),
            [
                translate(
                    "{data}, {hidden} hidden units, three images, float64, h = 1e-4", data=problem.name, hidden=hidden
                )
            ],
            entries=LOOKS,
        )
        titles = [translate("right"), translate("a slip in the ReLU")]
        for axes, arrays, title in zip(
            figure.subplots(1, 2, sharex=True, sharey=True), gradients.values(), titles, strict=True
        ):
            for key, (a, n) in arrays.items():
                dots = {"color": LOOKS[key].colour, "markersize": 3, "linestyle": "", "alpha": 0.7}
                axes.plot(*(values.ravel() / np.abs(n).max() for values in (n, a)), LOOKS[key].marker, **dots)
            wrong = [key for key, (a, n) in arrays.items() if np.abs(a - n).max() > 1e-6]
            add_note(axes, 0.03, 0.95, translate("wrong: {names}", names=", ".join(wrong) or "–"), va="top")
            axes.axline((0, 0), slope=1, color=BLACK, linewidth=0.7, zorder=1)
            axes.set(title=title, xlabel=translate("measured slope n / max |n|"))
        figure.axes[0].set_ylabel(translate("backpropagation a / max |n|"))
    finish(figure)
    return gradients


if __name__ == "__main__":
    main()
