"""From options to requests: which options can be combined, and the plans that they describe."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zeronet.cli.parser import complain
from zeronet.common.errors import UserError
from zeronet.common.files import slug
from zeronet.common.validation import checked_integer
from zeronet.datasets import NAMES
from zeronet.lab.comparison.planning import OPTIONS as NETWORK
from zeronet.lab.comparison.planning import plan_comparison
from zeronet.lab.ladder.planning import plan_ladder
from zeronet.lab.race.planning import OPTIONS as PATHS
from zeronet.lab.race.planning import hardly_moving, plan_race
from zeronet.lab.runner.data_notes import data_notes
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.landscape_problem import LandscapeProblem
from zeronet.lab.runner.plan import Plan, plan_from_protocol, plugins_of_protocol
from zeronet.lab.runner.problem import Problem, load_problem, problem_of
from zeronet.lab.runner.protocol import read_protocol
from zeronet.lab.tuning.grid import Tuning, tuning_from_protocol
from zeronet.lab.tuning.planning import OPTIONS as TUNING
from zeronet.lab.tuning.planning import plan_finals, plan_tuning
from zeronet.landscapes import LANDSCAPES
from zeronet.version import __version__

TUNING_ONLY = ("tune_range", "tune_over", "tune_schedules", "margin", "studies", "train_size", "validation_size")
FOR_RUNS = ("data_dir", "jobs", "resume", "cluster", "accept_mixed")
TUNED_LANDSCAPE = (*TUNING, "seeds", "seed")
DESCRIBING = {*NETWORK, *PATHS, *TUNING, "protocol"}  # the options that describe what is run


@dataclass(frozen=True)
class Request:
    """One problem and what to do with it.

    kind: "comparison", "tuning", "book", "ladder" or "race"; tuning: the search for learning rates, or None; studies:
    how often a tuned comparison is repeated; notes: to print before the runs.
    """

    kind: str
    plan: Plan
    problem: Problem
    tuning: Tuning | None = None
    studies: int = 1
    notes: tuple[str, ...] = ()


def read_request(options: Mapping[str, Any]) -> list[Request]:
    """Return what these options describe, problem by problem.

    options: name → value of the command line's options, None if one was not given; problem: a list. Raises UserError
    if something cannot be run, or options cannot be combined.
    """
    problems = options["problem"] or [None]
    if len(problems) == 1:
        return [_request({**options, "problem": problems[0]})]
    if options["protocol"] is not None:
        raise UserError(f"--protocol {options['protocol']} takes one problem")
    landscapes = [name for name in problems if name.lower() in LANDSCAPES]
    if landscapes and len(options["network"] or ()) > 1:
        raise UserError(f"several networks need data to learn: leave out --problem {landscapes[0]}")
    shared = {**options, "optimizer": options["optimizer"] or NETWORK["optimizer"]}
    requests = [_request(_applicable(shared | {"problem": name})) for name in problems]
    names = [slug(request.problem.name).lower() for request in requests]  # of their folders
    if len(set(names)) < len(names):
        raise UserError(f"two problems have the same name in --problem {' '.join(problems)}")
    return requests


def _applicable(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without those that do not apply to this one of several problems."""
    if options["problem"].lower() not in LANDSCAPES:
        return dict(options)
    kept = {*PATHS, *TUNED_LANDSCAPE, *FOR_RUNS[1:]} if options["tune"] is not None else set(PATHS)
    dropped = (DESCRIBING | set(FOR_RUNS)) - kept
    return {name: None if name in dropped else value for name, value in options.items()}


def _request(options: Mapping[str, Any]) -> Request:
    given = {name: options[name] for name in DESCRIBING if options[name] is not None}
    protocol: dict[str, Any] = {}
    if options["protocol_file"] is not None:
        if given:
            raise UserError(f"--protocol-file describes the whole experiment: leave out {_option(min(given))}")
        protocol = read_protocol(options["protocol_file"])
        for plugin in plugins_of_protocol(protocol):  # before anything of them is run
            complain(options["prog"], f"note: the protocol runs {plugin.name} of {plugin.blamed}", status=0)
    address = str(protocol.get("problem", {}).get("address") if protocol else given.get("problem", NETWORK["problem"]))
    landscape, tune = address.lower() in LANDSCAPES, "tune" in given or "tuning" in protocol
    _check_options(options, landscape, tune)
    if landscape:
        problem: Problem = problem_of(protocol["problem"]) if protocol else LandscapeProblem(address.lower())
    else:
        problem = load_problem(address, options["data_dir"])
    if protocol:
        return _request_again(protocol, problem)
    notes: tuple[str, ...] = ()
    if isinstance(problem, DataProblem) and problem.address not in NAMES:
        notes = tuple(f"note: {note}" for note in data_notes(problem))
    if "protocol" in given:
        plan, tuning = plan_ladder(given, problem)
        return Request(given["protocol"], plan, problem, tuning, notes=_cut(given, plan))
    if tune:
        plan = plan_finals(given, problem)
        studies = checked_integer("studies", given.get("studies", 1))
        notes += () if landscape else _cut(given, plan)
        return Request("tuning", plan, problem, plan_tuning(given, plan), studies, notes)
    if not landscape:
        plan = plan_comparison(given, problem)
        return Request("comparison", plan, problem, notes=(*notes, *_cut(given, plan)))
    plan = plan_race(given)
    slow = ", ".join(hardly_moving(given, plan))
    note = f"note: {slow}: at a default learning rate meant for networks; set another with --lr RATE or NAME:lr=RATE"
    return Request("race", plan, problem_of(plan.problem), notes=(note,) if slow else ())


def _cut(given: Mapping[str, Any], plan: Plan) -> tuple[str, ...]:
    """Return a note if the batches of the plan are smaller than wanted."""
    wanted, size = given.get("batch_size", NETWORK["batch_size"]), plan.batch_size
    return (f"note: a batch of {wanted} is larger than the data: {size} examples are one",) if size < wanted else ()


def _check_options(options: Mapping[str, Any], landscape: bool, tune: bool) -> None:
    """Raise UserError for an option that cannot be combined with the others."""
    misplaced: dict[str, str] = {}
    if options["cluster"] is None:
        misplaced["accept_mixed"] = "needs --cluster"
    elif options["cluster"] != "local":
        misplaced["jobs"] = "is for this machine and for --cluster local: elsewhere each worker takes one run"
    if not tune:
        misplaced |= dict.fromkeys(TUNING_ONLY, "needs --tune")
    networks = [name for name in (*NETWORK, "protocol") if name not in (*PATHS, *TUNED_LANDSCAPE)]
    if landscape and tune:
        reason = "cannot be used when learning rates are tuned on a landscape"
        misplaced |= dict.fromkeys(["data_dir", *networks, "animate", "explain", "start"], reason)
    elif landscape:
        misplaced |= dict.fromkeys([*FOR_RUNS, *networks, *TUNED_LANDSCAPE], "is for networks, not for landscapes")
    else:
        misplaced |= dict.fromkeys(("start", "animate", "explain"), "needs a landscape: --problem valley")
    for name, reason in misplaced.items():
        if options[name] is not None:
            raise UserError(f"{_option(name)} {reason}")
    if options["network"] is not None and options["hidden"] is not None:
        raise UserError("--hidden is the short form of --network: leave one of them out")
    if options["html"] and options["protocol"] is not None:
        raise UserError(f"--html is not for --protocol {options['protocol']}")
    if options["explain"] is not None:
        checked_integer("explain", options["explain"])


def _request_again(protocol: Mapping[str, Any], problem: Problem) -> Request:
    """Return what a protocol file describes."""
    plan, tuning = plan_from_protocol(protocol, problem.to_dict()), tuning_from_protocol(protocol.get("tuning"))
    same = plan.protocol()["environment"] == protocol["environment"] and protocol.get("zeronet") == __version__
    note = "note: versions or BLAS are not those of the protocol: the last digits may differ"
    kind = "race" if plan.kind == "path" else "tuning" if tuning else "comparison"
    if plan.book_choices is not None:
        kind = "ladder" if tuning else "book"
    return Request(kind, plan, problem, tuning, notes=() if same else (note,))


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
