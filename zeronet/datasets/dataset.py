"""What a data set is here: four arrays and where they came from."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from zeronet.common.errors import UserError, one_line

ROLES = ("x_train", "t_train", "x_test", "t_test")
Arrays = dict[str, np.ndarray]  # the four arrays, by role


class DataError(UserError):
    """A data set that cannot be loaded. The message is one line that says what to do."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images, or rows of numbers, and labels for training and testing. The arrays are read-only.

    Parameters
    ----------
    name : str
        What was loaded: "mnist-sample" if it had to replace "mnist".
    x_train, x_test : float32 array (N, D), (M, D)
        One flattened image per row; the known sets lie in [0, 1].
    t_train, t_test : int64 array (N,), (M,), or float32 array (N, K), (M, K)
        The class of each image, 0 … classes − 1; or, in a regression, the numbers to predict.
    image_shape : tuple of int
        The shape of one image before it was flattened; its product is D.
    source : str
        One line: how many images, and from where.
    digest : str
        16 hex digits of a sha256 that identify the content of the four arrays, wherever they came from.
    class_names : tuple of str, default ()
        What the classes are called, if not by their numbers.

    >>> x, t = np.zeros((3, 4), np.float32), np.array([0, 1, 2])
    >>> data = Dataset("mine", x, t, x, t, image_shape=(2, 2), source="by hand", digest="0123456789abcdef")
    >>> data
    Dataset(name='mine', image_shape=(2, 2), source='by hand', digest='0123456789abcdef')
    >>> data.classes
    3
    """

    name: str
    x_train: np.ndarray = field(repr=False)
    t_train: np.ndarray = field(repr=False)
    x_test: np.ndarray = field(repr=False)
    t_test: np.ndarray = field(repr=False)
    image_shape: tuple[int, ...]
    source: str
    digest: str
    class_names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def classifies(self) -> bool:
        """Whether the targets are classes, not numbers to predict."""
        return self.t_train.dtype.kind != "f"

    @property
    def classes(self) -> int:
        """The number of classes: the largest label, plus one."""
        if not self.classifies:
            raise ValueError(f"{self.name} has numbers to predict, and no classes")
        return int(max(self.t_train.max(), self.t_test.max())) + 1


def describe(title: str, n_train: int, n_test: int, where: str | Path, what: str = "images") -> str:
    """Return the line for `Dataset.source`, one even if `where` has line breaks, with the user's home as ~.

    >>> describe("MNIST", 60000, 10000, "/data/mnist")
    'MNIST: 60,000 training and 10,000 test images from /data/mnist'
    """
    with suppress(RuntimeError, ValueError):  # no home, or not in it
        where = Path("~") / Path(where).relative_to(Path.home())
    return one_line(f"{title}: {n_train:,} training and {n_test:,} test {what} from {where}")


def array_digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Return 16 hex digits that identify the four arrays: names, types, shapes and bytes."""
    digest = hashlib.sha256()
    for role in ROLES:
        array = np.ascontiguousarray(arrays[role])
        digest.update(f"{role} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()[:16]
