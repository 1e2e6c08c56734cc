"""What a command line asks for: which options go together, and the plans that they describe."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from zeronet.common.errors import UserError
from zeronet.lab.planning import NETWORK, PATHS, hardly_moving, landscape_plan, network_plan, plan_of_paths, tuning_plan
from zeronet.lab.race.paths import PathPlan, path_plan_from_protocol
from zeronet.lab.runner.book import BOOK, BOOK_HIDDEN, BUDGET, UNFAIR
from zeronet.lab.runner.plan import Plan, plan_from_protocol, read_protocol
from zeronet.lab.runner.problem import LandscapeProblem, Problem, load_problem
from zeronet.lab.tuning.grid import Tuning, tuning_from_protocol
from zeronet.landscapes import LANDSCAPES
from zeronet.version import __version__

NOT_BESIDE_PROTOCOL = ("lr", "tune_over", "train_size", "validation_size", "inspect")
TUNING_ONLY = ("tune_range", "tune_over", "train_size", "validation_size")
FOR_RUNS = ("data_dir", "jobs", "resume", "cluster", "accept_mixed")
TUNED_LANDSCAPE = ("tune", "tune_range", "tune_over", "seeds", "seed")


@dataclass(frozen=True)
class Request:
    """plan: what to run; problem: the data, or None for paths; tuning: of the rates, or None; notes: to tell before."""

    plan: Plan | PathPlan
    problem: Problem | LandscapeProblem | None
    tuning: Tuning | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What is learned, or gone down on."""
        return self.plan.landscape if self.problem is None else self.problem.name


def read_request(options: Mapping[str, Any]) -> list[Request]:
    """Return what these options describe, problem by problem: plans and, for networks, the data.

    options: name → value of train.py's options, None where one was not given; problem: a list. Raises UserError for
    what cannot be run, and for options that do not go together.
    """
    problems = options["problem"] or [None]
    if len(problems) == 1:
        return [_asked(options | {"problem": problems[0]})]
    if len({name if name.endswith(".npz") else name.lower() for name in problems}) < len(problems):
        raise UserError("a problem stands twice")
    if options["protocol"] is not None:
        raise UserError(f"--protocol {options['protocol']} takes one problem")
    shared = options | {"optimizer": options["optimizer"] or NETWORK["optimizer"]}
    return [_asked(_fitting(shared | {"problem": name})) for name in problems]


def _fitting(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without those that mean nothing for this one of several problems."""
    if options["problem"].lower() not in LANDSCAPES:
        return dict(options)
    kept = {*PATHS, *TUNED_LANDSCAPE, *FOR_RUNS[1:]} if options["tune"] is not None else PATHS
    return {
        name: value if name in kept or name not in (*NETWORK, *FOR_RUNS) else None for name, value in options.items()
    }


def _asked(options: Mapping[str, Any]) -> Request:
    given = {name: options[name] for name in NETWORK | PATHS if options[name] is not None}
    protocol: dict[str, Any] = {}
    if options["protocol_file"] is not None:
        if given:
            raise UserError(f"--protocol-file says it all: leave out {_option(min(given))}")
        protocol = read_protocol(options["protocol_file"])
    address = str(protocol.get("problem", {}).get("address") if protocol else given.get("problem", NETWORK["problem"]))
    landscape = str(protocol.get("landscape", address)).lower()
    landscape = landscape if landscape in LANDSCAPES else None
    _check_options(options, landscape, "tune" in given or "tuning" in protocol)
    if landscape:
        problem = LandscapeProblem(landscape) if "tune" in given or "tuning" in protocol else None
    else:
        near = difflib.get_close_matches(address.lower(), LANDSCAPES, n=1)
        if near and not address.lower().endswith(".npz"):
            raise UserError(f"there is no problem {address!r}: did you mean {near[0]}?")
        problem = load_problem(address, options["data_dir"])
    if protocol:
        return _asked_again(protocol, problem)
    if "protocol" in given:
        return _asked_unfair(given, problem)
    if problem is None:
        plan = plan_of_paths(given)
        slow = ", ".join(hardly_moving(given, plan))
        note = f"note: {slow}: at a default rate, which is meant for networks; --lr RATE or NAME:lr=RATE gives another"
        return Request(plan, None, notes=(note,) if slow else ())
    plan = (landscape_plan if isinstance(problem, LandscapeProblem) else network_plan)(given, problem)
    return Request(plan, problem, tuning_plan(given, plan) if "tune" in given else None)


def _check_options(options: Mapping[str, Any], landscape: str | None, tune: bool) -> None:
    """Raise UserError for an option that has no meaning beside the others."""
    misplaced: dict[str, str] = {}
    if options["cluster"] is None:
        misplaced["accept_mixed"] = "goes with --cluster"
    elif options["cluster"] != "local":
        misplaced["jobs"] = "is for this machine and for --cluster local: elsewhere every worker takes one run"
    if not tune:
        misplaced |= dict.fromkeys(TUNING_ONLY, "goes with --tune")
    if landscape and tune:
        networks = [name for name in ("data_dir", *NETWORK) if name not in (*PATHS, *TUNED_LANDSCAPE)]
        misplaced |= dict.fromkeys(
            [*networks, "animate", "explain", "start"], "has no meaning where rates are tuned on a landscape"
        )
    elif landscape:
        networks = [name for name in (*FOR_RUNS, *NETWORK) if name not in PATHS]
        misplaced |= dict.fromkeys(networks, "is for networks, not for landscapes")
    else:
        misplaced |= dict.fromkeys(("start", "animate", "explain"), "needs a landscape: --problem valley")
    for name, words in misplaced.items():
        if options[name] is not None:
            raise UserError(f"{_option(name)} {words}")


def _asked_again(protocol: Mapping[str, Any], problem: Problem | LandscapeProblem | None) -> Request:
    """Return what a protocol file asks for."""
    if problem is None:
        plan, tuning = path_plan_from_protocol(protocol, __version__), None
    else:
        tuning = tuning_from_protocol(protocol.get("tuning"))
        plan = plan_from_protocol(protocol, problem.about(), __version__)
    same = plan.protocol()["environment"] == protocol["environment"] and protocol["zeronet"] == __version__
    note = "note: versions or BLAS are not those of the protocol, so that the last digits may differ"
    return Request(plan, problem, tuning, () if same else (note,))


def _asked_unfair(given: Mapping[str, Any], problem: Problem) -> Request:
    """Return the book's comparison, or the ladder that begins with it."""
    ladder = given["protocol"] == "ladder"
    for name in given:
        if name in NOT_BESIDE_PROTOCOL or (not ladder and name in ("tune", "tune_range", "seeds")):
            raise UserError(f"{_option(name)} has no meaning beside --protocol {given['protocol']}")
    asked = {"optimizer": BOOK, "hidden": BOOK_HIDDEN} | ({"seeds": 10, "eval_every": 200} if ladder else {"seeds": 1})
    asked |= {name: value for name, value in given.items() if name != "tune"}
    plan = replace(network_plan(asked, problem), unfair=UNFAIR)
    return Request(plan, problem, tuning_plan({"tune": BUDGET, **given}, plan) if ladder else None)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
