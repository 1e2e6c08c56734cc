"""Predict the class of images with a trained network, and say whether they look like those that it was trained on."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.datasets import load as load_data
from zeronet.datasets.pictures import pixels, read_picture
from zeronet.lab.runner.analysis.printed import PrintedTable
from zeronet.lab.runner.analysis.summary import Records
from zeronet.lab.runner.protocol import read_protocol
from zeronet.lab.runner.resemblance import MANY, USUAL, Looks, differences
from zeronet.locale import translate
from zeronet.nn import Network, load, softmax
from zeronet.nn.layers import Reshape

SHOWN = 3  # classes whose probabilities are printed
LEAST_SIDE = 4  # of an image, if only the number of its pixels is known: fewer are measurements


class Predictions(PrintedTable):
    """What a network says of pictures, as a table to print.

    Attributes
    ----------
    images : list of str
        The files.
    outputs : ndarray (N, K)
        Probabilities of the classes; of a regression, the numbers.
    names : list of str
        Of the classes; empty for a regression.
    remarks : list of str
        What had to be assumed, and how a picture differs from the training images.
    """

    def __init__(self, images: Sequence[str], outputs: np.ndarray, names: Sequence[str], remarks: Sequence[str]):
        self.images, self.outputs, self.names, self.remarks = list(images), outputs, list(names), list(remarks)
        self.runs = {}

    @property
    def classes(self) -> list[str]:
        """The most probable class of each picture."""
        return [self.names[k] for k in self.outputs.argmax(axis=1)] if self.names else []

    def cells(self) -> list[list[str]]:
        """Return the head, and a row for each picture."""
        if not self.names:
            numbers = [", ".join(f"{value:.4g}" for value in row) for row in self.outputs]
            return [[translate("image"), translate("output")], *map(list, zip(self.images, numbers, strict=True))]
        table = [[translate("image"), translate("class"), translate("probabilities")]]
        for image, name, p in zip(self.images, self.classes, self.outputs, strict=True):
            best = np.argsort(-p, kind="stable")[:SHOWN]
            table.append([image, name, ", ".join(f"{self.names[k]}: {p[k]:.3f}" for k in best)])
        return table

    def notes(self) -> list[str]:
        """Return the remarks."""
        return self.remarks

    def records(self) -> Records:
        """Return header and rows: a column for each class, or output."""
        columns = self.names or [f"output {k + 1}" for k in range(self.outputs.shape[1])]
        rows = [[image, *row] for image, row in zip(self.images, self.outputs.tolist(), strict=True)]
        return ["image", *columns], rows


def predict(model: str | Path | Network, images: Sequence[str | Path]) -> Predictions:
    """Return what a network says of pictures, as `zeronet predict` does.

        print(predict("runs/…/models/Adam-seed0.npz", ["three.png", "seven.jpg"]))

    Parameters
    ----------
    model : path or Network
        A network, or the file of one. If that is in the folder of an experiment, its protocol has the names of the
        classes and the shape and scale of the images, and the pictures are compared with its training images; else
        images are taken to be square, with pixels from 0 to 1, and are compared with white on black: a remark says so.
    images : sequence of path
        Pictures: they are resized to the network's size, and made grey if it takes grey ones.

    Raises
    ------
    UserError
        If a file is missing or damaged, or the network takes no images.
    """
    if isinstance(images, str | Path):
        raise UserError(f"images must be a list, as in [{str(images)!r}]")
    network, problem = (model, {}) if isinstance(model, Network) else (_network(Path(model)), _problem(Path(model)))
    name = "the network" if isinstance(model, Network) else str(model)
    shape = _image_shape(network, problem, name)
    white, looks = float(problem.get("white", 1.0)), _training_looks(problem, shape)
    x = [_read(Path(path), shape) * np.float32(white) for path in images]
    y = network.predict(np.stack(x).reshape(len(x), -1)) if x else np.empty((0, 0))
    remarks = list(_assumptions(problem, looks, shape, name)) if x else []
    looks = looks or replace(USUAL, span=white * USUAL.span)
    for path, picture in zip(images, x, strict=True):
        found = differences(picture.reshape(-1, *shape[-2:]).mean(axis=0), looks)
        remarks += [f"{path}: {difference}" for difference in found]
    names: list[str] = []
    if network.loss_function.classifies:
        y = softmax(y) if x else y
        names = problem.get("class_names") or list(map(str, range(y.shape[1])))
    return Predictions(list(map(str, images)), y, names, remarks)


def _network(model: Path) -> Network:
    try:
        return load(model)
    except FileNotFoundError:
        raise UserError(f"there is no file {model}") from None
    except OSError as error:
        raise UserError(f"{model} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise UserError(str(error)) from None


def _problem(model: Path) -> Mapping[str, Any]:
    """Return the problem in the protocol of the run that a model is from; empty if it is from none."""
    path = model.absolute().parent.parent / "protocol.json"
    if model.absolute().parent.name != "models" or not path.exists():
        return {}
    problem: dict[str, Any] = read_protocol(path)["problem"]
    return problem


def _image_shape(network: Network, problem: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """Return the shape of the images that a network takes: (H, W), or (3, H, W). Raises UserError if it takes none.

    Its first layer says it, or the problem that it was trained on; else they are taken to be square.
    """
    first = network.layers[0]
    inputs = first.input_size or 0
    if isinstance(first, Reshape):
        shape: tuple[int, ...] = (first.channels, first.height, first.width)
    elif "image_shape" in problem:
        shape = tuple(problem["image_shape"])
    elif problem.get("unit") == "rows" and not str(problem.get("name")).lower().endswith(".npz"):
        raise UserError(f"{name} was trained on the rows of a table, {problem.get('name')}, and not on images")
    else:
        shape = _square(inputs)
        if not shape:
            raise UserError(f"{name} takes {inputs or 'any'} numbers, and no square images, grey or coloured")
    if len(shape) == 3 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) != 2 and (len(shape) != 3 or shape[0] != 3):
        raise UserError(f"{name} takes examples of shape {shape}, and no images (height, width) or (3, height, width)")
    if inputs and math.prod(shape) != inputs:
        raise UserError(
            f"{name} takes {inputs} numbers, and the images of the protocol beside it have {math.prod(shape)}"
        )
    return shape


def _square(inputs: int) -> tuple[int, ...]:
    """Return the shape of a square image, grey or coloured, with this number of pixels; () if there is none.

    >>> _square(784), _square(3072), _square(9)
    ((28, 28), (3, 32, 32), ())
    """
    for channels in (1, 3):
        side = math.isqrt(inputs // channels)
        if side >= LEAST_SIDE and channels * side**2 == inputs:
            return (side, side) if channels == 1 else (channels, side, side)
    return ()


def _training_looks(problem: Mapping[str, Any], shape: tuple[int, ...]) -> Looks | None:
    """Return what the training images look like; None if the training data cannot be found, or have changed."""
    with suppress(UserError, OSError):
        if "address" in problem:
            data = load_data(problem["address"])
            if data.digest == problem.get("digest") and data.x_train.shape[1] == math.prod(shape):
                x = data.x_train[:: max(1, len(data.x_train) // MANY)]
                return Looks.of(x.reshape(len(x), -1, *shape[-2:]).mean(axis=1))
    return None


def _assumptions(problem: Mapping[str, Any], looks: Looks | None, shape: tuple[int, ...], name: str) -> Iterator[str]:
    """Yield what had to be assumed, each in one line."""
    size = f"{shape[-1]}×{shape[-2]}"
    if not problem:
        yield translate("{name} has no protocol beside it: assuming {size} pixels from 0 to 1", name=name, size=size)
        return
    if problem.get("unit") == "rows":
        yield translate("{name} was trained on rows of numbers: assuming images of {size}", name=name, size=size)
    if looks is None:
        yield translate(
            "the training data ({address}) cannot be found, or have changed: images are compared with white on black",
            address=problem.get("address", ""),
        )


def _read(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the values of a picture, 0 … 1, in the shape that the network takes."""
    x = pixels(read_picture(path, (shape[-1], shape[-2]), grey=len(shape) == 2))
    return x if x.ndim == len(shape) else np.stack([x] * shape[0])
