"""The verdict in words: what the numbers say, the better one first, and nothing that they do not say."""

import json
import math
import re

import pytest

from zeronet.lab.runner.runs import Run
from zeronet.lab.tuning.table import VerdictTable
from zeronet.locale import language


def verdict(losses, at_edge=(), target=0.9, problem=None, accuracy=0.8):
    """Return the table of made-up final losses: label → one for each seed, infinite for a run that diverged."""
    seeds = list(range(len(next(iter(losses.values())))))
    protocol = {
        "problem": problem or {"name": "digits", "source": "Digits"},
        "optimizers": [{"label": label, "settings": {"lr": 0.1, "eps": 1e-7}} for label in losses],
        "seeds": seeds,
        "steps": 100,
        "target": target,
        "tuning": {"budget": 6, "seeds": [7, 8, 9]},
    }
    runs = {}
    for label, values in losses.items():
        for seed, loss in zip(seeds, values, strict=True):
            rows = [(0, 2.3, 0.1), (50, 1.0, 0.85), (100, loss, accuracy)]
            finished = math.isfinite(loss)
            runs[label, seed] = Run(
                "finished" if finished else "diverged",
                losses=[2.0, 0.005] if finished else [2.0],
                evaluations=rows if finished else rows[:1],
                test=(loss, accuracy - 0.01) if finished else None,
            )
    return VerdictTable(protocol, runs, at_edge, [12.3 / 42] * 42)


BETTER = {"slow": [0.4, 0.41, 0.39, 0.42], "quick": [0.2, 0.21, 0.19, 0.2]}


def test_the_lowest_stands_first_and_is_named():
    lines = str(verdict(BETTER)).splitlines()
    assert " ".join(lines[0].split()) == "optimizer settings final loss: median (quartiles) test accuracy steps to 0.9"
    assert [line.split()[0] for line in lines[1:3]] == ["quick", "slow"]
    assert "quick ended lowest: median loss 0.2 at lr 0.1." in lines
    assert "42 runs, 12 s of training." in lines


@pytest.mark.parametrize("turned", [False, True])
def test_a_winner_is_named_first_in_whatever_order_the_two_came(turned):
    losses = dict(reversed(BETTER.items())) if turned else BETTER
    [line] = [line for line in verdict(losses).sentences() if "wins;" in line]
    assert line.startswith("quick and slow: quick wins; quick's loss is 0.494 times slow's (")
    assert line.endswith("a random run of quick beats one of slow 100% of the time.")
    low, high = map(float, re.search(r"\((\S+) to (\S+)\)", line).groups())
    assert low < 0.494 < high < 1


def test_a_tie_is_called_one():
    said = verdict({"a": [0.4, 0.2, 0.3], "b": [0.3, 0.31, 0.2]}).sentences()
    assert any(re.match(r"\w and \w: a tie; ", line) for line in said)
    assert not any("wins" in line for line in said)


def test_a_constant_difference_and_a_single_seed_have_no_interval():
    for losses in ({"a": [0.1, 0.2], "b": [0.2, 0.4]}, {"a": [0.1], "b": [0.2]}):
        assert "a and b: a's loss is 0.500 times b's on every seed, without an interval." in verdict(losses).sentences()


def test_very_different_losses_are_told_in_few_digits():
    [line] = [line for line in verdict({"a": [1e-9, 1e-11, 1e-4], "b": [1.0, 2.0, 3.0]}).sentences() if "times" in line]
    assert "0.000" not in line
    assert len(line) < 150


def test_a_best_rate_at_an_edge_and_failed_runs_are_said():
    table = verdict({"a": [0.1, math.inf, 0.2], "b": [0.3, 0.4, 0.3]}, at_edge=["a"])
    said = str(table)
    assert "The best learning rate of a, 0.1, is at the edge of those tried: look further." in said
    assert "1 of 3 failed" in said
    assert "a and b: not compared, because some runs failed." in said
    assert table.to_dict()["optimizers"][0]["rate_at_edge"]
    assert table.to_dict()["optimizers"][0]["final_losses"] == [0.1, None, 0.2]


def test_seeds_that_never_reached_the_target_are_counted_as_such():
    missed, reached = (verdict(BETTER, target=target).to_dict() for target in (0.9, 0.82))
    assert missed["optimizers"][0]["steps_to_target"] == [None] * 4
    assert reached["optimizers"][0]["steps_to_target"] == [50] * 4
    assert "- (4 of 4 never)" in str(verdict(BETTER, target=0.9))
    header, rows = verdict(BETTER, target=0.9).records()
    assert dict(zip(header, rows[0], strict=True))["reached_target"] == 0


def test_without_a_target_there_are_no_steps_to_it():
    table = verdict(BETTER, target=None)
    assert "steps to" not in str(table)
    header, rows = table.records()
    cells = dict(zip(header, rows[0], strict=True))
    assert (cells["steps_to_target_median"], cells["reached_target"]) == (None, None)
    assert table.to_dict()["optimizers"][0]["steps_to_target"] is None


def test_on_a_landscape_the_loss_is_the_height_and_there_is_no_test_accuracy():
    said = str(verdict(BETTER, target=None, problem={"name": "valley", "landscape": "valley"}))
    assert "f − f_min from random starts" in said
    assert "test accuracy" not in said
    assert "steps to 0.01" in said


def test_what_goes_into_verdict_json_is_json_and_has_no_seconds():
    about = verdict({"a": [0.1, math.inf], "b": [0.3, 0.4]}).to_dict()
    text = json.dumps(about, allow_nan=False)
    assert json.loads(text) == about
    assert "12.3" not in text


def test_it_speaks_japanese():
    table = verdict({**BETTER, "failed": [math.inf] * 4, "twin": BETTER["slow"]}, at_edge=["quick"])
    with language("ja"):
        said = str(table)
    assert "quick の勝ち" in said
    assert not re.search(r"\b(and|the|with|runs|times)\b", said)
