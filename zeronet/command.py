"""What a command line asks for: from the options that were given to a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from zeronet import __version__
from zeronet.comparison.paths import PathPlan, path_plan_from_protocol
from zeronet.comparison.plan import Plan, consecutive, plan_from_protocol, read_protocol, whole_number
from zeronet.landscapes import LANDSCAPES
from zeronet.mistakes import Mistake
from zeronet.path_experiment import path_plan
from zeronet.problems import RATES, TARGETS, Problem, load_problem
from zeronet.specs import parse

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
}
PATHS = {
    "problem": None,
    "optimizer": ["sgd", "momentum", "adagrad", "rmsprop", "adam"],
    "lr": None,
    "steps": None,
    "start": None,
}


@dataclass(frozen=True)
class Asked:
    """plan: what to run; problem: the data, or None on a landscape; notes: what to tell before."""

    plan: Plan | PathPlan
    problem: Problem | None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What is learned, or gone down on."""
        return self.problem.name if self.problem else self.plan.landscape


def asked_for(options: Mapping[str, Any]) -> Asked:
    """Return the plan that these options describe; for networks, with the data.

    options: name → value of train.py's options, None where one was not given. Raises Mistake for what cannot be run,
    and for options that do not go together.
    """
    given = {name: options[name] for name in NETWORK | PATHS if options[name] is not None}
    protocol: dict[str, Any] = {}
    if options["protocol_file"] is not None:
        if given:
            raise Mistake(f"--protocol-file says it all: leave out {_option(min(given))}")
        protocol = read_protocol(options["protocol_file"])
    on_landscape = "landscape" in protocol or str(given.get("problem")).lower() in LANDSCAPES
    networks_only = [name for name in ("data_dir", "jobs", *NETWORK) if name not in PATHS]
    for name in networks_only if on_landscape else ("start", "animate", "explain"):
        if options[name] is not None:
            words = "is for networks, not for landscapes" if on_landscape else "needs a landscape: --problem valley"
            raise Mistake(f"{_option(name)} {words}")
    problem = None if on_landscape else _problem(given, protocol, options["data_dir"])
    if protocol:
        plan = _plan_again(protocol, problem)
        same = plan.protocol()["environment"] == protocol["environment"] and protocol["zeronet"] == __version__
        note = "note: versions or BLAS are not those of the protocol, so that the last digits may differ"
        return Asked(plan, problem, () if same else (note,))
    return Asked(_path_plan(given) if problem is None else _plan(given, problem), problem)


def _problem(given: Mapping[str, Any], protocol: Mapping[str, Any], data_dir: str | None) -> Problem:
    address = protocol.get("problem", {}).get("address") if protocol else given.get("problem", NETWORK["problem"])
    return load_problem(str(address), data_dir)


def _plan_again(protocol: Mapping[str, Any], problem: Problem | None) -> Plan | PathPlan:
    if problem is None:
        return path_plan_from_protocol(protocol, __version__)
    return plan_from_protocol(protocol, problem.about(), __version__)


def _plan(given: Mapping[str, Any], problem: Problem) -> Plan:
    o = SimpleNamespace(**{**NETWORK, **given})
    steps_per_epoch = len(problem.x_train) // whole_number("batch-size", o.batch_size)
    return Plan(
        problem=problem.about(),
        hidden_sizes=tuple(o.hidden),
        optimizers=tuple(parse(text, o.lr) for text in o.optimizer),
        seeds=consecutive(o.seed, o.seeds),
        batch_size=o.batch_size,
        steps=o.steps if o.epochs is None else whole_number("epochs", o.epochs) * steps_per_epoch,
        eval_every=o.eval_every,
        target=TARGETS.get(problem.name) if o.target is None else o.target,
        blas_threads=o.blas_threads,
        version=__version__,
        inspect=o.inspect,
    )


def _path_plan(given: Mapping[str, Any]) -> PathPlan:
    o = SimpleNamespace(**{**PATHS, **given})
    landscape = o.problem.lower()
    return path_plan(landscape, [parse(text, o.lr, RATES[landscape]) for text in o.optimizer], o.steps, o.start)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
