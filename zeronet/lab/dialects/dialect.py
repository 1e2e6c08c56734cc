"""What every dialect is: an optimizer as a library has it, with what the library calls it and its settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from zeronet.optimizers import AdamW, Optimizer


@dataclass(frozen=True)
class LibraryNames:
    """What a library calls an optimizer and its settings.

    call: the library's name of the optimizer; names: our name → theirs, "" for a number that is fixed in their code;
    defaults: our name → what the library has if it is not the default here; facts: what else differs.
    """

    call: str
    names: Mapping[str, str]
    defaults: Mapping[str, str]
    facts: Mapping[str, str]


class Dialect(Optimizer):
    """An optimizer exactly as the book or a library has it: its defaults, its equation, its names.

    A dialect is a subclass of this class and of the one that has its equation. Its settings keep our names, so that
    dialects can be compared; on the command line it also answers to the names of its library.

    form: the class that has the equation at these settings. Before it, as far as the library has these settings:

        g ← −g                       if maximize
        g ← g + λ w                  λ = weight_decay, or, if decoupled,
        w ← w − η λ w                η = lr
    """

    says: LibraryNames
    forms: Mapping[tuple[str, ...], type[Optimizer]]  # settings that are not 0 or false → the form
    options: tuple[str, ...]  # the settings that are off, 0 or false, by default
    decoupled = False  # whether weight decay is beside the gradient
    form: type[Optimizer]
    weight_decay = 0.0
    maximize = decoupled_weight_decay = False

    def rule(self, w: np.ndarray, g: np.ndarray, *states: np.ndarray) -> None:
        """Make the step of the form."""
        if self.maximize:
            g = -g
        if self.weight_decay and not issubclass(self.form, AdamW):
            if self.decoupled or self.decoupled_weight_decay:
                w -= self.lr * self.weight_decay * w
            else:
                g = g + self.weight_decay * w
        self.form.rule(self, w, g, *states)

    def effective_step(self, *states: np.ndarray) -> Any:
        """Return that of the form, if no weight decay is beside it."""
        r = self.form.effective_step(self, *states)
        if r is None or self.weight_decay:
            return None
        return -r if self.maximize else r

    def _hyperparameters(self) -> dict[str, Any]:
        """Return the settings without those of the library that are off."""
        return {name: value for name, value in super()._hyperparameters().items() if value or name not in self.options}

    def _kind(self) -> str:
        """Return also the settings that chose the form: they decide which states there are."""
        chosen = next(settings for settings, form in self.forms.items() if form is self.form)
        return ", ".join([super()._kind(), *chosen])
