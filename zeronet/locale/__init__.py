"""The words that people see, in English or in Japanese (--lang ja, or ZERONET_LANG=ja)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from zeronet.common.errors import UserError
from zeronet.locale.ja.bench import BENCH
from zeronet.locale.ja.dialects import DIALECTS
from zeronet.locale.ja.experiments import EXPERIMENTS
from zeronet.locale.ja.hints import HINTS
from zeronet.locale.ja.pictures import PICTURES
from zeronet.locale.ja.tables import TABLES
from zeronet.locale.ja.web import WEB

LANGUAGES = ("en", "ja")

# English, as the code says it → Japanese. What stands in braces is filled in.
JAPANESE: dict[str, str] = {**TABLES, **BENCH, **HINTS, **DIALECTS, **EXPERIMENTS, **PICTURES, **WEB}

_chosen: list[str] = []  # the innermost last


def current_language() -> str:
    """Return "en" or "ja": what language() says, else ZERONET_LANG, else English. Raises UserError for other words."""
    word = _chosen[-1] if _chosen else os.environ.get("ZERONET_LANG") or "en"
    if word not in LANGUAGES:
        raise UserError(f"the language is one of {', '.join(LANGUAGES)}, not {word!r}")
    return word


@contextmanager
def language(word: str | None) -> Iterator[None]:
    """Speak this language inside the block; None leaves it as it is."""
    _chosen.append(word or current_language())
    try:
        current_language()
        yield
    finally:
        _chosen.pop()


def translate(english: str, **values: Any) -> str:
    """Return a text in the reader's language, its braces filled with values.

    >>> translate("{n} updates", n=30)
    '30 updates'
    >>> with language("ja"):
    ...     translate("{n} updates", n=30)
    '更新 30 回'
    """
    return (JAPANESE.get(english, english) if current_language() == "ja" else english).format(**values)
