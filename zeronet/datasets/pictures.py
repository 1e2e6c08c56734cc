"""Pictures from files, which may come from strangers: their size is judged before they are decoded."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zeronet.common.errors import message_of
from zeronet.common.files import refuse_pipe
from zeronet.datasets.dataset import DataError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = {"PNG": (".png",), "JPEG": (".jpg", ".jpeg"), "BMP": (".bmp",), "GIF": (".gif",), "WEBP": (".webp",)}
FORMATS |= {"PPM": (".pgm", ".ppm"), "TIFF": (".tif", ".tiff")}
SUFFIXES = tuple(suffix for suffixes in FORMATS.values() for suffix in suffixes)
MOST_PIXELS = 50_000_000  # more than a telephone's camera has
Size = tuple[int, int]  # width, height


def read_picture(path: Path, size: Size | None = None, grey: bool = False) -> "Image.Image":
    """Return a picture as it is meant to be seen: turned as the camera says, on white where it is transparent.

    size: (width, height) to which it is resized; grey: whether it is made grey. Its mode is then L or RGB. Raises
    DataError, which names the file, if it is no picture, damaged, of more than 8 bits, or larger than MOST_PIXELS.
    """
    try:
        from PIL import Image, ImageOps  # only here: it comes with Matplotlib, and takes a while to import
    except ImportError:
        raise DataError(f"{path}: to read images, pip install pillow") from None
    try:
        refuse_pipe(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about files that it can read all the same
            with Image.open(path, formats=list(FORMATS)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(f"it has {image.width}×{image.height} pixels, more than {MOST_PIXELS:,}")
                if image.mode.startswith(("I", "F")):
                    raise ValueError(f"its mode is {image.mode}: save it with 8 bits for each channel")
                picture = ImageOps.exif_transpose(image)
                if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                    picture = picture.convert("RGBA")
                    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
                    picture = picture.convert("RGB")
                if grey or picture.mode in ("1", "L", "LA"):
                    picture = picture.convert("L")
                elif picture.mode != "RGB":
                    picture = picture.convert("RGB")
                return (
                    picture if size is None or picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)
                )
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except Exception as error:  # Pillow raises nearly anything
        words = message_of(error) or type(error).__name__
        if type(error).__name__ == "UnidentifiedImageError":  # it quotes the path
            words = f"it is none of {', '.join(FORMATS)}"
        raise DataError(f"{path} cannot be read as an image: {words}") from None


def pixels(picture: "Image.Image") -> np.ndarray:
    """Return a picture's values in [0, 1], float32: (height, width) if it is grey, else (3, height, width)."""
    values = np.divide(np.asarray(picture), np.float32(255), dtype=np.float32)
    return values if values.ndim == 2 else np.ascontiguousarray(np.moveaxis(values, -1, 0))
