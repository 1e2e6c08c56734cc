"""Animations as files: a GIF, or an .mp4 if ffmpeg is installed."""

import tempfile
from pathlib import Path

from matplotlib import animation

from zeronet.common.errors import UserError
from zeronet.lab.plots.style import house_style

DPI, PER_SECOND = 80, 6  # dots per inch, frames per second


def save_animation(moving: animation.Animation, target: Path, quiet: bool = False) -> None:
    """Write an animation to target, as a whole or not at all; UserError as check_target raises it."""
    check_target(target)
    from tqdm.auto import tqdm

    writer = animation.PillowWriter if target.suffix.lower() == ".gif" else animation.FFMpegWriter
    with (
        house_style(),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".race-") as beside,
        tqdm(unit="frame", desc=target.name, disable=True if quiet else None, leave=False) as bar,
    ):

        def advance(frame: int, total: int) -> None:
            bar.total = total
            bar.update()

        part = Path(beside) / target.name
        moving.save(part, writer=writer(fps=PER_SECOND), dpi=DPI, progress_callback=advance)
        part.replace(target)


def check_target(target: Path) -> None:
    """Raise UserError if target does not end in .gif or .mp4, or is an .mp4 and ffmpeg is missing."""
    if target.suffix.lower() not in (".gif", ".mp4"):
        raise UserError(f"an animation must be a .gif or an .mp4, not {target.name!r}")
    if target.suffix.lower() == ".mp4" and not animation.writers.is_available("ffmpeg"):
        raise UserError("an .mp4 needs the program ffmpeg, which was not found: use a .gif instead")
