"""From options to the plan of a comparison of optimizers on networks."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from zeronet.common.validation import checked_integer
from zeronet.lab.runner.data_problem import TARGETS, DataProblem
from zeronet.lab.runner.plan import Plan, consecutive, split_sizes
from zeronet.lab.runner.problem import Problem
from zeronet.lab.specs.networks import network_plan, networks_of
from zeronet.lab.specs.spec import Spec, on_networks, parse

# The options that describe a comparison, with their defaults.
OPTIONS: dict[str, Any] = {
    "problem": "mnist",
    "optimizer": ["sgd", "adagrad", "rmsprop"],
    "lr": None,
    "network": None,
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
    "train_size": None,
    "validation_size": None,
}


def plan_comparison(
    given: Mapping[str, Any], problem: Problem, held_out: bool = False, read: Callable[..., Spec] = parse
) -> Plan:
    """Return the plan that options describe.

    given: option → value of those in OPTIONS that were given; held_out: whether validation images are split off the
    training set; read: as specs.spec.parse. A batch that is larger than the data is cut to them.
    """
    o = SimpleNamespace(**{**OPTIONS, **given})
    about = problem.to_dict()
    sizes = split_sizes(about["train"], o.train_size, o.validation_size) if held_out else None
    examples = sizes[0] if sizes else about["train"]
    batch_size = min(checked_integer("batch-size", o.batch_size), examples)
    steps_per_epoch = examples // batch_size
    steps = o.steps if o.epochs is None else checked_integer("epochs", o.epochs) * steps_per_epoch
    networks = [network_plan(o.hidden)] if o.network is None else networks_of(o.network)
    image_shape = problem.image_shape if isinstance(problem, DataProblem) else ()
    networks = [network.fitted(about, image_shape, batch_size) for network in networks]
    return Plan(
        problem=about,
        optimizers=on_networks([read(text, o.lr, steps=steps) for text in o.optimizer], networks),
        seeds=consecutive(o.seed, o.seeds),
        batch_size=batch_size,
        steps=steps,
        eval_every=o.eval_every,
        target=TARGETS.get(problem.name) if o.target is None else o.target,
        blas_threads=o.blas_threads,
        inspect=o.inspect,
        split=sizes,
    )
