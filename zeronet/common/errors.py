"""Errors of the user."""


class UserError(ValueError):
    """A mistake of the user: its one line is shown instead of a traceback."""

    def __init__(self, message: str):
        super().__init__(one_line(message))  # file names may contain line breaks


def one_line(text: str) -> str:
    """Return text without line breaks of any kind.

    >>> one_line("a\\nb\\r\\nc")
    'a b c'
    """
    return " ".join(text.splitlines())


def message_of(error: BaseException) -> str:
    """Return the message of an error, whose __str__ may be anybody's.

    >>> message_of(type("Mute", (Exception,), {"__str__": lambda self: 3})())
    'its message cannot be shown'
    """
    try:
        return str(error)
    except BaseException:  # whatever it raises
        return "its message cannot be shown"
