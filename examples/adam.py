"""Adam rolls like Momentum, with a step of its own for each coordinate.

    m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g ⊙ g
    m̂ = m / (1 − β₁ᵗ)              v̂ = v / (1 − β₂ᵗ)
    w ← w − η m̂ / (√v̂ + ε)

Look at the start: the first steps go diagonally, η in each direction, because m̂/√v̂ is the sign of the gradient there.
Then the path swings past the floor of the valley as Momentum's does, since m remembers; it swings less, since each
coordinate is divided by the size of its own gradients. (Book, figure 6-7; this is the paper's Algorithm 1, whose end
point differs from the book's form in the fifth digit.)
"""

from zeronet.lab.plots import finish
from zeronet.lab.plots.landscape import contour_words, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import house_style
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import Adam

valley = Valley()
path = descend(valley, Adam(lr=0.3), steps=30)

with house_style():
    contours = contour_words(valley)
    figure = new_page(
        3.4,
        f"Adam swings, and ends at ({path[-1, 0]:.2f}, {path[-1, 1]:.2f})",
        [f"η = 0.3, β₁ = 0.9, β₂ = 0.999, 30 updates · {contours}"],
    )
    axes = figure.subplots()
    draw_landscape(axes, valley)
    draw_path(axes, path, look("Adam"))

finish(figure)
