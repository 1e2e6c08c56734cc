"""The verdict in words: what the numbers say, the better one first, and nothing that they do not say."""

import json
import math
import re

import pytest

from zeronet.lab.runner.analysis.pairwise import detectable
from zeronet.lab.runner.runs import Run
from zeronet.lab.tuning.table import VerdictTable
from zeronet.locale import language


def verdict(losses, known_to=(), target=0.9, problem=None, errors=None, validation=None):
    """Return the table of made-up test losses: label → one for each seed, infinite for a run that diverged.

    errors, validation: label → test errors and validation losses, if they are to differ from 0.2 and the losses.
    """
    seeds = list(range(len(next(iter(losses.values())))))
    protocol = {
        "problem": problem or {"name": "digits", "source": "Digits", "test": 100, "input_size": 64, "classes": 10},
        "network": {"class": "TwoLayerNet", "hidden_size": 50},
        "optimizers": [{"label": label, "settings": {"lr": 0.1, "eps": 1e-7}} for label in losses],
        "seeds": seeds,
        "batch_size": 128,
        "steps": 100,
        "split": {"train": 1000, "validation": 200},
        "target": target,
        "tuning": {"budget": 6, "seeds": [7, 8, 9], "over": {}, "margin": 0.02},
    }
    runs = {}
    for label, values in losses.items():
        for k, loss in enumerate(values):
            seen = loss if validation is None else validation[label][k]
            rows = [(0, 2.3, 0.1), (50, 1.0, 0.85), (100, seen, 0.8 if target is None else 0.9)]
            finished = math.isfinite(loss)
            runs[label, seeds[k]] = Run(
                "finished" if finished else "diverged",
                losses=[2.0] * 90 + [0.005] * 10 if finished else [2.0],
                evaluations=rows if finished else rows[:1],
                test=(loss, 1 - (errors[label][k] if errors else 0.2)) if finished else None,
            )
    return VerdictTable(protocol, runs, {label: 1.26 for label in losses} | dict(known_to), [12.3 / 42] * 42)


BETTER = {"slow": [0.4, 0.41, 0.39, 0.42], "quick": [0.2, 0.21, 0.19, 0.2]}


def test_the_lowest_stands_first_and_is_named():
    lines = str(verdict(BETTER)).splitlines()
    head = "optimizer settings test loss (quartiles) validation loss test error steps to 0.9"
    assert " ".join(lines[0].split()) == head
    assert [line.split()[0] for line in lines[1:3]] == ["quick", "slow"]
    assert "quick ended lowest: mean test loss 0.1999 at lr 0.1." in lines  # (0.2 · 0.21 · 0.19 · 0.2)^(1/4)
    assert "42 runs, 12 s of training." in lines
    assert max(map(len, lines[:3])) <= 100


@pytest.mark.parametrize("turned", [False, True])
def test_a_winner_is_named_first_in_whatever_order_the_two_came(turned):
    losses = dict(reversed(BETTER.items())) if turned else BETTER
    [line] = [line for line in verdict(losses).sentences() if "wins;" in line]
    assert line.startswith("quick and slow: quick wins; quick's over slow's: test loss 0.494 (")
    assert "a random run of quick beats one of slow 100% of the time (" in line
    low, high = map(float, re.search(r"test loss 0.494 \((\S+) to (\S+)\)", line).groups())
    assert low < 0.494 < high < 1


def test_what_is_not_significant_cannot_be_told_and_is_no_tie():
    sentences = verdict({"a": [0.4, 0.2, 0.3], "b": [0.3, 0.31, 0.2]}).sentences()
    assert any(re.match(r"\w and \w: cannot tell; ", line) for line in sentences)
    assert not any("wins" in line or "equal" in line or "tie" in line for line in sentences[:-2])


def test_a_clear_difference_within_the_margin_is_equal_and_says_who_is_ahead():
    a = [0.4, 0.2, 0.3, 0.25]
    b = [loss * factor for loss, factor in zip(a, (1.0100, 1.0101, 1.0102, 1.0101), strict=True)]
    [line] = [line for line in verdict({"b": b, "a": a}).sentences() if line.startswith("a and b")]
    assert line.startswith(
        "a and b: equal within 2 % (a ahead by 0.99 to 1 %); a's over b's: test loss 0.990 (0.990 to 0.990)"
    )


def test_two_metrics_that_order_a_pair_in_opposite_ways_are_both_named():
    errors = {"quick": [0.3, 0.31, 0.3, 0.29], "slow": [0.1, 0.11, 0.1, 0.1]}
    sentences = verdict(BETTER, errors=errors).sentences()
    validation = {"quick": [0.1, 0.1, 0.11, 0.1], "slow": [0.2, 0.2, 0.21, 0.2]}
    both = "slow and quick: by test loss quick wins, by validation loss quick wins, by test error slow wins."
    assert both in verdict(BETTER, errors=errors, validation=validation).sentences()
    assert any("by test error slow wins" in line for line in sentences)
    assert not any(line.count("by ") > 2 for line in verdict(BETTER).sentences() if "wins" in line)


def test_the_seeds_and_the_spread_decide_what_could_have_been_seen():
    """Differences of logs ±0.1 about 0: sd 0.1155, and 4 seeds see 2.0 sd (scipy's noncentral t)."""
    a = [1.0, 1.0, 1.0, 1.0]
    b = [math.exp(d) for d in (0.1, -0.1, 0.1, -0.1)]
    [line] = [line for line in verdict({"a": a, "b": b}).sentences() if "seeds see" in line]
    seen = 100 * math.expm1(detectable(4) * 0.2 / math.sqrt(3))
    assert line.startswith(
        f"4 seeds see differences of {seen:.0f} % or more here in 4 of 5 comparisons; 2 % would need "
    )


def test_a_verdict_says_what_it_holds_for():
    [line] = [line for line in verdict(BETTER).sentences() if line.startswith("This holds for")]
    for part in ("digits", "1,000 training images", "TwoLayerNet 64–50–10", "batches of 128", "100 steps", "constant"):
        assert part in line
    assert "searched: lr, with 6 trials each on 3 other seeds" in line


def test_a_constant_difference_has_a_degenerate_interval_and_a_single_seed_none():
    assert any("(0.500 to 0.500)" in line for line in verdict({"a": [0.1, 0.2], "b": [0.2, 0.4]}).sentences())
    assert "a and b: cannot tell from one seed." in verdict({"a": [0.1], "b": [0.2]}).sentences()


def test_very_different_losses_are_told_in_few_digits():
    [line] = [
        line for line in verdict({"a": [1e-9, 1e-11, 1e-4], "b": [1.0, 2.0, 3.0]}).sentences() if "a's over" in line
    ]
    assert "0.000" not in line


def test_an_unresolved_rate_and_failed_runs_are_said():
    table = verdict({"a": [0.1, math.inf, 0.2], "b": [0.3, 0.4, 0.3]}, {"a": math.inf, "b": 2.51})
    said = str(table)
    assert "The best learning rate of a, 0.1, is at the edge of those tried: look further." in said
    assert "The best learning rate of b, 0.1, is known to a factor of 2.51: look closer." in said
    assert (
        "a and b: cannot tell; 1 of 3 runs of a failed: compared by ranks; a random run of a beats one of b 67%" in said
    )
    assert [about["label"] for about in table.to_dict()["optimizers"]] == ["b", "a"]  # fewer failures come first
    assert table.to_dict()["optimizers"][1]["rate_known_to"] is None
    assert table.to_dict()["optimizers"][1]["final_losses"] == [0.1, None, 0.2]


def test_an_optimizer_that_fails_often_enough_loses():
    losses = {"good": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5], "risky": [2.0, math.inf, math.inf, math.inf, 2.2, math.inf]}
    assert any(
        line.startswith("good and risky: good wins; 4 of 6 runs of risky failed")
        for line in verdict(losses).sentences()
    )


def test_seeds_that_never_reached_the_target_are_counted_as_such():
    missed, reached = (verdict(BETTER, target=target).to_dict() for target in (0.95, 0.82))
    assert missed["optimizers"][0]["steps_to_target"] == [None] * 4
    assert reached["optimizers"][0]["steps_to_target"] == [50] * 4
    assert "- (4 of 4 never)" in str(verdict(BETTER, target=0.95))
    header, rows = verdict(BETTER, target=0.95).records()
    assert dict(zip(header, rows[0], strict=True))["reached_target"] == 0
    assert "at most 50 too many" in str(verdict(BETTER, target=0.82))


def test_without_a_target_there_are_no_steps_to_it():
    table = verdict(BETTER, target=None)
    assert "steps to" not in str(table)
    header, rows = table.records()
    cells = dict(zip(header, rows[0], strict=True))
    assert (cells["steps_to_target_median"], cells["reached_target"]) == (None, None)
    assert table.to_dict()["optimizers"][0]["steps_to_target"] is None


def test_on_a_landscape_nothing_below_the_target_counts():
    """All arrive at update 90: the geometric mean over the path is the same, whatever they end at."""
    said = str(verdict(BETTER, target=None, problem={"name": "valley", "landscape": "valley"}))
    assert "f − f_min from random starts" in said
    assert "test" not in said
    assert "steps to 0.01" in said
    assert "slow and quick: equal, every difference is exactly 0." in said


def test_what_goes_into_verdict_json_is_json_and_has_no_seconds():
    about = verdict({"a": [0.1, math.inf], "b": [0.3, 0.4]}).to_dict()
    text = json.dumps(about, allow_nan=False)
    assert json.loads(text) == about
    assert "12.3" not in text


def test_it_speaks_japanese():
    odd = {"failed": [math.inf] * 4, "twin": BETTER["slow"], "near": [0.2, 0.42, 0.3, 0.4]}
    table = verdict({**BETTER, **odd}, {"quick": math.inf, "near": 2.5})
    with language("ja"):
        said = str(table)
    assert "quick の勝ち" in said
    assert not re.search(r"\b(and|the|with|runs|times)\b", said)
