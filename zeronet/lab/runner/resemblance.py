"""Whether a picture looks like those that a network was trained on: the usual reasons for wrong predictions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zeronet.locale import translate

MANY = 2_000  # training images that are looked at
FAR = 4.0  # standard deviations of the training images


@dataclass(frozen=True)
class Looks:
    """What pictures look like, each in a few numbers.

    border: the mean of the outermost pixels; span: from the darkest to the lightest pixel; centre: of mass of what
    differs from the border, row and column (N, 2); spread: its standard deviation about the centre, in pixels.
    """

    border: np.ndarray
    span: np.ndarray
    centre: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, pictures: np.ndarray) -> "Looks":
        """Measure pictures (N, H, W).

        >>> looks = Looks.of(np.array([[[0, 0, 0], [0, 1, 0], [0, 0, 0.0]]]))
        >>> looks.border.tolist(), looks.span.tolist(), looks.centre.tolist(), looks.spread.tolist()
        ([0.0], [1.0], [[1.0, 1.0]], [0.0])
        """
        n, height, width = pictures.shape
        edge = np.ones((height, width), bool)
        edge[1:-1, 1:-1] = False
        outer = pictures[:, edge]
        ink = np.abs(pictures - np.median(outer, axis=1)[:, None, None]).reshape(n, -1)
        ink /= np.maximum(ink.sum(axis=1, keepdims=True), 1e-12)
        places = np.indices((height, width)).reshape(2, -1).T  # (H·W, 2)
        centre = ink @ places
        squares = ink @ (places**2).sum(axis=1) - (centre**2).sum(axis=1)
        flat = pictures.reshape(n, -1)
        span = flat.max(axis=1) - flat.min(axis=1)
        return cls(outer.mean(axis=1), span, centre, np.sqrt(np.maximum(squares, 0)))


# Without the training images: light on dark, as in all data sets that zeronet knows by name.
USUAL = Looks(np.zeros(1), np.ones(1), np.empty((0, 2)), np.empty(0))


def differences(picture: np.ndarray, training: Looks) -> Iterator[str]:
    """Yield in what a picture (H, W) differs from the training images, each in one line."""
    own = Looks.of(picture[None])
    border, span = float(own.border[0]), float(own.span[0])
    usual, whole = float(training.border.mean()), float(np.median(training.span))
    if span == 0:
        yield translate("it is blank")
        return
    if abs(border - usual) > 0.5 * whole and abs(whole - border - usual) < abs(border - usual) / 2:
        yield translate(
            "it looks inverted: its border is {a:.2f}, that of the training images {b:.2f}", a=border, b=usual
        )
    if not 0.5 < span / whole < 2:
        told = {"a": span, "b": whole}
        yield translate("it looks unscaled: its values span {a:.2g}, those of the training images {b:.2g}", **told)
    if not len(training.centre):
        return
    middle = training.centre.mean(axis=0)
    if (np.abs(own.centre[0] - middle) > FAR * training.centre.std(axis=0) + 0.5).any():
        yield translate(
            "it looks off-centre: its middle is row {y:.1f}, column {x:.1f}; usual are {v:.1f} and {u:.1f}",
            **dict(zip("yxvu", (*own.centre[0], *middle), strict=True)),
        )
    size, usual = float(own.spread[0]), float(training.spread.mean())
    if abs(size - usual) > FAR * training.spread.std() + 0.5:
        told = {"a": size, "b": usual}
        yield translate("what it shows spreads over {a:.1f} pixels, that of the training images over {b:.1f}", **told)
