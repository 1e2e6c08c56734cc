"""predict(): what a trained network says of pictures, and whether they look like those that it was trained on."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
        How a picture differs from the training images.
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
        A network, or the file of one. If that is in the folder of an experiment, the classes have their names, and the
        pictures are compared with its training images; else with light digits on a dark ground.
    images : sequence of path
        Pictures: they are resized to the network's size, and made grey if it takes grey ones.

    Raises
    ------
    UserError
        If a file is missing or damaged, or the network takes no images.
    """
    if isinstance(images, str | Path):
        raise UserError(f"images must be a list, as in [{str(images)!r}]")
    network, protocol = (model, {}) if isinstance(model, Network) else (_network(Path(model)), _protocol(Path(model)))
    shape = _image_shape(network, "the network" if isinstance(model, Network) else model)
    looks, white = _training_looks(protocol, shape)
    x = [_read(Path(path), shape) * np.float32(white) for path in images]
    y = network.predict(np.stack(x).reshape(len(x), -1)) if x else np.empty((0, 0))
    remarks = [
        f"{path}: {difference}"
        for path, picture in zip(images, x, strict=True)
        for difference in differences(picture.reshape(-1, *shape[-2:]).mean(axis=0), looks)
    ]
    names: list[str] = []
    if network.loss_function.classifies:
        y = softmax(y) if x else y
        names = protocol.get("problem", {}).get("class_names") or list(map(str, range(y.shape[1])))
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


def _image_shape(network: Network, model: object) -> tuple[int, ...]:
    """Return the shape of the images that a network takes: (H, W), or (C, H, W). Raises UserError if it takes none."""
    first = network.layers[0]
    if isinstance(first, Reshape) and first.channels in (1, 3):
        sides = first.height, first.width
        return sides if first.channels == 1 else (3, *sides)
    inputs = first.input_size or 0
    for channels in (1, 3):
        side = math.isqrt(inputs // channels)
        if side > 2 and channels * side**2 == inputs:
            return (side, side) if channels == 1 else (channels, side, side)
    raise UserError(f"{model} takes {inputs or 'any'} numbers, and no square images, grey or coloured")


def _protocol(model: Path) -> Mapping[str, Any]:
    """Return the protocol of the run that a model is from; empty if it is from none."""
    path = model.absolute().parent.parent / "protocol.json"
    return read_protocol(path) if model.absolute().parent.name == "models" and path.exists() else {}


def _training_looks(protocol: Mapping[str, Any], shape: tuple[int, ...]) -> tuple[Looks, float]:
    """Return what the training images look like, and their white; the usual, if they are not to be had any more."""
    problem = protocol.get("problem", {})
    with suppress(UserError, OSError):
        if "address" in problem:
            data = load_data(problem["address"])
            if data.digest == problem.get("digest") and data.x_train.shape[1] == math.prod(shape):
                x = data.x_train[:: max(1, len(data.x_train) // MANY)]
                return Looks.of(x.reshape(len(x), -1, *shape[-2:]).mean(axis=1)), max(1.0, float(x.max()))
    return USUAL, 1.0


def _read(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the values of a picture, 0 … 1, in the shape that the network takes."""
    x = pixels(read_picture(path, (shape[-1], shape[-2]), grey=len(shape) == 2))
    return x if x.ndim == len(shape) else np.stack([x] * shape[0])
