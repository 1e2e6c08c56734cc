"""Integers that no float holds, wherever a number can be given: each is one line, and no OverflowError."""

import json

import numpy as np
import pytest

from zeronet import SGD, Adam, ClipNorm, Cosine, Dropout, Normal, Parameters, TwoLayerNet, compare, descend
from zeronet.cli import main
from zeronet.common.errors import UserError
from zeronet.common.files import integer, read_csv
from zeronet.common.validation import LARGEST_INTEGER
from zeronet.lab.runner.execution.options import ExecutionOptions
from zeronet.lab.runner.landscape_problem import LandscapeProblem
from zeronet.lab.specs.spec import parse
from zeronet.landscapes import Valley
from zeronet.training import Diverged

HUGE = 10**400
EYE, LABELS = np.eye(6), np.arange(6) % 3

PLACES = {
    "lr": lambda: SGD(lr=HUGE),
    "a negative lr": lambda: SGD(lr=-HUGE),
    "a schedule": lambda: SGD(lr=lambda k: HUGE),
    "a setting of a schedule": lambda: Cosine(0.1, horizon=HUGE),
    "a transform": lambda: ClipNorm(HUGE),
    "a parameter": lambda: SGD().update({"x": HUGE}, {"x": 1.0}),
    "a gradient": lambda: SGD().update({"x": 1.0}, {"x": HUGE}),
    "an assigned array": lambda: Parameters({"x": (1,)}).__setitem__("x", [HUGE]),
    "a layer": lambda: Dropout(HUGE),
    "an initializer": lambda: Normal(HUGE),
    "x": lambda: TwoLayerNet(6, 5, 3).predict([[HUGE] * 6]),
    "a label": lambda: TwoLayerNet(6, 5, 3).loss(EYE[:1], [HUGE]),
    "a start": lambda: descend(Valley(), SGD(), start=(HUGE, 0)),
    "noise": lambda: descend(Valley(), SGD(), noise=HUGE),
    "a start of runs": lambda: LandscapeProblem("valley", (HUGE, 0)),
    "a time limit": lambda: ExecutionOptions(run_timeout=HUGE),
    "a SPEC": lambda: parse(f"sgd:lr={HUGE}"),
    "blas_threads": lambda: compare("digits", ["sgd"], steps=1, blas_threads=HUGE),
    "a seed": lambda: compare("digits", ["sgd"], steps=1, seeds=[HUGE]),
    "eval_every": lambda: compare("digits", ["sgd"], steps=1, eval_every=HUGE),
    "a margin": lambda: compare("digits", ["sgd"], steps=1, tune=3, margin=HUGE),
    "a target": lambda: compare("digits", ["sgd"], steps=1, target=HUGE),
}


@pytest.mark.parametrize("place", PLACES)
def test_it_is_refused_in_one_line(place):
    with pytest.raises(ValueError, match=r"^.+$") as error:
        PLACES[place]()
    assert "\n" not in str(error.value)


def test_a_saved_state_with_it_is_refused():
    optimizer = Adam()
    for part, name in (("settings", "lr"), ("settings", "eps")):
        state = optimizer.state_dict()
        state[part] |= {name: HUGE}
        with pytest.raises(ValueError, match=f"{name} must be "):
            Adam().load_state_dict(state)


def test_a_plug_ins_setting_may_be_anything_in_python_and_its_divergence_is_told():
    assert str(Diverged(3, np.inf, HUGE)) == "the loss is inf at step 3 (learning rate inf)"


def test_a_tables_integer_is_one_that_an_array_holds(tmp_path):
    (tmp_path / "a.csv").write_text(f"step\n{HUGE}\n")
    with pytest.raises(UserError, match=r"a\.csv is damaged: line 2: step must not be '1000"):
        read_csv(tmp_path / "a.csv", {"step": integer}, most=1)
    assert integer(str(LARGEST_INTEGER)) == LARGEST_INTEGER


def protocol_of(folder):
    words = ["train", "--problem", "digits", "--optimizer", "sgd", "--steps", "2", "--seeds", "1", "--tune", "3"]
    assert main([*words, "--train-size", "200", "--jobs", "1", "--quiet", "--out", str(folder)]) == 0
    return json.loads((folder / "protocol.json").read_text())


def numbers_in(value, place=()):
    """Yield the place of each number in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, int | float) and not isinstance(inner, bool):
            yield (*place, key)
        yield from numbers_in(inner, (*place, key))


@pytest.mark.slow
def test_in_a_protocol_it_is_one_line(tmp_path, capsys):
    protocol = protocol_of(tmp_path / "out")
    capsys.readouterr()
    for place in numbers_in(protocol):
        changed = json.loads(json.dumps(protocol))
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = HUGE
        for words in (["train", "--protocol-file"], ["plot"]):
            path = tmp_path / "out" / "protocol.json"
            path.write_text(json.dumps(changed))
            arguments = [*words, str(path), "--out", str(tmp_path / "again"), "--jobs", "1", "--quiet"]
            status = main(arguments if words[0] == "train" else [*words, str(tmp_path / "out")])
            _, err = capsys.readouterr()
            lines = [each for each in err.splitlines() if not each.startswith("Digits: ") and ": note: " not in each]
            assert (status, len(lines)) in ((0, 0), (2, 1)), (place, words, err)
            assert "internal" not in err, (place, words, err)
