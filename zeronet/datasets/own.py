"""One's own data: an .npz file with the arrays x_train, t_train, x_test and t_test."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from zeronet.datasets.dataset import ROLES, DataError, Dataset, array_digest, describe
from zeronet.datasets.places import expanded


def load_own(given: str | os.PathLike) -> Dataset:
    """Load the .npz file at the path `given`, as written by numpy.savez.

    x_train, x_test    images of any one shape, (N, …) and (M, …), integers or floats; cast to float32, not rescaled
    t_train, t_test    class numbers from 0, integers, (N,) and (M,)

    The arrays stay in memory. Raises DataError, which says what is wrong with which array.
    """
    path = expanded(given)
    arrays = _read(path)
    try:
        for part in ("train", "test"):
            _check_images(f"x_{part}", arrays)
            _check_labels(f"t_{part}", arrays)
            if len(arrays[f"x_{part}"]) != len(arrays[f"t_{part}"]):
                raise DataError(
                    f"x_{part} has {len(arrays[f'x_{part}'])} images, but t_{part} {len(arrays[f't_{part}'])} labels"
                )
        image_shape = arrays["x_train"].shape[1:]
        if arrays["x_test"].shape[1:] != image_shape:
            raise DataError(f"images of x_train are {image_shape}, but those of x_test {arrays['x_test'].shape[1:]}")
        for role in ROLES:
            arrays[role] = _flattened(role, arrays) if role.startswith("x") else arrays[role].astype(np.int64)
            arrays[role].flags.writeable = False  # as those of the other sets
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    source = describe("own data", len(arrays["x_train"]), len(arrays["x_test"]), path)
    return Dataset(path.name, **arrays, image_shape=image_shape, source=source, digest=array_digest(arrays))


def _read(path: Path) -> dict[str, np.ndarray]:
    needed = f"it must hold the arrays {', '.join(ROLES)}, as written by numpy.savez"
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            missing = [role for role in ROLES if role not in file.files]
            if missing:
                raise DataError(f"{path} lacks {', '.join(missing)}: {needed}")
            return {role: file[role] for role in ROLES}
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    except DataError:
        raise
    except Exception as error:  # NumPy and zipfile have a different one for each kind of damage
        reason = " ".join(str(error).split())
        raise DataError(f"{path} is no .npz file that can be read ({reason}): {needed}") from None


def _check_images(role: str, arrays: Mapping[str, np.ndarray]) -> None:
    x = arrays[role]
    if x.dtype.kind not in "iuf":
        raise DataError(f"{role} has the type {x.dtype}: images must be integers or floats")
    if x.ndim < 2 or 0 in x.shape:
        raise DataError(f"{role} has the shape {x.shape}: it must be (images, …) and hold at least one number")


def _check_labels(role: str, arrays: Mapping[str, np.ndarray]) -> None:
    t = arrays[role]
    if t.ndim != 1:
        raise DataError(f"{role} has the shape {t.shape}: it must be (images,), one class number for each")
    if t.dtype.kind not in "iu":
        raise DataError(f"{role} has the type {t.dtype}: labels must be integers")
    if len(t) and t.min() < 0:
        raise DataError(f"{role} holds {t.min()}: labels count from 0")
    images = arrays["t_train"].size + arrays["t_test"].size
    if len(t) and t.max() >= images:  # more classes than images: a year or an identification number, not a class
        raise DataError(f"{role} holds {t.max()}: labels must be 0 … K−1, for K classes that occur in {images} images")


def _flattened(role: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    x = arrays[role]
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is reported below
        flat = np.ascontiguousarray(x, np.float32).reshape(len(x), -1)
    finite = np.isfinite(flat).all(axis=1)
    if not finite.all():
        raise DataError(f"{role}[{finite.argmin()}] holds a number that is not finite in float32")
    return flat
