"""The drawing kit: how every figure looks and is saved, a landscape from above, windows on the screen.

Figures of experiments are drawn from their files, not from memory. Each is in the folder of its experiment, such as
zeronet/lab/comparison/figure.py. `zeronet plot FOLDER` draws a folder's figure again.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zeronet.lab.plots.style import save_figure
    from zeronet.lab.plots.window import finish, show

__all__ = ["finish", "save_figure", "show"]


def __getattr__(name: str) -> Any:
    """Look a function up when it is first used: looks are needed before matplotlib, which takes a while to import."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'style' if name == 'save_figure' else 'window'}"), name)
