"""What does a trained network say of pictures? zeronet predict MODEL IMAGE …"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
    shape = _image_shape(network, model)
    protocol = _protocol(model)
    looks, white = _training_looks(protocol, shape)
    x = np.stack([_read(path, shape) for path in images]) * np.float32(white)
    y = network.predict(x.reshape(len(x), -1))
    if network.loss_function.classifies:
        names = protocol.get("problem", {}).get("class_names") or range(y.shape[1])
        table = [[translate("image"), translate("class"), translate("probabilities")]]
        for path, scores in zip(images, softmax(y), strict=True):
            order = np.argsort(-scores, kind="stable")[:SHOWN]
            table.append([str(path), str(names[order[0]]), ", ".join(f"{names[k]}: {scores[k]:.3f}" for k in order)])
    else:
        table = [[translate("image"), translate("output")]]
        table += [[str(path), ", ".join(f"{v:.4g}" for v in row)] for path, row in zip(images, y, strict=True)]
    print("\n".join(aligned(table)))
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


def _image_shape(network: Network, model: Path) -> tuple[int, ...]:
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
