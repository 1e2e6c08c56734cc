"""Check one's own optimizer: zeronet check FILE.py[:Class] … [--json] [--lang ja] [--time-limit SECONDS]."""

import argparse
import json
import math
import sys
from typing import Any

from zeronet.cli.parser import Parser, exit_status
from zeronet.common.errors import UserError
from zeronet.lab.check.report import text
from zeronet.lab.check.roles import NO_ROLE, ROLES
from zeronet.lab.check.running import TIME_LIMIT, check
from zeronet.locale import LANGUAGES


def main(arguments: list[str] | None = None) -> int:
    """Check every class that was named; return 0 where no law is broken, 1 where one is, 2 for a mistake."""
    p = Parser(
        prog="zeronet check",
        description="Is this optimizer right? Takes any class with update(params, grads) through law after law, "
        "trains it on the digits, and says which built-in optimizer it equals.",
        epilog="This runs the code of the file, in a process of its own that is ended when its time is up. That stops "
        "endless loops, not malice: check only files that you would run yourself. Exit status: 0 where no law is "
        "broken, 1 where one is, 2 for a mistake, as a missing file.",
        allow_abbrev=False,
    )
    p.add_argument(
        "targets", nargs="+", metavar="FILE.py[:Class][:key=value,…]", help="the class; several to mark many"
    )
    p.add_argument(
        "--role",
        action="append",
        default=[],
        type=pair,
        metavar="SETTING=ROLE",
        help=f"what a setting is, if its name does not tell, as in alpha=rho: {', '.join(ROLES)} or {NO_ROLE}",
    )
    p.add_argument("--json", action="store_true", help="one line of JSON for each class")
    p.add_argument("--lang", choices=LANGUAGES, help="language of the report (default: ZERONET_LANG, or en)")
    p.add_argument(
        "--time-limit",
        type=float,
        default=TIME_LIMIT,
        metavar="SECONDS",
        help="end the process of a class after so many seconds (default: %(default)g)",
    )
    args = p.parse_args(arguments)
    if not 0 < args.time_limit <= 86_400:
        p.error(f"--time-limit is a number of seconds above 0, at most a day, not {args.time_limit:g}")
    return exit_status(
        p.prog, lambda: max([report_on(target, i, args, p.prog) for i, target in enumerate(args.targets)]), args.lang
    )


def pair(text: str) -> tuple[str, str]:
    """Return setting and role of an argument. Raises ArgumentTypeError if there is no such role."""
    setting, _, role = text.partition("=")
    if not setting or role not in (*ROLES, NO_ROLE):
        raise argparse.ArgumentTypeError(f"{text!r} is not SETTING=ROLE, as in alpha=rho")
    return setting, role


def report_on(target: str, i: int, args: argparse.Namespace, prog: str) -> int:
    """Check the target with number i, and print what was found; return its exit status."""
    try:
        report = check(target, args.time_limit, dict(args.role))
    except UserError as mistake:  # the others are checked all the same
        print(f"{prog}: {mistake}", file=sys.stderr)
        if args.json:
            print(json.dumps({"file": target, "mistake": str(mistake)}), flush=True)
        return 2
    words = json.dumps(finite(report), allow_nan=False) if args.json else "\n" * bool(i) + text(report)
    print(words, flush=True)
    return int(not report["passed"])


def finite(thing: Any) -> Any:
    """Return a report with null for what JSON has no number for: nan and inf.

    >>> finite({"curves": {"mine": [2.0, float("inf")]}})
    {'curves': {'mine': [2.0, None]}}
    """
    if isinstance(thing, dict):
        return {name: finite(value) for name, value in thing.items()}
    if isinstance(thing, list):
        return [finite(value) for value in thing]
    return None if isinstance(thing, float) and not math.isfinite(thing) else thing
