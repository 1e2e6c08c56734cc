"""Optimizers exactly as the book and the libraries have them: why do my numbers differ from PyTorch's?

The classes of zeronet.optimizers are the textbook; a dialect is a subclass with the defaults, the form, the names and
the settings of the book's code, PyTorch, Keras 3, optax or scikit-learn. libraries.py is the table of all dialects; the
other files have the equations that differ from the textbook's. On the command line a dialect is a setting, so that
dialects meet in one figure:

    python train.py --optimizer rmsprop torch=rmsprop:dialect=pytorch keras=rmsprop:dialect=keras
    zeronet dialects rmsprop        how they differ, the settings of each, and what they do on the valley

zeronet.book has all classes and functions of the book's code, for its scripts.
"""

from zeronet.lab.dialects.dialect import Dialect, LibraryNames
from zeronet.lab.dialects.libraries import DIALECTS, dialect_of

__all__ = ["DIALECTS", "Dialect", "LibraryNames", "dialect_of"]
