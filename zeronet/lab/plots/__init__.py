"""The drawing kit: how every figure looks and is saved, a landscape from above, windows on the screen.

Figures of experiments are drawn from their files, not from memory. Each is in the folder of its experiment, such as
zeronet/lab/comparison/figure.py. `zeronet plot FOLDER` draws a folder's figure again.
"""

from zeronet.lab.plots.style import save_figure
from zeronet.lab.plots.window import finish, show

__all__ = ["finish", "save_figure", "show"]
