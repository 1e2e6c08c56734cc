"""Mistakes of the person at the keyboard."""


class UserError(ValueError):
    """A person's mistake: its one line is shown instead of a traceback."""

    def __init__(self, words: str):
        super().__init__(words.replace("\n", " "))  # names of files may hold anything
