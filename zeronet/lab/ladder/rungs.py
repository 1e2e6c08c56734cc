"""The rungs of the ladder from the book's comparison to a fair one: each removes one of the book's choices."""

from dataclasses import dataclass

from zeronet.lab.runner.book import BOOK_CHOICES
from zeronet.locale import translate

BUDGET = 9  # trials of each optimizer on the last rung; fewer than --tune's, so that the ladder takes minutes


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    key: its name in files; book_choices: the choices that are left; raw: whether the raw losses are drawn with the
    smoothed ones; tuned: whether each optimizer has its own learning rate, searched with one budget.
    """

    key: str
    book_choices: tuple[str, ...] = ()
    raw: bool = False
    tuned: bool = False

    @property
    def name(self) -> str:
        """Its name in tables and figures."""
        return {
            "book": translate("the book's way"),
            "start": translate("the same start"),
            "batches": translate("batches as permutations"),
            "before": translate("loss before the update"),
            "raw": translate("raw beside smoothed"),
            "tuned": translate("own tuned rates"),
        }[self.key]


# Each keeps what those before it have corrected.
RUNGS = (
    Rung("book", BOOK_CHOICES),
    Rung("start", BOOK_CHOICES[1:]),
    Rung("batches", BOOK_CHOICES[2:]),
    Rung("before"),
    Rung("raw", raw=True),  # the same runs, drawn differently
    Rung("tuned", raw=True, tuned=True),
)
