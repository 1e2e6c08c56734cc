"""What a command line asks for: from the options that were given to a plan."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import SimpleNamespace
from typing import Any

from zeronet import __version__
from zeronet.comparison.ladder import BOOK, BOOK_HIDDEN, BUDGET, UNFAIR
from zeronet.comparison.paths import PathPlan, path_plan_from_protocol
from zeronet.comparison.plan import Plan, consecutive, plan_from_protocol, read_protocol, whole_number
from zeronet.comparison.tuning import Tuning, tuning_from_protocol
from zeronet.landscapes import LANDSCAPES
from zeronet.mistakes import Mistake
from zeronet.path_experiment import path_plan
from zeronet.problems import RATES, STEPS, TARGETS, LandscapeProblem, Problem, load_problem
from zeronet.specs import parse, split, with_settings

NETWORK = {
    "problem": "mnist",
    "optimizer": ["sgd", "adagrad", "rmsprop"],
    "lr": None,
    "hidden": [50],
    "steps": 2000,
    "epochs": None,
    "batch_size": 128,
    "seeds": 3,
    "seed": 0,
    "eval_every": 100,
    "target": None,
    "blas_threads": 1,
    "inspect": False,
    "protocol": None,
    "tune": None,
    "tune_range": None,
    "tune_over": None,
    "train_size": None,
    "validation_size": None,
}
PATHS = {
    "problem": None,
    "optimizer": ["sgd", "momentum", "adagrad", "rmsprop", "adam"],
    "lr": None,
    "steps": None,
    "start": None,
}
PROTOCOLS = ("lr", "tune_over", "train_size", "validation_size", "inspect")  # no meaning beside --protocol
TUNING_ONLY = ("tune_range", "tune_over", "train_size", "validation_size")
FOR_RUNS = ("data_dir", "jobs", "resume", "cluster", "accept_mixed")
TUNED_LANDSCAPE = ("tune", "tune_range", "tune_over", "seeds", "seed")
TUNING_SEEDS = 3  # of each trial


@dataclass(frozen=True)
class Asked:
    """plan: what to run; problem: the data, or None for paths; tuning: of the rates, or None; notes: to tell before."""

    plan: Plan | PathPlan
    problem: Problem | LandscapeProblem | None
    tuning: Tuning | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What is learned, or gone down on."""
        return self.plan.landscape if self.problem is None else self.problem.name


def asked_for(options: Mapping[str, Any]) -> list[Asked]:
    """Return what these options describe, problem by problem: plans and, for networks, the data.

    options: name → value of train.py's options, None where one was not given; problem: a list. Raises Mistake for what
    cannot be run, and for options that do not go together.
    """
    problems = options["problem"] or [None]
    if len(problems) == 1:
        return [_asked(options | {"problem": problems[0]})]
    if len(set(problems)) < len(problems):
        raise Mistake("a problem stands twice")
    if options["protocol"] is not None:
        raise Mistake(f"--protocol {options['protocol']} takes one problem")
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


def _asked(options: Mapping[str, Any]) -> Asked:
    given = {name: options[name] for name in NETWORK | PATHS if options[name] is not None}
    protocol: dict[str, Any] = {}
    if options["protocol_file"] is not None:
        if given:
            raise Mistake(f"--protocol-file says it all: leave out {_option(min(given))}")
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
            raise Mistake(f"there is no problem {address!r}: did you mean {near[0]}?")
        problem = load_problem(address, options["data_dir"])
    if protocol:
        return _asked_again(protocol, problem)
    if "protocol" in given:
        return _asked_unfair(given, problem)
    plan = _path_plan(given) if problem is None else _plan(given, problem)
    return Asked(plan, problem, _tuning(given, plan) if "tune" in given else None)


def _check_options(options: Mapping[str, Any], landscape: str | None, tune: bool) -> None:
    """Raise Mistake for an option that has no meaning beside the others."""
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
            [*networks, "animate", "explain", "start"], "has no meaning where rates are tuned there"
        )
    elif landscape:
        networks = [name for name in (*FOR_RUNS, *NETWORK) if name not in PATHS]
        misplaced |= dict.fromkeys(networks, "is for networks, not for landscapes")
    else:
        misplaced |= dict.fromkeys(("start", "animate", "explain"), "needs a landscape: --problem valley")
    for name, words in misplaced.items():
        if options[name] is not None:
            raise Mistake(f"{_option(name)} {words}")


def _asked_again(protocol: Mapping[str, Any], problem: Problem | LandscapeProblem | None) -> Asked:
    """Return what a protocol file asks for."""
    if problem is None:
        plan, tuning = path_plan_from_protocol(protocol, __version__), None
    else:
        tuning = tuning_from_protocol(protocol.get("tuning"))
        plan = plan_from_protocol(protocol, problem.about(), __version__)
    same = plan.protocol()["environment"] == protocol["environment"] and protocol["zeronet"] == __version__
    note = "note: versions or BLAS are not those of the protocol, so that the last digits may differ"
    return Asked(plan, problem, tuning, () if same else (note,))


def _asked_unfair(given: Mapping[str, Any], problem: Problem) -> Asked:
    """Return the book's comparison, or the ladder that begins with it."""
    ladder = given["protocol"] == "ladder"
    for name in given:
        if name in (PROTOCOLS if ladder else (*PROTOCOLS, "tune", "tune_range", "seeds")):
            raise Mistake(f"{_option(name)} has no meaning beside --protocol {given['protocol']}")
    asked = {"optimizer": BOOK, "hidden": BOOK_HIDDEN} | ({"seeds": 10, "eval_every": 200} if ladder else {"seeds": 1})
    asked |= {name: value for name, value in given.items() if name != "tune"}
    plan = replace(_plan(asked, problem), unfair=UNFAIR)
    return Asked(plan, problem, _tuning({"tune": BUDGET, **given}, plan) if ladder else None)


def _tuning(given: Mapping[str, Any], plan: Plan) -> Tuning:
    """Return the search that the options describe; its seeds come after those of the final runs."""
    budget = whole_number("tune", given["tune"], least=3)
    span = given.get("tune_range")
    if span is not None and not 0 < span[0] < span[1] < math.inf:
        raise Mistake(f"--tune-range takes two rates, the lower first, not {span[0]:g} {span[1]:g}")
    first = max(plan.seeds) + 1
    over: dict[str, list[dict[str, Any]]] = {}
    for text in given.get("tune_over") or ():
        name, _, pairs = text.partition(":")
        matching = [spec for spec in plan.optimizers if name.lower() in (spec.label.lower(), spec.target.lower())]
        if not matching or not pairs:
            raise Mistake(f"{text!r} is not OPTIMIZER:key=value,key=value with an optimizer of this comparison")
        values: dict[str, list[Any]] = {}
        for pair in pairs.split(","):
            [(key, value)] = split(f"x:{pair}")[2].items() or [("", "")]
            values.setdefault(key, []).append(value)
        if "lr" in values:
            raise Mistake("the rate is searched anyway: say where with --tune-range")
        combined = [dict(zip(values, each, strict=True)) for each in product(*values.values())]
        for spec in matching:
            with_settings(spec, combined[0])
            if spec.label in over:
                raise Mistake(f"--tune-over names {spec.label} twice: put all its settings into one")
            over[spec.label] = combined
    tuning = Tuning(budget, consecutive(first, TUNING_SEEDS), tuple(span) if span else None, over)
    for spec in plan.optimizers:
        tuning.first_trials(spec)  # mistakes show before anything runs
    return tuning


def _plan(given: Mapping[str, Any], problem: Problem | LandscapeProblem) -> Plan:
    tune = "tune" in given
    o = SimpleNamespace(**{**NETWORK, **({"seeds": 10} if tune else {}), **given})
    if isinstance(problem, LandscapeProblem):
        return Plan(
            problem=problem.about(),
            hidden_sizes=(),
            optimizers=tuple(
                parse(text, o.lr, RATES[problem.name], given.get("steps", STEPS[problem.name]))
                for text in given.get("optimizer", PATHS["optimizer"])
            ),
            seeds=consecutive(o.seed, o.seeds),
            batch_size=1,
            steps=given.get("steps", STEPS[problem.name]),
            eval_every=1,
            target=None,
            blas_threads=1,
            version=__version__,
        )
    sizes = None
    if tune:
        validation = len(problem.x_train) // 6 if o.validation_size is None else o.validation_size
        validation = whole_number("validation-size", validation)
        train = len(problem.x_train) - validation if o.train_size is None else o.train_size
        sizes = whole_number("train-size", train), validation
        if sum(sizes) > len(problem.x_train):
            raise Mistake(f"{sizes[0]} training and {sizes[1]} validation images are more than {len(problem.x_train)}")
    examples = sizes[0] if sizes else len(problem.x_train)
    steps_per_epoch = examples // whole_number("batch-size", o.batch_size)
    steps = o.steps if o.epochs is None else whole_number("epochs", o.epochs) * steps_per_epoch
    return Plan(
        problem=problem.about(),
        hidden_sizes=tuple(o.hidden),
        optimizers=tuple(parse(text, o.lr, steps=steps) for text in o.optimizer),
        seeds=consecutive(o.seed, o.seeds),
        batch_size=o.batch_size,
        steps=steps,
        eval_every=o.eval_every,
        target=TARGETS.get(problem.name) if o.target is None else o.target,
        blas_threads=o.blas_threads,
        version=__version__,
        inspect=o.inspect,
        split=sizes,
    )


def _path_plan(given: Mapping[str, Any]) -> PathPlan:
    o = SimpleNamespace(**{**PATHS, **given})
    landscape = o.problem.lower()
    steps = STEPS[landscape] if o.steps is None else o.steps
    specs = [parse(text, o.lr, RATES[landscape], steps) for text in o.optimizer]
    return path_plan(landscape, specs, o.steps, o.start)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
