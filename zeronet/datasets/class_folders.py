"""A folder of images with a subfolder for each class: cats/1.png, cats/2.png, dogs/1.png …"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.notebook import is_watched
from zeronet.datasets.dataset import DataError, Dataset
from zeronet.datasets.growing import TEST_EVERY, About, Growing, from_cache
from zeronet.datasets.pictures import SUFFIXES, Size, pixels, read_picture

PARTS = ("train", "test")
MOST_CLASSES, MOST_SIDE = 10_000, 2_000


def load_class_folders(folder: Path, settings: Mapping[str, str]) -> Dataset:
    """Load a folder of images, whose classes are the names of its subfolders in alphabetical order.

    Values are divided by 255. If the subfolders are train and test, those have the classes; else every fifth image of a
    class, in the order of their names, is for testing. All images must have one size, and be grey or coloured, unless
    the settings change that; coloured ones are (3, height, width).

    settings: size, as in 28 or 28x32 (width x height), to which all are resized; grey, true or false. Raises DataError,
    which names the folder, or the image.
    """
    size, grey = _size(folder, settings.get("size")), settings.get("grey", "false").lower()
    if grey not in ("true", "false"):
        raise DataError(f"{folder}: grey must be true or false, not {settings['grey']!r}")
    parts = _parts(folder)
    files = [file for by_class in parts.values() for names in by_class.values() for file in names]
    return from_cache(folder, dict(settings), files, lambda new: _build(folder, new, parts, size, grey == "true"))


def _size(folder: Path, text: str | None) -> Size | None:
    """Return (width, height)."""
    if text is None:
        return None
    sides = text.lower().split("x")
    sides = sides * 2 if len(sides) == 1 else sides
    if len(sides) != 2 or not all(side.isdecimal() and 1 <= int(side) <= MOST_SIDE for side in sides):
        raise DataError(f"{folder}: size must be one or two numbers of pixels, as in 28 or 28x32, not {text!r}")
    return int(sides[0]), int(sides[1])


def _parts(folder: Path) -> dict[str, dict[str, list[Path]]]:
    """Return part of the data → class → its images; the part is "" if all are in one. Raises DataError."""
    names = {path.name.lower(): path for path in _subfolders(folder)}
    places = {part: names[part] for part in PARTS} if names.keys() == set(PARTS) else {"": folder}
    parts = {part: {path.name: _images(path) for path in _subfolders(place)} for part, place in places.items()}
    for part, by_class in parts.items():
        if len(by_class) < 2:
            raise DataError(f"{places[part]} must have a subfolder of images for each class, at least 2")
        if len(by_class) > MOST_CLASSES:
            raise DataError(f"{places[part]} has more than {MOST_CLASSES:,} subfolders")
    if len(parts) > 1 and (unknown := parts["test"].keys() - parts["train"].keys()):
        raise DataError(f"{places['test'] / min(unknown)} has no folder of its name in {places['train']}")
    return parts


def _subfolders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))


def _images(folder: Path) -> list[Path]:
    files = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]
    files = sorted(path for path in files if not path.is_dir())
    if not files:
        raise DataError(f"{folder} has no images: {', '.join(SUFFIXES)}")
    return files


def _build(
    folder: Path, new: Path, parts: Mapping[str, Mapping[str, list[Path]]], size: Size | None, grey: bool
) -> About:
    classes = sorted({name for by_class in parts.values() for name in by_class})
    files = [(part, name, file) for part, by in parts.items() for name, images in by.items() for file in images]
    first = files[0][2]
    shape = pixels(read_picture(first, size, grey)).shape
    with Growing(new, math.prod(shape)) as growing:
        for part, name, file in _shown(folder, files):
            x = pixels(read_picture(file, size, grey))
            if x.shape != shape:
                cure = "grey=true" if len(x.shape) != len(shape) else "size=28"
                raise DataError(
                    f"{file} is {_words(x.shape)}, but {first} {_words(shape)}: to make all alike, add a setting: "
                    f"{folder.name}:{cure}"
                )
            rows, t = x.reshape(1, -1), np.array([classes.index(name)])
            if part:
                growing.append_to(part, rows, t)
            else:
                growing.append(rows, t)
        try:
            growing.close()
        except DataError as error:
            raise DataError(f"{folder}: {error}") from None
    title = ["own data"]
    title += [f"resized to {size[0]}×{size[1]}"] if size else []
    title += ["made grey"] if grey else []
    title += [] if len(parts) > 1 else [f"every {TEST_EVERY}th of a class for testing"]
    return About(", ".join(title), "images", shape, tuple(classes))


def _shown(folder: Path, files: list[Any]) -> Iterator[Any]:
    """Show a bar while files are read, if that takes long."""
    from tqdm.auto import tqdm  # only here: it takes a while to import

    return iter(tqdm(files, unit="image", desc=folder.name, disable=not is_watched(), leave=False, delay=1))


def _words(shape: tuple[int, ...]) -> str:
    *channels, height, width = shape
    return f"{width}×{height}, {'coloured' if channels else 'grey'}"
