"""Predict the class of images with a trained network: zeronet predict MODEL IMAGE …"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.cli.parser import Parser, complain, exit_status
from zeronet.common.errors import UserError
from zeronet.common.text import aligned
from zeronet.datasets import load as load_data
from zeronet.datasets.pictures import pixels, read_picture
from zeronet.lab.runner.protocol import read_protocol
from zeronet.lab.runner.resemblance import MANY, USUAL, Looks, differences
from zeronet.locale import LANGUAGES, translate
from zeronet.nn import Network, load, softmax
from zeronet.nn.layers import Reshape

SHOWN = 3  # classes whose probabilities are printed
LEAST_SIDE = 4  # of an image, if only the number of its pixels is known: fewer are measurements


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each picture; return the exit status."""
    p = Parser(
        prog="zeronet predict",
        description="Print the class of each image and its probabilities, and say when an image looks inverted, "
        "unscaled or off-centre, compared with the images that the network was trained on.",
        epilog="Images are resized to the network's size, and made grey if it takes grey ones.",
        allow_abbrev=False,
    )
    p.add_argument("model", metavar="MODEL", help="a network: runs/…/models/….npz, or what net.save wrote")
    p.add_argument("images", nargs="+", metavar="IMAGE", help="files: .png, .jpg, …")
    p.add_argument("--lang", choices=LANGUAGES, help="language (default: ZERONET_LANG, or en)")
    args = p.parse_args(arguments)
    return exit_status(p.prog, lambda: predict(Path(args.model), list(map(Path, args.images)), p.prog), args.lang)


def predict(model: Path, images: Sequence[Path], prog: str) -> int:
    """Read everything, then print a line for each picture; return exit status 0."""
    network = _network(model)
    problem = _problem(model)
    shape = _image_shape(network, problem, model)
    white = float(problem.get("white", 1.0))
    looks = _training_looks(problem, shape)
    x = np.stack([_read(path, shape) for path in images]) * np.float32(white)
    y = network.predict(x.reshape(len(x), -1))
    if network.loss_function.classifies:
        names = problem.get("class_names") or range(y.shape[1])
        table = [[translate("image"), translate("class"), translate("probabilities")]]
        for path, scores in zip(images, softmax(y), strict=True):
            order = np.argsort(-scores, kind="stable")[:SHOWN]
            table.append([str(path), str(names[order[0]]), ", ".join(f"{names[k]}: {scores[k]:.3f}" for k in order)])
    else:
        table = [[translate("image"), translate("output")]]
        table += [[str(path), ", ".join(f"{v:.4g}" for v in row)] for path, row in zip(images, y, strict=True)]
    print("\n".join(aligned(table)))
    for note in _notes(problem, looks, shape, model):
        complain(prog, f"note: {note}", status=0)
    looks = looks or replace(USUAL, span=white * USUAL.span)
    for path, picture in zip(images, x, strict=True):
        for difference in differences(picture.reshape(-1, *shape[-2:]).mean(axis=0), looks):
            complain(prog, f"note: {path}: {difference}", status=0)
    return 0


def _network(model: Path) -> Network:
    try:
        return load(model)
    except FileNotFoundError:
        raise UserError(f"there is no file {model}") from None
    except ValueError as error:
        raise UserError(str(error)) from None


def _problem(model: Path) -> Mapping[str, Any]:
    """Return the problem in the protocol of the run that a model is from; empty if it is from none."""
    path = model.absolute().parent.parent / "protocol.json"
    if model.absolute().parent.name != "models" or not path.exists():
        return {}
    problem: dict[str, Any] = read_protocol(path)["problem"]
    return problem


def _image_shape(network: Network, problem: Mapping[str, Any], model: Path) -> tuple[int, ...]:
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
        raise UserError(f"{model} was trained on the rows of a table, {problem.get('name')}, and not on images")
    else:
        shape = _square(inputs)
        if not shape:
            raise UserError(f"{model} takes {inputs or 'any'} numbers, and no square images, grey or coloured")
    if len(shape) == 3 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) != 2 and (len(shape) != 3 or shape[0] != 3):
        raise UserError(f"{model} takes examples of shape {shape}, and no images (height, width) or (3, height, width)")
    if inputs and math.prod(shape) != inputs:
        raise UserError(
            f"{model} takes {inputs} numbers, and the images of the protocol beside it have {math.prod(shape)}"
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


def _notes(problem: Mapping[str, Any], looks: Looks | None, shape: tuple[int, ...], model: Path) -> Iterator[str]:
    """Yield what had to be assumed, each in one line."""
    size = f"{shape[-1]}×{shape[-2]}"
    if not problem:
        yield translate("{model} has no protocol beside it: assuming {size} pixels from 0 to 1", model=model, size=size)
        return
    if problem.get("unit") == "rows":
        yield translate("{model} was trained on rows of numbers: assuming images of {size}", model=model, size=size)
    if looks is None:
        yield translate(
            "the training data ({address}) cannot be found, or have changed: images are compared with white on black",
            address=problem.get("address", ""),
        )


def _read(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the values of a picture, 0 … 1, in the shape that the network takes."""
    x = pixels(read_picture(path, (shape[-1], shape[-2]), grey=len(shape) == 2))
    return x if x.ndim == len(shape) else np.stack([x] * shape[0])
