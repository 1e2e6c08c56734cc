"""What a dialect says of itself, beside its equation."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LibraryNames:
    """How the library says it, for the table of differences.

    call: the library's name of the optimizer; names: our name → theirs, "" for a number that is fixed in their code;
    defaults: our name → what the library has where it is not the default here; facts: what else tells dialects apart.
    """

    call: str
    names: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


class Dialect:
    """An optimizer exactly as the book or a library has it: its defaults, its equation, its names.

    A dialect is a subclass of the textbook class and of this one. Its settings keep our names, so that dialects can be
    compared; on the command line it answers to the names of its library, too.
    """

    says: LibraryNames
