"""Pictures that could be in the data as well: the same ones, shifted and rotated a little."""

import math

import numpy as np

from zeronet.common.errors import UserError
from zeronet.common.validation import is_number


def shift_and_rotate(
    x: np.ndarray,
    rng: np.random.Generator,
    image_shape: tuple[int, ...] = (28, 28),
    shift: float = 2.0,
    degrees: float = 15.0,
) -> np.ndarray:
    """Return every picture rotated about its middle, then shifted; what comes in from outside is 0.

        y(p) = x(R(−α)(p − s − c) + c)          α ~ U(−degrees, degrees), s ~ U(−shift, shift)², c the middle

    Between the pixels of x lies their linear interpolation.

    Parameters
    ----------
    x : array (N, D) of rows, or (N, C, H, W)
    rng : numpy Generator; three numbers are drawn for each picture
    image_shape : (H, W) or (C, H, W), default (28, 28); of a picture, where x has rows
    shift : float, ≥ 0, default 2; pixels, down and to the right
    degrees : float, ≥ 0, default 15

    Returns
    -------
    array of x's shape, float32 or wider

    Raises
    ------
    ValueError if the rows of x do not hold pictures of that shape, or `shift` or `degrees` is not a number ≥ 0.

    Examples
    --------
    >>> x = np.eye(1, 9)
    >>> shift_and_rotate(x, np.random.default_rng(0), (3, 3), shift=0, degrees=0).tolist() == x.tolist()
    True
    """
    from scipy.ndimage import affine_transform  # only here: it takes a while to import

    for name, value in (("shift", shift), ("degrees", degrees)):
        if not (is_number(value) and value >= 0):
            raise UserError(f"{name} must be a number of at least 0, not {value!r}")
    height, width = np.shape(x)[-2:] if np.ndim(x) == 4 else image_shape[-2:]
    if np.ndim(x) < 2 or np.size(x) % (len(x) * height * width or 1):
        raise UserError(f"x has shape {np.shape(x)}, but the pictures {height}×{width} pixels: give image_shape")
    channels = np.size(x) // (len(x) * height * width or 1)
    pictures = x.reshape(len(x), channels, height, width).astype(np.result_type(x, np.float32))
    angles = np.radians(rng.uniform(-degrees, degrees, len(x)))
    shifts = rng.uniform(-shift, shift, (len(x), 2))
    middle = np.array([height - 1, width - 1]) / 2
    for k, (angle, s) in enumerate(zip(angles, shifts, strict=True)):
        cos, sin = math.cos(angle), math.sin(angle)
        back = np.array([[cos, sin], [-sin, cos]])  # from a place in y to that in x
        for channel in pictures[k]:
            channel[...] = affine_transform(channel, back, middle - back @ (middle + s), order=1)
    return pictures.reshape(np.shape(x))
