"""From options to the book's comparison, and to the ladder that starts with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zeronet.common.errors import UserError
from zeronet.lab.comparison.planning import plan_comparison
from zeronet.lab.ladder.rungs import BUDGET
from zeronet.lab.runner.book import BOOK, BOOK_CHOICES, BOOK_HIDDEN
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import Problem
from zeronet.lab.tuning.grid import Tuning
from zeronet.lab.tuning.planning import plan_tuning

NOT_WITH_PROTOCOL = ("lr", "tune_over", "train_size", "validation_size", "inspect")


def plan_ladder(given: Mapping[str, Any], problem: Problem) -> tuple[Plan, Tuning | None]:
    """Return the plan with the book's choices and, for the ladder, the search of its last rung."""
    ladder = given["protocol"] == "ladder"
    for name in given:
        if name in NOT_WITH_PROTOCOL or (not ladder and name in ("tune", "tune_range", "seeds")):
            option = f"--{name.replace('_', '-')}"
            raise UserError(f"{option} cannot be combined with --protocol {given['protocol']}")
    defaults: dict[str, Any] = {"optimizer": BOOK, "hidden": BOOK_HIDDEN}
    defaults |= {"seeds": 10, "eval_every": 200} if ladder else {"seeds": 1}
    own = {name: value for name, value in given.items() if name not in ("protocol", "tune", "tune_range")}
    plan = replace(plan_comparison({**defaults, **own}, problem), book_choices=BOOK_CHOICES)
    return plan, plan_tuning({"tune": BUDGET, **given}, plan) if ladder else None
