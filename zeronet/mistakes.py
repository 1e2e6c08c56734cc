"""Mistakes of the person at the keyboard."""


class Mistake(ValueError):
    """A person's mistake: its one line is shown instead of a traceback."""
