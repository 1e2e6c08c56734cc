"""Errors of the user."""


class UserError(ValueError):
    """A mistake of the user: its one line is shown instead of a traceback."""

    def __init__(self, message: str):
        super().__init__(message.replace("\n", " "))  # file names may contain line breaks
