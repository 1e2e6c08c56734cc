"""What final losses say about each other: as SciPy has it, and never more than they say."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from zeronet.lab.runner.analysis.pairwise import MIN_LOSS, compared, final_evaluation_loss
from zeronet.lab.runner.analysis.ranking import ranking
from zeronet.lab.runner.runs import Run


def drawn(optimizers, seeds, spread=0.3, stream=0):
    """Return label → losses, log-normal, on seeds that are alike for all."""
    rng = np.random.default_rng(stream)
    common = rng.standard_normal(seeds)
    return {f"o{k}": np.exp(0.1 * k + spread * rng.standard_normal(seeds) + common).tolist() for k in range(optimizers)}


def test_two_optimizers_are_compared_as_scipy_s_paired_t_test_does():
    for stream in range(40):
        losses = drawn(2, 10, stream=stream)
        [pair] = compared(losses)
        test = stats.ttest_rel(np.log(losses["o0"]), np.log(losses["o1"]))
        interval = test.confidence_interval(0.95)
        assert (pair.low, pair.high) == pytest.approx((interval.low, interval.high))
        assert pair.difference == pytest.approx(np.mean(np.log(losses["o0"]) - np.log(losses["o1"])))
        assert pair.tie == (test.pvalue >= 0.05)


def holm(p_values, level=0.05):
    """Return which hypotheses are rejected: step by step, as Holm (1979) puts it."""
    rejected = [False] * len(p_values)
    for i, k in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[k] > level / (len(p_values) - i):
            break
        rejected[k] = True
    return rejected


@pytest.mark.parametrize("optimizers", [3, 4, 6])
def test_several_optimizers_are_corrected_as_holm_does(optimizers):
    counts = set()
    for stream in range(40):
        losses = drawn(optimizers, 8, stream=stream)
        pairs = compared(losses)
        p_values = [stats.ttest_rel(np.log(losses[p.a]), np.log(losses[p.b])).pvalue for p in pairs]
        assert [not p.tie for p in pairs] == holm(p_values)
        counts.add(sum(p.tie for p in pairs))
    assert len(counts) > 2  # many verdicts were among them, not only "all differ" or "all tie"


def test_corrected_intervals_are_never_narrower_than_student_s_nor_wider_than_bonferroni_s():
    for stream in range(20):
        losses = drawn(4, 8, stream=stream)
        for pair in compared(losses):
            d = np.log(losses[pair.a]) - np.log(losses[pair.b])
            half = (pair.high - pair.low) / 2
            narrow, wide = (stats.t.ppf(1 - level / 2, 7) * stats.sem(d) for level in (0.05, 0.05 / 6))
            assert narrow - 1e-12 <= half <= wide + 1e-12


def test_swapping_two_optimizers_swaps_the_verdict_and_nothing_else():
    losses = drawn(4, 7)
    forward = {(p.a, p.b): p for p in compared(losses)}
    for p in compared(dict(reversed(losses.items()))):
        other = forward[p.b, p.a]
        assert (p.difference, p.low, p.high) == (-other.difference, -other.high, -other.low)
        assert (p.tie, p.wins) == (other.tie, pytest.approx(1 - other.wins))


def test_the_probability_to_win_is_counted_over_all_runs_a_draw_as_a_half():
    rng = np.random.default_rng(0)
    losses = {label: rng.integers(1, 6, 9).astype(float).tolist() for label in "abc"}
    losses["a"][2] = losses["b"][3] = losses["b"][4] = math.inf
    for pair in compared(losses):
        won = [(x < y) + (x == y) / 2 for x in losses[pair.a] for y in losses[pair.b]]
        assert pair.wins == pytest.approx(np.mean(won))


def test_equal_losses_are_a_tie_whose_difference_is_exactly_0():
    [pair] = compared({"a": [0.1, 0.7, 0.3], "b": [0.1, 0.7, 0.3]})
    assert (pair.difference, pair.low, pair.high, pair.tie, pair.wins) == (0, None, None, True, 0.5)


def test_a_constant_difference_is_reported_as_it_stands_without_an_interval():
    [pair] = compared({"a": [1.0, 2.0, 4.0], "b": [2.0, 4.0, 8.0]})
    assert pair.difference == pytest.approx(-math.log(2))
    assert (pair.low, pair.high, pair.tie) == (None, None, False)


def test_a_single_seed_has_no_interval():
    [pair] = compared({"a": [1.0], "b": [2.0]})
    assert (pair.difference, pair.low, pair.high, pair.tie, pair.wins) == (-math.log(2), None, None, False, 1.0)


def test_one_optimizer_under_two_labels_is_treated_alike_beside_a_third():
    losses = drawn(2, 8)
    pairs = {(p.a, p.b): p for p in compared({"x": losses["o0"], "y": losses["o0"], "z": losses["o1"]})}
    assert pairs["x", "y"].tie
    assert pairs["x", "z"].to_dict() | {"a": "y"} == pairs["y", "z"].to_dict()


def test_a_pair_that_cannot_be_tested_takes_nothing_from_the_level_of_the_others():
    losses = drawn(2, 8)
    [alone] = compared(losses)
    pairs = compared({**losses, "failed": [math.inf] * 8})
    assert pairs[0] == alone


@pytest.mark.parametrize("failed", [["a"], ["b"], ["a", "b"]])
def test_where_a_run_failed_there_is_a_winning_share_but_no_difference(failed):
    losses = {"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [5.0, 6.1]}
    for label in failed:
        losses[label] = [losses[label][0], math.inf]
    pairs = {(p.a, p.b): p for p in compared(losses)}
    assert math.isnan(pairs["a", "b"].difference)
    assert (pairs["a", "b"].low, pairs["a", "b"].tie) == (None, False)
    assert pairs["a", "b"].to_dict()["difference"] is None
    for other in "ab":
        assert math.isfinite(pairs[other, "c"].difference) == (other not in failed)


def test_losses_of_zero_count_as_very_small_ones():
    [pair] = compared({"a": [0.0, 0.0], "b": [MIN_LOSS / 10, -1e-15]})
    assert (pair.difference, pair.tie) == (0.0, True)


def test_every_pair_is_there_once():
    assert [(p.a, p.b) for p in compared(drawn(5, 3))] == list(combinations(("o0", "o1", "o2", "o3", "o4"), 2))


def test_one_optimizer_alone_has_no_pairs():
    assert compared(drawn(1, 3)) == []


def test_the_final_loss_is_the_mean_of_the_evaluations_in_the_last_tenth():
    rows = [(step, float(step), 0.5) for step in range(0, 101, 5)]
    assert final_evaluation_loss(Run(evaluations=rows), 100) == 95.0
    assert final_evaluation_loss(Run(evaluations=[(0, 9.0, 0.1), (80, 3.0, 0.5)]), 100) == 3.0  # else the last one


@pytest.mark.parametrize("outcome", ["diverged", "raised"])
def test_a_run_that_did_not_finish_has_an_infinite_loss(outcome):
    assert final_evaluation_loss(Run(outcome, evaluations=[(100, 0.1, 0.9)]), 100) == math.inf


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_so_has_one_that_failed_on_the_way_through_its_last_tenth(value):
    assert final_evaluation_loss(Run(evaluations=[(95, value, 0.1), (100, 0.1, 0.9)]), 100) == math.inf


def test_the_ranking_is_by_median_and_failures_are_last():
    losses = {"failed": [0.1, math.inf, math.inf], "good": [3.0, 0.2, 0.2], "fair": [0.5, 0.5, 0.1]}
    assert ranking(losses) == ["good", "fair", "failed"]
