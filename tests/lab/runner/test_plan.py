"""A plan says everything that determines a run, and nothing else does."""

import json
from dataclasses import replace

import numpy as np
import pytest

from zeronet.common.errors import UserError
from zeronet.lab.runner.plan import Plan, plan_from_protocol
from zeronet.lab.runner.protocol import read_protocol
from zeronet.lab.specs.networks import network_plan
from zeronet.lab.specs.spec import on_networks, parse

PROBLEM = {
    "address": "mnist",
    "name": "mnist",
    "source": "MNIST from somewhere",
    "digest": "abc",
    "train": 100,
    "test": 10,
    "input_size": 4,
    "classes": 3,
}


def on_one(*specs, hidden=(5,)):
    return on_networks(specs, [network_plan(hidden)])


@pytest.fixture
def plan():
    return Plan(PROBLEM, on_one(parse("sgd"), parse("adam")), (0, 1), 20, batch_size=10, eval_every=5, target=0.9)


def test_cells_are_every_optimizer_with_every_seed(plan):
    cells = plan.cells()
    assert [(cell.spec.label, cell.seed) for cell in cells] == [("SGD", 0), ("SGD", 1), ("Adam", 0), ("Adam", 1)]
    assert len({cell.digest for cell in cells}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"optimizers": on_one(parse("sgd"), hidden=[6])},
        {"optimizers": on_one(parse("sgd"), hidden=[5, 5])},
        {"optimizers": on_one(parse("sgd:lr=0.5"))},
        {"seeds": (2,)},
        {"batch_size": 11},
        {"steps": 21},
        {"eval_every": 6},
        {"blas_threads": 2},
        {"version": "0.1.1"},
        {"problem": {**PROBLEM, "digest": "abd"}},
    ],
)
def test_whatever_changes_a_run_changes_its_digest(plan, change):
    assert not {cell.digest for cell in replace(plan, **change).cells()} & {cell.digest for cell in plan.cells()}


@pytest.mark.parametrize(
    "change",
    [
        {"optimizers": on_one(parse("mine=sgd"))},
        {"seeds": (0,)},
        {"problem": {**PROBLEM, "source": "MNIST from elsewhere", "address": "elsewhere"}},
    ],
)
def test_what_changes_no_run_keeps_its_digest(plan, change):
    assert replace(plan, **change).cells()[0].digest == plan.cells()[0].digest


def test_the_protocol_brings_the_plan_back(plan):
    assert plan_from_protocol(plan.protocol(), PROBLEM) == plan
    assert plan_from_protocol(json.loads(json.dumps(plan.protocol())), PROBLEM) == plan
    with pytest.raises(UserError, match="not the data that the protocol was made with"):
        plan_from_protocol(plan.protocol(), {**PROBLEM, "digest": "abd"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"seeds": ()}, "number of seeds must be at least 1"),
        ({"seeds": (-1,)}, "not -1"),
        ({"seeds": (1, 1)}, "duplicate seed among 1, 1"),
        ({"batch_size": 0}, "batch-size must be at least 1"),
        ({"batch_size": 101}, "a batch of 101 is larger than the data: 100 examples"),
        ({"eval_every": 0}, "eval-every must be at least 1"),
        ({"blas_threads": 0}, "blas-threads must be at least 1"),
        ({"target": 1.5}, "not 1.5"),
        ({"target": "0.9"}, "not '0.9'"),
        ({"steps": 10.5}, "steps must be an integer, not 10.5"),
        ({"seeds": (1.5,)}, "seed must be an integer"),
        ({"optimizers": ()}, "number of optimizers"),
        ({"problem": {**PROBLEM, "classes": 1}}, "the labels of mnist are all 0: at least 2 classes are needed"),
    ],
)
def test_plans_that_cannot_be_run(plan, change, words):
    with pytest.raises(UserError) as mistake:
        replace(plan, **change)
    assert words in str(mistake.value)


@pytest.mark.parametrize(("sizes", "words"), [([0], "hidden size must be at least 1"), ([], "number of hidden sizes")])
def test_hidden_sizes_that_make_no_network(sizes, words):
    with pytest.raises(UserError, match=words):
        network_plan(sizes)


def test_numbers_of_numpy_are_numbers(plan):
    specs = on_one(parse("sgd"), parse("adam"), hidden=np.array([5]))
    same = replace(plan, steps=np.int64(20), seeds=np.arange(2), optimizers=specs)
    assert json.dumps(same.protocol()) == json.dumps(plan.protocol())
    assert json.dumps(replace(plan, target=np.float32(0.5)).protocol()["target"]) == "0.5"


def test_the_machine_is_asked_for_its_blas_once_for_each_plan_made(monkeypatch):
    asked = []
    monkeypatch.setattr("zeronet.lab.runner.plan.description", lambda: asked.append(1) or {"blas": len(asked)})
    plan = Plan(PROBLEM, on_one(parse("sgd")), (0, 1), 20)
    for same in (plan, replace(plan, steps=30), replace(plan, kind="trial")):
        assert same.protocol()["environment"]["blas"] == 1
        assert {cell.task["environment"]["blas"] for cell in same.cells()} == {1}
    assert len(asked) == 1


@pytest.mark.parametrize(
    "change", [{"steps": "x"}, {"seeds": 5}, {"network": {}}, {"optimizers": [{}]}, {"environment": {}}, {"problem": 3}]
)
def test_a_damaged_protocol_is_a_mistake(plan, change):
    with pytest.raises(UserError):
        plan_from_protocol(plan.protocol() | change, PROBLEM)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', "7"])
def test_a_file_that_is_no_protocol(tmp_path, content):
    (tmp_path / "protocol.json").write_text(content)
    with pytest.raises(UserError, match=r"protocol\.json"):
        read_protocol(tmp_path / "protocol.json")


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({"class": "TwoLayerNet"}, "TwoLayerNet: missing a required argument: 'hidden_size'"),
        ({"class": "TwoLayerNet", "hidden_size": 5, "depth": 2}, "TwoLayerNet: got an unexpected keyword"),
        ({"class": "Transformer"}, "unknown network 'Transformer'"),
    ],
)
def test_a_network_with_other_arguments_than_its_class_takes_is_one_line(plan, network, words):
    with pytest.raises(UserError, match=words):
        plan_from_protocol(plan.protocol() | {"network": network}, PROBLEM)
