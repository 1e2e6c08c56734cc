"""Check your own optimizer: zeronet check FILE.py[:Class] … [--like NAME] [--role SETTING=ROLE] [--json]."""

import argparse
import json
import math
import sys
from typing import Any

from zeronet.cli.parser import Parser, exit_status
from zeronet.common.errors import UserError
from zeronet.lab.check.process import TIME_LIMIT, check
from zeronet.lab.check.roles import NO_ROLE, ROLES
from zeronet.locale import LANGUAGES


def main(arguments: list[str] | None = None) -> int:
    """Check every class; return 0 if no law is broken, 1 if one is, 2 for an error such as a missing file."""
    p = Parser(
        prog="zeronet check",
        description="Is this optimizer right? Tests any class with update(params, grads) against law after law, "
        "trains it on the digits, and says which built-in optimizer it equals.",
        epilog="This runs the code of the file, in a process of its own that is ended when its time is up. That stops "
        "endless loops, not malice: check only files that you would run yourself. Exit status: 0 if no law is "
        "broken, 1 if one is, 2 for an error such as a missing file.",
        allow_abbrev=False,
    )
    p.add_argument(
        "targets", nargs="+", metavar="FILE.py[:Class][:key=value,…]", help="the class; several can be given"
    )
    p.add_argument(
        "--role",
        action="append",
        default=[],
        type=pair,
        metavar="SETTING=ROLE",
        help=f"what a setting is, if its name does not tell, as in alpha=rho: {', '.join(ROLES)} or {NO_ROLE}",
    )
    p.add_argument(
        "--like",
        metavar="NAME",
        help="the optimizer of zeronet that the class should equal, as rmsprop or adam:dialect=pytorch (default: the "
        "one of its own name, if there is one)",
    )
    p.add_argument("--json", action="store_true", help="one line of JSON for each class")
    p.add_argument("--lang", choices=LANGUAGES, help="language of the report (default: ZERONET_LANG, or en)")
    p.add_argument(
        "--time-limit",
        type=float,
        default=TIME_LIMIT,
        metavar="SECONDS",
        help="time limit for each class (default: %(default)g)",
    )
    args = p.parse_args(arguments)
    if not 0 < args.time_limit <= 86_400:
        p.error(f"--time-limit must be a positive number of seconds, at most a day, not {args.time_limit:g}")
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
    """Check target number i and print its report; return its exit status."""
    try:
        report = check(target, args.time_limit, dict(args.role), args.like)
    except UserError as mistake:  # the others are still checked
        print(f"{prog}: {mistake}", file=sys.stderr)
        if args.json:
            print(json.dumps({"file": target, "mistake": str(mistake)}), flush=True)
        return 2
    words = json.dumps(finite(report), allow_nan=False) if args.json else "\n" * bool(i) + str(report)
    print(words, flush=True)
    return int(not report["passed"])


def finite(thing: Any) -> Any:
    """Return a report with null for nan and inf, for which JSON has no numbers.

    >>> finite({"curves": {"mine": [2.0, float("inf")]}})
    {'curves': {'mine': [2.0, None]}}
    """
    if isinstance(thing, dict):
        return {name: finite(value) for name, value in thing.items()}
    if isinstance(thing, list):
        return [finite(value) for value in thing]
    return None if isinstance(thing, float) and not math.isfinite(thing) else thing
