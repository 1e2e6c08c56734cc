"""Drag the learning rate, click a start: optimizers on a landscape, and their paths at once.

python examples/playground.py                                    SGD, Momentum, AdaGrad and RMSProp in the valley
python examples/playground.py adam my_optimizer.py:MyAdaGrad     others, and your own class with update(params, grads)
python examples/playground.py rmsprop adagrad --landscape rosenbrock
python examples/playground.py rmsprop:rho=0.5 rmsprop:rho=0.99   a setting that is named here is fixed

The sliders set the learning rate of all, the momentum or ρ of those that have one, and the number of updates.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import MouseEvent
from matplotlib.figure import Figure
from matplotlib.widgets import Slider

from zeronet.common.errors import UserError
from zeronet.lab.plots import show
from zeronet.lab.plots.landscape import draw_landscape, draw_path
from zeronet.lab.plots.looks import looks_of
from zeronet.lab.plots.style import drawable, house_style
from zeronet.lab.race.planning import paths_from
from zeronet.lab.runner.landscape_defaults import STEPS
from zeronet.lab.runner.run import run_task
from zeronet.lab.runner.runs import Run
from zeronet.lab.specs.spec import distinct, parse, split
from zeronet.landscapes import LANDSCAPES


class Playground:
    """Sliders below a landscape, which redraw the paths on it.

    figure: an empty one; specs: the optimizers, as the command line names them; landscape: a name in LANDSCAPES.
    UserError if an optimizer is unknown.
    """

    def __init__(self, figure: Figure, specs: Sequence[str], landscape: str = "valley"):
        self.figure, self.name = figure, landscape
        self.specs = distinct([parse(text) for text in specs])
        self.named = [{key.lower() for key in split(text)[2]} for text in specs]
        self.start, self.drawn = LANDSCAPES[landscape].start, list[Artist]()
        self.paths: dict[str, Run] = {}
        with house_style():
            self.plane: Axes = figure.add_axes((0.07, 0.36, 0.62, 0.57))
            draw_landscape(self.plane, LANDSCAPES[landscape]())
            # The exponent of 10: equal distances on the slider multiply the learning rate equally.
            self.rate = self._slider(0.20, "learning rate", -4, 2, math.log10(0.3), step=None)
            self.memory = self._slider(0.13, "momentum, ρ", 0, 0.99, 0.9, step=0.01)
            self.steps = self._slider(0.06, "updates", 1, max(200, 2 * STEPS[landscape]), STEPS[landscape], step=1)
        figure.canvas.mpl_connect("button_press_event", self.click)
        self.redraw()

    def _slider(self, bottom: float, label: str, low: float, high: float, value: float, step: float | None) -> Slider:
        axes = self.figure.add_axes((0.20, bottom, 0.49, 0.035))
        slider = Slider(axes, label, low, high, valinit=value, valstep=step, valfmt="%g")
        slider.on_changed(self.redraw)
        return slider

    def click(self, event: MouseEvent) -> None:
        """Start the paths at the mouse, unless it zooms."""
        x, y = event.xdata, event.ydata
        if (
            event.inaxes is self.plane
            and not self.figure.canvas.widgetlock.locked()
            and x is not None
            and y is not None
        ):
            self.start = x, y
            self.redraw()

    def redraw(self, _: float | None = None) -> None:
        """Compute the paths with the settings of the sliders, and draw them in place of the old ones."""
        rate = float(f"{10**self.rate.val:.2g}")  # two digits, so that what is shown is what is used
        self.rate.valtext.set_text(f"{rate:g}")
        moved = {"lr": rate, "momentum": self.memory.val, "rho": self.memory.val}
        specs = [
            replace(spec, settings={k: v if k.lower() in named else moved.get(k, v) for k, v in spec.settings.items()})
            for spec, named in zip(self.specs, self.named, strict=True)
        ]
        plan = paths_from(self.name, specs, int(self.steps.val), self.start)
        self.paths = {cell.spec.label: run_task(cell.task, cell.spec, ()) for cell in plan.cells()}
        for artist in self.drawn:
            artist.remove()
        before = self.plane.get_children()
        with house_style():
            shown = {label: run.path for label, run in self.paths.items() if run.path is not None and len(run.path)}
            looks = looks_of(cell.spec.to_dict() for cell in plan.cells())
            lines = [draw_path(self.plane, path[:, 1:3], looks[label]) for label, path in shown.items()]
            entries = [_entry(label, path, self.paths[label].message) for label, path in shown.items()]
            self.plane.legend(lines, entries, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
            self.plane.set_title(f"{self.name}, from ({self.start[0]:.3g}, {self.start[1]:.3g})")
        self.drawn = [artist for artist in self.plane.get_children() if artist not in before]
        self.figure.canvas.draw_idle()


def _entry(label: str, path: np.ndarray, message: str) -> str:
    """Return the legend entry of a path: where it ends, and what there is to say about it."""
    x, y, f = path[-1, 1:4]
    return "\n".join(filter(None, [drawable(label, 30), f"f({x:.3g}, {y:.3g}) = {f:.3g}", drawable(message, 36)]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", metavar="SPEC", default=["sgd", "momentum", "adagrad", "rmsprop"])
    parser.add_argument("--landscape", choices=LANDSCAPES, default="valley", metavar="NAME", help=", ".join(LANDSCAPES))
    args = parser.parse_args(arguments)
    try:
        playground = Playground(Figure(figsize=(10, 6.4)), args.specs, args.landscape)
        show(playground.figure)
    except UserError as mistake:
        print(f"playground.py: {mistake}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
