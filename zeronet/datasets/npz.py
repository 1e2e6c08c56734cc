"""Data of your own as an .npz file with the arrays x_train, t_train, x_test and t_test."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from zeronet.common.archives import free_memory, read_arrays
from zeronet.common.errors import one_line
from zeronet.datasets.dataset import ROLES, Arrays, DataError, Dataset, array_digest, describe

NEEDED = f"it must hold the arrays {', '.join(ROLES)}, as written by numpy.savez"


def load_npz(path: Path) -> Dataset:
    """Load the .npz file at a path, as written by numpy.savez. The arrays stay in memory.

    x_train and x_test hold images of any one shape, (N, …) and (M, …), integers or floats, which are cast to float32
    and not rescaled; t_train and t_test class numbers from 0, integers, (N,) and (M,); or, in a regression, the numbers
    to predict, floats, (N,) or (N, K), which are not rescaled either.

    Raises DataError, which says what is wrong with which array.
    """
    try:
        arrays = _read(path)
        image_shape, classifies = arrays["x_train"].shape[1:], arrays["t_train"].dtype.kind in "iu"
        for part in ("train", "test") if classifies else ():
            _check_range(f"t_{part}", arrays[f"t_{part}"], arrays["t_train"].size + arrays["t_test"].size)
        for role, array in arrays.items():
            arrays[role] = array.astype(np.int64) if role.startswith("t") and classifies else _flattened(role, array)
            arrays[role].flags.writeable = False  # as those of the other sets
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    what = "images" if len(image_shape) > 1 else "rows"
    source = describe("own data", len(arrays["x_train"]), len(arrays["x_test"]), path, what)
    digest = array_digest(arrays)
    return Dataset(one_line(path.name), **arrays, image_shape=image_shape, source=source, digest=digest, class_names=())


def _read(path: Path) -> Arrays:
    try:
        return read_arrays(path, written_by_us=False, judge=_judge)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataError(f"it cannot be read: {error.strerror or error}") from None
    except DataError:
        raise
    except ValueError as error:
        raise DataError(f"it cannot be read: {error}: {NEEDED}") from None


def _judge(headers: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """Return the names of the four arrays. Raises DataError if their shapes, types or sizes do not fit."""
    missing = [role for role in ROLES if role not in headers]
    if missing:
        raise DataError(f"it lacks {', '.join(missing)}: {NEEDED}")
    for part in ("train", "test"):
        x, t = headers[f"x_{part}"], headers[f"t_{part}"]
        _check_images(f"x_{part}", x)
        _check_targets(f"t_{part}", t)
        if len(x) != len(t):
            raise DataError(f"x_{part} has {len(x)} images, but t_{part} {len(t)} labels")
    shapes = [headers[role].shape[1:] for role in ("x_train", "x_test")]
    if shapes[0] != shapes[1]:
        raise DataError(f"images of x_train are {shapes[0]}, but those of x_test {shapes[1]}")
    kinds, columns = ({f(headers[f"t_{part}"]) for part in ("train", "test")} for f in (_is_float, _columns))
    if len(kinds) > 1 or (True in kinds and len(columns) > 1):
        raise DataError("t_train and t_test must be of one type and shape: integers are labels, floats to be predicted")
    sizes = [headers[role].size * max(headers[role].dtype.itemsize + 4, 8) for role in ROLES]  # read, and cast
    if sum(sizes) > (free := free_memory()):
        raise DataError(f"its arrays need {sum(sizes) / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free")
    return ROLES


def _check_images(role: str, x: np.ndarray) -> None:
    if x.dtype.kind not in "iuf":
        raise DataError(f"{role} has the type {x.dtype}: images must be integers or floats")
    if x.ndim < 2 or 0 in x.shape:
        raise DataError(f"{role} has the shape {x.shape}: it must be (images, …) and hold at least one number")


def _check_targets(role: str, t: np.ndarray) -> None:
    if t.dtype.kind not in "iuf":
        raise DataError(f"{role} has the type {t.dtype}: labels must be integers, and numbers to predict floats")
    if t.ndim != 1 and not (_is_float(t) and t.ndim == 2 and t.shape[1]):
        raise DataError(f"{role} has the shape {t.shape}: it must be (images,), one class number for each")


def _is_float(t: np.ndarray) -> bool:
    return t.dtype.kind == "f"


def _columns(t: np.ndarray) -> int:
    return t.shape[1] if t.ndim == 2 else 1


def _check_range(role: str, t: np.ndarray, n_images: int) -> None:
    if len(t) and t.min() < 0:
        raise DataError(f"{role} holds {t.min()}: labels count from 0")
    if len(t) and t.max() >= n_images:  # a year or an identification number, not a class
        raise DataError(
            f"{role} holds {t.max()}: labels must be 0 … K−1, for K classes that occur in {n_images} images"
        )


def _flattened(role: str, x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is reported below
        flat = np.ascontiguousarray(x, np.float32).reshape(len(x), -1)
    finite = np.isfinite(flat).all(axis=1)
    if not finite.all():
        raise DataError(f"{role}[{finite.argmin()}] holds a number that is not finite in float32")
    return flat
