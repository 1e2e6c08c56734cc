"""A folder with any four IDX files: Fashion-MNIST, KMNIST, EMNIST, or a set of your own in that format."""

import gzip
import math
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from zeronet.common.archives import free_memory
from zeronet.common.errors import one_line
from zeronet.common.files import refuse_pipe
from zeronet.datasets.dataset import ROLES, Arrays, DataError, Dataset, array_digest, describe
from zeronet.datasets.idx import parse, scale


def four_files(folder: Path) -> dict[str, Path]:
    """Return the IDX files in a folder, by role; none if their names do not say that they are such files.

    A name has "idx", "train" if it is for training, and "label" or "idx1" if it holds labels: train-images-idx3-ubyte,
    emnist-letters-test-labels-idx1-ubyte.gz. Raises DataError if some are missing, or two have one role.
    """
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.lower().removesuffix(".gz")
        if path.is_dir() or "idx" not in name:
            continue
        kind = "t" if "label" in name or "idx1" in name else "x"
        role = f"{kind}_{'train' if 'train' in name else 'test'}"
        if role in files and files[role].name != path.name.removesuffix(".gz"):  # the same file, compressed, will do
            raise DataError(f"{folder} holds {files[role].name} and {path.name}: give a folder with one data set")
        files.setdefault(role, path)
    if files and len(files) < len(ROLES):
        missing = {"x_train": "train-images-idx3", "t_train": "train-labels-idx1"}
        missing |= {"x_test": "t10k-images-idx3", "t_test": "t10k-labels-idx1"}
        raise DataError(f"{folder} lacks {', '.join(missing[role] for role in ROLES if role not in files)}-ubyte")
    return files


def load_idx_folder(folder: Path, files: Mapping[str, Path]) -> Dataset:
    """Load four IDX files, by role: images are divided by 255, labels that do not count from 0 are renumbered.

    EMNIST's images are turned upright: its files hold them transposed. The source says both. Raises DataError, which
    names the file that is damaged, or does not fit.
    """
    raw = {role: _read(path) for role, path in files.items()}
    for part in ("train", "test"):
        x, t = raw[f"x_{part}"], raw[f"t_{part}"]
        if x.ndim < 2 or not x.size:
            raise DataError(f"{files[f'x_{part}']} holds an array {x.shape}, and no images")
        if t.shape != (len(x),):
            raise DataError(
                f"{files[f't_{part}']} holds an array {t.shape}, and not a label for each of {len(x)} images"
            )
    shapes = [raw[role].shape[1:] for role in ("x_train", "x_test")]
    if shapes[0] != shapes[1]:
        raise DataError(f"{folder}: training images are {shapes[0]}, and test images {shapes[1]}")
    title = ["own data"]
    if files["x_train"].name.lower().startswith("emnist") and len(shapes[0]) == 2:
        raw |= {role: raw[role].transpose(0, 2, 1) for role in ("x_train", "x_test")}
        title.append("turned upright")
    labels = np.unique(np.concatenate([raw["t_train"], raw["t_test"]]))
    names: tuple[str, ...] = ()
    if labels[0] > 0:
        raw |= {role: np.searchsorted(labels, raw[role]) for role in ("t_train", "t_test")}
        names = tuple(map(str, labels))
        title.append(f"labels {names[0]} … {names[-1]} numbered from 0")
    arrays: Arrays = {}
    for role in ROLES:
        array = raw[role]
        arrays[role] = scale(array.reshape(len(array), -1)) if role.startswith("x") else array.astype(np.int64)
        arrays[role].flags.writeable = False
    source = describe(", ".join(title), len(arrays["x_train"]), len(arrays["x_test"]), folder)
    shape = raw["x_train"].shape[1:]
    return Dataset(
        one_line(folder.name),
        **arrays,
        image_shape=shape,
        source=source,
        digest=array_digest(arrays),
        class_names=names,
    )


def _read(path: Path) -> np.ndarray:
    """Return the array of bytes in an IDX file, compressed or not. Raises DataError before it takes much memory."""
    refuse_pipe(path)
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            start = file.read(4)
            if len(start) < 4 or start[:3] != b"\x00\x00\x08" or not 1 <= start[3] <= 4:
                raise ValueError(f"it begins with {start!r}, which is not an IDX file of bytes")
            header = file.read(4 * start[3])
            if len(header) < 4 * start[3]:
                raise ValueError("it is cut short")
            size = math.prod(struct.unpack(f">{start[3]}I", header))
            if 10 * size > (free := free_memory()):  # as bytes, and as float32 with room to compute
                raise ValueError(f"it has {size / 1e9:.1f} GB of bytes, and {free / 1e9:.1f} GB of memory are free")
            return parse(start + header + file.read(size + 1))
    except (ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: {error or 'it is cut short'}") from None
