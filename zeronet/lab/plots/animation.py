"""Animations as files: a GIF, or an .mp4 if ffmpeg is installed."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib import animation
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from zeronet.common.errors import UserError
from zeronet.lab.plots.style import house_style

DPI, PER_SECOND, REST = 100, 6, 2  # dots per inch, frames per second, seconds that show the end
COLOURS = 128  # of all frames together: a palette of each frame's own would change every dot of the ground


class Motion(animation.FuncAnimation):
    """An animation of a figure.

    move: changes the moving artists so that they show a step; steps: one for each frame. What does not move is drawn
    once. In a notebook, HTML(motion.to_jshtml()) shows it.
    """

    def __init__(self, figure: Figure, move: Callable[[int], None], steps: list[int], moving: Sequence[Artist]):
        self.figure, self.move, self.steps, self.moving = figure, move, steps, moving
        frames = [*steps, *steps[-1:] * (REST * PER_SECOND)]
        super().__init__(figure, move, frames, init_func=lambda: None, interval=1000 / PER_SECOND)
        self._draw_was_started = True  # Matplotlib warns of animations that nobody looked at

    def frames(self) -> "list[Image.Image]":
        """Return a picture of each step."""
        canvas, pictures = FigureCanvasAgg(self.figure), []
        moving = sorted(self.moving, key=lambda artist: artist.get_zorder())
        for artist in moving:
            artist.set_animated(True)  # leaves it out of the next line
        canvas.draw()
        still = canvas.copy_from_bbox(self.figure.bbox)
        for step in self.steps:
            self.move(step)
            canvas.restore_region(still)
            for artist in moving:
                self.figure.draw_artist(artist)
            pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
        for artist in moving:
            artist.set_animated(False)
        return pictures


def save_animation(motion: Motion, target: Path, quiet: bool = False) -> None:
    """Write an animation to target, as a whole or not at all; UserError as check_target raises it."""
    check_target(target)
    from tqdm.auto import tqdm

    with house_style(), tempfile.TemporaryDirectory(dir=target.parent, prefix=".race-") as beside:
        part = Path(beside) / target.name
        if target.suffix.lower() == ".gif":
            _save_gif(motion, part)
        else:
            with tqdm(unit="frame", desc=target.name, disable=True if quiet else None, leave=False) as bar:

                def advance(frame: int, total: int) -> None:
                    bar.total = total
                    bar.update()

                writer = animation.FFMpegWriter(fps=PER_SECOND)
                motion.save(part, writer=writer, dpi=DPI, progress_callback=advance)
        part.replace(target)


def _save_gif(motion: Motion, target: Path) -> None:
    """Write a GIF with one palette for all frames, without dithering: a frame then differs where something moved."""
    pictures = motion.frames()
    palette = pictures[-1].quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures)
    durations = [1000 // PER_SECOND] * len(others) + [1000 * REST]
    first.save(target, save_all=True, append_images=others, duration=durations, loop=0, disposal=1)


def check_target(target: Path) -> None:
    """Raise UserError if target does not end in .gif or .mp4, or is an .mp4 and ffmpeg is missing."""
    if target.suffix.lower() not in (".gif", ".mp4"):
        raise UserError(f"an animation must be a .gif or an .mp4, not {target.name!r}")
    if target.suffix.lower() == ".mp4" and not animation.writers.is_available("ffmpeg"):
        raise UserError("an .mp4 needs the program ffmpeg, which was not found: use a .gif instead")
